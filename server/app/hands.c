/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What applying a tenant file needs of other domains. Sounds are named by the hash of what they are made
 * of, so that applying a file again makes nothing twice. */
#define G_LOG_DOMAIN "app"

#include "server/app/hands.h"

#include <sodium.h>
#include <string.h>

#include "common/base/error.h"
#include "server/billing/billing.h"
#include "server/contacts/contacts.h"
#include "server/ports/media-port.h"
#include "server/scripts/scripts.h"

#define NAME_LENGTH 24

static char *
name_of (const char *kind, const char *language, gconstpointer bytes, gsize size)
{
  g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);

  return g_strdup_printf ("%s-%s%.*s", kind, language, NAME_LENGTH, hash);
}

static gboolean
is_there (const CsHands *hands, const char *name)
{
  g_autofree char *file = g_strdup_printf ("%s.pcma", name);
  g_autofree char *path = g_build_filename (hands->decode.prompt_folder, file, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static char *
prompt_from_file (gpointer data, CsScope scope, const char *path, GError **error)
{
  CsHands *hands = data;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autofree char *name = NULL;

  if (file == NULL)
    return NULL;
  name = name_of ("file", "", g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
  if (!is_there (hands, name) && !cs_prompt_prepare_file (&hands->decode, path, name, error))
    return NULL;
  return g_steal_pointer (&name);
}

static char *
prompt_from_text (gpointer data, CsScope scope, const char *language, const char *text,
                  GError **error)
{
  CsHands *hands = data;
  g_autofree char *prefix = g_strdup_printf ("%s-", language);
  g_autofree char *name = name_of ("text", prefix, text, strlen (text));

  if (!is_there (hands, name)
      && !cs_prompt_prepare_text (&hands->decode, language, text, name, error))
    return NULL;
  return g_steal_pointer (&name);
}

static char *
prompt_builtin (gpointer data, const char *name, GError **error)
{
  CsHands *hands = data;

  if (!cs_prompt_prepare_builtin (&hands->decode, error))
    return NULL;
  return g_strdup (strcmp (name, "beep") == 0 ? CS_PROMPT_BEEP : name);
}

static char *
hash_password (gpointer data, const char *password, GError **error)
{
  return cs_http_hash_password (password, &((CsHands *) data)->hash, error);
}

static gboolean
verify_password (gpointer data, const char *hash, const char *password)
{
  return crypto_pwhash_str_verify (hash, password, strlen (password)) == 0;
}

static gboolean
publish_script (gpointer data, CsDb *db, CsScope scope, CtId company, const CtScriptSpec *script,
                CtId *script_id, GError **error)
{
  CtId version;

  return cs_scripts_publish (db, scope, company, script->key, script->name, script->body, script_id,
                             &version, error);
}

static gboolean
set_tariff (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney rate, CtMoney pay_rate,
            CtMoney onward_rate, const char *currency, GError **error)
{
  CsTariff tariff = { .tenant = scope.tenant,
                      .company = company,
                      .rate = rate,
                      .pay_rate = pay_rate,
                      .onward_rate = onward_rate };

  g_strlcpy (tariff.currency, currency, sizeof tariff.currency);
  return cs_billing_set_tariff (db, scope, &tariff, error);
}

static gboolean
set_shared_numbers (gpointer data, CsDb *db, CsScope scope, char **numbers, GError **error)
{
  return cs_contacts_replace_shared (db, scope, (const char *const *) numbers, error);
}

/* Posted once: the key is the company's own. */
static gboolean
opening_credit (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney amount,
                gboolean provisional, GError **error)
{
  g_autofree char *key = g_strdup_printf ("opening-%s-%s", provisional ? "provisional" : "credit",
                                          ct_id_text (company).text);
  g_autoptr (GError) conflict = NULL;
  gboolean good = amount == 0   ? TRUE
                  : provisional ? cs_billing_grant_provisional (NULL, db, scope, company, amount,
                                                                "Opening grant", key, &conflict)
                                : cs_billing_top_up (NULL, db, scope, company, amount,
                                                     "Opening credit", key, NULL, &conflict);

  if (good || ct_error_is (conflict, CT_ERROR_CONFLICT))
    return TRUE; /* another amount in the file changes nothing any more */
  g_propagate_error (error, g_steal_pointer (&conflict));
  return FALSE;
}

void
cs_hands_fill (CsHands *hands, CsApplyHands *out)
{
  *out = (CsApplyHands){ hands,          hands->realm,       prompt_from_file, prompt_from_text,
                         prompt_builtin, hash_password,      verify_password,  publish_script,
                         set_tariff,     set_shared_numbers, opening_credit };
}
