/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "media"
#include "server/media/sockets.h"

#include "common/base/error.h"
#include <errno.h>
#include <netinet/ip.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define REST_US (2 * G_TIME_SPAN_SECOND)
#define MAX_RESTING 1024
#define MAX_LATE 1000 /* packets in a socket's buffer */

/* Closed by its call, open still. */
typedef struct {
  CsSocketPair pair;
  gint64 since_us;
} Resting;

struct _CsSockets {
  CtClock *clock;
  struct in_addr address;
  guint16 first; /* even */
  guint n_pairs;
  guint next; /* index of the pair to try first */
  gboolean *used;
  GQueue resting; /* of Resting, the longest first */
  guint max_resting;
};

/* Pairs that rest: no more than a sixteenth of the descriptors that we may have. */
static guint
count_spare (void)
{
  struct rlimit files;

  if (getrlimit (RLIMIT_NOFILE, &files) != 0)
    return 0;
  return (guint) MIN (files.rlim_cur / 32, MAX_RESTING);
}

CsSockets *
cs_sockets_new (CtClock *clock, struct in_addr address, guint16 port_min, guint16 port_max,
                GError **error)
{
  guint first = (port_min + 1u) & ~1u;
  CsSockets *sockets;

  if (port_min < 1024 || first + 1 > port_max)
    {
      ct_fail (error, CT_ERROR_INVALID, "no RTP ports between %u and %u", port_min, port_max);
      return NULL;
    }
  sockets = g_new0 (CsSockets, 1);
  sockets->clock = ct_clock_ref (clock);
  sockets->address = address;
  sockets->first = (guint16) first;
  sockets->n_pairs = (port_max + 1u - first) / 2;
  sockets->next = (guint) g_random_int_range (0, (gint32) sockets->n_pairs);
  sockets->used = g_new0 (gboolean, sockets->n_pairs);
  sockets->max_resting = count_spare ();
  g_queue_init (&sockets->resting);
  return sockets;
}

static void
close_pair (const CsSocketPair *pair)
{
  close (pair->rtp);
  close (pair->rtcp);
}

void
cs_sockets_free (CsSockets *sockets)
{
  Resting *resting;

  while ((resting = g_queue_pop_head (&sockets->resting)) != NULL)
    {
      close_pair (&resting->pair);
      g_free (resting);
    }
  ct_clock_unref (sockets->clock);
  g_free (sockets->used);
  g_free (sockets);
}

/* -1 with errno. */
static int
bind_port (const CsSockets *sockets, guint port)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons ((guint16) port),
    .sin_addr = sockets->address,
  };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      int saved = errno;

      close (fd);
      errno = saved;
      return -1;
    }
  return fd;
}

static gboolean
open_pair (const CsSockets *sockets, guint16 port, CsSocketPair *pair)
{
  static const int expedited = IPTOS_DSCP_EF, least = 1;

  pair->port = port;
  pair->rtp = bind_port (sockets, port);
  if (pair->rtp < 0)
    return FALSE;
  pair->rtcp = bind_port (sockets, port + 1u);
  if (pair->rtcp < 0)
    {
      int saved = errno;

      close (pair->rtp);
      errno = saved;
      return FALSE;
    }
  /* Both are comforts: without them the call works too. Nobody reads RTCP: it is to fill no memory. */
  (void) setsockopt (pair->rtp, IPPROTO_IP, IP_TOS, &expedited, sizeof expedited);
  (void) setsockopt (pair->rtcp, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  return TRUE;
}

/* One that rested for @us, without the late packets of its last call. */
static gboolean
take_resting (CsSockets *sockets, gint64 us, CsSocketPair *pair)
{
  Resting *resting = g_queue_peek_head (&sockets->resting);
  char late;

  if (resting == NULL || ct_clock_monotonic_us (sockets->clock) - resting->since_us < us)
    return FALSE;
  g_queue_pop_head (&sockets->resting);
  *pair = resting->pair;
  g_free (resting);
  for (guint i = 0; i < MAX_LATE && recv (pair->rtp, &late, sizeof late, MSG_DONTWAIT) >= 0; i++)
    ;
  return TRUE;
}

gboolean
cs_sockets_open (CsSockets *sockets, CsSocketPair *pair, GError **error)
{
  if (take_resting (sockets, REST_US, pair))
    return TRUE;
  for (guint tried = 0; tried < sockets->n_pairs; tried++)
    {
      guint index = (sockets->next + tried) % sockets->n_pairs;

      if (sockets->used[index])
        continue;
      if (open_pair (sockets, (guint16) (sockets->first + 2 * index), pair))
        {
          sockets->used[index] = TRUE;
          sockets->next = (index + 1) % sockets->n_pairs;
          return TRUE;
        }
      /* A port that another program holds is passed over; anything else will not get better, but a
       * pair that rests needs no descriptor. */
      if (errno != EADDRINUSE)
        return take_resting (sockets, 0, pair)
               || ct_fail (error, errno == EMFILE ? CT_ERROR_LIMIT : CT_ERROR_IO,
                           "cannot open an RTP socket: %s", g_strerror (errno));
    }
  return take_resting (sockets, 0, pair)
         || ct_fail (error, CT_ERROR_LIMIT, "all %u RTP ports are in use", sockets->n_pairs);
}

void
cs_sockets_close (CsSockets *sockets, const CsSocketPair *pair)
{
  Resting *resting;

  if (sockets->resting.length >= sockets->max_resting)
    {
      close_pair (pair);
      sockets->used[(pair->port - sockets->first) / 2] = FALSE;
      return;
    }
  resting = g_new (Resting, 1);
  *resting = (Resting){ *pair, ct_clock_monotonic_us (sockets->clock) };
  g_queue_push_tail (&sockets->resting, resting);
}
