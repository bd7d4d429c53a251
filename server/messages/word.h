/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a message to a company, in the company's language. */
#pragma once

#include "server/messages/messages.h"

G_BEGIN_DECLS

/* Callers free. */
char *cs_message_subject (const CsCallMessage *message);
char *cs_message_body (const CsCallMessage *message);

G_END_DECLS
