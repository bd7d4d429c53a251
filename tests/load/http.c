/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a request costs: CPU of GET /api/v1/test/things/{id}, one row of a tenant read from the database
 * by a signed-in user, against bare libsoup answering the same bytes from memory; in one run, taking
 * turns. At most 2.5 times. The client is a process of its own, forked before there are threads, so
 * that its CPU is not counted; the server's is getrusage() of this process. A calibration loop, which
 * only multiplies, stands beside the figures: compare runs by it, never machines by the clock. */
#include "common/records/call.h"
#include "server/http/http.h"
#include "thing-store.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libsoup/soup.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_CONNECTIONS 8
#define N_REQUESTS 20000
#define N_WARM 1000
#define N_ROUNDS 5
#define LIMIT 2.5
#define TENANT ((CtId) 1001)
#define USER ((CtId) 11)
#define THING ((CtId) 77)
#define PATH "/api/v1/test/things/"

/* The client. */

typedef struct {
  guint16 port;
  int n;
  char token[64];
} Task;

typedef struct {
  int fd;
  char reply[4096];
  gsize length;
} Line;

static void
die (const char *what)
{
  fprintf (stderr, "load client: %s\n", what);
  _exit (1);
}

static int
connect_to (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    die ("cannot connect");
  return fd;
}

/* TRUE when a whole reply is there, which must be a 200. */
static gboolean
is_whole (Line *line)
{
  const char *end = memmem (line->reply, line->length, "\r\n\r\n", 4);
  const char *size;

  if (end == NULL)
    return FALSE;
  if (strncmp (line->reply, "HTTP/1.1 200 ", 13) != 0)
    die (line->reply);
  size = memmem (line->reply, line->length, "Content-Length: ", 16);
  return size != NULL
         && line->length >= (gsize) (end + 4 - line->reply) + strtoul (size + 16, NULL, 10);
}

static void
ask (int fd, const char *request)
{
  if (send (fd, request, strlen (request), MSG_NOSIGNAL) != (ssize_t) strlen (request))
    die ("cannot send");
}

static void
listen_to (Line *line)
{
  ssize_t got
      = recv (line->fd, line->reply + line->length, sizeof line->reply - 1 - line->length, 0);

  if (got <= 0)
    die ("the server closed");
  line->length += (gsize) got;
  line->reply[line->length] = '\0';
}

/* Each connection has one request out at a time. */
static void
do_task (const Task *task)
{
  static Line lines[N_CONNECTIONS];
  struct pollfd polls[N_CONNECTIONS];
  g_autofree char *request
      = g_strdup_printf ("GET " PATH "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
                         ct_id_text (THING).text, task->token);
  int sent = 0, done = 0;

  for (int i = 0; i < N_CONNECTIONS; i++, sent++)
    {
      lines[i] = (Line){ .fd = connect_to (task->port) };
      polls[i] = (struct pollfd){ lines[i].fd, POLLIN, 0 };
      ask (lines[i].fd, request);
    }
  while (done < task->n)
    {
      if (poll (polls, N_CONNECTIONS, 10000) <= 0)
        die ("no reply");
      for (int i = 0; i < N_CONNECTIONS; i++)
        {
          if ((polls[i].revents & (POLLIN | POLLHUP)) == 0)
            continue;
          listen_to (&lines[i]);
          if (!is_whole (&lines[i]))
            continue;
          done++;
          lines[i].length = 0;
          if (sent < task->n)
            ask (lines[i].fd, request);
          sent++;
        }
    }
  for (int i = 0; i < N_CONNECTIONS; i++)
    close (lines[i].fd);
}

static int to_client, from_client;

static pid_t
start_client (void)
{
  int down[2], up[2];
  pid_t child;

  if (pipe (down) != 0 || pipe (up) != 0)
    return -1;
  child = fork ();
  if (child == 0)
    {
      Task task;

      close (down[1]);
      while (read (down[0], &task, sizeof task) == sizeof task)
        {
          do_task (&task);
          if (write (up[1], "x", 1) != 1)
            break;
        }
      _exit (0);
    }
  close (down[0]);
  close (up[1]);
  to_client = down[1];
  from_client = up[0];
  return child;
}

/* The servers. */

static double
cpu_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* CPU microseconds a request, of this process. */
static double
measure (guint16 port, const char *token, int n)
{
  Task task = { port, n, "" };
  double before = cpu_us ();
  char byte;

  g_strlcpy (task.token, token, sizeof task.token);
  if (write (to_client, &task, sizeof task) != sizeof task || read (from_client, &byte, 1) != 1)
    {
      g_printerr ("the client gave up\n");
      exit (EXIT_FAILURE);
    }
  return (cpu_us () - before) / n;
}

static gboolean
get_thing (CsExchange *exchange, gpointer module, GError **error)
{
  CtKeyed *thing = ct_keyed_new ();

  if (!thing_store_find (cs_exchange_reader (exchange), cs_exchange_scope (exchange),
                         cs_exchange_id (exchange, "id"), thing, error))
    {
      ct_keyed_free (thing);
      return FALSE;
    }
  cs_exchange_reply (exchange, thing);
  return TRUE;
}

static const CsRoute routes[] = {
  { "GET", PATH "{id}", CS_ALLOW_SESSION, NULL, &ct_keyed_type, 0, get_thing, "Read" },
};

static char *password_hash;

static gboolean
read_user (gpointer self, CsDb *db, CtId tenant, CtId user_id, CsUserRecord *user, GError **error)
{
  user->id = USER;
  user->tenant = TENANT;
  user->roles = CS_ROLE_E_AGENT;
  user->password_hash = g_strdup (password_hash);
  user->user_name = g_strdup ("anna");
  user->language = g_strdup ("nl");
  user->domain = g_strdup ("north.example");
  user->tenant_name = g_strdup ("North");
  return TRUE;
}

static gboolean
find_user (gpointer self, CsDb *db, const char *domain, const char *user_name, CsUserRecord *user,
           GError **error)
{
  return read_user (self, db, TENANT, USER, user, error);
}

static CsHttp *
start_ours (CsStore *store)
{
  CsAuthenticator authenticator = { NULL, find_user, read_user };
  CsModule module = { .name = "load", .routes = routes, .n_routes = G_N_ELEMENTS (routes) };
  CsHttpConfig config;
  CsHttp *http;

  cs_http_config_init (&config);
  config.host = "127.0.0.1";
  config.port = 0;
  config.plain = TRUE;
  config.address_rate = config.address_burst = 10000000;
  config.session_rate = config.session_burst = 10000000;
  config.hash.memory = crypto_pwhash_MEMLIMIT_MIN;
  config.hash.passes = crypto_pwhash_OPSLIMIT_MIN;
  password_hash = cs_http_hash_password ("secret", &config.hash, NULL);
  http = cs_http_new (&config, store, &authenticator, NULL);
  cs_http_add_module (http, &module, NULL);
  return cs_http_start (http, NULL) ? http : NULL;
}

static char *
sign_in (CsHttp *http)
{
  static const char body[]
      = "{\"domain\":\"north.example\",\"user\":\"anna\",\"password\":\"secret\"}";
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *address
      = g_strdup_printf ("http://127.0.0.1:%u/api/v1/sessions", cs_http_get_port (http));
  g_autoptr (SoupMessage) message = soup_message_new ("POST", address);
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));
  g_autoptr (GBytes) reply = NULL;
  g_autofree char *text = NULL;
  const char *token;

  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  reply = soup_session_send_and_read (session, message, NULL, NULL);
  text = g_strndup (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply));
  token = strstr (text, "\"token\":\"");
  return token != NULL ? g_strndup (token + strlen ("\"token\":\""), 43) : NULL;
}

static void
on_bare (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
         gpointer data)
{
  static const char reply[] = "{\"name\":\"a thing\",\"value\":\"of some worth\"}";

  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, reply,
                                    strlen (reply));
}

static guint16 bare_port;

static void
start_bare (gpointer data)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  GSList *addresses;

  soup_server_add_handler (server, "/", on_bare, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    return;
  addresses = soup_server_get_uris (server);
  bare_port = (guint16) g_uri_get_port (addresses->data);
  g_slist_free_full (addresses, (GDestroyNotify) g_uri_unref);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
calibrate (void)
{
  volatile guint64 number = 1;
  double before = cpu_us ();

  for (int i = 0; i < 10000000; i++)
    number = number * 6364136223846793005U + 1;
  g_print ("calibration: 10 million multiplications in %.1f ms\n", (cpu_us () - before) / 1000);
}

static gboolean
compare_servers (CsHttp *http, const char *token)
{
  double bare[N_ROUNDS], ours[N_ROUNDS], ratio;

  measure (bare_port, token, N_WARM);
  measure (cs_http_get_port (http), token, N_WARM);
  for (int i = 0; i < N_ROUNDS; i++)
    {
      bare[i] = measure (bare_port, token, N_REQUESTS);
      ours[i] = measure (cs_http_get_port (http), token, N_REQUESTS);
    }
  qsort (bare, N_ROUNDS, sizeof *bare, compare);
  qsort (ours, N_ROUNDS, sizeof *ours, compare);
  ratio = ours[N_ROUNDS / 2] / bare[N_ROUNDS / 2];
  g_print ("bare libsoup %.1f us, tenant-scoped GET %.1f us of CPU a request: ratio %.2f "
           "(at most %.1f)\n",
           bare[N_ROUNDS / 2], ours[N_ROUNDS / 2], ratio, LIMIT);
  return ratio <= LIMIT;
}

int
main (void)
{
  pid_t client = start_client ();
  g_autofree char *folder = g_dir_make_tmp ("centrale-load-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "db", NULL);
  g_autofree char *token = NULL;
  g_autoptr (CtClock) clock = ct_clock_new ();
  CsLoop *loop = cs_loop_new ("bare", 10);
  CsMigration migrations[]
      = { cs_http_module.migrations[0], cs_http_module.migrations[1], thing_store_migration };
  CsStore *store = cs_store_open (path, clock, migrations, G_N_ELEMENTS (migrations), NULL);
  CsHttp *http = store != NULL ? start_ours (store) : NULL;
  gboolean good;

  if (client < 0 || http == NULL || !thing_store_add (store, cs_scope_tenant (TENANT), THING))
    return EXIT_FAILURE;
  cs_loop_start (loop);
  cs_loop_call (loop, start_bare, NULL, NULL, 5000, NULL);
  token = sign_in (http);
  calibrate ();
  good = token != NULL && compare_servers (http, token);
  close (to_client);
  waitpid (client, NULL, 0);
  cs_http_free (http);
  cs_store_close (store);
  cs_loop_free (loop);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
