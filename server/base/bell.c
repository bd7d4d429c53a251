/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "base"

#include "server/base/bell.h"

#include <errno.h>
#include <sys/eventfd.h>

int
cs_bell_new (void)
{
  return eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void
cs_bell_ring (int bell)
{
  if (eventfd_write (bell, 1) != 0 && errno != EAGAIN) /* EAGAIN: it has rung without end */
    g_warning ("a thread cannot be woken: %s", g_strerror (errno));
}

void
cs_bell_silence (int bell)
{
  eventfd_t rings;

  if (eventfd_read (bell, &rings) != 0 && errno != EAGAIN)
    g_warning ("a bell cannot be silenced: %s", g_strerror (errno));
}
