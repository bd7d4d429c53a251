/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks of fcntl(2), since they tell who holds them. They are lost when the process closes any
 * descriptor of the file: nobody here opens it a second time. */
#include "server/app/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/base/error.h"

static int
lock (int fd, int command, struct flock *held)
{
  *held = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
  return fcntl (fd, command, held);
}

int
cs_lock_take (const char *path, GError **error)
{
  g_autofree char *pid = g_strdup_printf ("%d\n", (int) getpid ());
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  struct flock held;

  if (fd >= 0 && lock (fd, F_SETLK, &held) == 0 && ftruncate (fd, 0) == 0
      && write (fd, pid, strlen (pid)) == (gssize) strlen (pid))
    return fd;
  if (fd >= 0 && (errno == EACCES || errno == EAGAIN))
    ct_fail (error, CT_ERROR_STATE, "another server runs in this data folder (process %d)",
             (int) cs_lock_get_holder (path));
  else
    ct_fail (error, CT_ERROR_IO, "cannot write %s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

pid_t
cs_lock_get_holder (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct flock held;
  pid_t holder = 0;

  if (fd < 0)
    return 0;
  if (lock (fd, F_GETLK, &held) == 0 && held.l_type != F_UNLCK)
    holder = held.l_pid;
  close (fd);
  return holder;
}
