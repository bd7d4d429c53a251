/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The companies of the call centre, for its staff to choose one: name, client code, running calls,
 * credit; found by typing a part of the name or the code.
 *
 * Signals: chosen (CtCompany *) */
#pragma once

#include "client/session/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_COMPANY_LIST (cd_company_list_get_type ())
G_DECLARE_FINAL_TYPE (CdCompanyList, cd_company_list, CD, COMPANY_LIST, AdwBin)

/* Kept; once. Reads the list, and from then on follows what happens while it is shown. */
void cd_company_list_set_session (CdCompanyList *self, CdSession *session);
void cd_company_list_read (CdCompanyList *self);
/* The keyboard to the search. */
void cd_company_list_focus (CdCompanyList *self);

G_END_DECLS
