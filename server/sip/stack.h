/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to server/sip: what its files share. Everything here belongs to the SIP thread, but for the
 * fields under `lock` and the order queue.
 *
 *   stack.c      the thread: Sofia's root, NUA, orders, events by kind
 *   door.c       every message before the stack sees it: limits, strangers, names, NAT
 *   registrar.c  REGISTER and the bindings
 *   incoming.c   INVITEs that come; outgoing.c INVITEs that go; dialog.c what happens within a dialog
 *   legs.c       the legs and their states
 *   lines.c      trunks at work: registration, probing, limits
 *   connections.c  the cap on TCP and TLS */
#pragma once

#include "server/base/log.h"
#include "server/sip/digest.h"
#include "server/sip/sip.h"
#include "server/sip/sources.h"

#define NUA_MAGIC_T struct _CsSip
#define NUA_HMAGIC_T struct _CsSipDialog
#define SU_ROOT_MAGIC_T struct _CsSip
#include <sofia-sip/nua.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>

G_BEGIN_DECLS

#define CS_SIP_CALL_HEADER "X-Centrale-Call"
#define CS_SIP_LOOP_HEADER "X-Centrale-Loop"

typedef enum {
  CS_SIP_LEG_NEW,         /* incoming, 100 sent */
  CS_SIP_LEG_RINGING,     /* incoming, 180 sent */
  CS_SIP_LEG_ANSWERED,    /* incoming, 200 sent, ACK not here yet */
  CS_SIP_LEG_CALLING,     /* outgoing, INVITE sent */
  CS_SIP_LEG_PROGRESSING, /* outgoing, 18x came */
  CS_SIP_LEG_TALKING,
  CS_SIP_LEG_REOFFERED, /* the peer's offer waits for reanswer() */
  CS_SIP_LEG_ENDED,
  CS_SIP_LEG_STATES
} CsSipLegState;

typedef struct _CsSipDialog CsSipDialog;
typedef struct _CsSipLeg CsSipLeg;
typedef struct _CsSipLine CsSipLine;
typedef struct _CsSipRegistrar CsSipRegistrar;

typedef enum {
  CS_SIP_DIALOG_CALL,
  CS_SIP_DIALOG_REGISTER, /* we at a trunk's registrar */
  CS_SIP_DIALOG_PROBE,    /* OPTIONS to a trunk */
} CsSipDialogKind;

/* One NUA handle of ours. It outlives its leg while BYE or CANCEL is under way. */
struct _CsSipDialog {
  CsSipDialogKind kind;
  nua_handle_t *handle; /* owned */
  CsSipLeg *leg;        /* borrowed; NULL once the leg ended */
  CtId trunk;           /* for digest and probes; CT_ID_NONE at a device */
  gboolean incoming;
  gboolean answered; /* a 2xx went or came */
  gboolean progressed;
  guint challenges; /* answered so far */
};

struct _CsSipLeg {
  CsSip *sip;
  CsLegId id;
  CsSipLegState state;
  gboolean outgoing;
  gboolean over_tls;
  CtId trunk;
  CtId call, tenant;   /* whose it is; an incoming one's once the switch has told */
  char *number;        /* outgoing over a trunk: what was dialled */
  char *shown;         /* and the number shown there */
  char *local_sdp;     /* our last offer or answer, for refreshes */
  CsSipDialog *dialog; /* borrowed of sip->dialogs; NULL while forks run */
  GPtrArray *forks;    /* CsSipDialog*, borrowed likewise */
  int best_status;     /* the most telling refusal of a fork */
  gboolean refreshes_by_update;
  gboolean offerless; /* the last INVITE had no SDP: the answer comes in the ACK */
  gint64 refresh_us;  /* 0: never */
  gint64 refresh_every_us;
  gint64 patience_us; /* until then a trunk must have said something; 0: it has, or need not */
  nua_saved_event_t reoffer[1];
  gboolean reoffer_is_update;
};

/* What happens to a leg when it ends, for the peer and for the switch. */
typedef struct {
  CsCause cause;
  int status;
} CsSipEnd;

struct _CsSip {
  /* Owned, constant after construction. */
  char *address, *public_address, *realm, *user_agent, *certificates;
  char *tls_contact; /* NULL: the stack's own will do */
  guint16 port, tls_port;
  guint max_calls, max_connections, session_seconds;
  gboolean refuse_unknown;
  char loop_token[33];
  /* Borrowed. */
  CtClock *clock;
  CsSipDirectory *directory;
  CsSipSink sink;
  gpointer sink_data;

  CsSipPort switch_port;
  GThread *thread;
  su_root_t *root;
  nua_t *nua;
  su_timer_t *timer;
  gboolean stopping; /* no new calls */
  gboolean closing;  /* the thread is about to end */
  gboolean closed;   /* NUA is down */
  GError *start_error;

  CsSipDigest *digest;
  CsSipSources *sources;
  CsSipRegistrar *registrar;
  GPtrArray *lines;      /* CsSipLine* */
  GHashTable *legs;      /* CsLegId (in the leg) -> CsSipLeg, owned */
  GHashTable *dialogs;   /* CsSipDialog set, owned */
  GHashTable *by_number; /* number dialled -> CsSipLeg, borrowed: calls that may come back */
  gint64 drop_logged_us;
  guint64 drop_logged_count;
  gint64 swept_us, reaped_us;

  /* Orders to the thread. */
  GMutex order_lock;
  GQueue orders;
  int order_bell;
  gboolean order_closed;

  /* Under `lock`: read by any thread. */
  GMutex lock;
  GCond started;
  gboolean ready;
  GHashTable *down_trunks; /* CtId -> name */
  CsSipCounts counts;      /* written on the SIP thread with cs_sip_count */
};

/* For calls over TLS: the stack would name itself with a "sips:" Contact, which many phones do not
 * understand. Nothing where @tls is FALSE. */
#define CS_SIP_TAG_CONTACT(sip, tls)                                                               \
  TAG_IF ((tls) && (sip)->tls_contact != NULL, SIPTAG_CONTACT_STR ((sip)->tls_contact))

#define cs_sip_count(field) __atomic_add_fetch (&(field), 1, __ATOMIC_RELAXED)

/* stack.c */
typedef void (*CsSipOrderFunc) (CsSip *sip, gpointer data);
/* Runs on the SIP thread; @destroy (@data) then, or at once when the thread is gone. Any thread. */
void cs_sip_order (CsSip *sip, CsSipOrderFunc function, gpointer data, GDestroyNotify destroy);
gboolean cs_sip_stack_start (CsSip *sip, GError **error);
void cs_sip_stack_stop (CsSip *sip);
void cs_sip_emit (CsSip *sip, CsSipEvent *event);
/* Where the request now being handled came from. */
gboolean
cs_sip_current_source (CsSip *sip, CsSipAddress *address, guint16 *port, CsSipTransport *transport);
/* By the topmost Via, which is the sender's or, in a response, our own. */
CsSipTransport cs_sip_transport_of (const sip_t *message);
const char *cs_sip_transport_name (CsSipTransport transport);
/* The value of a header the parser does not know, or NULL. */
const char *cs_sip_find_header (const sip_t *message, const char *name);
/* Static phrase: NUA keeps the pointer. */
const char *cs_sip_phrase (int status);

/* door.c */
const msg_mclass_t *cs_sip_door_class (void);
/* Called on the SIP thread before any message comes. */
void cs_sip_door_open (CsSip *sip);

/* Where requests within the dialog of this request go, as a URI with a literal address; NULL when it
 * says no such place (no Contact, or one that is no address). Caller frees. */
char *cs_sip_door_route (const sip_t *message);

/* registrar.c */
CsSipRegistrar *cs_sip_registrar_new (CsSip *sip);
void cs_sip_registrar_free (CsSipRegistrar *registrar);
void
cs_sip_registrar_handle (CsSipRegistrar *registrar, nua_handle_t *handle, const sip_t *message);
void cs_sip_registrar_sweep (CsSipRegistrar *registrar);
/* Ends the bindings of devices that are no longer in the directory. */
void cs_sip_registrar_check (CsSipRegistrar *registrar);
/* CsSipBinding*, copies. */
GPtrArray *cs_sip_registrar_dup (CsSipRegistrar *registrar, CtId user);
GPtrArray *cs_sip_registrar_dup_all (CsSipRegistrar *registrar);
void cs_sip_registrar_restore (CsSipRegistrar *registrar, GPtrArray *bindings);
gboolean cs_sip_registrar_knows (CsSipRegistrar *registrar, const CsSipAddress *address);
gboolean cs_sip_registrar_knows_flow (CsSipRegistrar *registrar, const CsSipAddress *address,
                                      guint16 port, CsSipTransport transport);
/* "sip:192.0.2.1:5060;transport=udp" of "udp:192.0.2.1:5060", or NULL. */
char *cs_sip_flow_to_uri (const char *flow);

/* legs.c */
#define cs_sip_leg_about(leg) CS_ABOUT (.tenant = (leg)->tenant, .call = (leg)->call)
GHashTable *cs_sip_legs_new (void);
CsSipLeg *cs_sip_leg_new (CsSip *sip, CsLegId id, gboolean outgoing);
CsSipLeg *cs_sip_leg_find (CsSip *sip, CsLegId id);
gboolean cs_sip_leg_change_state (CsSipLeg *leg, CsSipLegState state, const char *why);
/* Closes the dialogs towards the peer, tells the switch, frees @leg. */
void cs_sip_leg_end (CsSipLeg *leg, CsSipEnd end, const char *why);
CsSipEvent *cs_sip_leg_event (const CsSipLeg *leg, CsSipEventKind kind);
CsCause cs_sip_cause_of_status (int status);
/* Sets when the session is refreshed: @message may carry the peer's Session-Expires and Allow. */
void cs_sip_leg_plan_refresh (CsSipLeg *leg, const sip_t *message);

CsSipDialog *cs_sip_dialog_new (CsSip *sip, CsSipDialogKind kind, nua_handle_t *handle);
/* Forgets the handle at once; NUA says what remains to be said (final response, BYE). */
void cs_sip_dialog_drop (CsSip *sip, CsSipDialog *dialog);

/* incoming.c, outgoing.c, dialog.c: events of NUA, orders of the switch. */
void cs_sip_incoming_invite (CsSip *sip, nua_handle_t *handle, const sip_t *message);
void cs_sip_leg_ring (CsSipLeg *leg);
void cs_sip_leg_answer (CsSipLeg *leg, const char *sdp);
void cs_sip_leg_refuse (CsSipLeg *leg, int status);
void cs_sip_originate (CsSip *sip, CsLegId id, const CsSipTarget *target, const char *sdp);
void cs_sip_invite_responded (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message);
void
cs_sip_dialog_reoffered (CsSip *sip, CsSipDialog *dialog, const sip_t *message, gboolean update);
void cs_sip_leg_reanswer (CsSipLeg *leg, const char *sdp);
void cs_sip_dialog_informed (CsSip *sip, CsSipDialog *dialog, const sip_t *message);
void cs_sip_dialog_refreshed (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message);
void cs_sip_dialog_ended (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message);
void cs_sip_legs_tick (CsSip *sip, gint64 now);

/* connections.c */
void cs_sip_connections_reap (CsSip *sip);

/* lines.c */
const CsSipTrunk *cs_sip_line_trunk (const CsSipLine *line);
CsSipLine *cs_sip_line_find (CsSip *sip, CtId trunk);
CsSipLine *cs_sip_line_at (CsSip *sip, const CsSipAddress *address);
/* By the user part we registered there; it cannot be guessed. */
CsSipLine *cs_sip_line_by_token (CsSip *sip, const char *token);
/* One more call: 0, or the SIP status that says why not. */
int cs_sip_line_admit (CsSip *sip, CsSipLine *line, gboolean incoming);
void cs_sip_line_release (CsSip *sip, CtId trunk);
gboolean cs_sip_line_is_up (const CsSipLine *line);
const char *cs_sip_line_domain (const CsSipLine *line);
/* "sip:192.0.2.1:5060;transport=udp" */
char *cs_sip_line_uri (const CsSipLine *line, const char *user);
void cs_sip_lines_set (CsSip *sip, GPtrArray *trunks);
void cs_sip_lines_tick (CsSip *sip, gint64 now);
void cs_sip_line_responded (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message);
/* Answers a 401 or 407 to @dialog with the trunk's secret. FALSE when there is none, or it was wrong. */
gboolean cs_sip_line_authenticate (CsSip *sip, CsSipDialog *dialog, const sip_t *message);
void cs_sip_line_free (CsSipLine *line);

G_END_DECLS
