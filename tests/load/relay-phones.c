/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay-phones.h"

#include "common/base/clock.h"
#include "server/media/rtp.h"
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME 160
#define SLOTS 20 /* the phones are spread over a frame, one slot a millisecond */

typedef struct {
  int fd;
  struct sockaddr_in target;
  CsRtp rtp;
} Phone;

struct _Phones {
  guint n;
  int epoll;
  guint64 sent, got;
  Phone phones[];
};

Phones *
phones_new (guint n)
{
  Phones *phones = g_malloc0 (sizeof *phones + n * sizeof (Phone));

  phones->n = n;
  phones->epoll = epoll_create1 (EPOLL_CLOEXEC);
  for (guint i = 0; i < n; i++)
    {
      Phone *phone = &phones->phones[i];
      struct epoll_event event = { .events = EPOLLIN, .data.fd = 0 };
      struct sockaddr_in here
          = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

      phone->fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (phone->fd < 0 || bind (phone->fd, (struct sockaddr *) &here, sizeof here) != 0)
        g_error ("no socket for phone %u", i);
      event.data.fd = phone->fd;
      epoll_ctl (phones->epoll, EPOLL_CTL_ADD, phone->fd, &event);
      phone->target = here;
      phone->rtp.ssrc = i + 1;
      phone->rtp.payload_type = 8;
    }
  return phones;
}

void
phones_free (Phones *phones)
{
  for (guint i = 0; i < phones->n; i++)
    close (phones->phones[i].fd);
  close (phones->epoll);
  g_free (phones);
}

guint16
phones_get_port (Phones *phones, guint index)
{
  struct sockaddr_in here;
  socklen_t length = sizeof here;

  getsockname (phones->phones[index].fd, (struct sockaddr *) &here, &length);
  return ntohs (here.sin_port);
}

void
phones_set_target (Phones *phones, guint index, guint16 port)
{
  phones->phones[index].target.sin_port = htons (port);
}

static void
speak (Phones *phones, guint slot)
{
  guint8 packet[CS_RTP_HEADER + FRAME];

  for (guint i = slot % SLOTS; i < phones->n; i += SLOTS)
    {
      Phone *phone = &phones->phones[i];

      for (guint j = 0; j < FRAME; j++)
        packet[CS_RTP_HEADER + j] = (guint8) (i + j);
      cs_rtp_write (packet, &phone->rtp);
      phone->rtp.sequence++;
      phone->rtp.timestamp += FRAME;
      if (sendto (phone->fd, packet, sizeof packet, 0, (struct sockaddr *) &phone->target,
                  sizeof phone->target)
          > 0)
        phones->sent++;
    }
}

static void
listen_for (Phones *phones, int timeout_ms)
{
  struct epoll_event events[64];
  int n = epoll_wait (phones->epoll, events, G_N_ELEMENTS (events), timeout_ms);
  guint8 packet[2048];

  for (int i = 0; i < n; i++)
    while (recv (events[i].data.fd, packet, sizeof packet, 0) > 0)
      phones->got++;
}

double
phones_run (Phones *phones, guint seconds)
{
  g_autoptr (CtClock) clock = ct_clock_new ();
  gint64 start = ct_clock_monotonic_us (clock), now = start;

  phones->sent = phones->got = 0;
  for (guint slot = 0; slot < seconds * 1000; slot++)
    {
      while ((now = ct_clock_monotonic_us (clock)) < start + slot * 1000)
        listen_for (phones, 1);
      speak (phones, slot);
    }
  while (ct_clock_monotonic_us (clock) < now + 100 * 1000)
    listen_for (phones, 1);
  return (double) phones->got / (double) phones->sent;
}

Relay
relay_start (Phones *phones, guint n, RelayRun run, gpointer data)
{
  g_autofree guint16 *ports = g_new (guint16, n);
  int in[2], out[2];
  pid_t pid;

  for (guint i = 0; i < n; i++)
    ports[i] = phones_get_port (phones, i);
  if (pipe (in) != 0 || pipe (out) != 0)
    g_error ("no pipes");
  pid = fork ();
  if (pid == 0)
    {
      close (in[1]);
      run (ports, n, in[0], out[1], data);
      _exit (0);
    }
  close (in[0]);
  close (out[1]);
  for (guint i = 0; i < n; i++)
    {
      if (read (out[0], &ports[i], sizeof ports[i]) != sizeof ports[i])
        g_error ("the relay did not start");
      phones_set_target (phones, i, ports[i]);
    }
  close (out[0]);
  return (Relay){ pid, in[1] };
}

void
relay_stop (Relay relay)
{
  close (relay.end);
  waitpid (relay.pid, NULL, 0);
}

void
raise_file_limit (void)
{
  struct rlimit files;

  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
}

double
cpu_of (GPid pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/task", pid);
  g_autoptr (GDir) tasks = g_dir_open (folder, 0, NULL);
  const char *task;
  double sum = 0;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, task, "schedstat", NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL))
        sum += strtod (text, NULL) / 1e6;
    }
  return sum;
}
