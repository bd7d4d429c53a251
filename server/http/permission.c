/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may do what: one line a permission (D5). A handler narrows further (own company, own calls);
 * it never widens. */
#include "server/http/route.h"

#include <string.h>

#define COMPANY_ROLES (CS_ROLE_OWNER | CS_ROLE_MEMBER)
#define MANAGERS (CS_ROLE_ADMINISTRATOR | CS_ROLE_PROJECT_MANAGER)

static const struct {
  const char *name;
  guint roles;
} permissions[] = {
  [CS_ALLOW_ANYONE] = { "anyone", ~0U },
  [CS_ALLOW_SESSION] = { "session", ~0U },
  [CS_ALLOW_ANSWER] = { "answer", CS_ROLE_E_AGENT | CS_ROLE_DISPATCHER | CS_ROLE_TEAM_LEADER },
  [CS_ALLOW_SEE_CALLS]
  = { "see-calls", COMPANY_ROLES | MANAGERS | CS_ROLE_E_AGENT | CS_ROLE_DISPATCHER
                       | CS_ROLE_TEAM_LEADER | CS_ROLE_AGENT_SUPERVISOR | CS_ROLE_FINANCE },
  [CS_ALLOW_HEAR] = { "hear", CS_ROLE_OWNER | CS_ROLE_TEAM_LEADER | MANAGERS },
  [CS_ALLOW_SEE_COMPANY]
  = { "see-company", COMPANY_ROLES | MANAGERS | CS_ROLE_TEAM_LEADER | CS_ROLE_FINANCE },
  [CS_ALLOW_MANAGE_MONEY] = { "manage-money", CS_ROLE_FINANCE | CS_ROLE_ADMINISTRATOR },
  [CS_ALLOW_MANAGE_TENANT] = { "manage-tenant", MANAGERS },
  [CS_ALLOW_MANAGE_LINES] = { "manage-lines", CS_ROLE_OWNER | MANAGERS },
};

static const struct {
  CsRole role;
  const char *name;
} roles[] = {
  { CS_ROLE_ADMINISTRATOR, "administrator" },
  { CS_ROLE_PROJECT_MANAGER, "project-manager" },
  { CS_ROLE_E_AGENT, "e-agent" },
  { CS_ROLE_DISPATCHER, "dispatcher" },
  { CS_ROLE_TEAM_LEADER, "team-leader" },
  { CS_ROLE_FIELD_AGENT, "field-agent" },
  { CS_ROLE_AGENT_SUPERVISOR, "agent-supervisor" },
  { CS_ROLE_EXPERT, "expert" },
  { CS_ROLE_RECRUITER, "recruiter" },
  { CS_ROLE_FINANCE, "finance" },
  { CS_ROLE_OWNER, "owner" },
  { CS_ROLE_MEMBER, "member" },
  { CS_ROLE_OPERATOR, "operator" },
};

gboolean
cs_principal_may (const CsPrincipal *principal, CsPermission permission)
{
  if ((guint) permission >= G_N_ELEMENTS (permissions))
    return FALSE;
  if (permission == CS_ALLOW_ANYONE)
    return TRUE;
  return principal != NULL
         && (permission == CS_ALLOW_SESSION
             || (principal->roles & permissions[permission].roles) != 0);
}

gboolean
cs_principal_is_staff (const CsPrincipal *principal)
{
  return principal != NULL && principal->company == CT_ID_NONE
         && (principal->roles & ~(guint) COMPANY_ROLES) != 0;
}

gboolean
cs_principal_sees_all_calls (const CsPrincipal *principal)
{
  return principal != NULL && principal->company == CT_ID_NONE
         && (principal->roles
             & (MANAGERS | CS_ROLE_TEAM_LEADER | CS_ROLE_DISPATCHER | CS_ROLE_FINANCE))
                != 0;
}

const char *
cs_permission_name (CsPermission permission)
{
  return (guint) permission < G_N_ELEMENTS (permissions) ? permissions[permission].name : NULL;
}

const char *
cs_role_name (CsRole role)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (roles[i].role == role)
      return roles[i].name;
  return NULL;
}

gboolean
cs_role_parse (const char *name, CsRole *role)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (strcmp (roles[i].name, name) == 0)
      {
        *role = roles[i].role;
        return TRUE;
      }
  return FALSE;
}
