/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of CdSofiaPhone share. The stack runs in a thread of its own; its events come to the
 * application's main context, where all of this lives.
 *
 *   stack.c         server's address, our own, the NUA; hands events to the two below
 *   registration.c  REGISTER, its refresh and repetition, OPTIONS as keepalive
 *   call.c          the one call: INVITE, hold, BYE, and its CdMedia
 *
 * A handle of the NUA carries as magic which of ours it is; a handle without one is a stranger (a second
 * call, refused) or one that was let go and only has to end. */
#pragma once

#include "client/phone/media/devices.h"
#include "client/phone/media/media.h"
#include "client/phone/phone-provider.h"
#include "client/phone/sofia/sofia-phone.h"

typedef struct _CdSipHandle CdSipHandle;

#define NUA_MAGIC_T CdSofiaPhone
#define NUA_HMAGIC_T CdSipHandle
#define SU_ROOT_MAGIC_T CdSofiaPhone
#include <sofia-sip/nua.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>

G_BEGIN_DECLS

struct _CdSipHandle {
  nua_handle_t *nh; /* NULL: none */
  gboolean tried;   /* our credentials were sent since the last success */
};

struct _CdSofiaPhone {
  CdPhone parent_instance;
  CdAudioPolicy *policy;
  CdDevices *devices;

  /* stack.c */
  su_root_t *root;
  nua_t *nua;
  gboolean closing, closed; /* for good; the NUA has ended */
  gboolean restarting;      /* the NUA ends because another is to be made */
  guint restart;
  GInetAddress *server;
  char *local_address;
  char *proxy; /* URL of the server, with an address in it */
  char *bound; /* URL that the NUA was made for */
  GCancellable *resolving;

  /* registration.c */
  CdPhoneAccount *account;
  CdPhoneAccount *next_account; /* when changed: waits for the call to end */
  gboolean account_changed;
  CdSipHandle registration, keepalive;
  guint retry, retry_seconds;
  guint keepalive_timer;

  /* call.c */
  CdSipHandle call;
  CdMedia *media;
  gboolean incoming, answered;
  char *answer;                      /* SDP, made when it rang */
  gboolean wants_hold, offered_hold; /* as last asked for; as our last INVITE said */
  gboolean reinviting;               /* an INVITE of ours is under way in the call */
  guint reinvite_retry;
  CdPhoneEnd end; /* why the call will have ended, once it is over */
};

/* stack.c */
/* Resolves the account's server, makes or keeps the NUA, then calls cd_registration_send(). */
void cd_stack_prepare (CdSofiaPhone *self);
/* Ends all, at most @timeout_ms; spins the main context. */
void cd_stack_close (CdSofiaPhone *self, guint timeout_ms);
/* Answers a 401 or 407 with the account's credentials, once. */
gboolean cd_stack_authenticate (CdSofiaPhone *self, CdSipHandle *handle);
/* Unbinds and destroys a handle. */
void cd_stack_drop (CdSipHandle *handle);
char *cd_stack_dup_aor (CdSofiaPhone *self, const char *user);

/* registration.c */
/* Takes up the next account, or signs off. Not during a call, whose line is the account's. */
void cd_registration_start (CdSofiaPhone *self);
void cd_registration_send (CdSofiaPhone *self);
/* Not now: tries again, with growing pauses. */
void cd_registration_failed (CdSofiaPhone *self, const char *problem);
void cd_registration_on_answer (CdSofiaPhone *self, int status);
void cd_registration_on_keepalive (CdSofiaPhone *self, int status);
void cd_registration_stop (CdSofiaPhone *self);

/* call.c */
void cd_call_on_invite (CdSofiaPhone *self, nua_handle_t *nh, const sip_t *sip);
void cd_call_on_event (CdSofiaPhone *self, nua_event_t event, int status, const sip_t *sip,
                       int call_state);
void cd_call_dial (CdSofiaPhone *self, const char *number);
void cd_call_answer (CdSofiaPhone *self);
void cd_call_hang_up (CdSofiaPhone *self);
void cd_call_hold (CdSofiaPhone *self, gboolean held);

G_END_DECLS
