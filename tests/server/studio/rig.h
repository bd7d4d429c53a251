/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two call centres that are set up from a tenant file, the API with the studio's routes, the real helper
 * that opens sounds, and a client. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "server/http/http.h"
#include "server/media/prepare.h"
#include "server/studio/studio.h"
#include "server/tenants/module.h"
#include "server/tenants/prompts.h"

/* Users of "north.example": jan (owner of jansen), meg (member of jansen), piet (owner of another
 * company), root (administrator), zoe (e-agent). "south.example" is the same again. */
#define WORD "long enough"

typedef struct {
  char *folder;
  char *helper;
  CtClock *clock;
  CsStore *store;
  CsHttp *http;
  CsStudio *studio;
  SoupSession *client;
  char *base;
  guint changes; /* times the plan was made anew */
} Rig;

void rig_set_up (Rig *rig, gconstpointer unused);
void rig_tear_down (Rig *rig, gconstpointer unused);
void rig_apply (Rig *rig, const char *domain, const char *number);
char *rig_sign_in (Rig *rig, const char *domain, const char *user);

typedef struct {
  guint status;
  GBytes *bytes;
  JsonObject *json; /* NULL when it is none */
  SoupMessage *message;
} Reply;

void reply_free (Reply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)
/* @headers: "Name: value" lines or NULL. */
Reply *rig_ask (Rig *rig, const char *method, const char *path, const char *token, GBytes *body,
                const char *headers);
const char *reply_text (Reply *reply, const char *name);
/* A WAV of a tone, 16 bits, 8 kHz. */
GBytes *rig_tone (double seconds, double frequency);
/* The plan as the switch gets it; the first line of the domain. */
CsPlan *rig_plan (Rig *rig);
