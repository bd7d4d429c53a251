/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Into the outbox, and its history. */
#define G_LOG_DOMAIN "messages"

#include "common/rules/mail-address.h"
#include "server/messages/mailer-private.h"
#include "server/messages/messages-store.h"
#include "server/messages/word.h"

static void
on_committed (gpointer data)
{
  cs_mailer_wake (data);
}

static void
release (gpointer data)
{
  cs_mailer_unref (data);
}

gboolean
cs_messages_put (CsDb *db, CsScope scope, CsMailer *mailer, const CsCallMessage *message, CtId *id,
                 GError **error)
{
  CtClock *clock = cs_db_get_clock (db);
  g_autoptr (CsMessageRow) row = g_new0 (CsMessageRow, 1);

  if (message->to == NULL || message->to[0] == NULL)
    return TRUE;
  row->company = message->company;
  row->call = message->call;
  row->recipients = g_strdupv ((char **) message->to);
  row->sender = g_strdup (message->from);
  row->language = g_strdup (message->language);
  row->subject = cs_message_subject (message);
  row->body = cs_message_body (message);
  row->created_ms = ct_clock_utc_ms (clock);
  for (guint i = 0; message->to[i] != NULL; i++)
    {
      g_autofree char *address = ct_mail_address (message->to[i]);
      const char *bad = address == NULL ? "not a mail address" : NULL;

      g_free (row->recipient);
      row->recipient = g_strdup (address != NULL ? address : message->to[i]);
      row->id = ct_id_new (clock);
      if (!cs_messages_add (db, scope, row, bad, error))
        return FALSE;
      if (id != NULL && i == 0)
        *id = row->id;
    }
  if (mailer != NULL)
    cs_db_after_commit (db, on_committed, cs_mailer_ref (mailer), release);
  return TRUE;
}

GPtrArray *
cs_messages_list (CsDb *db, CsScope scope, CtId call, GError **error)
{
  return cs_messages_list_rows (db, scope, call, error);
}

/* The route */

static gboolean
get_messages (CsExchange *exchange, gpointer module, GError **error)
{
  const CsMessagesAccess *access = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  CtId call = cs_exchange_id (exchange, "id");
  GPtrArray *list;

  if (!access->may_see_call (access->data, db, principal, call, error))
    return FALSE;
  list = cs_messages_list_rows (db, principal->scope, call, error);
  if (list == NULL)
    return FALSE;
  cs_exchange_reply_list (exchange, list, 0);
  return TRUE;
}

static const CsRoute routes[] = {
  { "GET", "/api/v1/calls/{id}/messages", CS_ALLOW_SEE_CALLS, NULL, &ct_message_type,
    CS_ROUTE_PAGED, get_messages, "The messages that a call made, and what became of them" },
};

const CsModule cs_messages_module
    = { "messages", cs_messages_migrations, 1, routes, G_N_ELEMENTS (routes) };
