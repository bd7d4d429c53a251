/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "session"

#include "client/session/session-private.h"

#include "common/wire/record-json.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (CdSession, cd_session, G_TYPE_OBJECT)

guint cd_session_signals[CD_N_SIGNALS];

#define TIMEOUT_SECONDS 30
/* A Date header counts whole seconds and is as old as its answer's way. */
#define DATE_MARGIN_MS 2000

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return (address != NULL && g_inet_address_get_is_loopback (address))
         || g_strcmp0 (host, "localhost") == 0;
}

/* "https://host:port", without a path; http only where nobody else can listen. */
static char *
read_server (const char *text, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  const char *path = uri != NULL ? g_uri_get_path (uri) : NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || (*path != '\0' && strcmp (path, "/") != 0) || g_uri_get_query (uri) != NULL
      || g_uri_get_userinfo (uri) != NULL)
    {
      ct_fail (error, CT_ERROR_INVALID, "%s: not a server's address", text);
      return NULL;
    }
  if (strcmp (g_uri_get_scheme (uri), "https") != 0
      && (strcmp (g_uri_get_scheme (uri), "http") != 0 || !is_loopback (g_uri_get_host (uri))))
    {
      ct_fail (error, CT_ERROR_INVALID, "%s: must begin with https://", text);
      return NULL;
    }
  return g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                     g_uri_get_port (uri), "", NULL, NULL);
}

CdSession *
cd_session_new (const char *server, const char *ca_file, CtClock *clock, GError **error)
{
  g_autofree char *checked = read_server (server, error);
  g_autoptr (GTlsDatabase) database = NULL;
  CdSession *self;

  if (checked == NULL)
    return NULL;
  if (ca_file == NULL)
    ca_file = g_getenv ("CENTRALE_CA");
  if (ca_file != NULL && *ca_file != '\0')
    {
      database = g_tls_file_database_new (ca_file, error);
      if (database == NULL)
        {
          g_prefix_error (error, "%s: ", ca_file);
          return NULL;
        }
    }
  self = g_object_new (CD_TYPE_SESSION, NULL);
  self->server = g_steal_pointer (&checked);
  self->clock = ct_clock_ref (clock);
  self->soup = soup_session_new_with_options ("timeout", TIMEOUT_SECONDS, "user-agent",
                                              "Centrale/" CENTRALE_VERSION, NULL);
  if (database != NULL)
    soup_session_set_tls_database (self->soup, database);
  return self;
}

const char *
cd_session_get_server (CdSession *self)
{
  return self->server;
}

CtClock *
cd_session_get_clock (CdSession *self)
{
  return self->clock;
}

CdConnection
cd_session_get_connection (CdSession *self)
{
  return self->connection;
}

gboolean
cd_session_is_signed_in (CdSession *self)
{
  return self->token != NULL;
}

const CtSession *
cd_session_get_user (CdSession *self)
{
  return self->user;
}

gboolean
cd_session_may (CdSession *self, const char *permission)
{
  return self->user != NULL && self->user->permissions != NULL
         && g_strv_contains ((const char *const *) self->user->permissions, permission);
}

gboolean
cd_session_has_role (CdSession *self, const char *role)
{
  return self->user != NULL && self->user->roles != NULL
         && g_strv_contains ((const char *const *) self->user->roles, role);
}

gint64
cd_session_get_clock_offset_ms (CdSession *self)
{
  return self->clock_offset_ms;
}

gint64
cd_session_server_now_ms (CdSession *self)
{
  return ct_clock_utc_ms (self->clock) + self->clock_offset_ms;
}

void
cd_session_saw_date (CdSession *self, gint64 utc_s)
{
  gint64 offset = utc_s * 1000 + 500 - ct_clock_utc_ms (self->clock);

  /* Within what the header can tell, the clock stays as it is. */
  if (ABS (offset - self->clock_offset_ms) > DATE_MARGIN_MS)
    self->clock_offset_ms = offset;
}

void
cd_session_set_connection (CdSession *self, CdConnection connection)
{
  if (self->connection == connection)
    return;
  self->connection = connection;
  g_info ("events: %s", connection == CD_CONNECTION_ONLINE         ? "online"
                        : connection == CD_CONNECTION_RECONNECTING ? "reconnecting"
                                                                   : "offline");
  g_signal_emit (self, cd_session_signals[CD_SIGNAL_CONNECTION_CHANGED], 0);
}

static void
forget (CdSession *self)
{
  cd_session_stop_events (self);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->epoch, g_free);
  self->number = 0;
}

void
cd_session_lost (CdSession *self)
{
  if (self->token == NULL)
    return;
  g_info ("signed out by the server");
  forget (self);
  g_signal_emit (self, cd_session_signals[CD_SIGNAL_SIGNED_OUT], 0);
}

/* Signing in and out. */

static void
on_signed_in (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CdSession *self = CD_SESSION (object);
  g_autoptr (GError) error = NULL;
  CdProblem *problem = NULL;
  gpointer reply = NULL;
  CtSession *session;

  if (!cd_session_call_finish (self, result, &reply, &problem, &error))
    {
      g_task_set_task_data (task, problem, (GDestroyNotify) ct_problem_free);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  session = reply;
  if (session == NULL || session->token == NULL || *session->token == '\0')
    {
      ct_record_free (session);
      g_task_set_task_data (task, ct_problem_new (0, "protocol", "no token came"),
                            (GDestroyNotify) ct_problem_free);
      g_task_return_new_error (task, CT_ERROR, CT_ERROR_INVALID, "no token came");
      return;
    }
  forget (self);
  self->token = g_steal_pointer (&session->token);
  self->token_turn++;
  g_clear_pointer (&self->user, ct_session_free);
  self->user = session;
  cd_session_start_events (self);
  g_task_return_boolean (task, TRUE);
}

void
cd_session_sign_in_async (CdSession *self, const char *domain, const char *user,
                          const char *password, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (CtSignIn) request = ct_sign_in_new ();
  GTask *task = g_task_new (self, cancellable, callback, data);

  request->domain = g_strdup (domain);
  request->user = g_strdup (user);
  request->password = g_strdup (password);
  cd_session_call_async (self, "POST", "/api/v1/sessions", request, &ct_session_type, cancellable,
                         on_signed_in, task);
}

gboolean
cd_session_sign_in_finish (CdSession *self, GAsyncResult *result, CdProblem **problem,
                           GError **error)
{
  const CdProblem *kept = g_task_get_task_data (G_TASK (result));

  if (g_task_propagate_boolean (G_TASK (result), error))
    return TRUE;
  if (problem != NULL)
    *problem = kept != NULL ? ct_problem_copy (kept) : ct_problem_new (0, "cancelled", NULL);
  return FALSE;
}

static void
on_signed_out (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  if (cd_session_call_finish (CD_SESSION (object), result, NULL, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
cd_session_sign_out_async (CdSession *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  /* The request takes the token along; after it nothing here knows it. */
  cd_session_call_async (self, "DELETE", "/api/v1/sessions/current", NULL, NULL, cancellable,
                         on_signed_out, task);
  if (self->token == NULL)
    return;
  forget (self);
  g_signal_emit (self, cd_session_signals[CD_SIGNAL_SIGNED_OUT], 0);
}

gboolean
cd_session_sign_out_finish (CdSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* The type. */

static void
cd_session_dispose (GObject *object)
{
  CdSession *self = CD_SESSION (object);

  forget (self);
  if (self->soup != NULL)
    soup_session_abort (self->soup);
  g_clear_object (&self->soup);
  G_OBJECT_CLASS (cd_session_parent_class)->dispose (object);
}

static void
cd_session_finalize (GObject *object)
{
  CdSession *self = CD_SESSION (object);

  g_free (self->server);
  g_clear_pointer (&self->user, ct_session_free);
  g_clear_pointer (&self->clock, ct_clock_unref);
  G_OBJECT_CLASS (cd_session_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, guint n_params, GType a, GType b, GType c)
{
  return g_signal_new (name, CD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n_params, a, b, c);
}

static void
cd_session_class_init (CdSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cd_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_session_finalize;
#define NO G_TYPE_NONE
#define TEXT G_TYPE_STRING
#define RECORD G_TYPE_POINTER
  cd_session_signals[CD_SIGNAL_CONNECTION_CHANGED]
      = new_signal ("connection-changed", 0, NO, NO, NO);
  cd_session_signals[CD_SIGNAL_RESET] = new_signal ("reset", 0, NO, NO, NO);
  cd_session_signals[CD_SIGNAL_EVENT] = new_signal ("event", 3, TEXT, TEXT, TEXT);
  cd_session_signals[CD_SIGNAL_CALL_CHANGED] = new_signal ("call-changed", 1, RECORD, NO, NO);
  cd_session_signals[CD_SIGNAL_PRESENCE_CHANGED]
      = new_signal ("presence-changed", 1, RECORD, NO, NO);
  cd_session_signals[CD_SIGNAL_METER] = new_signal ("meter", 1, RECORD, NO, NO);
  cd_session_signals[CD_SIGNAL_CREDIT] = new_signal ("credit", 1, RECORD, NO, NO);
  cd_session_signals[CD_SIGNAL_WAITING] = new_signal ("waiting", 1, RECORD, NO, NO);
  cd_session_signals[CD_SIGNAL_DASHBOARD_CHANGED]
      = new_signal ("dashboard-changed", 1, TEXT, NO, NO);
  cd_session_signals[CD_SIGNAL_SIGNED_OUT] = new_signal ("signed-out", 0, NO, NO, NO);
}

static void
cd_session_init (CdSession *self)
{
}
