/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/ports/studio-port.h"

CsTicket *
cs_ticket_new (void)
{
  return g_new0 (CsTicket, 1);
}

void
cs_ticket_free (CsTicket *ticket)
{
  if (ticket == NULL)
    return;
  for (int i = 0; i < CS_STUDIO_PROMPTS; i++)
    g_free (ticket->prompts[i]);
  g_free (ticket);
}
