/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may see what, as a value every store function takes: one tenant, or the system scope, which
 * only these callers make (a check counts them): number to tenant and domain to tenant look-ups,
 * background jobs, start-up and recovery, `check`, `backup`. */
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
