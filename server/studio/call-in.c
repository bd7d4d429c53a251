/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording by phone: the code for it, what the caller is told (spoken by the machine once a language, in
 * the language of who asked), and the switch's orders: a take is prepared in the helper like any upload,
 * and kept like one. Orders are done on workers of the studio's own; answers go back to the switch's
 * loop. Codes lie in memory only: a restart voids them. */
#define G_LOG_DOMAIN "studio"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "common/base/error.h"
#include "common/base/text.h"
#include "server/base/log.h"
#include "server/studio/studio-private.h"

#define VALID_SECONDS 300
#define LONGEST_CALL_SECONDS 3600 /* so long a prompt that is being recorded is remembered */
#define CODE_TRIES 20
#define SWITCH_MS 5000
#define NAME_LENGTH 24

/* What a ticket is for. */
typedef struct {
  CsScope scope;
  CtId company;
  CtId line;
  CtId user;
  char *place;
  int language;
  gint64 until_us;
} Errand;

static void
errand_free (gpointer data)
{
  g_free (((Errand *) data)->place);
  g_free (data);
}

void
cs_studio_init_call_in (CsStudio *studio)
{
  g_mutex_init (&studio->lock);
  studio->errands = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, errand_free);
  studio->workers = cs_workers_new ("studio", 2, 1000);
}

void
cs_studio_clear_call_in (CsStudio *studio)
{
  cs_workers_free (studio->workers);
  g_hash_table_unref (studio->errands);
  g_mutex_clear (&studio->lock);
}

/* What the caller is told */

static const char *
words_of (CsStudioPrompt prompt, const char *language)
{
  switch (prompt)
    {
    case CS_STUDIO_SPEAK:
      /* Translators: spoken on the telephone to who records a prompt; the polite form of address. */
      return ct_text (language,
                      "Speak after the tone, and press the hash key when you have finished.");
    case CS_STUDIO_REVIEW:
      /* Translators: spoken on the telephone; the recording follows. */
      return ct_text (language, "This is what you have recorded.");
    case CS_STUDIO_CHOOSE:
      /* Translators: spoken on the telephone. */
      return ct_text (language, "To keep it, press 1. To record it again, press 2.");
    case CS_STUDIO_KEPT:
      /* Translators: spoken on the telephone, at the end. */
      return ct_text (language, "From now on your callers hear this. Goodbye.");
    case CS_STUDIO_EMPTY:
      /* Translators: spoken on the telephone: no voice was heard; "speak after the tone" follows. */
      return ct_text (language, "Nothing was heard.");
    case CS_STUDIO_FAILED:
    case CS_STUDIO_PROMPTS:
    default:
      /* Translators: spoken on the telephone, at the end. */
      return ct_text (language,
                      "Your recording could not be kept. Please try again later. Goodbye.");
    }
}

/* Named by what is said, so that it is spoken once. */
static char *
speak (CsStudio *studio, const char *language, const char *text, GError **error)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *name = g_strdup_printf ("house-%s-%.*s", language, NAME_LENGTH, hash);

  if (cs_studio_get_samples (studio, name) == 0
      && !cs_prompt_prepare_text (&studio->config.decode, language, text, name, error))
    return NULL;
  return g_steal_pointer (&name);
}

static gboolean
speak_all (CsStudio *studio, const char *asked, CsTicket *ticket, GError **error)
{
  const char *language = cs_language_parse (asked) >= 0 ? asked : "en";

  for (int i = 0; i < CS_STUDIO_PROMPTS; i++)
    {
      ticket->prompts[i] = speak (studio, language, words_of ((CsStudioPrompt) i, language), error);
      if (ticket->prompts[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* The code */

static void
remember (CsStudio *studio, CtId ticket, Errand *errand)
{
  gint64 now_us = ct_clock_monotonic_us (studio->config.clock);
  GHashTableIter iter;
  gpointer old;

  errand->until_us = now_us + (gint64) (VALID_SECONDS + LONGEST_CALL_SECONDS) * G_USEC_PER_SEC;
  g_mutex_lock (&studio->lock);
  g_hash_table_iter_init (&iter, studio->errands);
  while (g_hash_table_iter_next (&iter, NULL, &old))
    if (((Errand *) old)->until_us < now_us)
      g_hash_table_iter_remove (&iter);
  g_hash_table_insert (studio->errands, g_memdup2 (&ticket, sizeof ticket), errand);
  g_mutex_unlock (&studio->lock);
}

typedef struct {
  CsStudio *studio;
  CsTicket *ticket;
  char code[CS_STUDIO_CODE + 1];
  gboolean open;
} Open;

static CsTicket *
copy_ticket (const CsTicket *ticket)
{
  CsTicket *copy = g_memdup2 (ticket, sizeof *ticket);

  for (int i = 0; i < CS_STUDIO_PROMPTS; i++)
    copy->prompts[i] = g_strdup (ticket->prompts[i]);
  return copy;
}

/* On the switch's loop. A code that is out already is drawn again. */
static void
open_ticket (gpointer data)
{
  Open *open = data;
  CsSwitch *self = open->studio->config.get_switch (open->studio->config.data);

  for (int i = 0; self != NULL && !open->open && i < CODE_TRIES; i++)
    {
      CsTicket *ticket = copy_ticket (open->ticket);

      g_snprintf (ticket->code, sizeof ticket->code, "%06u", randombytes_uniform (1000000));
      memcpy (open->code, ticket->code, sizeof open->code);
      open->open = cs_switch_open_studio (self, ticket, NULL);
    }
}

static void
open_clear (gpointer data)
{
  cs_ticket_free (((Open *) data)->ticket);
  sodium_memzero (data, sizeof (Open));
}

static void
open_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, open_clear);
}

static gboolean
draw_code (CsStudio *studio, CsTicket *ticket, char code[CS_STUDIO_CODE + 1], GError **error)
{
  Open *open = g_atomic_rc_box_new0 (Open);
  gboolean good;

  open->studio = studio;
  open->ticket = ticket;
  good = cs_loop_call (studio->config.switch_loop, open_ticket, g_atomic_rc_box_acquire (open),
                       open_unref, SWITCH_MS, error)
         && (open->open || ct_fail (error, CT_ERROR_BUSY, "no code is free"));
  if (good)
    memcpy (code, open->code, sizeof open->code);
  open_unref (open);
  return good;
}

static void
remember_place (CsStudio *studio, CtId ticket, const CsLineView *view, const CsHeard *heard,
                CtId user)
{
  Errand *errand = g_new0 (Errand, 1);

  *errand = (Errand){ .scope = view->scope,
                      .company = view->line->company,
                      .line = view->line->id,
                      .user = user,
                      .place = g_strdup (heard->place->name),
                      .language = heard->language };
  remember (studio, ticket, errand);
}

gboolean
cs_studio_post_call_in (CsExchange *exchange, gpointer module, GError **error)
{
  CsStudio *studio = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CtClock *clock = studio->config.clock;
  g_autoptr (CsLineView) view = cs_studio_open_line (exchange, error);
  g_autoptr (CsTicket) ticket = cs_ticket_new ();
  g_autoptr (CtCallIn) reply = ct_call_in_new ();
  char code[CS_STUDIO_CODE + 1];
  CsHeard heard;

  if (view == NULL || !cs_studio_find_heard (exchange, view, &heard, error)
      || !speak_all (studio, principal->language, ticket, error))
    return FALSE;
  ticket->id = ct_id_new (clock);
  ticket->line = view->line->id;
  ticket->user = principal->user;
  ticket->expires_us = ct_clock_monotonic_us (clock) + VALID_SECONDS * G_USEC_PER_SEC;
  remember_place (studio, ticket->id, view, &heard, principal->user);
  if (!draw_code (studio, g_steal_pointer (&ticket), code, error))
    return FALSE;
  reply->number = g_strdup (view->line->spec->number);
  reply->code = g_strdup (code);
  reply->expires = ct_clock_utc_ms (clock) + VALID_SECONDS * 1000;
  cs_info (CS_ABOUT (.tenant = view->scope.tenant, .user = principal->user),
           "prompt %s (%s) of line %s may be recorded by phone", heard.place->name,
           cs_language_code ((CsLanguage) heard.language), ct_id_text (view->line->id).text);
  cs_exchange_set_status (exchange, 201);
  cs_exchange_reply (exchange, g_steal_pointer (&reply));
  return TRUE;
}

/* The switch's orders */

typedef struct {
  CsStudio *studio;
  CtId call;
  CtId ticket;
  char *path;  /* of a take */
  char *sound; /* prepared; NULL: none */
  gboolean kept;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_free (order->path);
  g_free (order->sound);
  g_free (order);
}

static void
answer_take (gpointer data)
{
  Order *order = data;
  CsSwitch *self = order->studio->config.get_switch (order->studio->config.data);

  if (self != NULL)
    cs_switch_on_take (self, order->call, order->sound);
}

static void
answer_kept (gpointer data)
{
  Order *order = data;
  CsSwitch *self = order->studio->config.get_switch (order->studio->config.data);

  if (self != NULL)
    cs_switch_on_kept (self, order->call, order->kept);
}

static void
answer (Order *order, CsPostFunc function)
{
  Order *back = g_new (Order, 1);

  *back = (Order){ order->studio, order->call, order->ticket, NULL, order->sound, order->kept };
  order->sound = NULL;
  cs_post_urgent (order->studio->config.switch_loop, function, back, order_free);
}

static void
prepare_take (gpointer data)
{
  Order *order = data;
  g_autofree char *name = cs_studio_new_name (order->studio);
  g_autoptr (GError) error = NULL;

  if (cs_prompt_prepare_file (&order->studio->config.decode, order->path, name, &error))
    order->sound = g_steal_pointer (&name);
  else
    cs_warning (CS_ABOUT (.call = order->call), "a prompt recorded by phone: %s", error->message);
  g_unlink (order->path);
  answer (order, answer_take);
}

/* The errand, once. */
static Errand *
take_errand (CsStudio *studio, CtId ticket)
{
  Errand *errand = NULL;
  gpointer key = NULL;

  g_mutex_lock (&studio->lock);
  if (g_hash_table_steal_extended (studio->errands, &ticket, &key, (gpointer *) &errand))
    g_free (key);
  g_mutex_unlock (&studio->lock);
  return errand;
}

static gboolean
read_version (CsStudio *studio, const Errand *errand, gint64 *version, GError **error)
{
  CsDb *db = cs_store_acquire_reader (studio->config.store);
  gboolean good = cs_tenants_get_prompt_version (db, errand->scope, errand->line, errand->place,
                                                 cs_language_code ((CsLanguage) errand->language),
                                                 version, error);

  cs_store_release_reader (studio->config.store, db);
  return good;
}

static void
keep_take (gpointer data)
{
  Order *order = data;
  Errand *errand = take_errand (order->studio, order->ticket);
  g_autoptr (GError) error = NULL;
  gint64 version;

  if (errand != NULL && read_version (order->studio, errand, &version, &error))
    {
      CsLinePromptRow row = { .line = errand->line,
                              .place = errand->place,
                              .language = errand->language,
                              .origin = (char *) "phone",
                              .media = order->sound };

      order->kept = cs_studio_keep (order->studio, errand->scope, errand->company, &row,
                                    errand->user, version, &error);
    }
  if (error != NULL)
    cs_warning (CS_ABOUT (.call = order->call), "a prompt recorded by phone is not kept: %s",
                error->message);
  if (!order->kept)
    cs_prompt_remove (&order->studio->config.decode, order->sound, NULL);
  if (errand != NULL)
    errand_free (errand);
  g_clear_pointer (&order->sound, g_free);
  answer (order, answer_kept);
}

static void
drop_take (gpointer data)
{
  Order *order = data;

  if (order->path != NULL)
    g_unlink (order->path);
  if (order->sound != NULL)
    cs_prompt_remove (&order->studio->config.decode, order->sound, NULL);
}

static void
push (CsStudio *studio, CsPostFunc function, CtId call, CtId ticket, const char *path,
      const char *sound)
{
  Order *order = g_new (Order, 1);

  *order = (Order){ studio, call, ticket, g_strdup (path), g_strdup (sound), FALSE };
  if (!cs_workers_push (studio->workers, function, order, order_free))
    g_warning ("too many prompts are being recorded by phone");
}

static void
port_prepare (gpointer self, CtId call, CtId ticket, const char *path)
{
  push (self, prepare_take, call, ticket, path, NULL);
}

static void
port_keep (gpointer self, CtId call, CtId ticket, const char *sound)
{
  push (self, keep_take, call, ticket, NULL, sound);
}

static void
port_drop (gpointer self, const char *path, const char *sound)
{
  push (self, drop_take, CT_ID_NONE, CT_ID_NONE, path, sound);
}

CsStudioPort
cs_studio_get_port (CsStudio *studio)
{
  return (CsStudioPort){ studio, port_prepare, port_keep, port_drop };
}
