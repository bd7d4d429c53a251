/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mailer is kept alive by whoever will wake it after a commit. */
#pragma once

#include "server/messages/messages.h"

G_BEGIN_DECLS

CsMailer *cs_mailer_ref (CsMailer *mailer);
void cs_mailer_unref (CsMailer *mailer);

G_END_DECLS
