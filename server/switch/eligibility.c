/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "switch"

#include "server/switch/eligibility.h"

#include <string.h>

#define FIXED_RULES CS_RULE_UNREGISTERED /* the rules before it belong to the need */
#define CHANGING_RULES (CS_RULE_MISSED - CS_RULE_UNREGISTERED)
#define PLANES 4

G_STATIC_ASSERT (CS_RULES < (1 << PLANES));

struct _CsNeed {
  CsRequirement requirement; /* with skills of its own */
  CtId tenant;
  CsLanguage language;
  gint64 expires_ms;            /* when a badge that counted runs out */
  guint64 *passes[FIXED_RULES]; /* who is not refused by the rule */
  guint64 *fits;                /* who passes them all */
  guint mark;
};

struct _CsEligibility {
  CsPlan *plan;
  guint n_agents;
  guint n_words;
  guint64 *passes[CHANGING_RULES];
  guint64 *free; /* who passes all of them */
  guint n_free;
  gint64 *idle_since_us;
  GHashTable *needs; /* CsNeed* -> itself */
};

static inline gboolean
bit_get (const guint64 *set, guint index)
{
  return (set[index / 64] >> (index % 64)) & 1;
}

static inline void
bit_set (guint64 *set, guint index, gboolean on)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << (index % 64);

  set[index / 64] = on ? set[index / 64] | bit : set[index / 64] & ~bit;
}

/* Verdicts. */

void
cs_verdict_clear (CsVerdict *verdict)
{
  g_clear_pointer (&verdict->plan, cs_plan_unref);
  g_clear_pointer (&verdict->planes, g_free);
  verdict->reason = (CsOfferReason){ 0 };
}

gboolean
cs_verdict_of (const CsVerdict *verdict, CtId user, CsRule *rule)
{
  int index = verdict->plan != NULL ? cs_plan_find_agent (verdict->plan, user) : -1;
  guint n_words, code = 0;

  if (index < 0)
    return FALSE;
  n_words = MAX ((verdict->plan->agents->len + 63) / 64, 1);
  for (guint p = 0; p < PLANES; p++)
    code |= (guint) bit_get (verdict->planes + p * n_words, (guint) index) << p;
  if (code > 0)
    *rule = (CsRule) (code - 1);
  else
    *rule = user == verdict->reason.winner ? CS_RULE_CHOSEN : CS_RULE_IDLER;
  return TRUE;
}

/* Needs. */

static guint
need_hash (gconstpointer key)
{
  const CsNeed *need = key;
  guint64 hash = (guint64) need->tenant * 31 + (guint64) need->requirement.pool;

  hash = hash * 31 + (guint64) need->requirement.badge;
  hash = hash * 31 + need->requirement.difficulty;
  hash = hash * 31 + (guint) need->language;
  for (guint i = 0; i < need->requirement.n_skills; i++)
    hash = hash * 31 + (guint64) need->requirement.skills[i];
  return (guint) (hash ^ (hash >> 32));
}

static gboolean
need_equal (gconstpointer a, gconstpointer b)
{
  const CsNeed *x = a;
  const CsNeed *y = b;
  gsize size = x->requirement.n_skills * sizeof (CtId);

  return x->tenant == y->tenant && x->language == y->language
         && x->requirement.pool == y->requirement.pool
         && x->requirement.badge == y->requirement.badge
         && x->requirement.difficulty == y->requirement.difficulty
         && x->requirement.n_skills == y->requirement.n_skills
         && (size == 0 || memcmp (x->requirement.skills, y->requirement.skills, size) == 0);
}

static void
need_free (gpointer data)
{
  CsNeed *need = data;

  for (guint r = 0; r < FIXED_RULES; r++)
    g_free (need->passes[r]);
  g_free (need->fits);
  g_free (need->requirement.skills);
  g_free (need);
}

static gboolean
has_id (const CtId *ids, guint n, CtId id)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] == id)
      return TRUE;
  return FALSE;
}

static gboolean
has_skills (const CsPlanAgent *agent, const CsRequirement *requirement)
{
  for (guint i = 0; i < requirement->n_skills; i++)
    if (!has_id (agent->skills, agent->n_skills, requirement->skills[i]))
      return FALSE;
  return TRUE;
}

/* The badge asked for, while it is valid; of several the highest level. */
static const CsPlanBadge *
find_badge (const CsPlanAgent *agent, CtId badge, gint64 now_ms)
{
  const CsPlanBadge *best = NULL;

  for (guint i = 0; i < agent->n_badges; i++)
    if (agent->badges[i].badge == badge && agent->badges[i].valid_until_ms > now_ms
        && (best == NULL || agent->badges[i].level > best->level))
      best = &agent->badges[i];
  return best;
}

static void
need_judge (CsNeed *need, guint index, const CsPlanAgent *agent, gint64 now_ms)
{
  const CsRequirement *requirement = &need->requirement;
  const CsPlanBadge *badge
      = requirement->badge != CT_ID_NONE ? find_badge (agent, requirement->badge, now_ms) : NULL;
  guint level = badge != NULL ? badge->level : agent->level;
  gboolean passes[FIXED_RULES] = {
    [CS_RULE_TENANT] = agent->tenant == need->tenant,
    [CS_RULE_POOL]
    = requirement->pool == CT_ID_NONE || has_id (agent->pools, agent->n_pools, requirement->pool),
    [CS_RULE_SKILL] = has_skills (agent, requirement),
    [CS_RULE_BADGE] = requirement->badge == CT_ID_NONE || badge != NULL,
    [CS_RULE_LEVEL] = level >= requirement->difficulty,
    [CS_RULE_LANGUAGE] = (agent->languages >> need->language) & 1,
  };
  gboolean fits = TRUE;

  for (guint r = 0; r < FIXED_RULES; r++)
    {
      bit_set (need->passes[r], index, passes[r]);
      fits = fits && passes[r];
    }
  bit_set (need->fits, index, fits);
  if (badge != NULL)
    need->expires_ms = MIN (need->expires_ms, badge->valid_until_ms);
}

static void
need_work_out (CsEligibility *self, CsNeed *need, gint64 now_ms)
{
  need->expires_ms = G_MAXINT64;
  for (guint i = 0; i < self->n_agents; i++)
    need_judge (need, i, self->plan->agents->pdata[i], now_ms);
}

CsNeed *
cs_eligibility_find_need (CsEligibility *self, const CsRequirement *requirement, CtId tenant,
                          CsLanguage language, gint64 now_ms)
{
  CsNeed key = { .requirement = *requirement, .tenant = tenant, .language = language };
  CsNeed *need = g_hash_table_lookup (self->needs, &key);

  if (need != NULL)
    return need;
  need = g_new0 (CsNeed, 1);
  *need = key;
  need->requirement.skills = g_memdup2 (requirement->skills, requirement->n_skills * sizeof (CtId));
  for (guint r = 0; r < FIXED_RULES; r++)
    need->passes[r] = g_new0 (guint64, self->n_words);
  need->fits = g_new0 (guint64, self->n_words);
  need_work_out (self, need, now_ms);
  g_hash_table_add (self->needs, need);
  return need;
}

guint
cs_need_get_mark (const CsNeed *need)
{
  return need->mark;
}

void
cs_need_set_mark (CsNeed *need, guint mark)
{
  need->mark = mark;
}

/* The house. */

CsEligibility *
cs_eligibility_new (CsPlan *plan)
{
  CsEligibility *self = g_new0 (CsEligibility, 1);

  self->plan = cs_plan_ref (plan);
  self->n_agents = plan->agents->len;
  self->n_words = MAX ((self->n_agents + 63) / 64, 1); /* never nothing to allocate */
  for (guint r = 0; r < CHANGING_RULES; r++)
    {
      gboolean passes
          = r + FIXED_RULES != CS_RULE_UNREGISTERED && r + FIXED_RULES != CS_RULE_OFFLINE;

      self->passes[r] = g_new (guint64, self->n_words);
      memset (self->passes[r], passes ? 0xff : 0, self->n_words * sizeof (guint64));
    }
  self->free = g_new0 (guint64, self->n_words);
  self->idle_since_us = g_new0 (gint64, self->n_agents);
  self->needs = g_hash_table_new_full (need_hash, need_equal, need_free, NULL);
  return self;
}

void
cs_eligibility_free (CsEligibility *self)
{
  g_hash_table_unref (self->needs);
  for (guint r = 0; r < CHANGING_RULES; r++)
    g_free (self->passes[r]);
  g_free (self->free);
  g_free (self->idle_since_us);
  cs_plan_unref (self->plan);
  g_free (self);
}

void
cs_eligibility_set_refused (CsEligibility *self, guint index, CsRule rule, gboolean refused)
{
  gboolean was = bit_get (self->free, index);
  gboolean is = TRUE;

  g_return_if_fail (rule >= FIXED_RULES && rule < CS_RULE_MISSED);
  bit_set (self->passes[rule - FIXED_RULES], index, !refused);
  for (guint r = 0; r < CHANGING_RULES; r++)
    is = is && bit_get (self->passes[r], index);
  bit_set (self->free, index, is);
  self->n_free += (guint) is - (guint) was;
}

void
cs_eligibility_set_idle (CsEligibility *self, guint index, gint64 since_us)
{
  self->idle_since_us[index] = since_us;
}

guint
cs_eligibility_count_free (const CsEligibility *self)
{
  return self->n_free;
}

gboolean
cs_eligibility_has_free (CsEligibility *self, CsNeed *need, gint64 now_ms)
{
  if (now_ms >= need->expires_ms)
    need_work_out (self, need, now_ms);
  for (guint w = 0; w < self->n_words; w++)
    if ((need->fits[w] & self->free[w]) != 0)
      return TRUE;
  return FALSE;
}

gboolean
cs_eligibility_fits (CsEligibility *self, CsNeed *need, guint index, gint64 now_ms)
{
  if (now_ms >= need->expires_ms)
    need_work_out (self, need, now_ms);
  return bit_get (need->fits, index);
}

/* One word of 64 e-agents through all rules: counts each rule's refusals, notes who was refused by
 * which in the planes, and returns who is left. */
static guint64
sift (const CsEligibility *self, const CsNeed *need, guint word, const guint64 *not_missed,
      CsVerdict *verdict)
{
  guint rest = self->n_agents - word * 64;
  guint64 left = rest >= 64 ? ~G_GUINT64_CONSTANT (0) : (G_GUINT64_CONSTANT (1) << rest) - 1;

  for (guint rule = 0; rule < CS_RULES && left != 0; rule++)
    {
      guint64 passes = rule < FIXED_RULES      ? need->passes[rule][word]
                       : rule < CS_RULE_MISSED ? self->passes[rule - FIXED_RULES][word]
                                               : not_missed[word];
      guint64 refused = left & ~passes;

      left &= passes;
      if (refused == 0)
        continue;
      verdict->reason.refused[rule] += (guint) __builtin_popcountll (refused);
      for (guint p = 0; p < PLANES; p++)
        if (((rule + 1) >> p) & 1)
          verdict->planes[p * self->n_words + word] |= refused;
    }
  return left;
}

static gboolean
is_idler (const CsEligibility *self, guint index, int best)
{
  const CsPlanAgent *agent = self->plan->agents->pdata[index];
  const CsPlanAgent *other = best >= 0 ? self->plan->agents->pdata[best] : NULL;

  if (other == NULL || self->idle_since_us[index] != self->idle_since_us[best])
    return other == NULL || self->idle_since_us[index] < self->idle_since_us[best];
  return agent->id < other->id;
}

int
cs_eligibility_choose (CsEligibility *self, CsNeed *need, const CtId *missed, guint n_missed,
                       gint64 now_us, gint64 now_ms, CsVerdict *verdict)
{
  g_autofree guint64 *not_missed = g_new (guint64, self->n_words);
  int best = -1;

  if (now_ms >= need->expires_ms)
    need_work_out (self, need, now_ms);
  memset (not_missed, 0xff, self->n_words * sizeof (guint64));
  for (guint i = 0; i < n_missed; i++)
    {
      int index = cs_plan_find_agent (self->plan, missed[i]);

      if (index >= 0)
        bit_set (not_missed, (guint) index, FALSE);
    }
  cs_verdict_clear (verdict);
  verdict->plan = cs_plan_ref (self->plan);
  verdict->planes = g_new0 (guint64, (gsize) PLANES * self->n_words);
  for (guint w = 0; w < self->n_words; w++)
    {
      guint64 left = sift (self, need, w, not_missed, verdict);

      verdict->reason.candidates += (guint) __builtin_popcountll (left);
      for (; left != 0; left &= left - 1)
        {
          guint index = w * 64 + (guint) __builtin_ctzll (left);

          if (is_idler (self, index, best))
            best = (int) index;
        }
    }
  verdict->reason.at_ms = now_ms;
  verdict->reason.plan_version = self->plan->version;
  if (best >= 0)
    {
      verdict->reason.winner = ((CsPlanAgent *) self->plan->agents->pdata[best])->id;
      verdict->reason.idle_seconds = (now_us - self->idle_since_us[best]) / G_USEC_PER_SEC;
    }
  return best;
}
