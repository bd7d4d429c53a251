/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "messages"

#include "server/messages/smtp.h"

#include <curl/curl.h>
#include <string.h>

#define MAX_REPLY 300
#define DEFAULT_TIMEOUT 30

struct _CsSmtp {
  const CsMailConfig *config;
  CURL *curl;
  char *url; /* with the name that we greet with as its path */
  /* Of the mail under way. */
  const char *rest; /* not yet handed over */
  gboolean whole;   /* curl has all of it: the server may have, too */
  char reply[MAX_REPLY + 1];
};

static size_t
give (char *buffer, size_t size, size_t n, void *data)
{
  CsSmtp *smtp = data;
  gsize length = MIN (size * n, strlen (smtp->rest));

  memcpy (buffer, smtp->rest, length);
  smtp->rest += length;
  smtp->whole = *smtp->rest == '\0';
  return length;
}

/* What the server says comes as "headers"; its last refusal is kept, in plain letters. */
static size_t
hear (char *line, size_t size, size_t n, void *data)
{
  CsSmtp *smtp = data;
  gsize length = MIN (size * n, MAX_REPLY);

  if (length == 0 || (*line != '4' && *line != '5'))
    return size * n;
  memcpy (smtp->reply, line, length);
  smtp->reply[length] = '\0';
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isprint (smtp->reply[i]))
      smtp->reply[i] = ' ';
  g_strchomp (smtp->reply);
  return size * n;
}

static size_t
swallow (char *bytes, size_t size, size_t n, void *data)
{
  return size * n;
}

/* What is the same for every mail; the handle also keeps the connection. */
static void
set_up (CsSmtp *smtp)
{
  const CsMailConfig *config = smtp->config;
  CURL *curl = smtp->curl;
  long timeout = config->timeout_seconds != 0 ? (long) config->timeout_seconds : DEFAULT_TIMEOUT;

  curl_easy_setopt (curl, CURLOPT_URL, smtp->url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt (curl, CURLOPT_PROXY, ""); /* none, whatever the environment says */
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, timeout);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, 4 * timeout);
  curl_easy_setopt (curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout);
  curl_easy_setopt (curl, CURLOPT_USE_SSL,
                    (long) (config->security == CS_MAIL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (config->ca_path != NULL)
    curl_easy_setopt (curl, CURLOPT_CAINFO, config->ca_path);
  if (config->user != NULL)
    {
      curl_easy_setopt (curl, CURLOPT_USERNAME, config->user);
      curl_easy_setopt (curl, CURLOPT_PASSWORD, config->password != NULL ? config->password : "");
    }
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, give);
  curl_easy_setopt (curl, CURLOPT_READDATA, smtp);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, hear);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, smtp);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, swallow);
}

CsSmtp *
cs_smtp_new (const CsMailConfig *config)
{
  CsSmtp *smtp = g_new0 (CsSmtp, 1);
  gboolean bare = strchr (config->host, ':') != NULL && *config->host != '[';

  smtp->config = config;
  smtp->url = g_strdup_printf ("%s://%s%s%s:%u/%s",
                               config->security == CS_MAIL_TLS ? "smtps" : "smtp", bare ? "[" : "",
                               config->host, bare ? "]" : "", config->port, config->host_name);
  smtp->curl = curl_easy_init ();
  set_up (smtp);
  return smtp;
}

void
cs_smtp_free (CsSmtp *smtp)
{
  curl_easy_cleanup (smtp->curl);
  g_free (smtp->url);
  g_free (smtp);
}

/* What the server says of the connection, whichever command it answers: it closes (RFC 5321), or wants a
 * sign-in or TLS that we did not give (RFC 4954, 3207). A matter of settings, and no mail's fault. */
static gboolean
is_about_server (long status)
{
  return status == 421 || status == 530 || status == 534 || status == 535 || status == 538;
}

/* libcurl says SEND_ERROR when MAIL, RCPT or DATA was answered badly; once the mail was handed over the
 * last code is the mail's own. Any other failure is the connection's. */
static CsSmtpResult
judge (const CsSmtp *smtp, CURLcode code, long status)
{
  gboolean about_mail = smtp->whole || code == CURLE_SEND_ERROR;

  if (code == CURLE_OK)
    return CS_SMTP_ACCEPTED;
  if (about_mail && is_about_server (status))
    return CS_SMTP_UNREACHABLE;
  if (about_mail && status >= 500 && status < 600)
    return CS_SMTP_REFUSED;
  if (about_mail && status >= 400 && status < 500)
    return CS_SMTP_LATER;
  return smtp->whole ? CS_SMTP_UNKNOWN : CS_SMTP_UNREACHABLE;
}

CsSmtpResult
cs_smtp_send (CsSmtp *smtp, const char *from, const char *to, const char *mail, char **reply)
{
  struct curl_slist *recipients = curl_slist_append (NULL, to);
  CsSmtpResult result;
  CURLcode code;
  long status = 0;

  smtp->rest = mail;
  smtp->whole = FALSE;
  smtp->reply[0] = '\0';
  curl_easy_setopt (smtp->curl, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt (smtp->curl, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt (smtp->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) strlen (mail));
  code = curl_easy_perform (smtp->curl);
  curl_easy_getinfo (smtp->curl, CURLINFO_RESPONSE_CODE, &status);
  result = judge (smtp, code, status);
  *reply = g_strdup (smtp->reply[0] != '\0' ? smtp->reply : curl_easy_strerror (code));
  curl_easy_setopt (smtp->curl, CURLOPT_MAIL_RCPT, NULL);
  curl_slist_free_all (recipients);
  return result;
}
