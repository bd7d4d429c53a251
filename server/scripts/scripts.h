/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Call scripts on the server: their versions, and their runs in calls. The desk runs the script with
 * common/script and sends numbered commands; here each is replayed with the same code, in a write
 * closure, and what is kept here is the record.
 *
 * A version is immutable; a call keeps the version it began with (D8). What is decided on (facts) and what
 * was filled in before (D32) is frozen at a run's first use. Values of secrets are sealed with a key of
 * the tenant and stand nowhere else (D33). */
#pragma once

#include "common/records/call.h"
#include "common/records/script.h"
#include "common/script/run.h"
#include "server/http/route.h"

G_BEGIN_DECLS

extern const CsMigration cs_scripts_migrations[];
extern const gsize cs_scripts_n_migrations;

#define CS_SCRIPTS_KEY_SIZE 32

/* A call, as its script must know it. Members are owned; cs_script_call_clear() frees them. */
typedef struct {
  CtId call;
  CtId company;
  CtId agent; /* who is on it, or wraps it up; CT_ID_NONE: nobody */
  CtId version;
  char *company_name;
  char *client_code;
  char *agent_name;
  char *language; /* the caller's */
  char *caller;   /* NULL: withheld */
  char *called;
  gboolean open;    /* hours, when the call came */
  gboolean earlier; /* the number called this company before */
  GHashTable *keys; /* char* -> char*: what was keyed, by its step's name; may be NULL */
} CsScriptCall;

void cs_script_call_clear (CsScriptCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CsScriptCall, cs_script_call_clear)

/* What lies in the hands of others, plugged in by server/app. Called on workers, but for tenant_key,
 * which is called in write closures too. */
typedef struct {
  gpointer data;
  /* CT_ERROR_NOT_FOUND when there is none in the scope; @call is zeroed before. */
  gboolean (*find_call) (gpointer data, CsDb *db, CsScope scope, CtId id, CsScriptCall *call,
                         GError **error);
  /* CtScriptAnswer* (step, value, at) of the last call of the number (D32); an empty list for none. */
  GPtrArray *(*prefill) (gpointer data, CsDb *db, CsScope scope, const CsScriptCall *call,
                         GError **error);
  /* The tenant's own key. */
  gboolean (*tenant_key) (gpointer data, CsDb *db, CsScope scope, guint8 key[CS_SCRIPTS_KEY_SIZE],
                          GError **error);
  /* A secret step is on the screen, or no more: mask recording and keys (D33). Must be repeatable. */
  gboolean (*on_enter) (gpointer data, CtId call, CtId user, GError **error);
  gboolean (*on_leave) (gpointer data, CtId call, CtId user, GError **error);
  /* Whether the principal's roles reach this call at all; CT_ERROR_NOT_FOUND if not. */
  gboolean (*may_see_call) (gpointer data, CsDb *db, const CsPrincipal *principal, CtId call,
                            GError **error);
} CsScriptsHands;

typedef struct _CsScripts CsScripts;

/* @hands is copied. */
CsScripts *cs_scripts_new (CsStore *store, const CsScriptsHands *hands);
void cs_scripts_free (CsScripts *scripts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsScripts, cs_scripts_free)

/* GET /scripts/versions/{id}, GET and POST /calls/{id}/script. The handlers' module is a CsScripts. */
extern const CsModule cs_scripts_module;

/* Publishing */

/* In a write closure. A script of the company by its key, new or renamed; a body that differs from the live
 * version's becomes the next version and is live at once. A body with an error is CT_ERROR_INVALID. */
gboolean cs_scripts_publish (CsDb *db, CsScope scope, CtId company, const char *key,
                             const char *name, const char *body, CtId *script, CtId *version,
                             GError **error);

typedef struct {
  CtId script;
  CtId company;
  CtId version; /* the live one */
  gint64 number;
  guint difficulty;
} CsScriptLive;

/* CT_ERROR_NOT_FOUND. */
gboolean
cs_scripts_get_live (CsDb *db, CsScope scope, CtId script, CsScriptLive *live, GError **error);
/* The parsed version, from a cache; unref it. Any thread. */
CtScript *
cs_scripts_get_version (CsScripts *scripts, CsDb *db, CsScope scope, CtId version, GError **error);
/* CtDisposition*, in the language; a CALL's ways to be closed (S1-13). */
GPtrArray *cs_scripts_list_dispositions (CsScripts *scripts, CsDb *db, CsScope scope, CtId version,
                                         const char *language, GError **error);

/* A call's run */

/* What came out of a call's script, for its end. Members are owned. */
typedef struct {
  char *ticket;       /* NULL: none was needed */
  char *disposition;  /* suggested by the end it stands at; or NULL */
  gboolean complete;  /* an end was reached with all that is required (S3-05) */
  gboolean message;   /* the company is to get a message: so unless its end says no */
  GPtrArray *outputs; /* CtScriptResult*, in the language asked for, secrets masked */
  GPtrArray *answers; /* CtScriptAnswer*: confirmed, on the path, to be remembered (D32) */
} CsScriptOutcome;

void cs_script_outcome_free (CsScriptOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsScriptOutcome, cs_script_outcome_free)

/* A worker's reader or a write closure. CT_ERROR_NOT_FOUND when no script ran in this call. */
CsScriptOutcome *cs_scripts_get_outcome (CsScripts *scripts, CsDb *db, CsScope scope, CtId call,
                                         const char *language, GError **error);
/* The number that the call's script lets be dialled at @step, where its run must stand. CT_ERROR_STATE
 * when it stands elsewhere. Caller frees. */
char *cs_scripts_get_connect_number (CsScripts *scripts, CsDb *db, CsScope scope, CtId call,
                                     const char *step, GError **error);

/* CtReading* of a call, oldest first, without names of persons: what was revealed of it, and which of its
 * secrets were read (B07). Labels of steps are in @language. @after 0: from the first; @next 0: no more. */
GPtrArray *cs_scripts_list_readings (CsScripts *scripts, CsDb *db, CsScope scope, CtId call,
                                     const char *language, gint64 after, guint limit, gint64 *next,
                                     GError **error);

/* Tickets (S4-05): a short number, unique in the tenant: the company's client code and a counter,
 * "0427-00118". In a write closure: the call's ticket, made when it has none. Caller frees. */
char *cs_scripts_take_ticket (CsDb *db, CsScope scope, CtId company, const char *client_code,
                              CtId call, GError **error);
/* NULL without an error when the call has none. */
char *cs_scripts_get_ticket (CsDb *db, CsScope scope, CtId call, GError **error);

G_END_DECLS
