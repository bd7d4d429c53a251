/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections: TLS and a new certificate under open ones, too many, idle and trickling ones, garbage,
 * and the end, in which what runs is finished. */
#include "fixture.h"

#include "server/base/metrics.h"

#include <string.h>

static void
make_certificate (Fixture *fixture, const char *name)
{
  g_autofree char *subject = g_strconcat ("/CN=", name, NULL);
  g_autofree char *certificate = g_build_filename (fixture->folder, "cert.pem", NULL);
  g_autofree char *key = g_build_filename (fixture->folder, "key.pem", NULL);
  const char *const command[] = {
    "openssl", "req",       "-x509", "-newkey", "ec",    "-pkeyopt", "ec_paramgen_curve:prime256v1",
    "-nodes",  "-days",     "2",     "-subj",   subject, "-keyout",  key,
    "-out",    certificate, NULL
  };
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) command, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                               NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
}

static gboolean
on_certificate (GTlsConnection *connection, GTlsCertificate *certificate,
                GTlsCertificateFlags flags, gpointer data)
{
  return TRUE;
}

static void
on_event (GSocketClient *client, GSocketClientEvent event, GSocketConnectable *where,
          GIOStream *connection, gpointer data)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_signal_connect (connection, "accept-certificate", G_CALLBACK (on_certificate), NULL);
}

static GSocketConnection *
connect_tls (Fixture *fixture)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection;

  g_socket_client_set_tls (client, TRUE);
  g_signal_connect (client, "event", G_CALLBACK (on_event), NULL);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1",
                                                cs_http_get_port (fixture->http), NULL, NULL);
  g_assert_nonnull (connection);
  return connection;
}

/* One request, answered on the same connection; the subject of its certificate. */
static char *
ask_on (GSocketConnection *connection)
{
  static const char request[] = "GET /api/v1 HTTP/1.1\r\nHost: x\r\n\r\n";
  GIOStream *stream = G_IO_STREAM (connection);
  GIOStream *tls = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GString) reply = g_string_new (NULL);
  char *subject = NULL;

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (stream), request,
                                            strlen (request), NULL, NULL, NULL));
  /* The version is a small object: its closing brace is the end. */
  while (strchr (reply->str, '}') == NULL)
    {
      char piece[1024];
      gssize got = g_input_stream_read (g_io_stream_get_input_stream (stream), piece, sizeof piece,
                                        NULL, NULL);

      g_assert_cmpint (got, >, 0);
      g_string_append_len (reply, piece, got);
    }
  g_assert_true (g_str_has_prefix (reply->str, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (reply->str, "Strict-Transport-Security: "));
  tls = g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (connection));
  g_object_get (tls, "peer-certificate", &certificate, NULL);
  g_object_get (certificate, "subject-name", &subject, NULL);
  return subject;
}

static void
expect_subject (GSocketConnection *connection, const char *expected)
{
  g_autofree char *subject = ask_on (connection);

  g_assert_cmpstr (subject, ==, expected);
}

static void
test_certificate (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *certificate = g_build_filename (fixture->folder, "cert.pem", NULL);
  g_autofree char *key = g_build_filename (fixture->folder, "key.pem", NULL);
  g_autoptr (GSocketConnection) old = NULL;
  g_autoptr (GSocketConnection) new = NULL;
  g_autoptr (GSocketConnection) last = NULL;
  g_autoptr (GError) error = NULL;

  make_certificate (fixture, "first");
  fixture->config.plain = FALSE;
  fixture->config.certificate_path = certificate;
  fixture->config.key_path = key;
  fixture_start (fixture);
  old = connect_tls (fixture);
  expect_subject (old, "CN=first");

  make_certificate (fixture, "second");
  g_assert_true (cs_http_reload_certificate (fixture->http, &error));
  new = connect_tls (fixture);
  expect_subject (new, "CN=second");
  expect_subject (old, "CN=first");

  /* A bad one changes nothing. */
  g_assert_true (g_file_set_contents (certificate, "nonsense", -1, NULL));
  g_assert_false (cs_http_reload_certificate (fixture->http, &error));
  g_assert_nonnull (error);
  last = connect_tls (fixture);
  expect_subject (last, "CN=second");
}

static void
test_bad_certificate (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  CsAuthenticator authenticator = { 0 };
  g_autoptr (GError) error = NULL;

  fixture->config.plain = FALSE;
  g_assert_null (cs_http_new (&fixture->config, fixture->store, &authenticator, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
  g_clear_error (&error);
  fixture->config.certificate_path = "/nonexistent/cert.pem";
  fixture->config.key_path = "/nonexistent/key.pem";
  g_assert_null (cs_http_new (&fixture->config, fixture->store, &authenticator, &error));
  g_assert_nonnull (error);
}

static GSocketConnection *
connect_to (Fixture *fixture)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", cs_http_get_port (fixture->http), NULL, NULL);

  g_assert_nonnull (connection);
  return connection;
}

static void
write_text (GSocketConnection *connection, const char *text)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
                             strlen (text), NULL, NULL, NULL);
}

/* All until the server closes. */
static char *
read_all (GSocketConnection *connection)
{
  char *text = g_malloc0 (8192);
  gsize got;

  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), text, 8191,
                           &got, NULL, NULL);
  return text;
}

static void
test_too_many (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *reply = NULL;

  fixture->config.max_connections_per_address = 3;
  fixture_start (fixture);
  for (int i = 0; i < 3; i++)
    {
      GSocketConnection *connection = connect_to (fixture);
      char byte;

      /* Answered, so surely accepted. */
      write_text (connection, "GET /api/v1 HTTP/1.1\r\nHost: x\r\n\r\n");
      g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                            &byte, 1, NULL, NULL),
                       ==, 1);
      g_ptr_array_add (connections, connection);
    }
  g_ptr_array_add (connections, connect_to (fixture));
  reply = read_all (g_ptr_array_index (connections, 3));
  g_assert_cmpstr (reply, ==, "");
  /* One goes, another may come; the server hears of the going a little later. */
  g_ptr_array_set_size (connections, 0);
  for (gboolean answered = FALSE; !answered;)
    {
      g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1", NULL, NULL, NULL);

      answered = answer->status == 200;
    }
}

/* With a clock that we move, a silent connection and one that trickles are cut. */
static void
test_overstaying (void)
{
  static const char *const starts[] = {
    "",
    "GET /api/v1 HTT",
    "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    "Content-Length: 100\r\n\r\n{\"dom",
  };
  g_autoptr (CtClock) clock = ct_clock_new_manual (1700000000000);
  g_autoptr (Fixture) fixture = fixture_new (clock);
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);

  fixture_start (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_ptr_array_add (connections, connect_to (fixture));
      write_text (g_ptr_array_index (connections, i), starts[i]);
    }
  {
    /* Accepted after them, so they are all known to the server. */
    g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1", NULL, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 200);
  }
  ct_clock_advance_us (clock, 76 * G_TIME_SPAN_SECOND);
  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autofree char *reply = read_all (g_ptr_array_index (connections, i));

      g_assert_false (g_str_has_prefix (reply, "HTTP/1.1 2"));
    }
}

/* libsoup refuses what is no number at all. */
static void
test_lengths (void)
{
  static const char *const lengths[] = {
    "Content-Length: -5\r\n",
    "Content-Length: 2\r\nContent-Length: 3\r\n",
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);

  g_log_set_always_fatal (G_LOG_FATAL_MASK); /* as in test_garbage() */
  fixture_start (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *request
          = g_strconcat ("POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\n", lengths[i],
                         "Content-Type: application/json\r\n\r\n{} ", NULL);
      g_autoptr (GSocketConnection) connection = connect_to (fixture);
      g_autofree char *reply = NULL;

      write_text (connection, request);
      reply = read_all (connection);
      g_test_message ("%" G_GSIZE_FORMAT ": %.40s", i, reply);
      g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 400 "));
    }
}

static void
test_garbage (void)
{
  static const char *const lines[] = {
    "\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /api/v1 HTTP/1.1\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n",
    "GET /api/v1?q=%zz&%00=%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET http://elsewhere/api/v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"
    "Content-Type: application/json\r\nConnection: close\r\n\r\n[[[[[",
    "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade, "
    "close\r\n\r\n",
    "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\nConnection: "
    "close\r\n\r\n",
    "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\nConnection: close\r\n\r\n",
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);

  /* GObject warns of the negative length that libsoup gives it; since GLib 2.80 it calls that critical. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  fixture_start (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GSocketConnection) connection = connect_to (fixture);
      g_autofree char *reply = NULL;

      write_text (connection, lines[i]);
      g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE, NULL);
      reply = read_all (connection);
      g_test_message ("%" G_GSIZE_FORMAT ": %.40s", i, reply);
      g_assert_null (strstr (reply, " 500 "));
    }
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1", NULL, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 200);
  }
}

/* However a client leaves, nothing of its connection stays. */
static void
test_leaving (void)
{
  static const struct {
    const char *request; /* with the token for %s */
    gboolean wait_for_reply;
  } cases[] = {
    { "", FALSE },
    { "GET /api/v1/me HTTP/1.1\r\nAuthor", FALSE },
    { "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", TRUE },
    { "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", FALSE },
    { "GET /api/v1/test/file HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", TRUE },
    { "GET /api/v1/test/wait HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", FALSE },
    { "POST /api/v1/test/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
      "Content-Length: 100\r\n\r\n{",
      FALSE },
    { "POST /api/v1/test/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
      "Content-Length: 100000000\r\n\r\n{",
      FALSE },
    { "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      TRUE },
  };
  CsMetric *count = cs_metric_gauge ("centrale_http_connections", "Connections open");
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "carla");
  for (gsize i = 0; i < G_N_ELEMENTS (cases) * 3; i++)
    {
      gsize which = i % G_N_ELEMENTS (cases);
      g_autoptr (GSocketConnection) connection = connect_to (fixture);
      g_auto (GStrv) parts = g_strsplit (cases[which].request, "%s", -1);
      g_autofree char *request = g_strjoinv (token, parts);
      char byte;

      write_text (connection, request);
      if (cases[which].wait_for_reply)
        g_assert_cmpint (
            g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), &byte, 1,
                                 NULL, NULL),
            ==, 1);
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    }
  fixture_let_go (fixture);
  soup_session_abort (fixture->client);
  /* Until the server has seen them all go; a leak shows as a timeout. */
  while (cs_metric_get (count) > 0)
    g_thread_yield ();
}

typedef struct {
  Fixture *fixture;
  const char *token;
} Caller;

static gpointer
wait_in_thread (gpointer data)
{
  Caller *caller = data;
  Fixture own = *caller->fixture;
  g_autoptr (SoupSession) client = soup_session_new ();

  own.client = client;
  return ask (&own, "GET", "/api/v1/test/wait", caller->token, NULL, NULL);
}

static gpointer
stop_in_thread (gpointer data)
{
  Fixture *fixture = data;

  cs_http_stop (fixture->http, 30);
  return NULL;
}

static void
test_drain (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  g_autoptr (Answer) finished = NULL;
  g_autoptr (GSocketConnection) kept = NULL;
  g_autofree char *refused = NULL;
  Caller caller = { fixture, NULL };
  GThread *running, *stopping;
  char byte;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  caller.token = token;
  running = g_thread_new ("running", wait_in_thread, &caller);
  fixture_wait_for_waiting (fixture, 1);
  kept = connect_to (fixture);
  write_text (kept, "GET /api/v1 HTTP/1.1\r\nHost: x\r\n\r\n");
  g_assert_cmpint (
      g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (kept)), &byte, 1, NULL, NULL),
      ==, 1);
  stopping = g_thread_new ("stopping", stop_in_thread, fixture);
  /* No new connections, once it has begun. */
  for (gboolean closed = FALSE; !closed;)
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) late = g_socket_client_connect_to_host (
          client, "127.0.0.1", cs_http_get_port (fixture->http), NULL, NULL);

      closed = late == NULL;
    }
  /* No new requests on an old connection. */
  write_text (kept, "GET /api/v1 HTTP/1.1\r\nHost: x\r\n\r\n");
  refused = read_all (kept);
  g_assert_nonnull (strstr (refused, "HTTP/1.1 503 "));
  /* What ran is finished. */
  fixture_let_go (fixture);
  finished = g_thread_join (running);
  g_thread_join (stopping);
  g_assert_cmpuint (finished->status, ==, 204);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/listener/certificate", test_certificate);
  g_test_add_func ("/http/listener/bad-certificate", test_bad_certificate);
  g_test_add_func ("/http/listener/too-many", test_too_many);
  g_test_add_func ("/http/listener/overstaying", test_overstaying);
  g_test_add_func ("/http/listener/lengths", test_lengths);
  g_test_add_func ("/http/listener/garbage", test_garbage);
  g_test_add_func ("/http/listener/leaving", test_leaving);
  g_test_add_func ("/http/listener/drain", test_drain);
  return g_test_run ();
}
