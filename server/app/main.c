/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line, signals, and the time between start and stop. */
#define G_LOG_DOMAIN "app"

#include "server/app/main.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <sodium.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/text.h"
#include "server/app/app.h"
#include "server/app/backup.h"
#include "server/app/commands.h"
#include "server/app/log.h"

#define DRAIN_POLL_MS 200
#define TRUNK_RETRY_SECONDS 30
#define HOUR_MS G_GINT64_CONSTANT (3600000)

typedef struct {
  GMainLoop *loop;
  CsApp *app;
  CtClock *clock;
  const CsConfig *config;
  gint64 drain_until_us;   /* 0: not draining */
  gint64 last_backup_hour; /* since 1970; what failed is tried again the next hour */
  GThread *backup;         /* the last one, or NULL */
  int backing_up;          /* atomic */
  GCancellable *ending;    /* of the backup, with the server */
} Main;

static const struct {
  const char *name;
  int (*run) (const CsConfig *config, CtClock *clock, char **arguments);
  const char *help;
} commands[] = {
  { "init", cs_command_init,
    "init DOMAIN NAME ADMINISTRATOR PASSWORD-FILE   first tenant and user" },
  { "apply", cs_command_apply, "apply FILE       set up a tenant as its file says" },
  { "check", cs_command_check, "check [--deep]   prove ledger, files and schema" },
  { "backup", cs_command_backup, "backup FOLDER    database and files at one point" },
  { "restore", cs_command_restore, "restore BACKUP   into an empty data folder" },
};

static gboolean
on_drain_poll (gpointer data)
{
  Main *self = data;

  if (cs_app_count_calls (self->app) > 0
      && ct_clock_monotonic_us (self->clock) < self->drain_until_us)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

/* The first one drains; the second one ends at once. */
static gboolean
on_terminated (gpointer data)
{
  Main *self = data;

  if (self->drain_until_us != 0)
    {
      g_main_loop_quit (self->loop);
      return G_SOURCE_CONTINUE;
    }
  g_message ("no new calls; %u legs run still", cs_app_count_calls (self->app));
  self->drain_until_us
      = ct_clock_monotonic_us (self->clock) + self->config->drain_seconds * G_USEC_PER_SEC;
  cs_app_drain (self->app);
  g_timeout_add (DRAIN_POLL_MS, on_drain_poll, self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hung_up (gpointer data)
{
  cs_app_reload_all (((Main *) data)->app);
  return G_SOURCE_CONTINUE;
}

static gpointer
make_backup (gpointer data)
{
  Main *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *made
      = cs_app_backup (self->app, self->config->backup_folder, self->ending, &error);

  if (made == NULL)
    g_warning ("backup: %s", error->message);
  else
    g_message ("backup %s; %u old ones removed", made,
               cs_backup_thin (self->config->backup_folder, ct_clock_utc_ms (self->clock)));
  g_atomic_int_set (&self->backing_up, FALSE);
  return NULL;
}

static void
start_backup (Main *self)
{
  g_clear_pointer (&self->backup, g_thread_join); /* yesterday's */
  g_atomic_int_set (&self->backing_up, TRUE);
  self->backup = g_thread_new ("backup", make_backup, self);
}

/* It reads from what the server's end takes away. */
static void
end_backup (Main *self)
{
  g_cancellable_cancel (self->ending);
  g_clear_pointer (&self->backup, g_thread_join);
  g_clear_object (&self->ending);
}

/* Looks each minute whether the day's backup is due. */
static gboolean
on_minute (gpointer data)
{
  Main *self = data;
  gint64 hours = ct_clock_utc_ms (self->clock) / HOUR_MS;

  if (hours != self->last_backup_hour && !g_atomic_int_get (&self->backing_up)
      && cs_backup_is_due (self->config->backup_folder, ct_clock_utc_ms (self->clock),
                           self->config->backup_hour))
    {
      self->last_backup_hour = hours;
      start_backup (self);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_trunks_due (gpointer data)
{
  cs_app_retry_trunks (((Main *) data)->app);
  return G_SOURCE_CONTINUE;
}

static int
serve (const CsConfig *config, CtClock *clock)
{
  g_autoptr (GError) error = NULL;
  Main self = { .clock = clock, .config = config };

  /* Before there is a pid to send it to: apply would end a server that is just starting. */
  g_unix_signal_add (SIGHUP, on_hung_up, &self);
  self.app = cs_app_start (config, clock, &error);
  if (self.app == NULL)
    return cs_command_fail (error);
  self.loop = g_main_loop_new (NULL, FALSE);
  self.ending = g_cancellable_new ();
  g_unix_signal_add (SIGTERM, on_terminated, &self);
  g_unix_signal_add (SIGINT, on_terminated, &self);
  g_timeout_add_seconds (TRUNK_RETRY_SECONDS, on_trunks_due, &self);
  if (config->backup_folder != NULL)
    g_timeout_add_seconds (60, on_minute, &self);
  g_message ("centrale-server %s: HTTP port %u, SIP port %u", CENTRALE_VERSION,
             cs_app_get_http_port (self.app), cs_app_get_sip_port (self.app));
  /* For who started us and waits. */
  g_print ("ready http=%u sip=%u sips=%u\n", cs_app_get_http_port (self.app),
           cs_app_get_sip_port (self.app), cs_app_get_sips_port (self.app));
  fflush (stdout);
  g_main_loop_run (self.loop);
  g_message ("stopping");
  end_backup (&self);
  cs_app_stop (self.app);
  g_main_loop_unref (self.loop);
  return EX_OK;
}

static void
print_help (GOptionContext *context)
{
  GString *text = g_string_new ("Commands (none: serve):\n");
  g_autofree char *help = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "  %s\n", commands[i].help);
  g_string_append (
      text, "  config           print the documented configuration\n\n"
            "Exit codes: 0 well; 64 usage; 65 the file given is wrong; 66 no such file;\n"
            "69 not in this state, or faults found; 70 internal; 74 disk; 78 configuration.\n"
            "Signals: TERM drains and stops, HUP reads plan and certificate anew.");
  g_option_context_set_description (context, text->str);
  g_string_free (text, TRUE);
}

static int
run (const CsConfig *config, CtClock *clock, char **arguments)
{
  if (arguments[0] == NULL)
    return serve (config, clock);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (arguments[0], commands[i].name) == 0)
      return commands[i].run (config, clock, arguments + 1);
  g_printerr ("centrale-server: there is no command %s; see --help\n", arguments[0]);
  return EX_USAGE;
}

int
cs_main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  g_autofree char *level = NULL;
  g_auto (GStrv) arguments = NULL;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "Configuration file", "FILE" },
    { "log", 'l', 0, G_OPTION_ARG_STRING, &level, "debug, info, message (default), warning",
      "LEVEL" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments, NULL, "[COMMAND...]" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- the central server");
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (CsConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  char *none[] = { NULL };

  g_option_context_set_strict_posix (context, TRUE); /* a command's options are its own */
  g_option_context_add_main_entries (context, entries, NULL);
  print_help (context);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || !cs_log_init (clock, level != NULL ? level : "message"))
    {
      g_printerr ("centrale-server: %s\n", error != NULL ? error->message : "no such log level");
      return EX_USAGE;
    }
  if (version)
    {
      g_print ("centrale-server %s\n", CENTRALE_VERSION);
      return EX_OK;
    }
  if (arguments != NULL && arguments[0] != NULL && g_strcmp0 (arguments[1], "--help") == 0)
    {
      g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);

      g_print ("%s", text);
      return EX_OK;
    }
  if (arguments != NULL && g_strcmp0 (arguments[0], "config") == 0)
    {
      g_autofree char *text = cs_config_describe ();

      g_print ("%s", text);
      return EX_OK;
    }
  if (sodium_init () < 0)
    return EX_SOFTWARE;
  ct_text_init (g_getenv ("CENTRALE_LOCALEDIR") != NULL ? g_getenv ("CENTRALE_LOCALEDIR")
                                                        : CENTRALE_LOCALEDIR);
  config = path != NULL ? cs_config_load (path, &error)
                        : cs_config_parse ("/etc/centrale/centrale.conf", "", 0, &error);
  if (config == NULL)
    {
      g_printerr ("centrale-server: %s\n", error->message);
      return EX_CONFIG;
    }
  return run (config, clock, arguments != NULL ? arguments : none);
}
