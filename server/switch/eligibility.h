/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may answer which call (S0-12, S0-26), for one plan. E-agents are bits, numbered as in the plan.
 * What a line asks of them (tenant, pool, skills, badge, level, language) does not change while the
 * plan stands: one bit set a rule is worked out once for each different need and kept. What changes
 * by the second (registered, paused, ringing...) is one bit set a rule, each change one bit. A choice
 * is then a walk over words, and the refusals by each rule are counted on the way. */
#pragma once

#include "server/ports/plan.h"
#include "server/switch/journal.h"

G_BEGIN_DECLS

typedef struct _CsEligibility CsEligibility;

/* One different need of the plan's calls; owned by the eligibility. */
typedef struct _CsNeed CsNeed;

/* Why an offer went as it went, with every e-agent's own reason. */
typedef struct {
  CsOfferReason reason;
  CsPlan *plan;    /* whose numbering `planes` uses */
  guint64 *planes; /* 4 bit sets: bits of (1 + rule) that refused, 0 for eligible */
} CsVerdict;

void cs_verdict_clear (CsVerdict *verdict);
/* FALSE: @user is not in the verdict's plan. */
gboolean cs_verdict_of (const CsVerdict *verdict, CtId user, CsRule *rule);

CsEligibility *cs_eligibility_new (CsPlan *plan);
void cs_eligibility_free (CsEligibility *self);

/* @rule: UNREGISTERED to WRAP_UP. All e-agents begin as refused by UNREGISTERED and OFFLINE only. */
void cs_eligibility_set_refused (CsEligibility *self, guint index, CsRule rule, gboolean refused);
/* Since when he has been idle, monotonic. */
void cs_eligibility_set_idle (CsEligibility *self, guint index, gint64 since_us);
/* E-agents that no changing rule refuses. */
guint cs_eligibility_count_free (const CsEligibility *self);

/* The need of a call; @now_ms because badges expire. Good as long as the eligibility. */
CsNeed *cs_eligibility_find_need (CsEligibility *self, const CsRequirement *requirement,
                                  CtId tenant, CsLanguage language, gint64 now_ms);
/* Is anybody free who fits? The quick test before a choice. */
gboolean cs_eligibility_has_free (CsEligibility *self, CsNeed *need, gint64 now_ms);

/* Whether the e-agent fits, be he free or not. */
gboolean cs_eligibility_fits (CsEligibility *self, CsNeed *need, guint index, gint64 now_ms);

/* Picks who was idle longest (equal: the smaller id) and fills @verdict (cleared or zero before).
 * Those in @missed are passed over (rule MISSED). Returns the index, or -1. */
int cs_eligibility_choose (CsEligibility *self, CsNeed *need, const CtId *missed, guint n_missed,
                           gint64 now_us, gint64 now_ms, CsVerdict *verdict);

/* For a walk over many calls: a mark that a need can wear. */
guint cs_need_get_mark (const CsNeed *need);
void cs_need_set_mark (CsNeed *need, guint mark);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsEligibility, cs_eligibility_free)

G_END_DECLS
