/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of a number at a company: its calls, and what it answered in the last one, so that the
 * next e-agent need not ask again (S3-08, D32). A number is known to the company it called only. A
 * withheld number is nobody; a shared number (a company's switchboard, a phone box) has earlier calls, but
 * nothing is filled in from them. Secrets never come here. */
#pragma once

#include "common/records/call.h"
#include "common/records/script.h"
#include "server/store/store.h"

G_BEGIN_DECLS

extern const CsMigration cs_contacts_migrations[];
extern const gsize cs_contacts_n_migrations;

/* A call that has ended, as the contact remembers it. */
typedef struct {
  CtId company;
  CtId call;
  const char *caller; /* E.164; NULL or another word for a withheld one: nothing is noted */
  gint64 at_ms;
  const char *disposition; /* the rest may be NULL */
  const char *ticket;
  const char *note;
  const char *agent_name;
  GPtrArray *answers; /* CtScriptAnswer*; secrets among them are left out */
} CsContactCall;

/* In a write closure; again for the same call replaces what was noted. */
gboolean cs_contacts_note_call (CsDb *db, CsScope scope, const CsContactCall *call, GError **error);

/* CtScriptAnswer* of the last call of @caller to @company that answered anything, origin last_call, each
 * with the time it was given. Empty for a withheld, shared or unknown number. NULL on error. */
GPtrArray *
cs_contacts_prefill (CsDb *db, CsScope scope, CtId company, const char *caller, GError **error);
/* CtEarlier*, newest first, of calls before @before_call (CT_ID_NONE: all). NULL on error. */
GPtrArray *cs_contacts_earlier (CsDb *db, CsScope scope, CtId company, const char *caller,
                                CtId before_call, guint limit, GError **error);
/* Whether there is any. */
gboolean cs_contacts_has_called (CsDb *db, CsScope scope, CtId company, const char *caller,
                                 CtId before_call, gboolean *has, GError **error);

/* In a write closure: a number that several people call from, for the whole tenant. */
gboolean cs_contacts_set_shared (CsDb *db, CsScope scope, const char *number, gboolean shared,
                                 GError **error);
/* In a write closure: these and no others, NULL-terminated. */
gboolean
cs_contacts_replace_shared (CsDb *db, CsScope scope, const char *const *numbers, GError **error);
gboolean cs_contacts_is_shared (CsDb *db, CsScope scope, const char *number, gboolean *shared,
                                GError **error);

G_END_DECLS
