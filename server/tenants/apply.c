/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a checked tenant file. What takes long (sounds, password hashes) is made before the
 * transaction; the transaction then only writes rows. */
#define G_LOG_DOMAIN "tenants"

#include "server/tenants/apply.h"

#include <string.h>

#include "common/base/error.h"
#include "server/http/http-store.h"
#include "server/ports/ha1.h"
#include "server/tenants/tenants-store.h"

typedef struct {
  char *key;
  char *language;
  char *media;
  char *spoken;
} Sound;

typedef struct {
  const CtTenantFile *file;
  const char *folder;
  const CsApplyHands *hands;
  CsScope scope;     /* known once the tenant's row is written */
  GPtrArray *sounds; /* Sound* */
  char **hashes;     /* one a user, in the file's order; NULL keeps the one there is */
} Apply;

static void
sound_free (gpointer data)
{
  Sound *sound = data;

  g_free (sound->key);
  g_free (sound->language);
  g_free (sound->media);
  g_free (sound->spoken);
  g_free (sound);
}

static gboolean
add_sound (Apply *apply, const char *key, const char *language, char *media, const char *spoken)
{
  Sound *sound;

  if (media == NULL)
    return FALSE;
  sound = g_new (Sound, 1);
  *sound = (Sound){ g_strdup (key), g_strdup (language), media, g_strdup (spoken) };
  g_ptr_array_add (apply->sounds, sound);
  return TRUE;
}

static gboolean
make_prompt (Apply *apply, const CtPromptSpec *prompt, GError **error)
{
  const CsApplyHands *hands = apply->hands;

  if (prompt->builtin != NULL)
    return add_sound (apply, prompt->key, "en",
                      hands->prompt_builtin (hands->data, prompt->builtin, error), NULL);
  for (int i = 0; i < CS_LANGUAGES; i++)
    {
      const char *language = cs_language_code ((CsLanguage) i);
      const char *file
          = prompt->files != NULL ? g_hash_table_lookup (prompt->files, language) : NULL;
      const char *text
          = prompt->texts != NULL ? g_hash_table_lookup (prompt->texts, language) : NULL;
      g_autofree char *path = file != NULL ? g_build_filename (apply->folder, file, NULL) : NULL;
      char *media;

      if (file == NULL && text == NULL)
        continue;
      media = file != NULL
                  ? hands->prompt_from_file (hands->data, apply->scope, path, error)
                  : hands->prompt_from_text (hands->data, apply->scope, language, text, error);
      if (!add_sound (apply, prompt->key, language, media, file != NULL ? NULL : text))
        {
          g_prefix_error (error, "prompt %s (%s): ", prompt->key, language);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
make_hashes (Apply *apply, CsStore *store, GError **error)
{
  const GPtrArray *users = apply->file->users;
  CsDb *db = cs_store_acquire_reader (store);
  g_autoptr (CsTenant) tenant
      = cs_tenants_find_domain (db, cs_scope_system (), apply->file->domain, NULL);
  gboolean good = TRUE;

  for (guint i = 0; good && users != NULL && i < users->len; i++)
    {
      const CtUserSpec *spec = users->pdata[i];
      g_autoptr (CsUser) user
          = tenant != NULL
                ? cs_tenants_find_user (db, cs_scope_tenant (tenant->id), spec->user, NULL)
                : NULL;

      if (user != NULL
          && apply->hands->verify_password (apply->hands->data, user->password_hash,
                                            spec->password))
        apply->hashes[i] = g_strdup (user->password_hash);
      else
        apply->hashes[i] = apply->hands->hash_password (apply->hands->data, spec->password, error);
      good = apply->hashes[i] != NULL;
    }
  cs_store_release_reader (store, db);
  return good;
}

static gboolean
write_names (CsDb *db, CsScope scope, const char *kind, const GPtrArray *list, GError **error)
{
  for (guint i = 0; list != NULL && i < list->len; i++)
    if (!cs_tenants_put_token (db, scope, kind, list->pdata[i], error))
      return FALSE;
  return TRUE;
}

static CtMoney
amount (const char *text, CtMoney otherwise)
{
  CtMoney money = otherwise;

  if (text != NULL && !ct_money_parse (text, &money))
    return otherwise; /* checked before */
  return money;
}

static gboolean
write_money (Apply *apply, CsDb *db, const CtCompanySpec *spec, CtId company, GError **error)
{
  const CsApplyHands *hands = apply->hands;
  const char *currency = apply->file->currency != NULL ? apply->file->currency : "EUR";

  if (!hands->set_tariff (
          hands->data, db, apply->scope, company, amount (spec->rate, 2 * CT_MONEY_CENT), /* D1 */
          amount (spec->pay_rate, CT_MONEY_CENT), amount (spec->onward_rate, 0), currency, error))
    return FALSE;
  return (spec->opening_credit == NULL
          || hands->opening_credit (hands->data, db, apply->scope, company,
                                    amount (spec->opening_credit, 0), FALSE, error))
         && (spec->provisional_credit == NULL
             || hands->opening_credit (hands->data, db, apply->scope, company,
                                       amount (spec->provisional_credit, 0), TRUE, error));
}

static gboolean
write_company (Apply *apply, CsDb *db, const CtCompanySpec *spec, GError **error)
{
  g_autoptr (GHashTable) scripts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  CtId company;

  if (!cs_tenants_put_company (db, apply->scope, spec, apply->file, &company, error)
      || !write_money (apply, db, spec, company, error))
    return FALSE;
  for (guint i = 0; spec->scripts != NULL && i < spec->scripts->len; i++)
    {
      CtScriptSpec *script = spec->scripts->pdata[i];
      CtId id;

      if (!apply->hands->publish_script (apply->hands->data, db, apply->scope, company, script, &id,
                                         error))
        return FALSE;
      g_hash_table_insert (scripts, script->key, g_memdup2 (&id, sizeof id));
    }
  for (guint i = 0; spec->lines != NULL && i < spec->lines->len; i++)
    {
      CtLineSpec *line = spec->lines->pdata[i];

      if (!cs_tenants_put_line (db, apply->scope, company,
                                *(CtId *) g_hash_table_lookup (scripts, line->script), line, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_held (CsDb *db, CsScope scope, CtId user, const char *kind, char **keys, GError **error)
{
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      CtId token = cs_tenants_find_token (db, scope, kind, keys[i], error);

      if (token == CT_ID_NONE
          || !cs_tenants_put_holding (db, scope, user, token, 1, G_MAXINT64, error))
        return FALSE;
    }
  return TRUE;
}

/* Who has a new password signs in anew; who is disabled cannot. */
static gboolean
write_account (CsDb *db, CsScope scope, const CtUserSpec *spec, const char *hash, CtId *user,
               GError **error)
{
  g_autoptr (CsUser) before = cs_tenants_find_user (db, scope, spec->user, NULL);

  if (!cs_tenants_put_user (db, scope, spec, hash, user, error))
    return FALSE;
  return before == NULL || (!spec->disabled && g_strcmp0 (before->password_hash, hash) == 0)
         || cs_http_store_end_sessions_of (db, scope, *user, error);
}

static gboolean
write_user (Apply *apply, CsDb *db, const CtUserSpec *spec, const char *hash, GError **error)
{
  CsScope scope = apply->scope;
  CtId user;

  if (!write_account (db, scope, spec, hash, &user, error)
      || !cs_tenants_clear_holdings (db, scope, user, error)
      || !write_held (db, scope, user, "pool", spec->pools, error)
      || !write_held (db, scope, user, "skill", spec->skills, error))
    return FALSE;
  for (guint i = 0; spec->badges != NULL && i < spec->badges->len; i++)
    {
      const CtBadgeSpec *badge = spec->badges->pdata[i];
      CtId token = cs_tenants_find_token (db, scope, "badge", badge->badge, error);

      if (token == CT_ID_NONE
          || !cs_tenants_put_holding (db, scope, user, token, (guint) badge->level,
                                      badge->until != 0 ? badge->until : G_MAXINT64, error))
        return FALSE;
    }
  for (guint i = 0; spec->phones != NULL && i < spec->phones->len; i++)
    {
      const CtPhoneSpec *phone = spec->phones->pdata[i];
      g_autofree char *ha1 = cs_sip_ha1 (phone->sip_user, apply->hands->realm, phone->secret);

      if (!cs_tenants_put_device (db, scope, user, phone->sip_user, phone->sip_user, ha1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_all (CsDb *db, gpointer data, GError **error)
{
  Apply *apply = data;
  const CtTenantFile *file = apply->file;
  CtId tenant;

  if (!cs_tenants_put_tenant (db, file, &tenant, error))
    return FALSE;
  apply->scope = cs_scope_tenant (tenant);
  if (file->shared_numbers != NULL
      && !apply->hands->set_shared_numbers (apply->hands->data, db, apply->scope,
                                            file->shared_numbers, error))
    return FALSE;
  if (!write_names (db, apply->scope, "pool", file->pools, error)
      || !write_names (db, apply->scope, "skill", file->skills, error)
      || !write_names (db, apply->scope, "badge", file->badges, error))
    return FALSE;
  for (guint i = 0; file->trunks != NULL && i < file->trunks->len; i++)
    if (!cs_tenants_put_trunk (db, apply->scope, file->trunks->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < apply->sounds->len; i++)
    {
      Sound *sound = apply->sounds->pdata[i];

      if (!cs_tenants_put_prompt (db, apply->scope, sound->key, sound->language, sound->media,
                                  sound->spoken, error))
        return FALSE;
    }
  for (guint i = 0; file->companies != NULL && i < file->companies->len; i++)
    if (!write_company (apply, db, file->companies->pdata[i], error))
      {
        g_prefix_error (error, "company %s: ", ((CtCompanySpec *) file->companies->pdata[i])->key);
        return FALSE;
      }
  for (guint i = 0; file->users != NULL && i < file->users->len; i++)
    if (!write_user (apply, db, file->users->pdata[i], apply->hashes[i], error))
      {
        g_prefix_error (error, "user %s: ", ((CtUserSpec *) file->users->pdata[i])->user);
        return FALSE;
      }
  return TRUE;
}

gboolean
cs_tenant_file_apply (CsStore *store, const CtTenantFile *file, const char *folder,
                      const CsApplyHands *hands, GError **error)
{
  g_autoptr (GPtrArray) sounds = g_ptr_array_new_with_free_func (sound_free);
  g_auto (GStrv) hashes = g_new0 (char *, (file->users != NULL ? file->users->len : 0) + 1);
  Apply apply = { file, folder, hands, cs_scope_system (), sounds, hashes };

  for (guint i = 0; file->prompts != NULL && i < file->prompts->len; i++)
    if (!make_prompt (&apply, file->prompts->pdata[i], error))
      return FALSE;
  return make_hashes (&apply, store, error) && cs_store_write (store, write_all, &apply, error);
}
