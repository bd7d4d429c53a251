/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plugs between the ports' threads and the switch loop. Only a new call may be refused for a full
 * queue; everything about a running one is urgent. */
#define G_LOG_DOMAIN "app"

#include "server/app/app-private.h"

typedef struct {
  CsApp *app;
  CsSipEvent *sip;
  CsMediaEvent *media;
  CsCreditEvent *credit;
} Delivery;

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_clear_pointer (&delivery->sip, cs_sip_event_free);
  g_clear_pointer (&delivery->media, cs_media_event_free);
  g_free (delivery->credit);
  g_free (delivery);
}

static void
deliver (gpointer data)
{
  Delivery *delivery = data;

  if (delivery->app->self == NULL)
    return; /* what a settlement of the last moment answers: the ledger has it */
  if (delivery->sip != NULL)
    {
      cs_switch_on_sip (delivery->app->self, delivery->sip);
      if (delivery->sip->kind == CS_SIP_REGISTERED)
        cs_app_resume (delivery->app, delivery->sip->user);
    }
  else if (delivery->media != NULL)
    cs_switch_on_media (delivery->app->self, delivery->media);
  else
    cs_switch_on_credit (delivery->app->self, delivery->credit);
}

static void
refuse_new_call (gpointer data)
{
  Delivery *delivery = data;
  const CsSipPort *port = cs_sip_get_port (delivery->app->sip);

  port->refuse (port->self, delivery->sip->leg, 503);
}

void
cs_app_on_sip (CsSipEvent *event, gpointer data)
{
  CsApp *app = data;
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->app = app;
  delivery->sip = event;
  if (event->kind == CS_SIP_INCOMING
      && cs_loop_get_depth (app->switch_loop) > CS_APP_SWITCH_CAPACITY / 2)
    cs_post_urgent (app->switch_loop, refuse_new_call, delivery, delivery_free);
  else
    cs_post_urgent (app->switch_loop, deliver, delivery, delivery_free);
}

void
cs_app_on_media (CsMediaEvent *event, gpointer data)
{
  CsApp *app = data;
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->app = app;
  delivery->media = event;
  cs_post_urgent (app->switch_loop, deliver, delivery, delivery_free);
}

void
cs_app_on_credit (CsCreditEvent *event, gpointer data)
{
  CsApp *app = data;
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->app = app;
  delivery->credit = event;
  cs_post_urgent (app->switch_loop, deliver, delivery, delivery_free);
}
