/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording a prompt by phone (D35), as the switch sees it: a ticket opens one prompt of one line for
 * whoever calls that line and types its code; what he says is made into a sound, played back to him, and
 * kept when he says so. The switch knows the call and the keys; what the prompt is and where the sound
 * lies is the studio's. */
#pragma once

#include "common/base/id.h"

G_BEGIN_DECLS

#define CS_STUDIO_CODE 6          /* digits */
#define CS_STUDIO_TRIES 3         /* wrong codes at the line, then the ticket is void */
#define CS_STUDIO_MAX_SECONDS 180 /* of a take */
#define CS_STUDIO_TAKES 20        /* of a call */

/* What the caller is told, by the names media knows them by. */
typedef enum {
  CS_STUDIO_SPEAK,  /* "speak after the tone, then press hash" */
  CS_STUDIO_REVIEW, /* "this is what you recorded" */
  CS_STUDIO_CHOOSE, /* "1 keeps it, 2 records it again" */
  CS_STUDIO_KEPT,
  CS_STUDIO_EMPTY,  /* nothing was heard */
  CS_STUDIO_FAILED, /* it could not be kept */
  CS_STUDIO_PROMPTS,
} CsStudioPrompt;

typedef struct {
  CtId id;
  CtId line;
  CtId user; /* who asked for it: a new one of his voids the old */
  char code[CS_STUDIO_CODE + 1];
  gint64 expires_us;                /* monotonic */
  char *prompts[CS_STUDIO_PROMPTS]; /* in the language of who asked */
  guint tries;
} CsTicket;

CsTicket *cs_ticket_new (void);
void cs_ticket_free (CsTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsTicket, cs_ticket_free)

/* Orders of the switch; each returns at once. */
typedef struct {
  gpointer self;
  /* Makes the take at @path, which is the studio's now, into a sound. Answer: cs_switch_on_take(). */
  void (*prepare) (gpointer self, CtId call, CtId ticket, const char *path);
  /* Keeps it as the ticket's prompt, or drops it. Answer: cs_switch_on_kept(). */
  void (*keep) (gpointer self, CtId call, CtId ticket, const char *sound);
  /* Not wanted: a take, a sound, or both; NULL for none. */
  void (*drop) (gpointer self, const char *path, const char *sound);
} CsStudioPort;

G_END_DECLS
