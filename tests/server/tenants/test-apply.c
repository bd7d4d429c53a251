/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tenant file from text to plan: what is wrong is named with its line, what is right is there after
 * a restart, applying again changes nothing. */
#include <string.h>

#include "../../tools/tree.h"
#include "common/base/error.h"
#include "server/http/http-store.h"
#include "server/tenants/apply.h"
#include "server/tenants/module.h"

static const char good[]
    = "domain: example.test\n"
      "name: Example\n"
      "time_zone: Europe/Brussels\n"
      "pools: [{key: day, name: Day}]\n"
      "skills: [{key: bakery, name: Bakery}]\n"
      "badges: [{key: orders, name: Orders}]\n"
      "trunks: [{key: main, host: 127.0.0.1, port: 5080}]\n"
      "prompts:\n"
      "- {key: hello, texts: {nl: Hallo, en: Hello}}\n"
      "- {key: music, builtin: music}\n"
      "companies:\n"
      "- key: jansen\n"
      "  name: Bakery\n"
      "  client_code: 0427\n"
      "  language: nl\n"
      "  opening_credit: '50.00'\n"
      "  scripts: [{key: orders, name: Orders, body: {languages: [en], start: done, steps: {done: "
      "{kind: end, disposition: done, message: false, say: {en: Bye.}}}, dispositions: [{code: "
      "done, label: {en: Done}}]}}]\n"
      "  lines:\n"
      "  - number: '+3225550123'\n"
      "    label: Orders\n"
      "    greeting: hello\n"
      "    music: music\n"
      "    script: orders\n"
      "    trunk: main\n"
      "    hours: {monday: ['08:00-18:00'], holidays: ['easter+1']}\n"
      "    steps:\n"
      "    - {key: choose, kind: menu, name: reason, prompt: hello, keys: {1: company, 2: "
      "choose},\n"
      "       label: {en: Reason, nl: Reden}, options: [{key: 1, label: {nl: bestelling}}]}\n"
      "    - {key: company, kind: digits, prompt: hello, min: 3, max: 5}\n"
      "    closed: {kind: voicemail, prompt: hello}\n"
      "    needs: {pool: day, skills: [bakery], badge: orders, difficulty: 2}\n"
      "users:\n"
      "- {user: zoe, name: Zoe, password: long enough, roles: [e-agent], languages: [nl, en],\n"
      "   level: 3, pools: [day], skills: [bakery], badges: [{badge: orders, level: 2}],\n"
      "   phones: [{sip_user: zoe-desk, secret: twelve-chars-x}]}\n"
      "- {user: jan, name: Jan, password: long enough, roles: [owner], company: jansen}\n"
      "shared_numbers: ['+3225550199', '+31205550100']\n";

typedef struct {
  guint made, hashed, credited, shared;
} Hands;

static char *
from_file (gpointer data, CsScope scope, const char *path, GError **error)
{
  ct_fail (error, CT_ERROR_NOT_FOUND, "no file %s", path);
  return NULL;
}

static char *
from_text (gpointer data, CsScope scope, const char *language, const char *text, GError **error)
{
  ((Hands *) data)->made++;
  return g_strdup_printf ("%s-%s", language, text);
}

static char *
builtin (gpointer data, const char *name, GError **error)
{
  return g_strdup (name);
}

static char *
hash (gpointer data, const char *password, GError **error)
{
  ((Hands *) data)->hashed++;
  return g_strdup_printf ("hash of %s", password);
}

static gboolean
verify (gpointer data, const char *stored, const char *password)
{
  return g_str_has_suffix (stored, password);
}

static gboolean
publish (gpointer data, CsDb *db, CsScope scope, CtId company, const CtScriptSpec *script, CtId *id,
         GError **error)
{
  *id = 77;
  return TRUE;
}

static gboolean
tariff (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney rate, CtMoney pay_rate,
        CtMoney onward_rate, const char *currency, GError **error)
{
  g_assert_cmpint (rate, ==, 20000); /* D1 */
  g_assert_cmpstr (currency, ==, "EUR");
  return TRUE;
}

static gboolean
credit (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney amount, gboolean provisional,
        GError **error)
{
  ((Hands *) data)->credited++;
  g_assert_cmpint (amount, ==, 50 * CT_MONEY_UNIT);
  return TRUE;
}

static gboolean
shared_numbers (gpointer data, CsDb *db, CsScope scope, char **numbers, GError **error)
{
  ((Hands *) data)->shared = g_strv_length (numbers);
  return TRUE;
}

static CsApplyHands
hands_of (Hands *hands)
{
  return (CsApplyHands){ hands,  "realm", from_file, from_text,      builtin, hash,
                         verify, publish, tariff,    shared_numbers, credit };
}

typedef struct {
  char *folder;
  char *file;
  CsStore *store;
  CtClock *clock;
  Hands counts;
  CsApplyHands hands;
  char **warnings; /* of what was loaded last */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (CsMigration));
  g_autofree char *database = NULL;

  g_array_append_vals (steps, cs_tenants_migrations, cs_tenants_n_migrations);
  g_array_append_vals (steps, cs_http_migrations, CS_HTTP_N_MIGRATIONS);
  fixture->folder = g_dir_make_tmp ("apply-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->folder, "t.yaml", NULL);
  database = g_build_filename (fixture->folder, "db", NULL);
  fixture->clock = ct_clock_new_manual (G_GINT64_CONSTANT (1795262400000));
  fixture->store = cs_store_open (database, fixture->clock, (CsMigration *) (gpointer) steps->data,
                                  steps->len, NULL);
  g_assert_nonnull (fixture->store);
  fixture->hands = hands_of (&fixture->counts);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  cs_store_close (fixture->store);
  remove_tree (fixture->folder);
  ct_clock_unref (fixture->clock);
  g_strfreev (fixture->warnings);
  g_free (fixture->folder);
  g_free (fixture->file);
}

static CtTenantFile *
load (Fixture *fixture, const char *text, char ***findings)
{
  g_autoptr (CsYaml) yaml = NULL;

  g_assert_true (g_file_set_contents (fixture->file, text, -1, NULL));
  g_clear_pointer (&fixture->warnings, g_strfreev);
  return cs_tenant_file_load (fixture->store, fixture->file, &yaml, findings, &fixture->warnings);
}

static void
apply_text (Fixture *fixture, const char *text)
{
  g_auto (GStrv) findings = NULL;
  g_autoptr (CtTenantFile) file = load (fixture, text, &findings);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (findings[0], ==, NULL);
  g_assert_true (
      cs_tenant_file_apply (fixture->store, file, fixture->folder, &fixture->hands, &error));
  g_assert_no_error (error);
}

static void
apply (Fixture *fixture)
{
  apply_text (fixture, good);
}

static void
test_twice (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CsPlan) plan = NULL;
  g_autoptr (CsPlan) again = NULL;
  const CsPlanLine *line;
  const CsPlanAgent *agent;
  CsDb *db;

  apply (fixture);
  g_assert_cmpuint (fixture->counts.hashed, ==, 2);
  db = cs_store_acquire_reader (fixture->store);
  plan = cs_tenants_build_plan (db, cs_scope_system (), 1, NULL);
  cs_store_release_reader (fixture->store, db);
  cs_plan_seal (plan);
  line = cs_plan_find_line (plan, "+3225550123");
  g_assert_nonnull (line);
  g_assert_cmpstr (line->greeting.name[CS_LANGUAGE_NL], ==, "nl-Hallo");
  g_assert_cmpint (line->language, ==, CS_LANGUAGE_NL);
  g_assert_cmpuint (line->n_steps, ==, 3);
  g_assert_cmpint (line->steps[0].keys[1], ==, 1);
  g_assert_cmpint (line->steps[0].otherwise, ==, 2);
  g_assert_cmpint (line->steps[2].kind, ==, CS_STEP_QUEUE);
  g_assert_cmpstr (cs_plan_find_label (line, "reason")->text[CS_LANGUAGE_NL], ==, "Reden");
  g_assert_cmpstr (cs_plan_find_meaning (line, "reason", "1")->text[CS_LANGUAGE_NL], ==,
                   "bestelling");
  g_assert_null (cs_plan_find_meaning (line, "reason", "2"));
  g_assert_null (cs_plan_find_meaning (line, "reason", "12"));
  g_assert_null (cs_plan_find_label (line, "company"));
  g_assert_cmpuint (fixture->counts.shared, ==, 2);
  g_assert_cmpint (line->closed.kind, ==, CS_END_VOICEMAIL);
  g_assert_cmpuint (line->needs.difficulty, ==, 2);
  g_assert_true (line->record);
  g_assert_cmpint (line->script, ==, 77);
  g_assert_cmpuint (plan->agents->len, ==, 1); /* the owner takes no calls */
  agent = plan->agents->pdata[0];
  g_assert_cmpuint (agent->n_badges, ==, 1);
  g_assert_cmpuint (agent->languages, ==, 1u << CS_LANGUAGE_NL | 1u << CS_LANGUAGE_EN);
  /* Monday at noon in Brussels, and Easter Monday. */
  g_assert_true (ct_hours_is_open (line->hours, G_GINT64_CONSTANT (1795431600000)));
  g_assert_false (ct_hours_is_open (line->hours, G_GINT64_CONSTANT (1806314400000)));

  apply (fixture);
  g_assert_cmpuint (fixture->counts.hashed, ==, 2); /* passwords had not changed */
  db = cs_store_acquire_reader (fixture->store);
  again = cs_tenants_build_plan (db, cs_scope_system (), 2, NULL);
  cs_store_release_reader (fixture->store, db);
  cs_plan_seal (again);
  g_assert_cmpuint (again->lines->len, ==, 1);
  g_assert_cmpint (cs_plan_find_line (again, "+3225550123")->id, ==, line->id);
  g_assert_cmpint (((CsPlanAgent *) again->agents->pdata[0])->id, ==, agent->id);
}

static gboolean
add_session (CsDb *db, gpointer data, GError **error)
{
  return cs_http_store_add_session (db, data, error);
}

static gboolean
has_session (Fixture *fixture, const CsStoredSession *session)
{
  CsDb *db = cs_store_acquire_reader (fixture->store);
  CsStoredSession found;
  gboolean has = cs_http_store_find_session (db, session->token_hash, &found, NULL);

  cs_store_release_reader (fixture->store, db);
  return has;
}

static CsUser *
find_zoe (Fixture *fixture)
{
  CsDb *db = cs_store_acquire_reader (fixture->store);
  g_autoptr (CsTenant) tenant
      = cs_tenants_find_domain (db, cs_scope_system (), "example.test", NULL);
  CsUser *user = cs_tenants_find_user (db, cs_scope_tenant (tenant->id), "zoe", NULL);

  cs_store_release_reader (fixture->store, db);
  g_assert_nonnull (user);
  return user;
}

static CsStoredSession
sign_in_zoe (Fixture *fixture)
{
  g_autoptr (CsUser) user = find_zoe (fixture);
  CsStoredSession session
      = { .id = 9, .expires_ms = G_MAXINT64, .tenant = user->tenant, .user = user->id };

  g_assert_true (cs_store_write (fixture->store, add_session, &session, NULL));
  return session;
}

/* Who signed in with the old password is signed out; who has the same one is not. */
static void
test_new_password (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) changed = g_string_new (good);
  CsStoredSession session;

  apply (fixture);
  session = sign_in_zoe (fixture);
  apply (fixture);
  g_assert_true (has_session (fixture, &session));
  g_string_replace (changed, "name: Zoe, password: long enough", "name: Zoe, password: another one",
                    1);
  apply_text (fixture, changed->str);
  g_assert_false (has_session (fixture, &session));
}

static void
assert_zoe (Fixture *fixture, gboolean there)
{
  CsDb *db = cs_store_acquire_reader (fixture->store);
  g_autoptr (GPtrArray) devices = cs_tenants_list_devices (db, cs_scope_system (), NULL);
  g_autoptr (CsPlan) plan = cs_tenants_build_plan (db, cs_scope_system (), 1, NULL);
  g_autoptr (CsUser) user = find_zoe (fixture); /* by name she stays known */

  cs_store_release_reader (fixture->store, db);
  g_assert_true (user->disabled == !there);
  g_assert_cmpuint (devices->len, ==, there ? 1 : 0);
  g_assert_cmpuint (plan->agents->len, ==, there ? 1 : 0);
}

static void
test_disabled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) gone = g_string_new (good);
  CsStoredSession session;

  g_string_replace (gone, "{user: zoe,", "{user: zoe, disabled: true,", 1);
  apply (fixture);
  session = sign_in_zoe (fixture);
  assert_zoe (fixture, TRUE);
  apply_text (fixture, gone->str);
  g_assert_false (has_session (fixture, &session));
  assert_zoe (fixture, FALSE);
  apply_text (fixture, gone->str);
  g_assert_cmpuint (fixture->counts.hashed, ==, 2); /* her password had not changed */
  apply (fixture);
  assert_zoe (fixture, TRUE);
}

static void
test_findings (Fixture *fixture, gconstpointer unused)
{
  static const struct {
    const char *from, *to, *message;
  } cases[] = {
    { "greeting: hello", "greeting: helo",
      "t.yaml:21: /companies/0/lines/0/greeting: there is no prompt helo in this file" },
    { "client_code: 0427", "client_code: 42a7",
      "t.yaml:14: /companies/0/client_code: a client code is 4 or 5 digits" },
    { "port: 5080", "port: 99999", "t.yaml:7: /trunks/0/port: maximum is 65535" },
    { "port: 5080", "port: 5080, sources: [192.0.2.0/24, '2001:db8::/32', carrier]",
      "t.yaml:7: /trunks/0/sources/2: \"carrier\" is no address or block like 198.51.100.0/24" },
    { "port: 5080", "port: 5080, sources: [192.0.2.1/33]",
      "t.yaml:7: /trunks/0/sources/0: \"192.0.2.1/33\" is no address or block like "
      "198.51.100.0/24" },
    { "name: Example", "nam: Example", NULL },
    { "Europe/Brussels", "Europe/Atlantis", NULL },
    { "'08:00-18:00'", "'08:00-7'", NULL },
    { "{languages: [en], ", "{broken: here, ",
      "t.yaml:17: /companies/0/scripts/0/body/broken: not known here" },
    { "start: done", "start: gone",
      "t.yaml:17: /companies/0/scripts/0/body/start: start-unknown: gone" },
    { "holidays: ['easter+1']", "dates: [{date: 2026-12-24}, {date: 2026-12-24}]",
      "t.yaml:25: /companies/0/lines/0/hours/dates/1/date: 2026-12-24 stands twice" },
    { "roles: [owner]", "roles: [king]",
      "t.yaml:36: /users/1/roles/0: 'king' is no role of a tenant" },
    { "opening_credit: '50.00'", "opening_credit: 'much'",
      "t.yaml:16: /companies/0/opening_credit: an amount like \"0.02\" is wanted, not \"much\"" },
    { "keys: {1: company", "keys: {1: nowhere", NULL },
    { "options: [{key: 1", "options: [{key: 7", NULL },
    { "'+31205550100'", "'0205550100'",
      "t.yaml:37: /shared_numbers/1: a number like +3225550123 is wanted, not 0205550100" },
    { "number: '+3225550123'", "number: '025550123'", NULL },
    { "badge: orders, level", "badge: none, level", NULL },
    { "domain: example.test", "domain: Example.test", NULL },
    { "language: nl\n", "colour: 'redoxide'\n", NULL },
    { "language: nl\n", "colour: '#c6460g'\n",
      "t.yaml:15: /companies/0/colour: a colour like #c64600 is wanted, not \"#c6460g\"" },
    { "language: nl\n", "mail: [a@example.org, 'b@example.org, c@example.org']\n",
      "t.yaml:15: /companies/0/mail/1: \"b@example.org, c@example.org\" is no mail address" },
    { "domain: example.test\n", "domain: example.test\nmail_from: Calls\n", NULL },
    { "music: music", "digits: digit",
      "t.yaml:22: /companies/0/lines/0/digits: there is no prompt digit-0 in this file" },
    { "texts: {nl: Hallo, en: Hello}", "files: {nl: hallo.wav}", NULL },
    { "{user: jan,", "{user: zoe,", "t.yaml:36: /users/1/user: zoe stands twice" },
    { "users:\n",
      "- {key: other, name: O, client_code: 0427, scripts: [{key: o, name: O, body: {a: b}}],\n"
      "   lines: [{number: '+3225550123', label: L, script: o, needs: {pool: day}}]}\nusers:\n",
      "t.yaml:32: /companies/1/client_code: 0427 stands twice" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (good);
      g_auto (GStrv) findings = NULL;
      g_autoptr (CtTenantFile) file = NULL;

      g_assert_cmpuint (g_string_replace (text, cases[i].from, cases[i].to, 1), ==, 1);
      file = load (fixture, text->str, &findings);
      g_assert_nonnull (findings[0]);
      g_test_message ("%s", findings[0]);
      g_assert_true (g_str_has_prefix (findings[0], "t.yaml:"));
      if (cases[i].message != NULL)
        g_assert_cmpstr (findings[0], ==, cases[i].message);
    }
}

/* A file with trunks, ends and a script that dial. */
static void
test_dialled (Fixture *fixture, gconstpointer unused)
{
  static const struct {
    const char *what, *from, *to, *message;
  } cases[] = {
    { "an end", "kind: voicemail, prompt: hello", "kind: forward, number: '+3120555'",
      "t.yaml:30: /companies/0/lines/0/closed/number: +3120555 cannot be dialled: trunk main of "
      "line "
      "+3225550123 does not allow it" },
    { "an end to ourselves", "kind: voicemail, prompt: hello",
      "kind: forward, number: '+3225550123'",
      "t.yaml:30: /companies/0/lines/0/closed/number: +3225550123 is a number of our own, which is "
      "never dialled" },
    { "a step", "'+32470000001'", "'+31470000001'",
      "t.yaml:17: /companies/0/scripts/0/body/steps/plain/number: +31470000001 cannot be dialled: "
      "trunk main of line +3225550123 does not allow it" },
    { "an entry", "'+32470000002'", "'+3225550123'",
      "t.yaml:17: /companies/0/scripts/0/body/directory/0/number: +3225550123 is a number of our "
      "own, which is never dialled" },
    { "no trunk", "    trunk: main\n", "",
      "t.yaml:17: /companies/0/scripts/0/body/directory/0/number: +32470000002 cannot be dialled: "
      "line +3225550123 has no trunk" },
    { "an entry that nothing dials", "'+32470000003'", "'+31470000003'", NULL },
  };
  g_autoptr (GString) dials = g_string_new (good);

  g_string_replace (dials, "port: 5080", "port: 5080, allowed: ['+32']", 1);
  g_string_replace (
      dials, "start: done, steps: {",
      "start: plain, directory: [{name: boss, number: '+32470000002', label: {en: B}}, "
      "{name: spare, number: '+32470000003', label: {en: S}}], steps: {plain: {kind: "
      "connect, number: '+32470000001', say: {en: A}, next: named}, named: {kind: "
      "connect, entry: boss, say: {en: B}, next: done}, ",
      1);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (dials->str);
      g_auto (GStrv) findings = NULL;
      g_autoptr (CtTenantFile) file = NULL;

      g_test_message ("%s", cases[i].what);
      g_assert_cmpuint (g_string_replace (text, cases[i].from, cases[i].to, 1), ==, 1);
      file = load (fixture, text->str, &findings);
      g_assert_cmpstr (findings[0], ==, cases[i].message);
    }
}

/* What is probably not meant is said, and applied. */
static void
test_warnings (Fixture *fixture, gconstpointer unused)
{
  static const char silent[]
      = "t.yaml:19: warning: /companies/0/lines/0: there is no announcement: ";
  g_autoptr (GString) odd = g_string_new (good);
  g_autoptr (GString) announced = g_string_new (good);

  apply (fixture);
  g_assert_true (g_str_has_prefix (fixture->warnings[0], silent));
  g_assert_null (fixture->warnings[1]);
  g_string_replace (odd, "disposition: done, ", "", 1);
  g_string_replace (odd, "label: Orders\n", "label: Orders\n    record: false\n", 1);
  apply_text (fixture, odd->str);
  g_assert_cmpstr (fixture->warnings[0], ==,
                   "t.yaml:17: warning: /companies/0/scripts/0/body/steps/done: disposition-none");
  g_assert_null (fixture->warnings[1]);
  g_string_replace (announced, "greeting: hello", "announcement: hello", 1);
  apply_text (fixture, announced->str);
  g_assert_null (fixture->warnings[0]);
}

static void
test_islands (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) other = g_string_new (good);
  g_auto (GStrv) findings = NULL;
  g_autoptr (CtTenantFile) file = NULL;
  g_autoptr (CsTenant) tenant = NULL;
  g_autoptr (CsUser) user = NULL;
  g_autoptr (GError) error = NULL;
  CsDb *db;

  apply (fixture);
  g_string_replace (other, "example.test", "other.test", 1);
  file = load (fixture, other->str, &findings);
  /* D13: a number is unique on the whole server; nothing of the file was written. */
  g_assert_cmpstr (
      findings[0], ==,
      "t.yaml:19: /companies/0/lines/0/number: +3225550123 is already in use on this server");
  g_assert_cmpstr (findings[1], ==, NULL);
  g_assert_false (
      cs_tenant_file_apply (fixture->store, file, fixture->folder, &fixture->hands, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_CONFLICT));
  g_clear_pointer (&findings, g_strfreev);
  ct_record_free (g_steal_pointer (&file));
  g_string_replace (other, "+3225550123", "+3225550777", 1);
  g_string_replace (other, "port: 5080", "port: 5080, allowed: ['+32']", 1);
  g_string_replace (other, "kind: voicemail, prompt: hello", "kind: forward, number: '+3225550123'",
                    1);
  file = load (fixture, other->str, &findings);
  g_assert_cmpstr (findings[0], ==,
                   "t.yaml:30: /companies/0/lines/0/closed/number: +3225550123 is already in use "
                   "on this server");
  db = cs_store_acquire_reader (fixture->store);
  tenant = cs_tenants_find_domain (db, cs_scope_system (), "other.test", NULL);
  g_assert_null (tenant);
  tenant = cs_tenants_find_domain (db, cs_scope_system (), "example.test", NULL);
  user = cs_tenants_find_user (db, cs_scope_tenant (tenant->id), "zoe", NULL);
  g_assert_nonnull (user);
  /* Another tenant's scope does not see him (S1-04). */
  g_assert_null (cs_tenants_get_user (db, cs_scope_tenant (tenant->id + 1), user->id, NULL));
  g_assert_null (cs_tenants_find_user (db, cs_scope_tenant (tenant->id + 1), "zoe", NULL));
  cs_store_release_reader (fixture->store, db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/apply/twice", Fixture, NULL, set_up, test_twice, tear_down);
  g_test_add ("/apply/new-password", Fixture, NULL, set_up, test_new_password, tear_down);
  g_test_add ("/apply/disabled", Fixture, NULL, set_up, test_disabled, tear_down);
  g_test_add ("/apply/findings", Fixture, NULL, set_up, test_findings, tear_down);
  g_test_add ("/apply/dialled", Fixture, NULL, set_up, test_dialled, tear_down);
  g_test_add ("/apply/warnings", Fixture, NULL, set_up, test_warnings, tear_down);
  g_test_add ("/apply/islands", Fixture, NULL, set_up, test_islands, tear_down);
  return g_test_run ();
}
