/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server/sip with the smallest switch there is, for SIPp to call: every call from the first trunk is
 * sent out over the second and joined to what answers there (--to), or answered at once.
 *   sip-echo --listen 127.0.0.1:5060 --from 127.0.0.2 [--to 127.0.0.3:5070] */
#include "server/sip/sip.h"

#include <glib-unix.h>
#include <string.h>

#define IN_ID ((CtId) 1)
#define OUT_ID ((CtId) 2)
#define SDP                                                                                        \
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                      \
  "m=audio 20000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"

typedef struct {
  CtClock *clock;
  const CsSipPort *port;
  gboolean joins;
  GHashTable *other; /* CsLegId -> CsLegId; on the SIP thread only */
} Echo;

static CsLegId
other_of (Echo *echo, CsLegId leg)
{
  const CsLegId *other = g_hash_table_lookup (echo->other, &leg);

  return other != NULL ? *other : CT_ID_NONE;
}

static void
join (Echo *echo, CsLegId a, CsLegId b)
{
  g_hash_table_insert (echo->other, g_memdup2 (&a, sizeof a), g_memdup2 (&b, sizeof b));
  g_hash_table_insert (echo->other, g_memdup2 (&b, sizeof b), g_memdup2 (&a, sizeof a));
}

static void
on_incoming (Echo *echo, const CsSipEvent *event)
{
  gpointer self = echo->port->self;
  CsLegId onward = ct_id_new (echo->clock);
  CsSipTarget target = { .kind = CS_SIP_TO_TRUNK,
                         .trunk = OUT_ID,
                         .number = event->called,
                         .caller = event->caller,
                         .call = onward };

  if (echo->joins && event->sdp != NULL)
    {
      join (echo, event->leg, onward);
      echo->port->originate (self, onward, &target, event->sdp);
      return;
    }
  echo->port->ring (self, event->leg);
  echo->port->answer (self, event->leg, SDP);
}

static void
on_ended (Echo *echo, const CsSipEvent *event)
{
  CsLegId other = other_of (echo, event->leg);

  if (other == CT_ID_NONE)
    return;
  g_hash_table_remove (echo->other, &event->leg);
  g_hash_table_remove (echo->other, &other);
  echo->port->hang_up (echo->port->self, other, event->cause);
}

static void
on_event (CsSipEvent *owned, gpointer data)
{
  g_autoptr (CsSipEvent) event = owned;
  Echo *echo = data;
  gpointer self = echo->port->self;

  switch (event->kind)
    {
    case CS_SIP_INCOMING:
      on_incoming (echo, event);
      break;
    case CS_SIP_PROGRESS:
      echo->port->ring (self, other_of (echo, event->leg));
      break;
    case CS_SIP_ANSWERED:
      echo->port->answer (self, other_of (echo, event->leg), event->sdp);
      break;
    case CS_SIP_REOFFER:
      echo->port->reanswer (self, event->leg, SDP);
      break;
    case CS_SIP_ENDED:
      on_ended (echo, event);
      break;
    case CS_SIP_CONFIRMED:
    case CS_SIP_DTMF:
    case CS_SIP_REGISTERED:
    case CS_SIP_UNREGISTERED:
    default:
      break;
    }
}

/* "address:port" */
static guint16
split (char *text)
{
  char *colon = strrchr (text, ':');

  if (colon == NULL)
    return 5060;
  *colon = '\0';
  return (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
}

static gboolean
trunk_add (GPtrArray *trunks, CtId id, const char *name, const char *host, guint16 port,
           GError **error)
{
  g_autoptr (CsSipTrunk) trunk = cs_sip_trunk_new (id, CT_ID_NONE, name, host);

  trunk->port = port;
  trunk->allowed = g_strdupv ((char *[]){ (char *) "+", NULL });
  if (!cs_sip_trunk_resolve (trunk, NULL, error))
    return FALSE;
  g_ptr_array_add (trunks, g_steal_pointer (&trunk));
  return TRUE;
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autofree char *listen = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &listen, "Where we listen", "ADDRESS:PORT" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, "Where calls come from", "ADDRESS" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to, "Where they go; none: answer them", "ADDRESS:PORT" },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (CsSipDirectory) directory = cs_sip_directory_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (CsSip) sip = NULL;
  GPtrArray *trunks = g_ptr_array_new ();
  Echo echo = { .clock = clock };
  CsSipConfig config = { .realm = "echo.test" };
  guint16 to_port;

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error) || listen == NULL || from == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "--listen and --from are needed");
      return 2;
    }
  config.port = split (listen);
  to_port = to != NULL ? split (to) : 0;
  config.address = listen;
  echo.joins = to != NULL;
  echo.other = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  sip = cs_sip_new (&config, clock, directory, on_event, &echo, &error);
  if (sip == NULL || !trunk_add (trunks, IN_ID, "in", from, 0, &error)
      || (to != NULL && !trunk_add (trunks, OUT_ID, "out", to, to_port, &error)))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  echo.port = cs_sip_get_port (sip);
  cs_sip_set_trunks (sip, trunks);
  g_print ("ready\n");
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_main_loop_run (loop);
  g_clear_pointer (&sip, cs_sip_free);
  g_hash_table_unref (echo.other);
  return 0;
}
