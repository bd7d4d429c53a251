/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: one key file, every key in one table with its default and what it is for
 * (`centrale-server config` prints it as a commented file). Unknown groups and keys, and values out of
 * their range, are errors with file and line. Paths are relative to the file's folder. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *name; /* of the file */
  char *text; /* what stood in it */

  char *data_folder;

  char *http_address;
  gint64 http_port;
  char *certificate;
  char *certificate_key;
  char *web_folder;
  char *metrics_token_file;
  gint64 workers;
  gint64 hash_memory_mib;
  gint64 hash_passes;
  gint64 sign_ins_per_minute;

  char *sip_address;
  gint64 sip_port;
  char *sip_certificate;
  char *sip_certificate_key;
  gint64 sip_tls_port;
  char *sip_public_address;
  char *sip_realm;
  char *sip_transport; /* what desks are told to use */
  gint64 sip_max_calls;
  gint64 sip_source_rate;

  char *media_address;
  char *media_public_address;
  gint64 media_port_min;
  gint64 media_port_max;
  gint64 media_threads;

  char *mail_host;
  gint64 mail_port;
  char *mail_security; /* "none", "starttls", "tls" */
  char *mail_user;
  char *mail_password_file;
  char *mail_from;

  gint64 recording_days;
  char *backup_folder;
  gint64 backup_hour;
  gint64 drain_seconds;
} CsConfig;

/* Empty text: nothing configured but the defaults. @name is for messages and relative paths. */
CsConfig *cs_config_parse (const char *name, const char *text, gsize size, GError **error);
CsConfig *cs_config_load (const char *path, GError **error);
/* "/etc/centrale/centrale.conf:12", where @key of @group is set. Caller frees. */
char *cs_config_where (const CsConfig *config, const char *group, const char *key);
void cs_config_free (CsConfig *config);
/* The documented file with its defaults. Caller frees. */
char *cs_config_describe (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsConfig, cs_config_free)

G_END_DECLS
