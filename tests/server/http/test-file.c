/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in ranges, streamed; static files, and the ways out of their folder. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_PATH "/api/v1/test/file"
#define FILE_SIZE 1000000

static void
test_ranges (void)
{
  static const struct {
    const char *range;
    guint status;
    guint64 start, size;
    const char *content_range;
  } cases[] = {
    { NULL, 200, 0, FILE_SIZE, NULL },
    { "Range: bytes=0-99", 206, 0, 100, "bytes 0-99/1000000" },
    { "Range: bytes=999990-", 206, 999990, 10, "bytes 999990-999999/1000000" },
    { "Range: bytes=-5", 206, 999995, 5, "bytes 999995-999999/1000000" },
    { "Range: bytes=100000-500000", 206, 100000, 400001, "bytes 100000-500000/1000000" },
    { "Range: bytes=0-9999999", 206, 0, FILE_SIZE, "bytes 0-999999/1000000" },
    { "Range: bytes=5-9,20-30,0-", 206, 5, 5, "bytes 5-9/1000000" },
    { "Range: bytes=1000000-", 416, 0, 0, "bytes */1000000" },
    { "Range: bytes=9-5", 416, 0, 0, "bytes */1000000" },
    { "Range: bytes=-0", 416, 0, 0, "bytes */1000000" },
    { "Range: bytes=x", 416, 0, 0, "bytes */1000000" },
    { "Range: lines=1-2", 200, 0, FILE_SIZE, NULL },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "carla");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *address = g_strconcat (fixture->base, FILE_PATH, NULL);
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
      g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
      SoupMessageHeaders *headers = soup_message_get_request_headers (message);
      g_autoptr (GBytes) bytes = NULL;
      const guint8 *data;
      gsize size;

      soup_message_headers_replace (headers, "Authorization", bearer);
      if (cases[i].range != NULL)
        soup_message_headers_replace (headers, "Range", cases[i].range + strlen ("Range: "));
      bytes = soup_session_send_and_read (fixture->client, message, NULL, NULL);
      g_assert_nonnull (bytes);
      g_assert_cmpuint (soup_message_get_status (message), ==, cases[i].status);
      g_assert_cmpstr (soup_message_headers_get_one (soup_message_get_response_headers (message),
                                                     "Content-Range"),
                       ==, cases[i].content_range);
      if (cases[i].status == 416)
        continue;
      data = g_bytes_get_data (bytes, &size);
      g_assert_cmpuint (size, ==, cases[i].size);
      for (gsize k = 0; k < size; k++)
        if (data[k] != (cases[i].start + k) % 251)
          g_error ("byte %" G_GSIZE_FORMAT " of case %" G_GSIZE_FORMAT " is wrong", k, i);
    }
}

static void
test_head (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "carla");
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (Answer) head
          = ask (fixture, "HEAD", FILE_PATH, token, NULL, i == 1 ? "Range: bytes=10-19" : NULL);

      g_assert_cmpuint (head->status, ==, i == 1 ? 206 : 200);
      g_assert_cmpstr (answer_header (head, "Content-Length"), ==, i == 1 ? "10" : "1000000");
      g_assert_cmpstr (answer_header (head, "Content-Type"), ==, "audio/wav");
      g_assert_cmpstr (answer_header (head, "Accept-Ranges"), ==, "bytes");
      g_assert_cmpstr (head->text, ==, "");
    }
}

/* A client that leaves in the middle leaves nothing behind. */
static void
test_broken_off (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "carla");
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *address = g_strconcat (fixture->base, FILE_PATH, NULL);
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
      g_autoptr (SoupSession) client = soup_session_new ();
      g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
      g_autoptr (GInputStream) stream = NULL;
      char some[1000];
      gsize got;

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
      stream = soup_session_send (client, message, NULL, NULL);
      g_assert_true (g_input_stream_read_all (stream, some, sizeof some, &got, NULL, NULL));
      soup_session_abort (client);
    }
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 200);
  }
}

/* One request as written, its whole reply: what libsoup's client would tidy up goes out as it is. */
static char *
speak (Fixture *fixture, const char *text)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", cs_http_get_port (fixture->http), NULL, NULL);
  char *reply = g_malloc0 (4096);
  gsize got;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
                             strlen (text), NULL, NULL, NULL);
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), reply, 4095,
                           &got, NULL, NULL);
  return reply;
}

static void
test_static_files (void)
{
  static const struct {
    const char *path;
    guint status;
    const char *in_reply;
  } cases[] = {
    { "/", 200, "text/html" },
    { "/page.html", 200, "<p>page" },
    { "/sub/style.css", 200, "text/css" },
    { "/data.xyz", 200, "application/octet-stream" },
    { "/sub", 404, "" },
    { "/sub/", 404, "" },
    { "/none.html", 404, "" },
    { "/../secret", 404, "" },
    { "/sub/../../secret", 404, "" },
    { "/%2e%2e/secret", 404, "" },
    { "/..%2fsecret", 404, "" },
    { "/sub/..%5c..%5csecret", 404, "" },
    { "/.hidden", 404, "" },
    { "/way-out", 404, "" },
    { "//etc/passwd", 404, "" },
    { "/page.html%00.css", 404, "" },
    { "/pipe", 404, "" },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *web = g_build_filename (fixture->folder, "web", NULL);
  g_autofree char *sub = g_build_filename (web, "sub", NULL);
  static const struct {
    const char *name, *content;
  } files[] = {
    { "web/index.html", "<p>index" }, { "web/page.html", "<p>page" },
    { "web/sub/style.css", "p { }" }, { "web/data.xyz", "data" },
    { "web/.hidden", "secret" },      { "secret", "secret" },
  };
  g_autofree char *link = g_build_filename (web, "way-out", NULL);
  g_autofree char *pipe = g_build_filename (web, "pipe", NULL);

  g_mkdir_with_parents (sub, 0700);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, files[i].name, NULL);

      g_assert_true (g_file_set_contents (path, files[i].content, -1, NULL));
    }
  g_assert_cmpint (symlink ("../secret", link), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  fixture->config.web_folder = web;
  fixture_start (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request = g_strdup_printf (
          "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", cases[i].path);
      g_autofree char *reply = speak (fixture, request);
      g_autofree char *status = g_strdup_printf ("HTTP/1.1 %u ", cases[i].status);

      g_test_message ("%s: %.20s", cases[i].path, reply);
      g_assert_true (g_str_has_prefix (reply, status));
      g_assert_nonnull (strstr (reply, cases[i].in_reply));
      g_assert_null (strstr (reply, "secret"));
      g_assert_nonnull (strstr (reply, "Content-Security-Policy: default-src"));
      g_assert_nonnull (strstr (reply, "X-Content-Type-Options: nosniff"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/file/ranges", test_ranges);
  g_test_add_func ("/http/file/head", test_head);
  g_test_add_func ("/http/file/broken-off", test_broken_off);
  g_test_add_func ("/http/file/static", test_static_files);
  return g_test_run ();
}
