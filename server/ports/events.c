/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/ports/media-port.h"
#include "server/ports/sip-port.h"

void
cs_sip_event_free (CsSipEvent *event)
{
  g_free (event->caller);
  g_free (event->called);
  g_free (event->sip_call_id);
  g_free (event->sdp);
  g_free (event);
}

void
cs_media_event_free (CsMediaEvent *event)
{
  g_free (event->path);
  g_free (event);
}
