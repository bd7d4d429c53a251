/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan: everything the switch needs to know and may not look up on a disk. An immutable snapshot,
 * built by server/tenants from the store, swapped whole when a domain announces a change. A running
 * call keeps a reference to the plan it started with. Arrays are indexed; an index of another array is
 * called `<thing>_index` and is -1 for none. Built with the GPtrArray/GArray fields filled by one
 * thread, then sealed with cs_plan_seal(), after which it is only read. */
#pragma once

#include "common/base/id.h"
#include "common/base/money.h"
#include "common/rules/hours.h"

G_BEGIN_DECLS

#define CS_LANGUAGES 5
typedef enum {
  CS_LANGUAGE_EN,
  CS_LANGUAGE_NL,
  CS_LANGUAGE_IT,
  CS_LANGUAGE_FR,
  CS_LANGUAGE_ES,
} CsLanguage;

/* "en", "nl", "it", "fr", "es"; -1 for any other. */
int cs_language_parse (const char *code);
const char *cs_language_code (CsLanguage language);

/* A prompt in each language: the name media knows it by (server/media/prompts.h), or NULL. Look up
 * with cs_prompt_in(): the language asked for, else the line's, else any there is. */
typedef struct {
  char *name[CS_LANGUAGES];
} CsPrompt;

/* A text for people in each language, or NULL. */
typedef struct {
  char *text[CS_LANGUAGES];
} CsPlanText;

const char *cs_prompt_in (const CsPrompt *prompt, CsLanguage language, CsLanguage fallback);

typedef enum {
  CS_END_MESSAGE,   /* play `prompt`, hang up */
  CS_END_VOICEMAIL, /* play `prompt`, beep, record up to `max_seconds`, hang up */
  CS_END_FORWARD, /* play `prompt`, then to `number` over `trunk` (closed and no-credit paths only) */
} CsEndKind;

typedef struct {
  CsEndKind kind;
  CsPrompt prompt;
  guint max_seconds;
  char *number;
} CsEndPath;

typedef enum {
  CS_STEP_MENU, /* play prompt, wait for a key (S4-09); silence takes `otherwise`, a wrong key plays
                   * `wrong` and asks again, at most `tries` times, then `otherwise` */
  CS_STEP_DIGITS, /* play prompt, collect `min`..`max` digits, '#' ends early (S4-10); silence or too
                   * few after `tries`: `otherwise`. What was typed is kept under `name` */
  CS_STEP_LANGUAGE, /* a menu whose keys choose the caller's language: key k -> languages[k] */
  CS_STEP_QUEUE,    /* into the line's queue */
  CS_STEP_END,      /* an end path of its own */
} CsStepKind;

typedef struct {
  CsStepKind kind;
  char *name;       /* what the key or number is called at the desk: "reason", "company-number" */
  CsPlanText label; /* the same for people: "Reason" */
  CsPlanText options[12]; /* what each key means to them, as `keys`: "opening hours" */
  CsPrompt prompt;
  CsPrompt wrong;
  int keys[12];      /* 0-9, 10 '*', 11 '#': index of the next step, -1 wrong key */
  int languages[12]; /* CS_STEP_LANGUAGE: CsLanguage, or -1 */
  guint min, max;    /* CS_STEP_DIGITS */
  guint wait_ms;     /* silence after the prompt before it counts as no input */
  guint tries;
  int next; /* after DIGITS or LANGUAGE */
  int otherwise;
  CsEndPath end; /* CS_STEP_END */
} CsPlanStep;

typedef struct {
  CtId id;
  CtId tenant;
  char *name;
  char *client_code; /* D12 */
  char *colour;      /* "#rrggbb" */
  char currency[4];
  CtMoney rate;     /* micro-units a second (D1) */
  CtMoney pay_rate; /* the e-agent's (D23) */
  gboolean paused;  /* no credit may be reserved (D3, paid back payment) */
} CsPlanCompany;

/* What a call of a line asks of an e-agent (S0-12, S0-26). */
typedef struct {
  CtId pool;
  CtId *skills; /* all of them */
  guint n_skills;
  CtId badge;       /* CT_ID_NONE: none needed */
  guint difficulty; /* 1..5; the badge's level, or the e-agent's own, must reach it */
} CsRequirement;

typedef struct {
  CtId id;
  CtId tenant;
  int company_index;
  char *number; /* E.164 with + (D13): unique on the server */
  char *label;
  CsLanguage language;
  char *time_zone; /* IANA */
  CtHours *hours;  /* in that zone; NULL: always open */
  CsPrompt greeting;
  CsPrompt announcement; /* of the recording (D17); played when `record` */
  CsPrompt notice;       /* the one-off notice, valid until `notice_until_ms` (0: none) */
  gint64 notice_until_ms;
  gboolean notice_closes; /* after the notice, the closed path */
  CsPlanStep *steps;      /* n_steps 0: straight to the queue; else begins at 0 */
  guint n_steps;
  CsEndPath closed;
  CsEndPath no_credit; /* D29 */
  CsPrompt music;      /* in the queue; looped */
  CsPrompt position;   /* "you are number", followed by a spoken digit prompt, see below */
  CsPrompt digits[10]; /* zero to nine, for the place in the queue */
  CsPrompt parked;     /* D34: said while the e-agent is lost, and while held there is music */
  CsPrompt press_one;  /* connect-through: "to take this call press 1" */
  gboolean record;
  gboolean emergency; /* D29 */
  CsRequirement needs;
  CtId script;
  CtId script_version; /* the live version */
  guint priority;      /* higher first; equal: who waits longest */
  guint ring_seconds;  /* no answer in so many: the next e-agent */
  guint max_misses;    /* after so many in a row the e-agent is paused */
  guint wrap_up_seconds;
  guint position_seconds;                 /* place in queue said this often; 0: never */
  guint max_wait_seconds;                 /* then the closed path; 0: never */
  guint reference_seconds, limit_seconds; /* service quality: R, L */
  guint early_weight_numerator, early_weight_denominator; /* kappa */
  CtId trunk;                                             /* for connect-through and forward */
  CtMoney onward_rate; /* D28: the outgoing leg after the e-agent has left, a second */
  char *caller_number; /* shown on outgoing legs */
} CsPlanLine;

typedef struct {
  CtId badge;
  guint level;
  gint64 valid_until_ms;
} CsPlanBadge;

typedef struct {
  CtId id;
  CtId tenant;
  char *name;
  guint level;     /* 1..5 */
  guint languages; /* bit set of 1 << CsLanguage spoken */
  CtId *pools;
  guint n_pools;
  CtId *skills;
  guint n_skills;
  CsPlanBadge *badges;
  guint n_badges;
} CsPlanAgent;

typedef struct {
  gatomicrefcount references;
  guint64 version;
  GPtrArray *companies;       /* CsPlanCompany* */
  GPtrArray *lines;           /* CsPlanLine* */
  GPtrArray *agents;          /* CsPlanAgent* */
  GHashTable *line_by_number; /* char* -> CsPlanLine*, borrowed; made by seal */
  GHashTable *agent_by_id;    /* CtId* -> GUINT_TO_POINTER (index + 1); made by seal */
} CsPlan;

CsPlan *cs_plan_new (guint64 version);
void cs_plan_seal (CsPlan *plan);
CsPlan *cs_plan_ref (CsPlan *plan);
void cs_plan_unref (CsPlan *plan);
const CsPlanLine *cs_plan_find_line (const CsPlan *plan, const char *number);
int cs_plan_find_agent (const CsPlan *plan, CtId user); /* index, or -1 */
/* What the caller's entry @name of @value is for people; NULL where the line does not word it. */
const CsPlanText *cs_plan_find_label (const CsPlanLine *line, const char *name);
const CsPlanText *
cs_plan_find_meaning (const CsPlanLine *line, const char *name, const char *value);
/* 0-9, 10 '*', 11 '#'; -1 for what is no one key. */
int cs_plan_key_index (const char *key);
CsPlanCompany *cs_plan_company_new (void);
CsPlanLine *cs_plan_line_new (void);    /* with the defaults of the requirements filled in */
void cs_plan_line_free (gpointer line); /* one that did not get into a plan */
CsPlanAgent *cs_plan_agent_new (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsPlan, cs_plan_unref)

G_END_DECLS
