/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of contacts. What writes runs inside a write closure. */
#pragma once

#include "server/contacts/contacts.h"

G_BEGIN_DECLS

gboolean cs_contacts_put_call (CsDb *db, CsScope scope, const CsContactCall *call, GError **error);
gboolean cs_contacts_drop_answers (CsDb *db, CtId call, GError **error);
gboolean cs_contacts_add_answer (CsDb *db, CtId call, const CtScriptAnswer *answer, GError **error);
/* CtScriptAnswer* of the newest call that has any. */
GPtrArray *cs_contacts_list_answers (CsDb *db, CsScope scope, CtId company, const char *caller,
                                     GError **error);

G_END_DECLS
