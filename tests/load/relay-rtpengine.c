/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay-rtpengine.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTROL_PORT 22299

static int control = -1;

GPid
rtpengine_start (void)
{
  g_autofree char *program = g_find_program_in_path ("rtpengine");
  g_autofree char *listen = g_strdup_printf ("--listen-ng=127.0.0.1:%d", CONTROL_PORT);
  const char *argv[]
      = { program,        "--config-file=none", "--table=-1",       "--interface=127.0.0.1",
          listen,         "--port-min=42000",   "--port-max=46000", "--foreground",
          "--log-stderr", "--log-level=3",      "--num-threads=1",  NULL };
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons (CONTROL_PORT),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  static const struct timeval patience = { .tv_sec = 3 };
  GPid pid;

  if (program == NULL
      || !g_spawn_async (NULL, (char **) argv, NULL,
                         G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &pid,
                         NULL))
    return 0;
  control = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  setsockopt (control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect (control, (struct sockaddr *) &to, sizeof to) != 0)
    g_error ("no control socket");
  return pid;
}

/* One command; the answer's text, or NULL when there was none. */
static char *
command (const char *body)
{
  static guint cookie;
  g_autofree char *text = g_strdup_printf ("%u %s", ++cookie, body);
  char answer[65536];
  gssize n;

  if (send (control, text, strlen (text), 0) < 0)
    return NULL;
  n = recv (control, answer, sizeof answer - 1, 0);
  return n < 0 ? NULL : g_strndup (answer, (gsize) n);
}

static void
add (GString *out, const char *key, const char *value)
{
  g_string_append_printf (out, "%zu:%s%zu:%s", strlen (key), key, strlen (value), value);
}

/* The port in the SDP that comes back. */
static guint16
negotiate (const char *verb, guint call, guint16 port)
{
  g_autofree char *sdp
      = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                         "m=audio %u RTP/AVP 8\r\n",
                         port);
  g_autofree char *id = g_strdup_printf ("call-%u", call);
  g_autoptr (GString) body = g_string_new ("d");
  g_autofree char *answer = NULL;
  const char *media;

  add (body, "call-id", id);
  add (body, "command", verb);
  add (body, "from-tag", "a");
  g_string_append (body, "7:replacel6:origine");
  add (body, "sdp", sdp);
  if (strcmp (verb, "answer") == 0)
    add (body, "to-tag", "b");
  g_string_append (body, "e");
  answer = command (body->str);
  media = answer != NULL ? strstr (answer, "m=audio ") : NULL;
  if (media == NULL)
    g_error ("rtpengine did not take call %u: %s", call, answer);
  return (guint16) atoi (media + 8);
}

void
rtpengine_connect (Phones *phones, guint calls)
{
  gboolean up = FALSE;

  for (int i = 0; i < 50 && !up; i++)
    {
      g_autofree char *pong = command ("d7:command4:pinge");

      up = pong != NULL;
      if (!up)
        g_usleep (100 * 1000);
    }
  for (guint i = 0; i < calls; i++)
    {
      guint16 to_b = negotiate ("offer", i, phones_get_port (phones, 2 * i));
      guint16 to_a = negotiate ("answer", i, phones_get_port (phones, 2 * i + 1));

      phones_set_target (phones, 2 * i, to_a);
      phones_set_target (phones, 2 * i + 1, to_b);
    }
}

void
rtpengine_stop (GPid pid)
{
  kill (pid, SIGKILL); /* it keeps nothing that is worth a farewell */
  waitpid (pid, NULL, 0);
  close (control);
}
