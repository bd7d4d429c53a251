/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sign-in, sign-out, who am I. A sign-in is slowed down by account and by address before anything is
 * hashed, and whoever fails gets one answer after one time, whether domain, user or password was
 * wrong. */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"
#include "server/http/password.h"

static gboolean
is_allowed_to_try (CsExchange *exchange, const CtSignIn *sign_in)
{
  CsHttp *http = exchange->http;
  g_autofree char *account = g_strdup_printf ("%s\n%s", sign_in->user, sign_in->domain);
  g_autofree char *folded = g_utf8_casefold (account, -1);
  guint retry = 0;

  if (cs_buckets_take (http->sign_in_address, exchange->address_key, &retry)
      && cs_buckets_take (http->sign_in_account, folded, &retry))
    return TRUE;
  cs_exchange_reply_later (exchange, 429, "too-many-tries", retry);
  return FALSE;
}

static gboolean
find_user (CsExchange *exchange, const CtSignIn *sign_in, CsUserRecord *user, GError **error)
{
  const CsAuthenticator *authenticator = &exchange->http->authenticator;
  g_autoptr (GError) local = NULL;

  if (authenticator->find_user (authenticator->self, cs_exchange_reader (exchange), sign_in->domain,
                                sign_in->user, user, &local))
    return TRUE;
  if (!ct_error_is (local, CT_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  cs_user_record_clear (user);
  return TRUE; /* as an empty record */
}

static gboolean
is_password_of (CsHttp *http, const CsUserRecord *user, const char *password)
{
  gboolean real = user->password_hash != NULL;
  gboolean matches = cs_password_matches (real ? user->password_hash : http->dummy_hash, password);

  return real && matches && !user->disabled;
}

static char **
names_of_roles (guint roles)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint bit = 0; bit < 32; bit++)
    {
      guint role = roles & (1U << bit);
      const char *name = role != 0 ? cs_role_name (role) : NULL;

      if (name != NULL)
        g_strv_builder_add (builder, name);
    }
  return g_strv_builder_end (builder);
}

static char **
names_of_permissions (const CsPrincipal *principal)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (int permission = CS_ALLOW_ANSWER; cs_permission_name (permission) != NULL; permission++)
    if (cs_principal_may (principal, permission))
      g_strv_builder_add (builder, cs_permission_name (permission));
  return g_strv_builder_end (builder);
}

static CtSession *
describe (CsSession *session, const CsUserRecord *user)
{
  CtSession *record = ct_session_new ();

  record->user = user->id;
  record->user_name = g_strdup (user->user_name);
  record->name = g_strdup (user->name != NULL ? user->name : user->user_name);
  record->roles = names_of_roles (user->roles);
  record->permissions = names_of_permissions (&session->principal);
  record->language = g_strdup (session->principal.language);
  record->time_zone = g_strdup (user->time_zone);
  record->domain = g_strdup (user->domain);
  record->tenant_name = g_strdup (user->tenant_name);
  record->company = user->company;
  record->company_name = g_strdup (user->company_name);
  record->expires = cs_session_get_expiry_ms (session);
  return record;
}

static gboolean
sign_in (CsExchange *exchange, gpointer module, GError **error)
{
  const CtSignIn *request = cs_exchange_body (exchange);
  g_auto (CsUserRecord) user = { 0 };
  CtSession *reply;
  char *token = NULL;

  if (!is_allowed_to_try (exchange, request))
    return FALSE;
  if (!find_user (exchange, request, &user, error))
    return FALSE;
  if (!is_password_of (exchange->http, &user, request->password))
    return cs_exchange_fail (exchange, CT_ERROR_UNAUTHENTIC, "sign-in-refused", error,
                             "domain, user or password is not right");
  exchange->session = cs_sessions_begin (exchange->http->sessions, &user, &token, error);
  if (exchange->session == NULL)
    return FALSE;
  reply = describe (exchange->session, &user);
  reply->token = token;
  cs_exchange_reply (exchange, reply);
  cs_exchange_set_status (exchange, 201);
  return TRUE;
}

typedef struct {
  CsHttp *http;
  CtId session;
} Ended;

static void
close_sockets (gpointer data)
{
  Ended *ended = data;

  if (ended->http->sockets != NULL)
    cs_web_sockets_end_session (ended->http->sockets, ended->session);
}

static gboolean
sign_out (CsExchange *exchange, gpointer module, GError **error)
{
  Ended *ended;

  if (!cs_sessions_end (exchange->http->sessions, exchange->session, error))
    return FALSE;
  ended = g_new (Ended, 1);
  *ended = (Ended){ exchange->http, exchange->session->stored.id };
  cs_post_urgent (exchange->http->loop, close_sockets, ended, g_free);
  return TRUE;
}

static gboolean
who_am_i (CsExchange *exchange, gpointer module, GError **error)
{
  const CsAuthenticator *authenticator = &exchange->http->authenticator;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  g_auto (CsUserRecord) user = { 0 };

  if (!authenticator->read_user (authenticator->self, cs_exchange_reader (exchange),
                                 principal->scope.tenant, principal->user, &user, error))
    return FALSE;
  cs_exchange_reply (exchange, describe (exchange->session, &user));
  return TRUE;
}

/* Runs in the hash pool for nothing but sign_in: what it costs is bounded by that pool's queue. */
const CsRoute cs_sign_in_routes[] = {
  { "POST", "/api/v1/sessions", CS_ALLOW_ANYONE, &ct_sign_in_type, &ct_session_type, CS_ROUTE_HASH,
    sign_in, "Sign in; the token goes into Authorization: Bearer" },
  { "DELETE", "/api/v1/sessions/current", CS_ALLOW_SESSION, NULL, NULL, 0, sign_out, "Sign out" },
  { "GET", "/api/v1/me", CS_ALLOW_SESSION, NULL, &ct_session_type, 0, who_am_i,
    "The session without its token" },
};
const gsize cs_sign_in_n_routes = G_N_ELEMENTS (cs_sign_in_routes);
