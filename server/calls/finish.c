/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a call's record, in one transaction: what the e-agent said of it, the message to the
 * company (S3-06), what is remembered of the contact (D32). Once a call; a later word of the e-agent
 * only replaces his disposition and note. */
#define G_LOG_DOMAIN "calls"

#include <string.h>

#include "common/base/error.h"
#include "common/base/text.h"
#include "server/calls/calls-private.h"
#include "server/contacts/contacts.h"
#include "server/messages/messages.h"
#include "server/tenants/tenants.h"

typedef struct {
  CsCalls *calls;
  CsDb *db;
  CsScope scope;
  const CsCallRow *row;
  const CsCompany *company;
  const CsUser *agent;            /* NULL: nobody answered */
  const CsScriptOutcome *outcome; /* NULL: no script ran */
  const char *disposition;
  const char *note;
} Closing;

/* The code's label, where the script knows it. */
static char *
disposition_label (const Closing *closing)
{
  g_autoptr (GPtrArray) list = NULL;

  if (closing->disposition == NULL)
    return NULL;
  list = cs_scripts_list_dispositions (closing->calls->scripts, closing->db, closing->scope,
                                       closing->row->script_version, closing->company->language,
                                       NULL);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const CtDisposition *disposition = list->pdata[i];

      if (strcmp (disposition->code, closing->disposition) == 0)
        return g_strdup (disposition->label);
    }
  return g_strdup (closing->disposition);
}

static gboolean
put_message (const Closing *closing, GError **error)
{
  const GPtrArray *outputs = closing->outcome != NULL ? closing->outcome->outputs : NULL;
  guint n = outputs != NULL ? outputs->len : 0;
  g_autofree CsMessageLine *lines = g_new0 (CsMessageLine, n + 1);
  g_autofree char *label = disposition_label (closing);
  g_autoptr (CsTenant) tenant = cs_tenants_get (closing->db, closing->scope, error);
  CsCallMessage message = {
    .company = closing->company->id,
    .call = closing->row->id,
    .company_name = closing->company->name,
    .to = (const char *const *) closing->company->mail,
    .language = closing->company->language,
    .time_zone = closing->company->time_zone,
    .ticket = closing->outcome != NULL ? closing->outcome->ticket : NULL,
    .caller = closing->row->caller,
    .line_label = closing->row->called,
    .agent_name = closing->agent != NULL ? closing->agent->name : NULL,
    .disposition = label,
    .note = closing->note,
    .at_ms = closing->row->started,
    .seconds = closing->row->seconds,
    .lines = lines,
    .n_lines = n,
  };

  if (tenant == NULL)
    return FALSE;
  message.from = tenant->mail_from;
  for (guint i = 0; i < n; i++)
    {
      const CtScriptResult *result = outputs->pdata[i];

      lines[i] = (CsMessageLine){ result->label, result->value, result->secret };
    }
  return closing->company->mail == NULL || closing->company->mail[0] == NULL
         || *closing->company->mail[0] == '\0'
         || cs_messages_put (closing->db, closing->scope, closing->calls->mailer, &message, NULL,
                             error);
}

static gboolean
note_contact (const Closing *closing, GError **error)
{
  CsContactCall call = {
    .company = closing->company->id,
    .call = closing->row->id,
    .caller = closing->row->caller,
    .at_ms = closing->row->started,
    .disposition = closing->disposition,
    .ticket = closing->outcome != NULL ? closing->outcome->ticket : NULL,
    .note = closing->note,
    .agent_name = closing->agent != NULL ? closing->agent->name : NULL,
    .answers = closing->outcome != NULL ? closing->outcome->answers : NULL,
  };

  return cs_contacts_note_call (closing->db, closing->scope, &call, error);
}

gboolean
cs_calls_finish (CsCalls *calls, CsDb *db, CsScope scope, CtId call, const char *disposition,
                 const char *note, GError **error)
{
  g_autoptr (CsCallRow) row = cs_calls_get (db, scope, call, error);
  g_autoptr (CsCompany) company
      = row != NULL ? cs_tenants_get_company (db, scope, row->company, error) : NULL;
  g_autoptr (CsUser) agent = NULL;
  g_autoptr (CsScriptOutcome) outcome = NULL;
  Closing closing = { calls, db, scope, row, company, NULL, NULL, disposition, note };
  gboolean first;

  if (company == NULL || !cs_calls_close (db, scope, call, disposition, note, &first, error))
    return FALSE;
  if (!first && disposition == NULL)
    return TRUE;
  if (row->answered != 0)
    agent = cs_tenants_get_user (db, scope, row->agent, NULL);
  outcome = cs_scripts_get_outcome (calls->scripts, db, scope, call, company->language, NULL);
  closing.agent = agent;
  closing.outcome = outcome;
  if (closing.disposition == NULL && outcome != NULL)
    closing.disposition = outcome->disposition;
  if (!note_contact (&closing, error))
    return FALSE;
  return !first || row->answered == 0 || (outcome != NULL && !outcome->message)
         || put_message (&closing, error);
}

gboolean
cs_calls_put_voicemail (CsCalls *calls, CsDb *db, CtId recording, GError **error)
{
  g_autoptr (CsCallRow) row = cs_calls_find_recording (db, cs_scope_system (), recording, error);
  CsScope scope;
  g_autoptr (CsCompany) company = NULL;

  if (row == NULL)
    return FALSE;
  scope = cs_scope_tenant (row->tenant);
  company = cs_tenants_get_company (db, scope, row->company, error);
  if (company == NULL)
    return FALSE;
  return put_message (
      &(Closing){ calls, db, scope, row, company, NULL, NULL, NULL,
                  ct_text (company->language,
                           "The caller left a voice message. Listen to it on your dashboard.") },
      error);
}
