/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates as the configuration names them: looked at before anything serves with them, so that
 * what is wrong is said with the configuration's file and line. */
#pragma once

#include "server/app/config.h"

G_BEGIN_DECLS

/* @group "http" or "sip": can its `certificate` be read, and does its `key` belong to it? TRUE when
 * none is set. "…/centrale.conf:7: key: /etc/x.key does not belong to /etc/x.pem" */
gboolean cs_certificate_check (const CsConfig *config, const char *group, GError **error);

/* Writes what the SIP stack reads at its start: agent.pem (certificate and key) and cafile.pem, in a
 * folder below @parent that only we may read. NULL with an error, else caller frees, and removes
 * it with cs_certificate_put_away() as soon as the stack runs. */
char *cs_certificate_lay_out (const char *certificate, const char *key, const char *parent,
                              GError **error);
void cs_certificate_put_away (const char *folder);
/* To see whether a file has changed; NULL when it cannot be read. Caller frees. */
char *cs_certificate_sum (const char *path);

G_END_DECLS
