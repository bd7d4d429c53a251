/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events on their way to WebSockets. Each gets the hub's next number and goes into the ring of its
 * tenant, from which the sockets read at their own pace; what fell out of the ring can no longer be
 * resumed. The epoch is another one after each start: numbers of another epoch mean nothing.
 * Publishing and reading are thread-safe. */
#pragma once

#include "server/http/route.h"

G_BEGIN_DECLS

typedef enum { CS_TOPIC_USER, CS_TOPIC_COMPANY, CS_TOPIC_TENANT } CsTopicKind;

typedef struct {
  gatomicrefcount references;
  guint64 number;
  CsTopicKind kind;
  CtId id;    /* the user, company or tenant */
  char *text; /* as it is sent */
  gsize size; /* of the text */
} CsEvent;

void cs_event_unref (CsEvent *event);

/* @wake (@data) is posted to @loop after a publication, once for many. */
CsHub *cs_hub_new (CtClock *clock, guint ring_size, CsLoop *loop, CsPostFunc wake, gpointer data);
void cs_hub_free (CsHub *hub);
const char *cs_hub_get_epoch (CsHub *hub);
guint64 cs_hub_get_number (CsHub *hub); /* of the last event */
/* A socket of the tenant is there: before it is told the number it goes on from. */
void cs_hub_listen (CsHub *hub, CtId tenant);
/* TRUE when all of the tenant's events after @number are still there. */
gboolean cs_hub_can_resume (CsHub *hub, CtId tenant, const char *epoch, guint64 number);
/* Who may see the event? */
gboolean cs_event_is_for (const CsEvent *event, const CsPrincipal *principal);
/* Up to @max events after *@number that @principal may see, as references into @events; *@number is
 * moved to the last one looked at. -1 when some after *@number have fallen out of the ring. */
int
cs_hub_read (CsHub *hub, const CsPrincipal *principal, guint64 *number, CsEvent **events, int max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsHub, cs_hub_free)

G_END_DECLS
