/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls, running ones from the switch, ended ones from the store. */
#define G_LOG_DOMAIN "calls"

#include <string.h>

#include "common/base/error.h"
#include "common/records/company.h"
#include "server/calls/routes.h"
#include "server/tenants/tenants.h"

gboolean
cs_calls_may_see (const CsPrincipal *principal, CtId company, CtId agent, GError **error)
{
  gboolean may = principal->company != CT_ID_NONE
                     ? principal->company == company
                     : cs_principal_sees_all_calls (principal) || principal->user == agent;

  return may || ct_fail (error, CT_ERROR_NOT_FOUND, "no such call");
}

/* Running or ended. */
static CtCall *
find_call (CsExchange *exchange, CsCalls *calls, CtId id, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  CsCallView view = { 0 };
  g_autoptr (CsCallRow) row = NULL;
  g_autoptr (CtCall) call = NULL;

  if (cs_calls_find_live (calls, id, &view, NULL))
    {
      if (view.tenant == principal->scope.tenant)
        call = cs_calls_record_of_view (&view);
      cs_call_view_clear (&view);
    }
  if (call == NULL)
    {
      row = cs_calls_get (db, principal->scope, id, error);
      if (row == NULL)
        return NULL;
      call = cs_calls_record_of_row (db, principal->scope, row, error);
      if (call == NULL)
        return NULL;
      call->keyed = cs_calls_list_keys (db, principal->scope, id, error);
    }
  if (!cs_calls_may_see (principal, call->company, call->agent, error))
    return NULL;
  return g_steal_pointer (&call);
}

gboolean
cs_calls_get_call (CsExchange *exchange, gpointer module, GError **error)
{
  g_autoptr (CtCall) call = find_call (exchange, module, cs_exchange_id (exchange, "id"), error);

  if (call == NULL || !cs_calls_complete (exchange, module, call, error))
    return FALSE;
  cs_exchange_reply (exchange, g_steal_pointer (&call));
  return TRUE;
}

gboolean
cs_calls_get_my_call (CsExchange *exchange, gpointer module, GError **error)
{
  CsCallView view = { 0 };
  g_autoptr (CtCall) call = NULL;

  if (!cs_calls_find_live_of (module, cs_exchange_principal (exchange)->user, &view, NULL))
    return TRUE; /* 204: none */
  call = cs_calls_record_of_view (&view);
  cs_call_view_clear (&view);
  if (!cs_calls_complete (exchange, module, call, error))
    return FALSE;
  cs_exchange_reply (exchange, g_steal_pointer (&call));
  return TRUE;
}

static gboolean
list_live (CsExchange *exchange, CsCalls *calls, CtId company, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  GPtrArray *list = cs_calls_list_live (calls, principal->scope.tenant, company, error);

  if (list == NULL)
    return FALSE;
  for (guint i = list->len; i > 0; i--)
    {
      const CtCall *call = list->pdata[i - 1];

      if (!cs_calls_may_see (principal, call->company, call->agent, NULL))
        g_ptr_array_remove_index (list, i - 1);
    }
  cs_exchange_reply_list (exchange, list, 0);
  return TRUE;
}

/* ?state=live for the running ones; else those of the store, newest first; ?company=ID for staff. */
gboolean
cs_calls_get_calls (CsExchange *exchange, gpointer module, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  const char *asked = cs_exchange_query (exchange, "company");
  const char *state = cs_exchange_query (exchange, "state");
  guint limit = cs_exchange_limit (exchange);
  CtId company = principal->company;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (ct_record_free);

  if (asked != NULL && company == CT_ID_NONE && !ct_id_parse (asked, &company))
    return ct_fail (error, CT_ERROR_INVALID, "company is no id");
  if (state != NULL)
    return strcmp (state, "live") == 0
               ? list_live (exchange, module, company, error)
               : ct_fail (error, CT_ERROR_INVALID, "state is live, or not given");
  rows = cs_calls_list (db, principal->scope, company,
                        cs_calls_may_see (principal, company, CT_ID_NONE, NULL) ? CT_ID_NONE
                                                                                : principal->user,
                        0, cs_exchange_cursor (exchange), limit, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      CtCall *call = cs_calls_record_of_row (db, principal->scope, rows->pdata[i], error);

      if (call == NULL)
        return FALSE;
      g_ptr_array_add (list, call);
    }
  cs_exchange_reply_list (exchange, g_steal_pointer (&list),
                          rows->len == limit ? ((CsCallRow *) rows->pdata[limit - 1])->id : 0);
  return TRUE;
}

/* ?user=ID: why it did not come to somebody else. */
gboolean
cs_calls_get_call_why (CsExchange *exchange, gpointer module, GError **error)
{
  const char *asked = cs_exchange_query (exchange, "user");
  CtId id = cs_exchange_id (exchange, "id");
  g_autoptr (CtCall) call = find_call (exchange, module, id, error);
  CtWhy *why = NULL;
  CtId user = CT_ID_NONE;

  if (call == NULL)
    return FALSE;
  if (asked != NULL && !ct_id_parse (asked, &user))
    return ct_fail (error, CT_ERROR_INVALID, "user is no id");
  if (user == CT_ID_NONE || user == call->agent)
    {
      why = call->why != NULL ? g_steal_pointer (&call->why)
                              : cs_calls_get_why (cs_exchange_reader (exchange),
                                                  cs_exchange_scope (exchange), id, error);
      if (why == NULL)
        return FALSE;
    }
  else if (!cs_calls_ask_why (module, id, user, &why, error))
    return FALSE;
  cs_exchange_reply (exchange, why);
  return TRUE;
}

typedef struct {
  CtId call;
  CtId user;
  gboolean pause;
  char number[24];
} Command;

static gboolean
run_finish (CsSwitch *self, gconstpointer arguments, GError **error)
{
  const Command *command = arguments;

  return cs_switch_finish (self, command->call, command->user, command->pause, error);
}

typedef struct {
  CsCalls *calls;
  CsScope scope;
  CtId call;
  const char *disposition;
  const char *note;
  gboolean wraps_up; /* the e-agent is still at it, as far as the switch knows */
  gboolean refused;  /* out: closed already, with another word */
} Finish;

/* His word is taken once, however late it comes (B06), and again while he wraps up. The same word again
 * changes nothing: it was sent twice. */
static gboolean
write_finish (CsDb *db, gpointer data, GError **error)
{
  Finish *finish = data;
  g_autoptr (CsCallRow) row = cs_calls_get (db, finish->scope, finish->call, error);

  if (row == NULL)
    return FALSE;
  if (row->disposition != NULL && strcmp (row->disposition, finish->disposition) == 0
      && g_strcmp0 (row->note, finish->note) == 0)
    return TRUE;
  finish->refused = row->disposition != NULL && !finish->wraps_up;
  if (finish->refused)
    return TRUE;
  return cs_calls_finish (finish->calls, db, finish->scope, finish->call, finish->disposition,
                          finish->note, error);
}

/* The e-agent's part is over: with the call, or before it, when the caller was connected through or,
 * credit being at its end, takes the no-credit path. */
static gboolean
has_left_agent (const CtCall *call)
{
  return call->ended != 0 || g_strcmp0 (call->state, "onward") == 0
         || (call->answered != 0 && g_strcmp0 (call->state, "ivr") == 0);
}

static gboolean
wraps_up (CsCalls *calls, CtId user, CtId call)
{
  CsPresenceView view = { 0 };
  gboolean does = cs_calls_find_presence (calls, user, &view, NULL)
                  && view.presence == CS_PRESENCE_WRAP_UP && view.call == call;

  cs_presence_view_clear (&view);
  return does;
}

/* The call must have left the e-agent, and be his own, as the disk knows it: its record is closed from
 * there. What he says is written first, so that nothing is lost when the wrap-up ran out meanwhile (B06);
 * then the switch is told. */
gboolean
cs_calls_post_finish (CsExchange *exchange, gpointer module, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  const CtFinish *body = cs_exchange_body (exchange);
  CtId id = cs_exchange_id (exchange, "id");
  Finish finish = { module, principal->scope, id, body->disposition, body->note };
  Command command = { .call = id, .user = principal->user, .pause = body->pause };
  g_autoptr (GError) late = NULL;
  g_autoptr (CtCall) call = NULL;

  if (!cs_calls_wait_written (module, error)
      || (call = find_call (exchange, module, id, error)) == NULL)
    return FALSE;
  if (call->agent != principal->user)
    return ct_fail (error, CT_ERROR_DENIED, "not your call");
  if (!has_left_agent (call))
    return cs_exchange_fail (exchange, CT_ERROR_STATE, "call-running", error,
                             "the call runs still");
  if (!cs_calls_check_disposition (exchange, module, call, body->disposition, error))
    return FALSE;
  finish.wraps_up = wraps_up (module, principal->user, id);
  if (!cs_store_write (cs_exchange_store (exchange), write_finish, &finish, error))
    return FALSE;
  if (finish.refused)
    return cs_exchange_fail (exchange, CT_ERROR_STATE, "call-closed", error,
                             "the call is closed with another disposition or note");
  if (!cs_calls_command (module, run_finish, &command, sizeof command, &late))
    cs_debug (CS_ABOUT (.call = id), "finished late: %s", late->message);
  return TRUE;
}

static gboolean
run_connect (CsSwitch *self, gconstpointer arguments, GError **error)
{
  const Command *command = arguments;

  return cs_switch_connect_through (self, command->call, command->user, command->number, error);
}

static gboolean
run_cancel_connect (CsSwitch *self, gconstpointer arguments, GError **error)
{
  const Command *command = arguments;

  return cs_switch_cancel_connect (self, command->call, command->user, error);
}

/* The number is the script's, never the e-agent's to choose. */
gboolean
cs_calls_post_connect (CsExchange *exchange, gpointer module, GError **error)
{
  const CtConnect *body = cs_exchange_body (exchange);
  Command command
      = { .call = cs_exchange_id (exchange, "id"), .user = cs_exchange_principal (exchange)->user };
  g_autoptr (CtCall) call = find_call (exchange, module, command.call, error);
  g_autofree char *number
      = call != NULL ? cs_calls_connect_number (exchange, module, call, body->step, error) : NULL;

  if (number == NULL)
    return FALSE;
  g_strlcpy (command.number, number, sizeof command.number);
  return cs_calls_command (module, run_connect, &command, sizeof command, error);
}

gboolean
cs_calls_delete_connect (CsExchange *exchange, gpointer module, GError **error)
{
  Command command
      = { .call = cs_exchange_id (exchange, "id"), .user = cs_exchange_principal (exchange)->user };

  return cs_calls_command (module, run_cancel_connect, &command, sizeof command, error);
}

/* The ledger knows the sum, the call's record when it was answered. */
gboolean
cs_calls_get_bill (CsExchange *exchange, gpointer module, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  CtId id = cs_exchange_id (exchange, "id");
  g_autoptr (CsCallRow) row = cs_calls_get (db, principal->scope, id, error);
  g_autoptr (CtBill) record = ct_bill_new ();
  CsBill bill;

  if (row == NULL || !cs_calls_may_see (principal, row->company, row->agent, error)
      || !cs_billing_get_bill (db, principal->scope, id, &bill, error))
    return FALSE;
  record->call = id;
  record->currency = g_strdup (bill.currency);
  record->rate = bill.rate;
  record->seconds = bill.seconds;
  record->amount = bill.amount + bill.onward_amount;
  record->answered = row->answered;
  record->ended = row->ended != 0 ? row->ended : bill.settled_ms;
  record->postings = cs_billing_list_call_postings (db, principal->scope, id, error);
  if (record->postings == NULL)
    return FALSE;
  cs_exchange_reply (exchange, g_steal_pointer (&record));
  return TRUE;
}

/* B07: why these data were shown. Who may hear a call may know who saw its data. */
gboolean
cs_calls_get_readings (CsExchange *exchange, gpointer module, GError **error)
{
  CsCalls *calls = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  CtId id = cs_exchange_id (exchange, "id");
  guint limit = cs_exchange_limit (exchange);
  g_autoptr (CsCallRow) row = cs_calls_get (db, principal->scope, id, error);
  g_autoptr (GPtrArray) list = NULL;
  gint64 next;

  if (row == NULL || !cs_calls_may_see (principal, row->company, row->agent, error))
    return FALSE;
  list = cs_scripts_list_readings (calls->scripts, db, principal->scope, id, principal->language,
                                   cs_exchange_cursor (exchange), limit, &next, error);
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      CtReading *reading = list->pdata[i];
      g_autoptr (CsUser) person = cs_tenants_get_user (db, principal->scope, reading->person, NULL);

      reading->person_name = person != NULL ? g_strdup (person->name) : NULL;
    }
  cs_exchange_reply_list (exchange, g_steal_pointer (&list), next);
  return TRUE;
}

/* ?part=voicemail: the voicemail of a call that has a conversation, too. Who may hear: those with the
 * permission, for calls they may see; and the e-agent, his own. */
gboolean
cs_calls_get_recording (CsExchange *exchange, gpointer module, GError **error)
{
  CsCalls *calls = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  g_autoptr (CsCallRow) row
      = cs_calls_get (db, principal->scope, cs_exchange_id (exchange, "id"), error);
  CtId sound = CT_ID_NONE;
  CsBlob *blob;

  if (row == NULL || !cs_calls_may_see (principal, row->company, row->agent, error))
    return FALSE;
  if (row->agent != principal->user && !cs_principal_may (principal, CS_ALLOW_HEAR))
    return ct_fail (error, CT_ERROR_DENIED, "this recording is not for you to hear");
  sound = row->blob == CT_ID_NONE
                  || g_strcmp0 (cs_exchange_query (exchange, "part"), "voicemail") == 0
              ? row->voicemail_blob
              : row->blob;
  if (sound == CT_ID_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "there is no recording of this call");
  blob = cs_blobs_open_blob (calls->config.blobs, db, principal->scope, sound, error);
  if (blob == NULL)
    return FALSE;
  cs_info (cs_exchange_about (exchange), "the recording is read");
  cs_exchange_reply_ranges (exchange, cs_blob_get_size (blob), "audio/x-wav", cs_blob_read_range,
                            blob, cs_blob_close);
  return TRUE;
}

gboolean
cs_calls_may_see_call (gpointer data, CsDb *db, const CsPrincipal *principal, CtId call,
                       GError **error)
{
  g_autoptr (CsCallRow) row = cs_calls_get (db, principal->scope, call, error);

  return row != NULL && cs_calls_may_see (principal, row->company, row->agent, error);
}

typedef struct {
  CtId call;
  CtId user;
  gboolean masked;
} Mask;

static gboolean
run_mask (CsSwitch *self, gconstpointer arguments, GError **error)
{
  const Mask *mask = arguments;

  return cs_switch_mask (self, mask->call, mask->user, mask->masked, error);
}

gboolean
cs_calls_mask (CsCalls *calls, CtId call, CtId user, gboolean masked, GError **error)
{
  Mask mask = { call, user, masked };

  return cs_calls_command (calls, run_mask, &mask, sizeof mask, error);
}
