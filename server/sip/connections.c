/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections are capped and reaped here, because Sofia does neither well: it accepts without bound,
 * and leaves those that the peer closed half-open for minutes. Every two seconds we look at our own
 * sockets: a half-closed one is shut down, and when there are too many, those that were silent for
 * longest, but never one that a registered phone lives on. Shutting down wakes the stack, which closes
 * and forgets the connection itself. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/stack.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

typedef struct {
  int fd;
  guint silent_ms;
  gboolean needed; /* a registered phone's */
} Connection;

static gboolean
is_ours (const CsSip *sip, int fd)
{
  struct sockaddr_storage name;
  socklen_t length = sizeof name;
  CsSipAddress address;
  guint16 port;

  return getsockname (fd, (struct sockaddr *) &name, &length) == 0
         && cs_sip_address_from_sockaddr ((struct sockaddr *) &name, &address, &port)
         && (port == sip->port || (sip->tls_port != 0 && port == sip->tls_port));
}

/* FALSE when @fd is no connection of ours, when it was half-closed and is shut down now, or when it was shut
 * down before and the stack has not closed it yet: counted again it would cost another one its place. */
static gboolean
connection_read (CsSip *sip, int fd, Connection *connection)
{
  struct sockaddr_storage name;
  socklen_t length = sizeof name;
  struct tcp_info info;
  socklen_t info_length = sizeof info;
  CsSipAddress peer;

  if (getpeername (fd, (struct sockaddr *) &name, &length) != 0
      || !cs_sip_address_from_sockaddr ((struct sockaddr *) &name, &peer, NULL)
      || !is_ours (sip, fd) || getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &info_length) != 0)
    return FALSE;
  if (info.tcpi_state == TCP_CLOSE_WAIT)
    {
      shutdown (fd, SHUT_RDWR);
      return FALSE;
    }
  if (info.tcpi_state != TCP_ESTABLISHED)
    return FALSE;
  *connection = (Connection){ fd, info.tcpi_last_data_recv,
                              cs_sip_registrar_knows (sip->registrar, &peer)
                                  || cs_sip_line_at (sip, &peer) != NULL };
  return TRUE;
}

/* The least needed first, then the longest silent. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const Connection *one = a, *two = b;

  if (one->needed != two->needed)
    return one->needed ? 1 : -1;
  return one->silent_ms > two->silent_ms ? -1 : one->silent_ms < two->silent_ms;
}

void
cs_sip_connections_reap (CsSip *sip)
{
  g_autoptr (GArray) connections = g_array_new (FALSE, FALSE, sizeof (Connection));
  DIR *folder = opendir ("/proc/self/fd");
  const struct dirent *entry;
  guint surplus;

  if (folder == NULL)
    return;
  while ((entry = readdir (folder)) != NULL)
    {
      Connection connection;

      if (entry->d_name[0] != '.' && connection_read (sip, atoi (entry->d_name), &connection))
        g_array_append_val (connections, connection);
    }
  closedir (folder);

  __atomic_store_n (&sip->counts.connections, connections->len, __ATOMIC_RELAXED);
  if (connections->len <= sip->max_connections)
    return;
  surplus = connections->len - sip->max_connections;
  g_array_sort (connections, compare);
  for (guint i = 0; i < surplus; i++)
    {
      const Connection *connection = &g_array_index (connections, Connection, i);

      if (connection->needed)
        break;
      shutdown (connection->fd, SHUT_RDWR);
      cs_sip_count (sip->counts.dropped);
    }
  g_info ("%u connections, %u too many", connections->len, surplus);
}
