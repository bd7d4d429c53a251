/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phone as the desk sees it: one account, one call at a time, states of our own. Nothing here (and
 * nothing in a window) knows SIP or GStreamer; a provider does: client/phone/sofia for the real one,
 * client/phone/fake for interface tests. All of it lives on the application's main context: methods
 * return at once, and what comes of them arrives as property changes and signals.
 *
 *   OFFLINE ── set_account ──> REGISTERING ──> READY ──┬─ INVITE ──> RINGING ──┬─> TALKING <─> HELD_BY_ME
 *      ^                          ^                    └─ dial ────> DIALING ──┘      ^  v
 *      └── clear_account          └── registrar lost        (any call) ──> ENDED   HELD_BY_PEER
 *
 * ENDED is entered for one turn of the main loop, so that a window can read `end` and the call's
 * properties; READY, REGISTERING or OFFLINE follows by itself. A running call outlives a lost
 * registration: then `registered` is FALSE while `state` stays TALKING.
 *
 * Signals:
 *   notify::state, notify::registered, notify::muted, notify::problem ...
 *   level (double in_dbfs, double out_dbfs)   about 10 times a second during a call: what is heard, and what
 *                                             the microphone sends; -INFINITY is silence
 *   line-quality (CdLineQuality *)            once a second during a call
 *   digit (int)                               a key that the other side pressed (RFC 4733)
 *   devices-changed ()                        the device lists changed (they are GListModels as well)
 *   device-chosen (CdPhoneDeviceKind)        by cd_phone_choose_device(); not when one went away */
#pragma once

#include "common/base/id.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  CD_PHONE_OFFLINE,     /* no account, or signed off */
  CD_PHONE_REGISTERING, /* trying; `problem` tells why it did not work the last time */
  CD_PHONE_READY,       /* registered, no call */
  CD_PHONE_RINGING,     /* a call for me; answer() or hang_up() */
  CD_PHONE_DIALING,     /* a call of mine rings elsewhere */
  CD_PHONE_TALKING,
  CD_PHONE_HELD_BY_ME,
  CD_PHONE_HELD_BY_PEER,
  CD_PHONE_ENDED, /* for one turn of the loop */
} CdPhoneState;

/* The word of a state, for logs and test output: "held-by-me". */
const char *cd_phone_state_name (CdPhoneState state);

/* Why the last call ended. */
typedef enum {
  CD_PHONE_END_NONE,
  CD_PHONE_END_BY_ME, /* hang_up() of a call that had begun */
  CD_PHONE_END_BY_PEER,
  CD_PHONE_END_REFUSED, /* hang_up() while it rang */
  CD_PHONE_END_MISSED,  /* the other side gave up before the answer (CANCEL) */
  CD_PHONE_END_BUSY,
  CD_PHONE_END_NO_ANSWER,
  CD_PHONE_END_FAILED, /* no such number, no common codec, no sound device... see `problem` */
  CD_PHONE_END_LOST,   /* the line was lost during the call */
} CdPhoneEnd;

const char *cd_phone_end_name (CdPhoneEnd end);

typedef struct {
  char *user;
  char *secret;
  char *realm; /* domain of the address of record and digest realm */
  char *host;  /* where to send, name or address */
  guint16 port;
  char *transport; /* "udp", "tcp" */
  guint expires;   /* seconds asked for */
} CdPhoneAccount;

#define CD_TYPE_PHONE_ACCOUNT (cd_phone_account_get_type ())
GType cd_phone_account_get_type (void);
CdPhoneAccount *cd_phone_account_new (const char *user, const char *secret, const char *realm,
                                      const char *host, guint16 port, const char *transport,
                                      guint expires);
CdPhoneAccount *cd_phone_account_copy (const CdPhoneAccount *account);
void cd_phone_account_free (CdPhoneAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdPhoneAccount, cd_phone_account_free)

/* How the line was in the last second, from RTP (RFC 3550). */
typedef struct {
  guint received, lost; /* packets, since the call began */
  double loss;          /* 0..1, of the last second */
  double jitter_ms;
  guint bars; /* 0 (nothing comes) .. 4 (clear), for an icon */
} CdLineQuality;

#define CD_TYPE_LINE_QUALITY (cd_line_quality_get_type ())
GType cd_line_quality_get_type (void);

/* A microphone or a loudspeaker. Properties: id, name, kind. */
typedef enum {
  CD_PHONE_INPUT,
  CD_PHONE_OUTPUT,
} CdPhoneDeviceKind;

#define CD_TYPE_PHONE_DEVICE (cd_phone_device_get_type ())
G_DECLARE_FINAL_TYPE (CdPhoneDevice, cd_phone_device, CD, PHONE_DEVICE, GObject)
/* @handle is the provider's own object (borrowed by others, may be NULL). */
CdPhoneDevice *
cd_phone_device_new (CdPhoneDeviceKind kind, const char *id, const char *name, GObject *handle);
const char *cd_phone_device_get_id (CdPhoneDevice *self); /* stable: can be kept in settings */
const char *cd_phone_device_get_name (CdPhoneDevice *self);
CdPhoneDeviceKind cd_phone_device_get_kind (CdPhoneDevice *self);
GObject *cd_phone_device_get_handle (CdPhoneDevice *self);

#define CD_TYPE_PHONE (cd_phone_get_type ())
G_DECLARE_DERIVABLE_TYPE (CdPhone, cd_phone, CD, PHONE, GObject)

/* What a provider implements. The base class has checked that the state allows it, so each is called
 * only when it makes sense; the provider answers with the cd_phone_*() functions of phone-provider.h. */
struct _CdPhoneClass {
  GObjectClass parent_class;

  void (*set_account) (CdPhone *self, const CdPhoneAccount *account); /* NULL: sign off */
  void (*dial) (CdPhone *self, const char *number);
  void (*answer) (CdPhone *self);
  void (*hang_up) (CdPhone *self);
  void (*hold) (CdPhone *self, gboolean held);
  void (*mute) (CdPhone *self, gboolean muted);
  void (*send_dtmf) (CdPhone *self, char digit);
  void (*choose_device) (CdPhone *self, CdPhoneDeviceKind kind, CdPhoneDevice *device);
};

/* Signs on (again, when the account changed). A call that runs goes on. */
void cd_phone_set_account (CdPhone *self, const CdPhoneAccount *account);
/* Unregisters; `state` is OFFLINE when the registrar has heard it or did not answer in time. */
void cd_phone_clear_account (CdPhone *self);

/* FALSE, and nothing happens, when the state does not allow it. */
gboolean cd_phone_dial (CdPhone *self, const char *number);
gboolean cd_phone_answer (CdPhone *self);
/* Refuses a ringing call, gives up a dialled one, ends a running one. */
gboolean cd_phone_hang_up (CdPhone *self);
gboolean cd_phone_hold (CdPhone *self, gboolean held);
/* `0`..`9`, `*`, `#`, `A`..`D`, in order, each 100 ms long with a pause between. */
gboolean cd_phone_send_dtmf (CdPhone *self, char digit);
/* Kept from call to call until changed. */
void cd_phone_mute (CdPhone *self, gboolean muted);

/* Properties `state`, `registered`, `muted`, `end`, `problem`. */
CdPhoneState cd_phone_get_state (CdPhone *self);
gboolean cd_phone_get_registered (CdPhone *self);
gboolean cd_phone_get_muted (CdPhone *self);
CdPhoneEnd cd_phone_get_end (CdPhone *self);
/* A stable word for what went wrong last, or NULL: "wrong-secret", "unreachable", "no-codec",
 * "no-device", "refused". */
const char *cd_phone_get_problem (CdPhone *self);
/* TRUE from RINGING or DIALING until ENDED. */
gboolean cd_phone_has_call (CdPhone *self);

/* The call: property `call-id` is our server's id of it (X-Centrale-Call), CT_ID_NONE for a call that
 * came another way; `remote-name` and `remote-number` may be NULL. `talked-since` is the monotonic
 * microsecond of the answer, 0 before it. They keep their values until the next call. */
CtId cd_phone_get_call_id (CdPhone *self);
const char *cd_phone_get_remote_name (CdPhone *self);
const char *cd_phone_get_remote_number (CdPhone *self);
gint64 cd_phone_get_talked_since (CdPhone *self);

/* Devices: list models of CdPhoneDevice, kept current as they are plugged in and out. Chosen NULL is
 * the system's own choice. Changing one during a call takes effect within it. */
GListModel *cd_phone_get_devices (CdPhone *self, CdPhoneDeviceKind kind);
CdPhoneDevice *cd_phone_get_device (CdPhone *self, CdPhoneDeviceKind kind);
void cd_phone_choose_device (CdPhone *self, CdPhoneDeviceKind kind, CdPhoneDevice *device);

G_END_DECLS
