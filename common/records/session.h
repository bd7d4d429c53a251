/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in, who I am, and my phone. */
#pragma once

#include "common/records/record.h"
#include "common/records/words.h"

G_BEGIN_DECLS

/* POST /api/v1/sessions: the call centre's domain, a user of it, his password. */
#define CT_SIGN_IN_FIELDS(F)                                                                       \
  F (TEXT, domain, 0, 1, 253, CT_REQUIRED)                                                         \
  F (TEXT, user, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXT, password, 0, 1, 256, CT_REQUIRED | CT_SECRET)
CT_RECORD_DECLARE (CtSignIn, ct_sign_in, CT_SIGN_IN_FIELDS)

/* The session; `token` goes into `Authorization: Bearer` and is told once, at sign-in. */
#define CT_SESSION_FIELDS(F)                                                                       \
  F (TEXT, token, 0, 0, 128, 0)                                                                    \
  F (ID, user, 0, 0, 0, CT_REQUIRED)                                                               \
  F (TEXT, user_name, 0, 0, 64, CT_REQUIRED)                                                       \
  F (TEXT, name, 0, 0, 120, CT_REQUIRED)                                                           \
  F (TEXTS, roles, 0, 0, 16, CT_REQUIRED)                                                          \
  F (TEXTS, permissions, 0, 0, 64, CT_REQUIRED)                                                    \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, CT_REQUIRED)                                       \
  F (TEXT, time_zone, 0, 0, 64, 0)                                                                 \
  F (TEXT, domain, 0, 0, 253, CT_REQUIRED)                                                         \
  F (TEXT, tenant_name, 0, 0, 120, CT_REQUIRED)                                                    \
  F (ID, company, 0, 0, 0, 0)                                                                      \
  F (TEXT, company_name, 0, 0, 120, 0)                                                             \
  F (TIME, expires, 0, 0, 0, CT_REQUIRED)
CT_RECORD_DECLARE (CtSession, ct_session, CT_SESSION_FIELDS)

/* POST /api/v1/me/device: a softphone's own SIP credentials, made at random each time (the
 * secret is told once). They take the place of those given before: `serial` grows. */
#define CT_DEVICE_FIELDS(F)                                                                        \
  F (ID, serial, 0, 0, 0, 0)                                                                       \
  F (TEXT, sip_user, 0, 1, 64, CT_REQUIRED)                                                        \
  F (TEXT, secret, 0, 1, 64, CT_REQUIRED)                                                          \
  F (TEXT, realm, 0, 1, 253, CT_REQUIRED)                                                          \
  F (TEXT, host, 0, 1, 253, CT_REQUIRED)                                                           \
  F (INT, port, 0, 1, 65535, CT_REQUIRED)                                                          \
  F (ENUM, transport, "udp tcp tls", 0, 0, CT_REQUIRED)                                            \
  F (INT, expires_seconds, 0, 30, 3600, CT_REQUIRED)
CT_RECORD_DECLARE (CtDevice, ct_device, CT_DEVICE_FIELDS)

/* The event `device`: the user's softphone has new credentials; a desk that got others has lost it. */
#define CT_DEVICE_GIVEN_FIELDS(F) F (ID, serial, 0, 0, 0, CT_REQUIRED)
CT_RECORD_DECLARE (CtDeviceGiven, ct_device_given, CT_DEVICE_GIVEN_FIELDS)

/* GET /api/v1: what the server is, and the oldest desk it still serves. */
#define CT_VERSION_FIELDS(F)                                                                       \
  F (TEXT, version, 0, 1, 32, CT_REQUIRED)                                                         \
  F (TEXT, oldest_desk, 0, 1, 32, CT_REQUIRED)                                                     \
  F (TEXT, epoch, 0, 1, 32, CT_REQUIRED)
CT_RECORD_DECLARE (CtVersion, ct_version, CT_VERSION_FIELDS)

G_END_DECLS
