/* SPDX-License-Identifier: GPL-3.0-or-later */
/* S0-12, S0-26: who may answer, in the order of the rules, and why not. */
#include "fakes.h"

#include "server/switch/eligibility.h"

#define NOW_MS G_GINT64_CONSTANT (1000000)
#define NOW_US (100 * G_USEC_PER_SEC)

static CtId
id_of (guint n)
{
  return AGENT (n);
}

/* Twelve e-agents that fit, each spoiled in his own way by the test; far more than a word of others,
 * so that words and bits matter. */
static CsPlan *
make_plan (guint n)
{
  CsPlan *plan = world_plan (7, n);

  for (guint i = 0; i < n; i++)
    {
      CsPlanAgent *agent = plan->agents->pdata[i];

      agent->n_skills = 2;
      agent->skills = g_new (CtId, 2);
      agent->skills[0] = SKILL;
      agent->skills[1] = SKILL + 1;
      agent->n_badges = 1;
      agent->badges = g_new0 (CsPlanBadge, 1);
      agent->badges[0] = (CsPlanBadge){ BADGE, 3, NOW_MS * 10 };
    }
  return plan;
}

static const CtId needed_skills[] = { SKILL, SKILL + 1 };
static const CsRequirement needs = {
  .pool = POOL, .skills = (CtId *) needed_skills, .n_skills = 2, .badge = BADGE, .difficulty = 3
};

static void
free_all (CsEligibility *eligibility, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      cs_eligibility_set_refused (eligibility, i, CS_RULE_UNREGISTERED, FALSE);
      cs_eligibility_set_refused (eligibility, i, CS_RULE_OFFLINE, FALSE);
      cs_eligibility_set_idle (eligibility, i, NOW_US - 10 * G_USEC_PER_SEC);
    }
}

static void
test_rules (void)
{
  enum { N = 200 };
  CsPlan *plan = make_plan (N);
  CsPlanAgent **agents = (CsPlanAgent **) plan->agents->pdata;
  g_autoptr (CsEligibility) eligibility = NULL;
  const CtId missed[] = { id_of (112), 999999 };
  CsVerdict verdict = { 0 };
  CsNeed *need;
  CsRule rule;

  /* E-agent 100 + r is refused by rule r, and by all after it that can be spoiled for him too. */
  agents[100]->tenant = TENANT + 1;
  agents[100]->languages = 0;
  agents[101]->pools[0] = POOL + 1;
  agents[102]->skills[1] = 1;
  agents[103]->badges[0].valid_until_ms = NOW_MS;
  agents[104]->badges[0].level = 2;
  agents[105]->languages = 1 << CS_LANGUAGE_IT;
  cs_plan_seal (plan);
  eligibility = cs_eligibility_new (plan);
  g_assert_cmpuint (cs_eligibility_count_free (eligibility), ==, 0);
  free_all (eligibility, N);
  for (int r = CS_RULE_UNREGISTERED; r < CS_RULE_MISSED; r++)
    for (int later = r; later < CS_RULE_MISSED; later++)
      cs_eligibility_set_refused (eligibility, 100 + (guint) r, (CsRule) later, TRUE);
  g_assert_cmpuint (cs_eligibility_count_free (eligibility), ==, N - 6);
  cs_eligibility_set_idle (eligibility, 150, NOW_US - 60 * G_USEC_PER_SEC);
  need = cs_eligibility_find_need (eligibility, &needs, TENANT, CS_LANGUAGE_NL, NOW_MS);
  g_assert_true (need
                 == cs_eligibility_find_need (eligibility, &needs, TENANT, CS_LANGUAGE_NL, NOW_MS));
  g_assert_cmpint (cs_eligibility_choose (eligibility, need, missed, 2, NOW_US, NOW_MS, &verdict),
                   ==, 150);
  g_assert_cmpint (verdict.reason.winner, ==, id_of (150));
  g_assert_cmpint (verdict.reason.idle_seconds, ==, 60);
  g_assert_cmpuint (verdict.reason.candidates, ==, N - CS_RULES);
  g_assert_cmpuint (verdict.reason.plan_version, ==, 7);
  for (guint r = 0; r < CS_RULES; r++)
    {
      g_assert_cmpuint (verdict.reason.refused[r], ==, 1);
      g_assert_true (cs_verdict_of (&verdict, id_of (100 + r), &rule));
      g_assert_cmpint (rule, ==, r);
    }
  g_assert_true (cs_verdict_of (&verdict, id_of (150), &rule));
  g_assert_cmpint (rule, ==, CS_RULE_CHOSEN);
  g_assert_true (cs_verdict_of (&verdict, id_of (199), &rule));
  g_assert_cmpint (rule, ==, CS_RULE_IDLER);
  g_assert_false (cs_verdict_of (&verdict, 999999, &rule));
  cs_verdict_clear (&verdict);
  cs_plan_unref (plan);
}

static void
test_ties_and_none (void)
{
  CsPlan *plan = make_plan (65);
  g_autoptr (CsEligibility) eligibility = NULL;
  CsVerdict verdict = { 0 };
  CsNeed *need;

  ((CsPlanAgent *) plan->agents->pdata[64])->id = 5; /* the smallest id stands last */
  cs_plan_seal (plan);
  eligibility = cs_eligibility_new (plan);
  need = cs_eligibility_find_need (eligibility, &needs, TENANT, CS_LANGUAGE_EN, NOW_MS);
  g_assert_false (cs_eligibility_has_free (eligibility, need, NOW_MS));
  g_assert_cmpint (cs_eligibility_choose (eligibility, need, NULL, 0, NOW_US, NOW_MS, &verdict), ==,
                   -1);
  g_assert_cmpint (verdict.reason.winner, ==, CT_ID_NONE);
  g_assert_cmpuint (verdict.reason.refused[CS_RULE_UNREGISTERED], ==, 65);
  free_all (eligibility, 65);
  g_assert_cmpint (cs_eligibility_choose (eligibility, need, NULL, 0, NOW_US, NOW_MS, &verdict), ==,
                   64);
  cs_verdict_clear (&verdict);
  cs_plan_unref (plan);
}

static void
test_badge_expires (void)
{
  CsPlan *plan = make_plan (2);
  g_autoptr (CsEligibility) eligibility = NULL;
  CsNeed *need;

  cs_plan_seal (plan);
  eligibility = cs_eligibility_new (plan);
  free_all (eligibility, 2);
  need = cs_eligibility_find_need (eligibility, &needs, TENANT, CS_LANGUAGE_EN, NOW_MS);
  g_assert_true (cs_eligibility_has_free (eligibility, need, NOW_MS * 10 - 1));
  g_assert_false (cs_eligibility_has_free (eligibility, need, NOW_MS * 10));
  g_assert_false (cs_eligibility_fits (eligibility, need, 0, NOW_MS * 10));
  cs_plan_unref (plan);
}

static void
test_empty_plan (void)
{
  CsPlan *plan = cs_plan_new (1);
  g_autoptr (CsEligibility) eligibility = NULL;
  CsVerdict verdict = { 0 };
  CsNeed *need;

  cs_plan_seal (plan);
  eligibility = cs_eligibility_new (plan);
  need = cs_eligibility_find_need (eligibility, &needs, TENANT, CS_LANGUAGE_EN, NOW_MS);
  g_assert_false (cs_eligibility_has_free (eligibility, need, NOW_MS));
  g_assert_cmpint (cs_eligibility_choose (eligibility, need, NULL, 0, NOW_US, NOW_MS, &verdict), ==,
                   -1);
  cs_verdict_clear (&verdict);
  cs_plan_unref (plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eligibility/rules", test_rules);
  g_test_add_func ("/eligibility/ties-and-none", test_ties_and_none);
  g_test_add_func ("/eligibility/badge-expires", test_badge_expires);
  g_test_add_func ("/eligibility/empty-plan", test_empty_plan);
  return g_test_run ();
}
