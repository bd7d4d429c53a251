/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What server/tenants offers to the API: who signs in, and a softphone's credentials. */
#pragma once

#include "server/http/http.h"
#include "server/tenants/tenants.h"

G_BEGIN_DECLS

/* Data of the routes; lives as long as the server. */
typedef struct {
  const char *realm; /* digest realm of SIP */
  const char *sip_host;
  guint16 sip_port;
  const char *transport; /* "udp", "tcp", "tls" */
  /* Devices changed: the registrar's directory must be read anew. Called on a worker. */
  void (*devices_changed) (gpointer data);
  /* A user's softphone has new credentials: his desks are told. On a worker. */
  void (*device_given) (gpointer data, CtId tenant, CtId user, CtId serial);
  gpointer data;
} CsTenantsContext;

extern const CsModule cs_tenants_module;
extern const CsAuthenticator cs_tenants_authenticator;

G_END_DECLS
