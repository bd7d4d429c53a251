/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/log.h"

static GLogLevelFlags lowest = G_LOG_LEVEL_DEBUG;

void
cs_log_set_lowest (GLogLevelFlags level)
{
  lowest = level;
}

gboolean
cs_log_wants (GLogLevelFlags level)
{
  return (level & G_LOG_LEVEL_MASK) <= lowest;
}

static gsize
add_id (GLogField *fields, gsize n, const char *key, CtId id, CtIdText *text)
{
  if (id == CT_ID_NONE)
    return n;
  *text = ct_id_text (id);
  fields[n] = (GLogField){ key, text->text, -1 };
  return n + 1;
}

static const char *
priority_of (GLogLevelFlags level)
{
  return (level & G_LOG_LEVEL_CRITICAL) != 0  ? "4"
         : (level & G_LOG_LEVEL_WARNING) != 0 ? "4"
         : (level & G_LOG_LEVEL_MESSAGE) != 0 ? "5"
         : (level & G_LOG_LEVEL_INFO) != 0    ? "6"
                                              : "7";
}

void
cs_log_about (const char *domain, GLogLevelFlags level, CsAbout about, const char *format, ...)
{
  g_autofree char *message = NULL;
  GLogField fields[6];
  CtIdText texts[3];
  gsize n = 0;
  va_list arguments;

  if (!cs_log_wants (level))
    return;
  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fields[n++] = (GLogField){ "MESSAGE", message, -1 };
  fields[n++] = (GLogField){ "PRIORITY", priority_of (level), -1 };
  fields[n++] = (GLogField){ "GLIB_DOMAIN", domain, -1 };
  n = add_id (fields, n, "TENANT", about.tenant, &texts[0]);
  n = add_id (fields, n, "USER", about.user, &texts[1]);
  n = add_id (fields, n, "CALL", about.call, &texts[2]);
  g_log_structured_array (level, fields, n);
}
