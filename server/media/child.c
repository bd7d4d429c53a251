/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/media/child.h"

#include "common/base/error.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean
start (const CsChild *child, GPid *pid, int *complaints, GError **error)
{
  char *environment[] = { (char *) "LC_ALL=C.UTF-8", NULL };
  int sources[CS_CHILD_FDS], targets[CS_CHILD_FDS];
  g_autoptr (GError) cause = NULL;
  guint n = 0;

  for (int fd = 3; fd < CS_CHILD_FDS; fd++)
    if (child->fds[fd] >= 0)
      {
        sources[n] = child->fds[fd];
        targets[n++] = fd;
      }
  return g_spawn_async_with_pipes_and_fds (
             NULL, child->argv, (const char *const *) environment,
             G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
             NULL, child->fds[0], -1, -1, sources, targets, n, pid, NULL, NULL, complaints, &cause)
         || ct_fail (error, CT_ERROR_IO, "cannot start %s: %s", child->argv[0], cause->message);
}

/* Takes what the child says, keeping the beginning; FALSE at the end of it. */
static gboolean
listen_to (int fd, GString *said)
{
  char bytes[512];
  gssize n = read (fd, bytes, sizeof bytes);

  if (n > 0 && said->len < 4096)
    g_string_append_len (said, bytes, n);
  return n > 0 || (n < 0 && errno == EINTR);
}

/* Until the child has ended; FALSE at the deadline. */
static gboolean
wait_for (const CsChild *child, int pidfd, int complaints, GString *said)
{
  struct pollfd wait[]
      = { { .fd = pidfd, .events = POLLIN }, { .fd = complaints, .events = POLLIN } };

  for (;;)
    {
      gint64 left_us = child->deadline_us - ct_clock_monotonic_us (child->clock);
      int n = left_us > 0 ? poll (wait, G_N_ELEMENTS (wait), (int) (left_us / 1000) + 1) : 0;

      if (n == 0)
        return FALSE;
      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0 && wait[1].revents != 0 && !listen_to (complaints, said))
        wait[1].fd = -1;
      if (n > 0 && wait[0].revents != 0 && wait[1].revents == 0)
        return TRUE;
    }
}

static void
take_line (const GString *said, CsChildEnd *end)
{
  g_strlcpy (end->complaint, said->str, sizeof end->complaint);
  end->complaint[strcspn (end->complaint, "\r\n")] = '\0';
  if (!g_utf8_validate (end->complaint, -1, NULL))
    g_strlcpy (end->complaint, "something unreadable", sizeof end->complaint);
}

gboolean
cs_child_run (const CsChild *child, CsChildEnd *end, GError **error)
{
  g_autoptr (GString) said = g_string_new (NULL);
  gboolean ended;
  int complaints, pidfd, status = 0;
  GPid pid;

  if (!start (child, &pid, &complaints, error))
    return FALSE;
  pidfd = (int) syscall (SYS_pidfd_open, pid, 0);
  ended = pidfd >= 0 && wait_for (child, pidfd, complaints, said);
  if (!ended)
    kill (pid, SIGKILL);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (pidfd >= 0)
    close (pidfd);
  close (complaints);
  if (!ended)
    return ct_fail (error, CT_ERROR_TIMEOUT, "%s did not end in time", child->argv[0]);
  end->status = WIFEXITED (status) ? WEXITSTATUS (status) : -1;
  end->signal = WIFSIGNALED (status) ? WTERMSIG (status) : 0;
  take_line (said, end);
  return TRUE;
}
