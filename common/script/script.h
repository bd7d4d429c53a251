/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call script as a model: what ct_script_parse() reads out of a JSON document (docs/scripts.md
 * describes it for those who write one). A script is a graph of named steps; each asks, tells, decides
 * or ends. It is immutable once parsed and may be shared by threads; it knows no call and no clock.
 * check.h says whether it is fit to go live (S0-39), run.h walks it. */
#pragma once

#include <json-glib/json-glib.h>

#include "common/base/error.h"

G_BEGIN_DECLS

/* Limits that the parser enforces, so that everything behind it may be simple. */
#define CT_SCRIPT_MAX_STEPS 200
#define CT_SCRIPT_MAX_CHOICES 40
#define CT_SCRIPT_MAX_ARMS 20
#define CT_SCRIPT_MAX_CONDITION_DEPTH 6
#define CT_SCRIPT_MAX_OUTPUTS 100
#define CT_SCRIPT_MAX_DISPOSITIONS 32
#define CT_SCRIPT_MAX_SCENARIOS 40
#define CT_SCRIPT_MAX_TEXT 4000  /* characters of one text in one language, and of an answer */
#define CT_SCRIPT_MAX_REASON 400 /* characters, as in CtScriptCommand */
#define CT_SCRIPT_MAX_NAME 64    /* of a step, an output, a code: [a-z0-9-_], a letter first */

#define CT_SCRIPT_LANGUAGES 5 /* in the order of CT_LANGUAGE_CHOICES: en nl it fr es */

/* "en" -> 0; -1 for what we do not speak. */
int ct_script_language_parse (const char *code);
const char *ct_script_language_code (int language);

/* A text in the languages it was written in; members are NULL where it was not. */
typedef struct {
  char *in[CT_SCRIPT_LANGUAGES];
} CtScriptText;

typedef enum {
  CT_SCRIPT_SAY,     /* tell the caller something */
  CT_SCRIPT_ASK,     /* ask the caller something */
  CT_SCRIPT_BRANCH,  /* decide by answers and facts; never on the screen */
  CT_SCRIPT_REVEAL,  /* protected text, shown when a reason is given (S4-07) */
  CT_SCRIPT_CONNECT, /* connect through to somebody (S0-36) */
  CT_SCRIPT_END,     /* say goodbye */
} CtScriptKind;

typedef enum {
  CT_SCRIPT_TEXT,
  CT_SCRIPT_CHOICE,
  CT_SCRIPT_NUMBER,
  CT_SCRIPT_PHONE,
  CT_SCRIPT_DATE,
  CT_SCRIPT_ADDRESS,
  CT_SCRIPT_EMAIL,
  CT_SCRIPT_SECRET, /* D33 */
} CtScriptAskKind;

typedef struct {
  char *code; /* the answer's value */
  CtScriptText label;
  char *next; /* NULL: the step's own */
} CtScriptChoice;

typedef enum {
  CT_SCRIPT_EQUALS,
  CT_SCRIPT_IN,
  CT_SCRIPT_PREFIX,
  CT_SCRIPT_LESS,
  CT_SCRIPT_GREATER,
  CT_SCRIPT_SET,
  CT_SCRIPT_AND,
  CT_SCRIPT_OR,
  CT_SCRIPT_NOT,
} CtScriptOperator;

typedef struct _CtScriptCondition CtScriptCondition;
struct _CtScriptCondition {
  CtScriptOperator operator;
  gboolean of_answer; /* else of a fact */
  char *name;         /* the step or the fact */
  char **values;      /* EQUALS, PREFIX: one; IN: several */
  double number;      /* LESS, GREATER */
  gboolean set;       /* SET: set or not set */
  GPtrArray *parts;   /* CtScriptCondition; AND, OR: several, NOT: one */
};

typedef struct {
  CtScriptCondition *when; /* NULL: else */
  char *next;
} CtScriptArm;

typedef struct {
  char *id;
  guint index; /* in the script's list */
  CtScriptKind kind;
  CtScriptText label;     /* short, for the form and the path; falls back on the id */
  CtScriptText say;       /* to the caller, in his language */
  CtScriptText direction; /* to the e-agent, in hers (B09) */
  CtScriptText conduct;   /* how to behave here (S4-06) */
  char *next; /* SAY, ASK, REVEAL, CONNECT (when nobody takes it); may be NULL for a CHOICE */

  CtScriptAskKind ask;
  gboolean required;
  gboolean has_minimum, has_maximum;
  double minimum, maximum; /* NUMBER: value; TEXT, SECRET, ADDRESS: characters */
  char *pattern;           /* TEXT and SECRET: the whole answer must match */
  GRegex *regex;           /* the same, compiled */
  char *from;              /* a fact offered as the default: "caller", "key.NAME" */
  gboolean remember;       /* offered again at the number's next call (D32); never for SECRET */
  char *shown_to;     /* SECRET: role that may read it later besides who typed it; NULL: nobody */
  GPtrArray *choices; /* CtScriptChoice */

  GPtrArray *arms; /* CtScriptArm; BRANCH */

  CtScriptText protected; /* REVEAL */

  char *number; /* CONNECT: E.164; NULL when `entry` names it */
  char *entry;  /* CONNECT: a name of the script's directory */

  char *disposition; /* END: suggested */
  gboolean message;  /* END: the company gets a message of such a call (S0-37) */
} CtScriptStep;

typedef struct {
  char *code;
  CtScriptText label;
} CtScriptDisposition;

/* What the company expects back (S0-30). */
typedef struct {
  char *name;
  CtScriptText label;
  char *step;       /* its answer; NULL when an expression */
  char *expression; /* text with placeholders: "{answer.name} ({caller})" */
  gboolean optional;
} CtScriptOutput;

/* Somebody to connect through to. */
typedef struct {
  char *name;
  CtScriptText label;
  char *number;
} CtScriptEntry;

typedef struct _CtScript CtScript;

/* Reads @body. On failure NULL, CT_ERROR_INVALID or CT_ERROR_LIMIT, and *@pointer (may be NULL) is the
 * JSON pointer (RFC 6901) of the culprit, freed by the caller. Names that point nowhere and the like are
 * the checker's business. */
CtScript *
ct_script_parse (JsonNode *body, char **pointer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same from JSON text; strict (common/wire/json.h). */
CtScript *ct_script_parse_text (const char *text, gssize size, char **pointer,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
CtScript *ct_script_ref (CtScript *script);
void ct_script_unref (CtScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtScript, ct_script_unref)

/* All borrowed from the script. */
const CtScriptStep *ct_script_start (const CtScript *script); /* NULL when it names no step */
const CtScriptStep *
ct_script_find (const CtScript *script, const char *id);    /* NULL: no such step */
GPtrArray *ct_script_steps (const CtScript *script);        /* CtScriptStep, as written */
GPtrArray *ct_script_dispositions (const CtScript *script); /* CtScriptDisposition */
GPtrArray *ct_script_directory (const CtScript *script);    /* CtScriptEntry, as written */
GPtrArray *ct_script_allowed (const CtScript *script);      /* CtScriptText: may occur (S0-30) */
GPtrArray *ct_script_forbidden (const CtScript *script);    /* CtScriptText: may not occur */
const CtScriptText *ct_script_conduct (const CtScript *script); /* of the whole script */
gboolean ct_script_speaks (const CtScript *script, int language);
guint ct_script_difficulty (const CtScript *script); /* 1..5 (S0-26) */

const CtScriptDisposition *ct_script_find_disposition (const CtScript *script, const char *code);
const CtScriptEntry *ct_script_find_entry (const CtScript *script, const char *name);
/* The number a CONNECT step dials; NULL when its entry is unknown. */
const char *ct_script_step_number (const CtScript *script, const CtScriptStep *step);

/* As written in @language, else in the script's first language, else in any; "" when empty. */
const char *
ct_script_text_in (const CtScript *script, const CtScriptText *text, const char *language);
gboolean ct_script_text_is_empty (const CtScriptText *text);

G_END_DECLS
