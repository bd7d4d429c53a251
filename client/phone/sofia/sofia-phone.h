/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real phone: Sofia-SIP for the signalling, client/phone/media for the sound. */
#pragma once

#include "client/phone/phone.h"

G_BEGIN_DECLS

#define CD_TYPE_SOFIA_PHONE (cd_sofia_phone_get_type ())
G_DECLARE_FINAL_TYPE (CdSofiaPhone, cd_sofia_phone, CD, SOFIA_PHONE, CdPhone)

/* Sound follows the environment, see client/phone/media/audio-policy.h. */
CdPhone *cd_sofia_phone_new (void);

/* For a clean quit: unregisters, waits for the registrar's answer (2 s at most) while the caller's
 * main context runs, then closes the sockets. Call it once, before the last unref. */
void cd_sofia_phone_shut_down (CdSofiaPhone *self);

G_END_DECLS
