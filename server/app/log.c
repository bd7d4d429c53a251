/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/app/log.h"

#include <string.h>
#include <unistd.h>

#include "server/base/log.h"

static CtClock *log_clock;

static const struct {
  GLogLevelFlags flag;
  const char *name;
} levels[] = { { G_LOG_LEVEL_ERROR, "error" },     { G_LOG_LEVEL_CRITICAL, "critical" },
               { G_LOG_LEVEL_WARNING, "warning" }, { G_LOG_LEVEL_MESSAGE, "message" },
               { G_LOG_LEVEL_INFO, "info" },       { G_LOG_LEVEL_DEBUG, "debug" } };

static const char *
level_name (GLogLevelFlags level)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((level & levels[i].flag) != 0)
      return levels[i].name;
  return "message";
}

static const char *
field (const GLogField *fields, gsize n, const char *key)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  return "";
}

/* A peer's words may stand in a message: they must not forge lines. */
static void
append_clean (GString *line, const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      g_string_append_printf (line, "\\x%02x", (guchar) *c);
    else
      g_string_append_c (line, *c);
}

/* Whose the line is (server/base/log.h). */
static void
append_about (GString *line, const char *name, const char *id)
{
  if (*id == '\0')
    return;
  g_string_append (line, name);
  g_string_append (line, id);
}

static GLogWriterOutput
write_line (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  g_autoptr (GString) line = NULL;
  g_autofree char *time = NULL;

  if (!cs_log_wants (level))
    return G_LOG_WRITER_HANDLED;
  time = ct_time_format (ct_clock_utc_ms (log_clock));
  line = g_string_sized_new (160);
  g_string_append_printf (line, "%s %s %s: ", time, level_name (level),
                          field (fields, n, "GLIB_DOMAIN"));
  append_clean (line, field (fields, n, "MESSAGE"));
  append_about (line, " tenant=", field (fields, n, "TENANT"));
  append_about (line, " user=", field (fields, n, "USER"));
  append_about (line, " call=", field (fields, n, "CALL"));
  g_string_append_c (line, '\n');
  if (write (STDERR_FILENO, line->str, line->len) < 0)
    return G_LOG_WRITER_UNHANDLED;
  return G_LOG_WRITER_HANDLED;
}

gboolean
cs_log_init (CtClock *clock, const char *level)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_strcmp0 (level, levels[i].name) == 0)
      {
        cs_log_set_lowest (levels[i].flag);
        log_clock = ct_clock_ref (clock);
        g_log_set_writer_func (write_line, NULL, NULL);
        return TRUE;
      }
  return FALSE;
}
