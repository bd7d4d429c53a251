/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "app"

#include "server/app/certificate.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "common/base/error.h"

#define AGENT "agent.pem"
#define AUTHORITY "cafile.pem"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)

/* A server has nobody to type one in. */
static int
give_no_password (char *buffer, int size, int writing, void *data)
{
  return -1;
}

static BIO *
open_file (const char *path, GError **error)
{
  BIO *file = BIO_new_file (path, "r");

  if (file == NULL)
    ct_fail (error, CT_ERROR_INVALID, "%s: %s", path, g_strerror (errno));
  return file;
}

static X509 *
read_certificate (const char *path, GError **error)
{
  g_autoptr (BIO) file = open_file (path, error);
  X509 *certificate = file != NULL ? PEM_read_bio_X509 (file, NULL, give_no_password, NULL) : NULL;

  if (file != NULL && certificate == NULL)
    ct_fail (error, CT_ERROR_INVALID, "%s holds no certificate (PEM)", path);
  return certificate;
}

static EVP_PKEY *
read_key (const char *path, GError **error)
{
  g_autoptr (BIO) file = open_file (path, error);
  EVP_PKEY *key
      = file != NULL ? PEM_read_bio_PrivateKey (file, NULL, give_no_password, NULL) : NULL;

  if (file != NULL && key == NULL)
    ct_fail (error, CT_ERROR_INVALID, "%s holds no private key (PEM, without a password)", path);
  return key;
}

static gboolean
blame (const CsConfig *config, const char *group, const char *key, const GError *wrong,
       GError **error)
{
  g_autofree char *where = cs_config_where (config, group, key);

  return ct_fail (error, CT_ERROR_INVALID, "%s: %s: %s", where, key, wrong->message);
}

gboolean
cs_certificate_check (const CsConfig *config, const char *group, GError **error)
{
  gboolean sip = strcmp (group, "sip") == 0;
  const char *path = sip ? config->sip_certificate : config->certificate;
  const char *key_path = sip ? config->sip_certificate_key : config->certificate_key;
  g_autoptr (GError) wrong = NULL;
  g_autoptr (X509) certificate = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  if (path == NULL)
    return TRUE;
  certificate = read_certificate (path, &wrong);
  if (certificate == NULL)
    return blame (config, group, "certificate", wrong, error);
  key = read_key (key_path, &wrong);
  if (key != NULL && X509_check_private_key (certificate, key) != 1)
    ct_fail (&wrong, CT_ERROR_INVALID, "%s does not belong to %s", key_path, path);
  if (wrong != NULL)
    return blame (config, group, "key", wrong, error);
  if (X509_cmp_current_time (X509_get0_notAfter (certificate)) < 0)
    g_warning ("the certificate %s has expired", path);
  return TRUE;
}

static gboolean
write_file (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

char *
cs_certificate_lay_out (const char *certificate, const char *key, const char *parent,
                        GError **error)
{
  g_autofree char *folder = g_build_filename (parent, "sip-tls", NULL);
  g_autofree char *certificate_text = NULL;
  g_autofree char *key_text = NULL;
  g_autofree char *both = NULL;

  if (!g_file_get_contents (certificate, &certificate_text, NULL, error)
      || !g_file_get_contents (key, &key_text, NULL, error))
    return NULL;
  cs_certificate_put_away (folder); /* of a start that was killed */
  if (g_mkdir (folder, 0700) != 0)
    {
      ct_fail (error, CT_ERROR_IO, "%s: %s", folder, g_strerror (errno));
      return NULL;
    }
  both = g_strconcat (certificate_text, "\n", key_text, NULL);
  if (write_file (folder, AGENT, both, error)
      && write_file (folder, AUTHORITY, certificate_text, error))
    return g_steal_pointer (&folder);
  cs_certificate_put_away (folder);
  return NULL;
}

void
cs_certificate_put_away (const char *folder)
{
  g_autofree char *agent = g_build_filename (folder, AGENT, NULL);
  g_autofree char *authority = g_build_filename (folder, AUTHORITY, NULL);

  g_unlink (agent);
  g_unlink (authority);
  g_rmdir (folder);
}

char *
cs_certificate_sum (const char *path)
{
  g_autofree char *text = NULL;
  gsize size;

  return g_file_get_contents (path, &text, &size, NULL)
             ? g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, size)
             : NULL;
}
