/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After the call: how it ended (keys 1 to 9), a note, the clock of the wrap-up, and available again
 * (S1-13).
 *
 * Signals: changed ()                         the note or the outcome was touched
 *          finished (char *disposition, char *note, gboolean pause)
 *          form-asked ()                      the script's form is wanted again */
#pragma once

#include "common/records/call.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_WRAP_UP_PAGE (cd_wrap_up_page_get_type ())
G_DECLARE_FINAL_TYPE (CdWrapUpPage, cd_wrap_up_page, CD, WRAP_UP_PAGE, AdwBin)

/* A new call: empties note and outcome. @suggested: a disposition that the script's end proposes, may be
 * NULL. @has_form: there is a script to go back to. */
void cd_wrap_up_page_begin (CdWrapUpPage *self, const CtCall *call, const char *suggested,
                            gboolean has_form);
/* @left: seconds of the wrap-up, -1 when none runs. */
void cd_wrap_up_page_tick (CdWrapUpPage *self, const CtCall *call, gint64 left, gint64 seconds,
                           CtMoney cost);
void cd_wrap_up_page_set_note (CdWrapUpPage *self, const char *note);
char *cd_wrap_up_page_dup_note (CdWrapUpPage *self);
gboolean cd_wrap_up_page_choose (CdWrapUpPage *self, guint n);
/* Emits `finished`, or says that an outcome is needed. */
void cd_wrap_up_page_finish (CdWrapUpPage *self, gboolean pause);
/* The outcome chosen; NULL when none. Borrowed. */
const char *cd_wrap_up_page_get_disposition (CdWrapUpPage *self);
void cd_wrap_up_page_focus (CdWrapUpPage *self);

G_END_DECLS
