/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "app"

#include "server/app/config.h"

#include <gio/gio.h>
#include <string.h>

#include "common/base/error.h"

#define MAX_SIZE (256 * 1024)

typedef enum {
  TEXT,     /* as it is */
  PATH,     /* made absolute, relative to the file's folder */
  NUMBER,   /* minimum..maximum */
  WORD,     /* one of the words in `words` */
  ADDRESS,  /* of IPv4 or IPv6, no name */
  ADDRESS4, /* of IPv4 */
} Kind;

typedef struct {
  const char *group;
  const char *key;
  Kind kind;
  gsize offset;
  const char *otherwise; /* the default; NULL: none */
  gint64 minimum, maximum;
  const char *words;
  const char *help;
} Row;

#define AT(member) G_STRUCT_OFFSET (CsConfig, member)

static const Row rows[] = {
  { "server", "data-folder", PATH, AT (data_folder), "/var/lib/centrale", 0, 0, NULL,
    "Database, recordings, prompts and keys." },
  { "server", "recording-days", NUMBER, AT (recording_days), "90", 1, 36500, NULL,
    "Recordings are kept so many days." },
  { "server", "backup-folder", PATH, AT (backup_folder), NULL, 0, 0, NULL,
    "Daily backups go here; none are made when it is not set." },
  { "server", "backup-hour", NUMBER, AT (backup_hour), "3", 0, 23, NULL,
    "The hour (UTC) of the daily backup." },
  { "server", "drain-seconds", NUMBER, AT (drain_seconds), "600", 0, 86400, NULL,
    "At SIGTERM running calls may go on so long." },
  { "http", "address", ADDRESS, AT (http_address), "127.0.0.1", 0, 0, NULL,
    "Address of the API and the web pages; :: for all." },
  { "http", "port", NUMBER, AT (http_port), "8443", 0, 65535, NULL,
    "Its port; 0 takes a free one." },
  { "http", "certificate", PATH, AT (certificate), NULL, 0, 0, NULL,
    "Certificate chain (PEM), read again at SIGHUP. Without it: TLS is off, loopback only." },
  { "http", "key", PATH, AT (certificate_key), NULL, 0, 0, NULL, "Its private key (PEM)." },
  { "http", "web-folder", PATH, AT (web_folder), NULL, 0, 0, NULL, "Static pages." },
  { "http", "metrics-token-file", PATH, AT (metrics_token_file), NULL, 0, 0, NULL,
    "A file with the token that opens /metrics and the details of /health beyond loopback." },
  { "http", "workers", NUMBER, AT (workers), "4", 1, 256, NULL, "Threads that answer requests." },
  { "http", "hash-memory", NUMBER, AT (hash_memory_mib), "64", 1, 4096, NULL,
    "MiB of memory for one password hash (argon2id)." },
  { "http", "hash-passes", NUMBER, AT (hash_passes), "2", 1, 100, NULL, "Its passes." },
  { "http", "sign-ins-per-minute", NUMBER, AT (sign_ins_per_minute), "10", 1, 100000, NULL,
    "Tries for one account; ten times that from one address." },
  { "sip", "address", ADDRESS, AT (sip_address), "127.0.0.1", 0, 0, NULL,
    "IP address of SIP, UDP and TCP." },
  { "sip", "port", NUMBER, AT (sip_port), "5060", 0, 65535, NULL, "Its port; 0 takes a free one." },
  { "sip", "certificate", PATH, AT (sip_certificate), NULL, 0, 0, NULL,
    "Certificate (PEM) for SIP over TLS, read at the start. Without it there is none." },
  { "sip", "key", PATH, AT (sip_certificate_key), NULL, 0, 0, NULL, "Its private key (PEM)." },
  { "sip", "tls-port", NUMBER, AT (sip_tls_port), "5061", 0, 65535, NULL,
    "Port of SIP over TLS; 0 takes a free one." },
  { "sip", "public-address", ADDRESS, AT (sip_public_address), NULL, 0, 0, NULL,
    "IP address that phones and trunks reach it at, when it is another." },
  { "sip", "realm", TEXT, AT (sip_realm), "centrale", 0, 0, NULL,
    "Realm of the phones' credentials. Changing it makes all of them invalid." },
  { "sip", "transport", WORD, AT (sip_transport), "udp", 0, 0, "udp tcp",
    "What desks are told to use." },
  { "sip", "max-calls", NUMBER, AT (sip_max_calls), "4000", 1, 100000, NULL,
    "Call legs at once; more are refused." },
  { "sip", "source-rate", NUMBER, AT (sip_source_rate), "50", 1, 100000, NULL,
    "Requests a second from one address that is no trunk." },
  { "media", "address", ADDRESS4, AT (media_address), "127.0.0.1", 0, 0, NULL,
    "IP address of RTP." },
  { "media", "public-address", ADDRESS4, AT (media_public_address), NULL, 0, 0, NULL,
    "IP address announced in SDP, when it is another." },
  { "media", "port-min", NUMBER, AT (media_port_min), "20000", 1024, 65534, NULL,
    "First RTP port." },
  { "media", "port-max", NUMBER, AT (media_port_max), "29999", 1025, 65535, NULL,
    "Last RTP port." },
  { "media", "threads", NUMBER, AT (media_threads), "1", 1, 16, NULL, "Relay threads." },
  { "mail", "host", TEXT, AT (mail_host), NULL, 0, 0, NULL,
    "Mail server; while it is not set, messages wait." },
  { "mail", "port", NUMBER, AT (mail_port), "587", 1, 65535, NULL, "Its port." },
  { "mail", "security", WORD, AT (mail_security), "starttls", 0, 0, "none starttls tls",
    "How the connection is protected." },
  { "mail", "user", TEXT, AT (mail_user), NULL, 0, 0, NULL, "User name, when it asks for one." },
  { "mail", "password-file", PATH, AT (mail_password_file), NULL, 0, 0, NULL,
    "A file that holds the password." },
  { "mail", "from", TEXT, AT (mail_from), "centrale@localhost", 0, 0, NULL,
    "Sender, where a tenant has none of its own." },
};

static const Row *
find_row (const char *group, const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].group, group) == 0 && (key == NULL || strcmp (rows[i].key, key) == 0))
      return &rows[i];
  return NULL;
}

/* GKeyFile forgets lines; the text is searched again for the one at fault. */
static guint
find_line (const char *text, const char *group, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *heading = g_strdup_printf ("[%s]", group);
  gboolean inside = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (*line == '[')
        inside = g_str_has_prefix (line, heading);
      if (inside
          && (key == NULL
              || (g_str_has_prefix (line, key) && strchr ("= \t", line[strlen (key)]) != NULL)))
        return i + 1;
    }
  return 1;
}

static gboolean
is_address (const char *text, gboolean only_4)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL
         && (!only_4 || g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4);
}

static gboolean
set_value (CsConfig *config, const Row *row, const char *folder, const char *value, GError **error)
{
  gpointer member = (char *) config + row->offset;

  if (*value == '\0' && row->otherwise != NULL)
    return ct_fail (error, CT_ERROR_INVALID, "a value is wanted");
  switch (row->kind)
    {
    case NUMBER:
      return g_ascii_string_to_signed (value, 10, row->minimum, row->maximum, member, NULL)
             || ct_fail (error, CT_ERROR_INVALID,
                         "a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " is wanted",
                         row->minimum, row->maximum);
      case WORD: {
        g_auto (GStrv) words = g_strsplit (row->words, " ", -1);

        if (!g_strv_contains ((const char *const *) words, value))
          return ct_fail (error, CT_ERROR_INVALID, "one of these is wanted: %s", row->words);
      }
      break;
    case ADDRESS:
    case ADDRESS4:
      if (*value != '\0' && !is_address (value, row->kind == ADDRESS4))
        return ct_fail (error, CT_ERROR_INVALID, "an IP%s address is wanted",
                        row->kind == ADDRESS4 ? "v4" : "");
      break;
    case TEXT:
    case PATH:
      break;
    }
  g_free (*(char **) member);
  *(char **) member = *value == '\0'      ? NULL
                      : row->kind == PATH ? g_canonicalize_filename (value, folder)
                                          : g_strdup (value);
  return TRUE;
}

static gboolean
read_group (CsConfig *config, GKeyFile *file, const char *group, const char *name, const char *text,
            const char *folder, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, error);

  if (keys == NULL)
    return FALSE;
  if (find_row (group, NULL) == NULL)
    return ct_fail (error, CT_ERROR_INVALID, "%s:%u: there is no group [%s]", name,
                    find_line (text, group, NULL), group);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      const Row *row = find_row (group, keys[i]);
      g_autofree char *value = g_key_file_get_string (file, group, keys[i], NULL);
      g_autoptr (GError) wrong = NULL;

      if (row == NULL)
        return ct_fail (error, CT_ERROR_INVALID, "%s:%u: [%s] has no key \"%s\"", name,
                        find_line (text, group, keys[i]), group, keys[i]);
      if (value == NULL || !g_utf8_validate (value, -1, NULL))
        return ct_fail (error, CT_ERROR_INVALID, "%s:%u: %s is no text", name,
                        find_line (text, group, keys[i]), keys[i]);
      if (!set_value (config, row, folder, value, &wrong))
        return ct_fail (error, CT_ERROR_INVALID, "%s:%u: %s: %s", name,
                        find_line (text, group, keys[i]), keys[i], wrong->message);
    }
  return TRUE;
}

/* GKeyFile takes the last of two equal keys, and tells no line of what it cannot read: both are seen here
 * first. */
static gboolean
check_lines (const char *name, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *group = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      const char *sign = strchr (line, '=');

      if (*line == '\0' || *line == '#')
        continue;
      if (*line == '[' && g_str_has_suffix (line, "]"))
        {
          g_free (group);
          group = g_strdup (line);
          continue;
        }
      if (group == NULL || sign == NULL || sign == line)
        return ct_fail (error, CT_ERROR_INVALID, "%s:%u: a [group] or key=value is wanted", name,
                        i + 1);
      line[sign - line] = '\0';
      if (!g_hash_table_add (seen, g_strconcat (group, g_strchomp (line), NULL)))
        return ct_fail (error, CT_ERROR_INVALID, "%s:%u: %s stands twice", name, i + 1, line);
    }
  return TRUE;
}

char *
cs_config_where (const CsConfig *config, const char *group, const char *key)
{
  return g_strdup_printf ("%s:%u", config->name, find_line (config->text, group, key));
}

static gboolean
check_pair (const CsConfig *config, const char *group, const char *certificate, const char *key,
            GError **error)
{
  g_autofree char *where = NULL;

  if ((certificate == NULL) == (key == NULL))
    return TRUE;
  where = cs_config_where (config, group, certificate != NULL ? "certificate" : "key");
  return ct_fail (error, CT_ERROR_INVALID, "%s: certificate and key go together", where);
}

static gboolean
check_together (const CsConfig *config, GError **error)
{
  if (config->certificate == NULL && strcmp (config->http_address, "127.0.0.1") != 0)
    return ct_fail (error, CT_ERROR_INVALID,
                    "%s:%u: address: without a certificate only 127.0.0.1 is served", config->name,
                    find_line (config->text, "http", "address"));
  if (!check_pair (config, "http", config->certificate, config->certificate_key, error)
      || !check_pair (config, "sip", config->sip_certificate, config->sip_certificate_key, error))
    return FALSE;
  if (config->media_port_max > config->media_port_min)
    return TRUE;
  return ct_fail (error, CT_ERROR_INVALID, "%s:%u: port-max must be above port-min", config->name,
                  find_line (config->text, "media", NULL));
}

CsConfig *
cs_config_parse (const char *name, const char *text, gsize size, GError **error)
{
  g_autoptr (CsConfig) config = g_new0 (CsConfig, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) wrong = NULL;
  g_autofree char *absolute = g_canonicalize_filename (name, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *whole = g_strndup (text, size);
  g_auto (GStrv) groups = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].otherwise != NULL && !set_value (config, &rows[i], "/", rows[i].otherwise, error))
      return NULL;
  if (size > MAX_SIZE || strlen (whole) != size)
    {
      ct_fail (error, CT_ERROR_INVALID, "%s:1: not a configuration file", name);
      return NULL;
    }
  if (!check_lines (name, whole, error))
    return NULL;
  if (size > 0 && !g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, &wrong))
    {
      ct_fail (error, CT_ERROR_INVALID, "%s: %s", name, wrong->message);
      return NULL;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!read_group (config, file, groups[i], name, whole, folder, error))
      return NULL;
  config->name = g_strdup (name);
  config->text = g_steal_pointer (&whole);
  return check_together (config, error) ? g_steal_pointer (&config) : NULL;
}

CsConfig *
cs_config_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  gsize size;

  if (!g_file_get_contents (absolute, &text, &size, error))
    return NULL;
  return cs_config_parse (absolute, text, size, error);
}

void
cs_config_free (CsConfig *config)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind != NUMBER)
      g_free (G_STRUCT_MEMBER (char *, config, rows[i].offset));
  g_free (config->name);
  g_free (config->text);
  g_free (config);
}

char *
cs_config_describe (void)
{
  GString *text = g_string_new ("# Configuration of centrale-server. What is commented out is the "
                                "default.\n");
  const char *group = "";

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (strcmp (group, rows[i].group) != 0)
        g_string_append_printf (text, "\n[%s]\n", rows[i].group);
      group = rows[i].group;
      g_string_append_printf (text, "# %s", rows[i].help);
      if (rows[i].words != NULL)
        g_string_append_printf (text, " One of: %s.", rows[i].words);
      g_string_append_printf (text, "\n#%s=%s\n", rows[i].key,
                              rows[i].otherwise != NULL ? rows[i].otherwise : "");
    }
  return g_string_free (text, FALSE);
}
