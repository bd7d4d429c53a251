/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may see what, as a value every store function takes: one tenant, or the system scope. The two lists
 * below are read by tools/check-source: a file that makes the system scope, or a function of a store
 * that takes no scope, and is not here, is an error; so is an entry that is not needed.
 *
 * The system scope is made by
 *   system server/app/bindings.c        registered phones over a restart, of all tenants
 *   system server/app/commands.c        the first tenant
 *   system server/app/reload.c          devices, trunks and the plan, of all tenants
 *   system server/billing/billing.c     the tariff before a change, told to who holds it
 *   system server/blobs/blobs.c         files that expire; a file just put
 *   system server/blobs/check.c         check --deep reads every file
 *   system server/calls/finish.c        recording to call, and so to tenant
 *   system server/calls/recordings.c    likewise
 *   system server/calls/recover.c       what a crash left open
 *   system server/studio/sounds.c       which sounds are in use, of all tenants
 *   system server/tenants/apply.c       domain to tenant
 *   system server/tenants/apply-dialled.c  the same, and number to tenant
 *   system server/tenants/module.c      domain to tenant, at the sign-in
 *
 * Without a scope are
 *   bare cs_billing_store_*             of running calls, by ids that billing itself gave out
 *   bare cs_ledger_store_*              the ledger stands below the tenants; an account names its own
 *   bare cs_blobs_store_*               blobs.c asks for the scope before each of them
 *   bare cs_calls_drop_recording       whose blob retention has just removed
 *   bare cs_contacts_*_answer*          of a call, by who has just read it within its scope
 *   bare cs_http_store_*                what leads to a scope: token to session, key to kept reply
 *   bare cs_messages_*                  the mailer's: one outbox for all
 *   bare cs_scripts_*                   of a call, by who has just read it within its scope
 *   bare cs_tenants_put_tenant          makes the tenant
 */
#pragma once

#include "common/base/id.h"

G_BEGIN_DECLS

typedef struct {
  CtId tenant; /* CT_ID_NONE: all tenants */
} CsScope;

static inline CsScope
cs_scope_tenant (CtId tenant)
{
  g_assert (tenant != CT_ID_NONE);
  return (CsScope){ .tenant = tenant };
}

static inline CsScope
cs_scope_system (void)
{
  return (CsScope){ .tenant = CT_ID_NONE };
}

G_END_DECLS
