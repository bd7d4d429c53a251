/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other half of CdPhone: how a provider tells it what happened. Only providers include this. */
#pragma once

#include "client/phone/phone.h"

G_BEGIN_DECLS

/* The one function that changes the state: checks the edge against the table, logs old, new and why.
 * An illegal edge is logged and refused (FALSE). ENDED is followed by cd_phone_settle() from an idle. */
gboolean cd_phone_change_state (CdPhone *self, CdPhoneState state, const char *why);
void cd_phone_set_registered (CdPhone *self, gboolean registered);
/* NULL clears it. */
void cd_phone_set_problem (CdPhone *self, const char *problem);
/* Starts a call: to RINGING or DIALING. FALSE when there is one already. */
gboolean cd_phone_begin_call (CdPhone *self, CdPhoneState state, CtId call_id,
                              const char *remote_name, const char *remote_number);
/* Ends it: ENDED, then what the registration says. */
void cd_phone_end_call (CdPhone *self, CdPhoneEnd end, const char *why);
void cd_phone_emit_level (CdPhone *self, double in_dbfs, double out_dbfs);
void cd_phone_emit_line_quality (CdPhone *self, CdLineQuality *quality);
void cd_phone_emit_digit (CdPhone *self, char digit);
/* The provider's own lists (owned by the base). */
GListStore *cd_phone_get_device_store (CdPhone *self, CdPhoneDeviceKind kind);
/* What is registered, or is being tried: between calls the state says it. */
void cd_phone_set_signing_on (CdPhone *self, gboolean signing_on);

G_END_DECLS
