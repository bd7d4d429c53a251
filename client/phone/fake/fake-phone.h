/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A phone without a line, for tests and for drawing windows: it obeys at once, and the test plays the
 * other side. No thread, no socket, no sound. */
#pragma once

#include "client/phone/phone.h"

G_BEGIN_DECLS

#define CD_TYPE_FAKE_PHONE (cd_fake_phone_get_type ())
G_DECLARE_FINAL_TYPE (CdFakePhone, cd_fake_phone, CD, FAKE_PHONE, CdPhone)

/* With two microphones and two loudspeakers. */
CdPhone *cd_fake_phone_new (void);

/* The account is refused from now on, as by a registrar ("wrong-secret", "unreachable"); NULL: taken. */
void cd_fake_phone_set_refusal (CdFakePhone *self, const char *problem);
/* Drops or brings back the registration. */
void cd_fake_phone_set_line (CdFakePhone *self, gboolean up);
/* The other side calls. FALSE when busy (it would hear 486) or not registered. */
gboolean cd_fake_phone_ring (CdFakePhone *self, CtId call_id, const char *name, const char *number);
/* The other side answers a dialled call, holds or takes back, presses a key, ends (or gives up). */
void cd_fake_phone_peer_answer (CdFakePhone *self);
void cd_fake_phone_peer_hold (CdFakePhone *self, gboolean held);
void cd_fake_phone_peer_digit (CdFakePhone *self, char digit);
void cd_fake_phone_peer_end (CdFakePhone *self, CdPhoneEnd end);
void cd_fake_phone_emit_level (CdFakePhone *self, double in_dbfs, double out_dbfs);
/* The keys that were sent in the call. */
const char *cd_fake_phone_get_keys (CdFakePhone *self);

G_END_DECLS
