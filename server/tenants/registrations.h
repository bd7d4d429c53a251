/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where phones were registered, over a restart: the rows. What writes runs inside a write closure. */
#pragma once

#include "server/store/store.h"

G_BEGIN_DECLS

/* A registered contact of a device, as SIP knew it when it was written. */
typedef struct {
  CtId device;
  CtId user;
  CtId tenant;
  char *sip_user;
  char *contact;
  char *flow;
  char *call_id;
  guint32 cseq;
  char *user_agent;
  gint64 expires_ms;
} CsRegistration;

void cs_registration_free (gpointer registration);

/* CsRegistration* */
GPtrArray *cs_tenants_list_registrations (CsDb *db, CsScope scope, GError **error);
/* In place of all there are (system scope); in a write closure. Only what differs is written. Those of
 * devices that are gone are left out. */
gboolean
cs_tenants_set_registrations (CsDb *db, CsScope scope, const GPtrArray *rows, GError **error);

G_END_DECLS
