/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail server that takes every mail and keeps none, so cheaply that it does not weigh on what is measured
 * beside it: tests/tools/smtp-sink.py costs as much CPU as our whole server at 500 mails a second.
 *
 *   load-mail-sink     prints its port; when its standard input ends, how many mails it took */
#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CLIENTS 64
#define BUFFER 65536

static const char greeting[] = "220 sink.test\r\n";
static const char end_of_mail[] = "\r\n.\r\n";

typedef struct {
  char bytes[BUFFER]; /* heard and not yet understood */
  gsize length;
  gboolean in_mail;
} Client;

static struct pollfd polled[2 + MAX_CLIENTS]; /* standard input, the listener, clients */
static Client *clients[2 + MAX_CLIENTS];      /* at the same places */
static guint n_polled = 2;
static guint64 mails;

static const char *
answer_to (const char *line)
{
  static const struct {
    const char *verb, *answer;
  } answers[] = {
    { "EHLO", "250-sink.test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n" },
    { "MAIL", "250 OK\r\n" },
    { "RCPT", "250 OK\r\n" },
    { "RSET", "250 OK\r\n" },
    { "DATA", "354 go on\r\n" },
    { "QUIT", "221 bye\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (g_ascii_strncasecmp (line, answers[i].verb, 4) == 0)
      return answers[i].answer;
  return "502 not here\r\n";
}

static gboolean
say (int fd, const char *words)
{
  return send (fd, words, strlen (words), MSG_NOSIGNAL) == (gssize) strlen (words);
}

static void
forget (Client *client, gsize bytes)
{
  client->length -= bytes;
  memmove (client->bytes, client->bytes + bytes, client->length);
}

/* A mail's text is thrown away as it comes, but for what may be the beginning of its end. */
static gboolean
take_mail (int fd, Client *client)
{
  const gsize mark = strlen (end_of_mail);
  const char *end = memmem (client->bytes, client->length, end_of_mail, mark);

  if (end == NULL)
    {
      forget (client, client->length > mark ? client->length - mark : 0);
      return FALSE;
    }
  forget (client, end + mark - client->bytes);
  client->in_mail = FALSE;
  mails++;
  return say (fd, "250 OK\r\n");
}

static gboolean
take_line (int fd, Client *client)
{
  const char *end = memmem (client->bytes, client->length, "\r\n", 2);
  const char *answer;

  if (end == NULL)
    return FALSE;
  answer = answer_to (client->bytes);
  client->in_mail = *answer == '3';
  forget (client, end + 2 - client->bytes);
  return say (fd, answer);
}

/* FALSE: the client is gone. */
static gboolean
hear (int fd, Client *client)
{
  gssize n = recv (fd, client->bytes + client->length, BUFFER - client->length, 0);

  if (n <= 0)
    return FALSE;
  client->length += n;
  while (client->in_mail ? take_mail (fd, client) : take_line (fd, client))
    ;
  return client->length < BUFFER;
}

static void
admit (int listener)
{
  int fd = accept (listener, NULL, NULL);

  if (fd < 0)
    return;
  if (n_polled == G_N_ELEMENTS (polled) || !say (fd, greeting))
    {
      close (fd);
      return;
    }
  polled[n_polled] = (struct pollfd){ .fd = fd, .events = POLLIN };
  clients[n_polled++] = g_new0 (Client, 1);
}

static void
dismiss (guint at)
{
  close (polled[at].fd);
  g_free (clients[at]);
  n_polled--;
  polled[at] = polled[n_polled];
  clients[at] = clients[n_polled];
}

int
main (void)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM, 0);

  if (bind (listener, (struct sockaddr *) &address, sizeof address) != 0
      || listen (listener, 16) != 0
      || getsockname (listener, (struct sockaddr *) &address, &size) != 0)
    {
      perror ("load-mail-sink");
      return 1;
    }
  printf ("%u\n", ntohs (address.sin_port));
  fflush (stdout);
  polled[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
  polled[1] = (struct pollfd){ .fd = listener, .events = POLLIN };
  while (poll (polled, n_polled, -1) > 0 && polled[0].revents == 0)
    {
      for (guint i = n_polled - 1; i > 1; i--)
        if (polled[i].revents != 0 && !hear (polled[i].fd, clients[i]))
          dismiss (i);
      if (polled[1].revents != 0)
        admit (listener);
    }
  printf ("%" G_GUINT64_FORMAT "\n", mails);
  return 0;
}
