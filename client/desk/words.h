/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small pieces that several of the desk's views show alike. */
#pragma once

#include "common/records/call.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* "+31 6 1234 5678", or "Number withheld". Caller frees. */
char *cd_dup_number (const char *number);
/* "Reason: opening hours", a line each; NULL when nothing was keyed. Caller frees. */
char *cd_dup_keyed (const CtCall *call);
/* The label of a disposition code in this call's list; the code itself when it is not there. */
const char *cd_disposition_label (const CtCall *call, const char *code);

/* A small dim caption with text below it, appended to @box; returns the text's label. */
GtkLabel *cd_append_detail (GtkBox *box, const char *caption);
/* Shows @text, or hides the detail when it is NULL or "". */
void cd_show_detail (GtkLabel *label, const char *text);

/* A row of @list with a radio button, which belongs with those in @checks and is added to them, and with the
 * digit that chooses it while there is one; returns the button. */
GtkWidget *cd_append_choice (GtkListBox *list, GPtrArray *checks, const char *label);

/* The tabulator goes past @list as past one thing, and the arrows through it, as in any radio group; a list
 * box by itself makes each row a stop. */
void cd_make_one_stop (GtkListBox *list);

void cd_remove_children (GtkWidget *box);

G_END_DECLS
