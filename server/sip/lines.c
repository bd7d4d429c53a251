/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trunks at work. For each configured trunk: where its calls come from, how many run, whether it is
 * up. Up means: where it probes, the last OPTIONS but one was answered; where it registers, the
 * registrar took us. Failures are tried again after 5, 10, 20 ... 300 s. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/stack.h"

#include <string.h>

#define BACKOFF_LEAST_US (5 * G_USEC_PER_SEC)
#define BACKOFF_MOST_US (300 * G_USEC_PER_SEC)
#define PROBES_LOST 2
#define MAX_CHALLENGES 2

struct _CsSipLine {
  CsSipTrunk *trunk; /* owned */
  GArray *blocks;    /* CsSipBlock: where calls come from */
  char *token;       /* user part of our Contact there */
  guint calls;       /* legs alive */
  gint64 second;     /* of the count below */
  guint this_second; /* calls that came within it */

  gboolean registered;
  gint64 register_us; /* next attempt, 0: none is due (NUA refreshes by itself) */
  gint64 backoff_us;
  CsSipDialog *registration; /* borrowed of sip->dialogs */

  guint probes_lost;
  gint64 probe_us;
  gboolean probing;
  CsSipDialog *probe; /* borrowed */
};

const CsSipTrunk *
cs_sip_line_trunk (const CsSipLine *line)
{
  return line->trunk;
}

void
cs_sip_line_free (CsSipLine *line)
{
  cs_sip_trunk_free (line->trunk);
  g_array_unref (line->blocks);
  g_free (line->token);
  g_free (line);
}

/* Takes @trunk. */
static CsSipLine *
line_new (CsSipTrunk *trunk)
{
  CsSipLine *line = g_new0 (CsSipLine, 1);
  CsSipBlock block;

  line->trunk = trunk;
  line->blocks = g_array_new (FALSE, FALSE, sizeof (CsSipBlock));
  line->token
      = g_strdup_printf ("t%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
  line->backoff_us = BACKOFF_LEAST_US;
  if (cs_sip_block_parse (trunk->address != NULL ? trunk->address : "", &block))
    g_array_append_val (line->blocks, block);
  for (guint i = 0; trunk->sources != NULL && trunk->sources[i] != NULL; i++)
    if (cs_sip_block_parse (trunk->sources[i], &block))
      g_array_append_val (line->blocks, block);
  return line;
}

CsSipLine *
cs_sip_line_find (CsSip *sip, CtId trunk)
{
  for (guint i = 0; i < sip->lines->len; i++)
    {
      CsSipLine *line = g_ptr_array_index (sip->lines, i);

      if (line->trunk->id == trunk)
        return line;
    }
  return NULL;
}

CsSipLine *
cs_sip_line_at (CsSip *sip, const CsSipAddress *address)
{
  for (guint i = 0; i < sip->lines->len; i++)
    {
      CsSipLine *line = g_ptr_array_index (sip->lines, i);

      for (guint k = 0; k < line->blocks->len; k++)
        if (cs_sip_block_contains (&g_array_index (line->blocks, CsSipBlock, k), address))
          return line;
    }
  return NULL;
}

CsSipLine *
cs_sip_line_by_token (CsSip *sip, const char *token)
{
  for (guint i = 0; token != NULL && i < sip->lines->len; i++)
    {
      CsSipLine *line = g_ptr_array_index (sip->lines, i);

      if (line->trunk->registers && strcmp (line->token, token) == 0)
        return line;
    }
  return NULL;
}

int
cs_sip_line_admit (CsSip *sip, CsSipLine *line, gboolean incoming)
{
  const CsSipTrunk *trunk = line->trunk;
  gint64 second = ct_clock_monotonic_us (sip->clock) / G_USEC_PER_SEC;

  if (trunk->max_calls > 0 && line->calls >= trunk->max_calls)
    return 503;
  if (incoming && trunk->max_calls_per_second > 0)
    {
      if (second != line->second)
        line->this_second = 0;
      line->second = second;
      if (line->this_second >= trunk->max_calls_per_second)
        return 503;
      line->this_second++;
    }
  line->calls++;
  return 0;
}

void
cs_sip_line_release (CsSip *sip, CtId trunk)
{
  CsSipLine *line = cs_sip_line_find (sip, trunk);

  if (line != NULL && line->calls > 0)
    line->calls--;
}

gboolean
cs_sip_line_is_up (const CsSipLine *line)
{
  return (!line->trunk->registers || line->registered) && line->probes_lost < PROBES_LOST;
}

const char *
cs_sip_line_domain (const CsSipLine *line)
{
  return line->trunk->domain != NULL ? line->trunk->domain : line->trunk->host;
}

static guint16
line_port (const CsSipLine *line)
{
  if (line->trunk->port != 0)
    return line->trunk->port;
  return line->trunk->transport == CS_SIP_TLS ? 5061 : 5060;
}

char *
cs_sip_line_uri (const CsSipLine *line, const char *user)
{
  return g_strdup_printf ("sip:%s%s%s:%u;transport=%s", user != NULL ? user : "",
                          user != NULL ? "@" : "", line->trunk->address, line_port (line),
                          cs_sip_transport_name (line->trunk->transport));
}

/* Says so when a trunk goes up or down, and keeps the set other threads read. */
static void
note_health (CsSip *sip, const CsSipLine *line, gboolean was_up, const char *why)
{
  gboolean up = cs_sip_line_is_up (line);

  g_mutex_lock (&sip->lock);
  if (up)
    g_hash_table_remove (sip->down_trunks, &line->trunk->id);
  else
    g_hash_table_replace (sip->down_trunks, g_memdup2 (&line->trunk->id, sizeof line->trunk->id),
                          g_strdup (line->trunk->name));
  sip->counts.trunks_down = g_hash_table_size (sip->down_trunks);
  g_mutex_unlock (&sip->lock);
  if (up != was_up)
    cs_message (CS_ABOUT (.tenant = line->trunk->tenant), "Trunk %s is %s: %s", line->trunk->name,
                up ? "up" : "down", why);
}

static void
line_disconnect (CsSip *sip, CsSipLine *line)
{
  if (line->registration != NULL)
    cs_sip_dialog_drop (sip, line->registration);
  if (line->probe != NULL)
    cs_sip_dialog_drop (sip, line->probe);
  line->registration = line->probe = NULL;
}

static gboolean
is_same_way (const CsSipTrunk *a, const CsSipTrunk *b)
{
  return g_strcmp0 (a->address, b->address) == 0 && a->port == b->port
         && a->transport == b->transport && g_strcmp0 (a->user, b->user) == 0
         && g_strcmp0 (a->secret, b->secret) == 0 && g_strcmp0 (a->domain, b->domain) == 0
         && a->registers == b->registers && a->register_seconds == b->register_seconds
         && a->probes == b->probes;
}

/* A trunk that only changed its limits or sources keeps its registration and health. */
static void
line_inherit (CsSip *sip, CsSipLine *line, CsSipLine *old)
{
  line->calls = old->calls;
  if (!is_same_way (line->trunk, old->trunk))
    return;
  g_free (line->token);
  line->token = g_steal_pointer (&old->token);
  line->registered = old->registered;
  line->register_us = old->register_us;
  line->backoff_us = old->backoff_us;
  line->registration = g_steal_pointer (&old->registration);
  line->probes_lost = old->probes_lost;
  line->probe_us = old->probe_us;
  line->probing = old->probing;
  line->probe = g_steal_pointer (&old->probe);
}

void
cs_sip_lines_set (CsSip *sip, GPtrArray *trunks)
{
  GPtrArray *old_lines = sip->lines;
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_line_free);
  gint64 now = ct_clock_monotonic_us (sip->clock);

  for (guint i = 0; i < trunks->len; i++)
    {
      CsSipLine *line = line_new (g_ptr_array_index (trunks, i));
      CsSipLine *old = cs_sip_line_find (sip, line->trunk->id);

      if (line->trunk->registers)
        line->register_us = now;
      if (old != NULL)
        line_inherit (sip, line, old);
      g_ptr_array_add (lines, line);
    }
  for (guint i = 0; i < old_lines->len; i++)
    line_disconnect (sip, g_ptr_array_index (old_lines, i));
  sip->lines = lines;
  g_ptr_array_unref (old_lines);
  g_mutex_lock (&sip->lock);
  g_hash_table_remove_all (sip->down_trunks);
  sip->counts.trunks = lines->len;
  sip->counts.trunks_down = 0;
  g_mutex_unlock (&sip->lock);
  for (guint i = 0; i < lines->len; i++)
    {
      const CsSipLine *line = g_ptr_array_index (lines, i);

      note_health (sip, line, cs_sip_line_is_up (line), "configured");
    }
  cs_sip_lines_tick (sip, now);
}

static void
line_register (CsSip *sip, CsSipLine *line)
{
  const CsSipTrunk *trunk = line->trunk;
  g_autofree char *route = cs_sip_line_uri (line, NULL);
  g_autofree char *registrar = g_strdup_printf ("sip:%s", cs_sip_line_domain (line));
  g_autofree char *aor = g_strdup_printf (
      "<sip:%s@%s>", trunk->user != NULL ? trunk->user : line->token, cs_sip_line_domain (line));
  guint seconds = trunk->register_seconds > 0 ? trunk->register_seconds : 300;
  g_autofree char *expires = g_strdup_printf ("%u", seconds);
  nua_handle_t *handle;

  line->register_us = 0;
  if (line->registration != NULL)
    cs_sip_dialog_drop (sip, line->registration);
  handle = nua_handle (sip->nua, NULL, SIPTAG_TO_STR (aor), SIPTAG_FROM_STR (aor), TAG_END ());
  if (handle == NULL)
    return;
  line->registration = cs_sip_dialog_new (sip, CS_SIP_DIALOG_REGISTER, handle);
  line->registration->trunk = trunk->id;
  nua_register (handle, NUTAG_PROXY (route), NUTAG_REGISTRAR (registrar),
                NUTAG_M_USERNAME (line->token),
                NUTAG_OUTBOUND ("no-outbound no-validate no-options-keepalive natify"),
                SIPTAG_EXPIRES_STR (expires), TAG_END ());
}

static void
line_probe (CsSip *sip, CsSipLine *line, gint64 now)
{
  guint seconds = line->trunk->probe_seconds > 0 ? line->trunk->probe_seconds : 30;
  g_autofree char *uri = cs_sip_line_uri (line, NULL);
  nua_handle_t *handle;

  line->probe_us = now + (gint64) seconds * G_USEC_PER_SEC;
  if (line->probing)
    return;
  if (line->probe == NULL)
    {
      g_autofree char *from = g_strdup_printf ("<sip:probe@%s>", sip->realm);

      handle = nua_handle (sip->nua, NULL, NUTAG_URL (uri), SIPTAG_TO_STR (uri),
                           SIPTAG_FROM_STR (from), TAG_END ());
      if (handle == NULL)
        return;
      line->probe = cs_sip_dialog_new (sip, CS_SIP_DIALOG_PROBE, handle);
      line->probe->trunk = line->trunk->id;
    }
  line->probing = TRUE;
  nua_options (line->probe->handle, TAG_END ());
}

void
cs_sip_lines_tick (CsSip *sip, gint64 now)
{
  for (guint i = 0; i < sip->lines->len && !sip->closing; i++)
    {
      CsSipLine *line = g_ptr_array_index (sip->lines, i);

      if (line->register_us != 0 && line->register_us <= now)
        line_register (sip, line);
      if (line->trunk->probes && line->probe_us <= now)
        line_probe (sip, line, now);
    }
}

static void
register_responded (CsSip *sip, CsSipLine *line, int status)
{
  gboolean was_up = cs_sip_line_is_up (line);

  line->registered = status < 300;
  if (line->registered)
    line->backoff_us = BACKOFF_LEAST_US;
  else
    {
      line->register_us = ct_clock_monotonic_us (sip->clock) + line->backoff_us;
      line->backoff_us = MIN (line->backoff_us * 2, BACKOFF_MOST_US);
      cs_message (CS_ABOUT (.tenant = line->trunk->tenant), "Trunk %s refused our registration: %d",
                  line->trunk->name, status);
    }
  note_health (sip, line, was_up, line->registered ? "registered" : "not registered");
}

/* Any answer but "overloaded" and our own timeout proves that somebody is there. */
static void
probe_responded (CsSip *sip, CsSipLine *line, int status)
{
  gboolean was_up = cs_sip_line_is_up (line);

  line->probing = FALSE;
  if (status == 408 || status == 503)
    line->probes_lost++;
  else
    line->probes_lost = 0;
  note_health (sip, line, was_up, line->probes_lost == 0 ? "answers" : "does not answer");
}

void
cs_sip_line_responded (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message)
{
  CsSipLine *line = cs_sip_line_find (sip, dialog->trunk);

  if (status < 200 || line == NULL)
    return;
  if (dialog->kind == CS_SIP_DIALOG_PROBE && line->probe == dialog)
    probe_responded (sip, line, status);
  else if (dialog->kind == CS_SIP_DIALOG_REGISTER && line->registration == dialog
           && !((status == 401 || status == 407)
                && cs_sip_line_authenticate (sip, dialog, message)))
    {
      if (status < 300)
        dialog->challenges = 0;
      register_responded (sip, line, status);
    }
}

gboolean
cs_sip_line_authenticate (CsSip *sip, CsSipDialog *dialog, const sip_t *message)
{
  CsSipLine *line = cs_sip_line_find (sip, dialog->trunk);
  const msg_auth_t *challenge = NULL;
  const char *realm;
  g_autofree char *credentials = NULL;

  if (message != NULL)
    challenge = message->sip_www_authenticate != NULL ? message->sip_www_authenticate
                                                      : message->sip_proxy_authenticate;
  if (line == NULL || line->trunk->user == NULL || line->trunk->secret == NULL || challenge == NULL
      || challenge->au_params == NULL || dialog->challenges++ >= MAX_CHALLENGES)
    return FALSE;
  realm = msg_params_find ((msg_param_t const *) challenge->au_params, "realm=");
  if (realm == NULL || strlen (realm) > 200)
    return FALSE;
  credentials = g_strdup_printf ("%s:%s:%s:%s", challenge->au_scheme, realm, line->trunk->user,
                                 line->trunk->secret);
  nua_authenticate (dialog->handle, NUTAG_AUTH (credentials), TAG_END ());
  return TRUE;
}
