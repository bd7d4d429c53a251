/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of D32, above the rows. */
#include "server/contacts/contacts.h"

#include "common/rules/phone.h"
#include "server/contacts/contacts-store.h"

/* A number that names somebody: withheld ones, and what no phone could ring back, do not. */
static gboolean
names_somebody (const char *caller)
{
  return !ct_phone_is_withheld (caller) && ct_phone_is_e164 (caller);
}

gboolean
cs_contacts_note_call (CsDb *db, CsScope scope, const CsContactCall *call, GError **error)
{
  if (!names_somebody (call->caller))
    return TRUE;
  if (!cs_contacts_put_call (db, scope, call, error)
      || !cs_contacts_drop_answers (db, call->call, error))
    return FALSE;
  for (guint i = 0; call->answers != NULL && i < call->answers->len; i++)
    {
      const CtScriptAnswer *answer = g_ptr_array_index (call->answers, i);

      if (!answer->secret && answer->value != NULL && *answer->value != '\0'
          && !cs_contacts_add_answer (db, call->call, answer, error))
        return FALSE;
    }
  return TRUE;
}

GPtrArray *
cs_contacts_prefill (CsDb *db, CsScope scope, CtId company, const char *caller, GError **error)
{
  gboolean shared = FALSE;

  if (names_somebody (caller) && !cs_contacts_is_shared (db, scope, caller, &shared, error))
    return NULL;
  if (!names_somebody (caller) || shared)
    return g_ptr_array_new_with_free_func (ct_record_free);
  return cs_contacts_list_answers (db, scope, company, caller, error);
}

gboolean
cs_contacts_has_called (CsDb *db, CsScope scope, CtId company, const char *caller, CtId before_call,
                        gboolean *has, GError **error)
{
  g_autoptr (GPtrArray) list
      = cs_contacts_earlier (db, scope, company, caller, before_call, 1, error);

  if (list == NULL)
    return FALSE;
  *has = list->len > 0;
  return TRUE;
}
