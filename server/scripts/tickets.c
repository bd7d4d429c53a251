/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ticket numbers (S4-05): short enough to be told and written down. Client codes are unique in a tenant
 * and the counter in a company, so the number is unique in the tenant; the table insists on it. */
#include "server/scripts/scripts-private.h"

char *
cs_scripts_take_ticket (CsDb *db, CsScope scope, CtId company, const char *client_code, CtId call,
                        GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *ticket = cs_scripts_get_ticket (db, scope, call, &failed);
  gint64 count;

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (ticket != NULL)
    return g_steal_pointer (&ticket);
  if (!cs_scripts_count_ticket (db, scope, company, &count, error))
    return NULL;
  ticket = g_strdup_printf ("%s-%05" G_GINT64_FORMAT, client_code, count);
  if (!cs_scripts_add_ticket (db, scope, company, call, ticket, error))
    return NULL;
  return g_steal_pointer (&ticket);
}
