/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real phone: Sofia-SIP for the signalling, client/phone/media for the sound. */
#pragma once

#include "client/phone/media/audio-policy.h"
#include "client/phone/phone.h"

G_BEGIN_DECLS

#define CD_TYPE_SOFIA_PHONE (cd_sofia_phone_get_type ())
G_DECLARE_FINAL_TYPE (CdSofiaPhone, cd_sofia_phone, CD, SOFIA_PHONE, CdPhone)

/* Sound follows the environment, see client/phone/media/audio-policy.h. Call gst_init() before. */
CdPhone *cd_sofia_phone_new (void);
CdPhone *cd_sofia_phone_new_with_policy (const CdAudioPolicy *policy);

/* For a clean quit: ends the call, unregisters, waits for the registrar's answer (2 s at most) while the
 * caller's main context runs, then closes the sockets. The phone cannot be used after it. */
void cd_sofia_phone_shut_down (CdSofiaPhone *self);

G_END_DECLS
