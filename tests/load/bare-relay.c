/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The yardstick for sound: the least that a relay with a recording can do. One thread, one socket a leg,
 * each packet read, handed to the other side and its payload appended to a WAV file of that leg. Prints
 * the CPU in microseconds of one call, and what part of the packets arrived. Arguments: calls at once,
 * seconds that each talks. */
#include "../tools/tree.h"
#include "relay-phones.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER 12 /* of RTP without extensions */
#define WAV_HEADER 44
#define WAVE_ALAW 6
#define RATE 8000

typedef struct {
  int fd;
  struct sockaddr_in phone; /* whom it serves */
  FILE *wav;
  guint32 bytes;
} Leg;

static void
put_header (const Leg *leg)
{
  const struct {
    char riff[4];
    guint32 size;
    char wave[8];
    guint32 format_size;
    guint16 format, channels;
    guint32 rate, byte_rate;
    guint16 block, bits;
    char data[4];
    guint32 data_size;
  } header = { { 'R', 'I', 'F', 'F' },
               leg->bytes + WAV_HEADER - 8,
               { 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ' },
               16,
               WAVE_ALAW,
               1,
               RATE,
               RATE,
               1,
               8,
               { 'd', 'a', 't', 'a' },
               leg->bytes };

  G_STATIC_ASSERT (sizeof header == WAV_HEADER);
  rewind (leg->wav);
  if (fwrite (&header, sizeof header, 1, leg->wav) != 1)
    g_error ("no room for a recording");
}

static guint16
leg_open (Leg *leg, const char *folder, guint index, guint16 phone)
{
  struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof here;
  g_autofree char *path = g_strdup_printf ("%s/%u.wav", folder, index);

  leg->fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  leg->phone = here;
  leg->phone.sin_port = htons (phone);
  leg->wav = fopen (path, "w");
  if (leg->fd < 0 || leg->wav == NULL || bind (leg->fd, (struct sockaddr *) &here, length) != 0)
    g_error ("a leg cannot be opened");
  put_header (leg);
  getsockname (leg->fd, (struct sockaddr *) &here, &length);
  return ntohs (here.sin_port);
}

static void
relay_packets (Leg *from, const Leg *to)
{
  guint8 packet[2048];
  ssize_t size;

  while ((size = recv (from->fd, packet, sizeof packet, 0)) > HEADER)
    {
      sendto (to->fd, packet, (size_t) size, 0, (const struct sockaddr *) &to->phone,
              sizeof to->phone);
      from->bytes += (guint32) fwrite (packet + HEADER, 1, (size_t) size - HEADER, from->wav);
    }
}

static void
relay (const guint16 *phones, guint n, int in, int out, gpointer data)
{
  const char *folder = data;
  g_autofree Leg *legs = g_new0 (Leg, n);
  int epoll = epoll_create1 (0);
  struct epoll_event end = { .events = EPOLLIN, .data.u32 = n };
  struct epoll_event events[64];

  epoll_ctl (epoll, EPOLL_CTL_ADD, in, &end);
  for (guint i = 0; i < n; i++)
    {
      guint16 port = leg_open (&legs[i], folder, i, phones[i]);
      struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

      epoll_ctl (epoll, EPOLL_CTL_ADD, legs[i].fd, &event);
      if (write (out, &port, sizeof port) != sizeof port)
        g_error ("nobody listens");
    }
  for (gboolean over = FALSE; !over;)
    {
      int ready = epoll_wait (epoll, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < ready; i++)
        if (events[i].data.u32 == n)
          over = TRUE;
        else
          relay_packets (&legs[events[i].data.u32], &legs[events[i].data.u32 ^ 1]);
    }
  for (guint i = 0; i < n; i++)
    {
      put_header (&legs[i]);
      fclose (legs[i].wav);
    }
}

int
main (int argc, char **argv)
{
  guint calls = argc > 1 ? (guint) atoi (argv[1]) : 100;
  guint seconds = argc > 2 ? (guint) atoi (argv[2]) : 5;
  g_autofree char *folder = g_dir_make_tmp ("centrale-load-XXXXXX", NULL);
  Phones *phones;
  double before, arrived, cpu_ms;
  Relay child;

  raise_file_limit ();
  phones = phones_new (2 * calls);
  child = relay_start (phones, 2 * calls, relay, folder);
  before = cpu_of (child.pid);
  arrived = phones_run (phones, seconds);
  cpu_ms = cpu_of (child.pid) - before;
  relay_stop (child);
  remove_tree (folder);
  phones_free (phones);
  printf ("%.1f us of CPU a call, %.2f %% arrived\n", 1e3 * cpu_ms / calls, 100 * arrived);
  return 0;
}
