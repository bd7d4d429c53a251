/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proof that the ledger is sound: each query finds what must not exist. A query is one statement, so
 * it sees one moment even while calls run. */
#define G_LOG_DOMAIN "billing"

#include "server/billing/ledger.h"

CS_SQL (unbalanced, "SELECT min (id) AS id FROM account GROUP BY tenant, currency"
                    " HAVING sum (debits_posted) <> sum (credits_posted)"
                    " OR sum (debits_pending) <> sum (credits_pending)"
                    " ORDER BY min (id)");
CS_SQL (wrong_posted,
        "SELECT a.id AS id FROM account a"
        " LEFT JOIN (SELECT t.debit AS account, sum (t.amount) AS total FROM transfer t"
        " WHERE t.state = 'posted'"
        " GROUP BY t.debit) d ON d.account = a.id"
        " LEFT JOIN (SELECT t.credit AS account, sum (t.amount) AS total FROM transfer t"
        " WHERE t.state = 'posted'"
        " GROUP BY t.credit) c ON c.account = a.id"
        " WHERE a.debits_posted <> coalesce (d.total, 0)"
        " OR a.credits_posted <> coalesce (c.total, 0) ORDER BY a.id");
CS_SQL (wrong_pending,
        "SELECT a.id AS id FROM account a"
        " LEFT JOIN (SELECT t.debit AS account, sum (t.amount) AS total FROM transfer t"
        " LEFT JOIN transfer r ON r.pending = t.id WHERE t.state = 'pending' AND r.id IS NULL"
        " GROUP BY t.debit) d ON d.account = a.id"
        " LEFT JOIN (SELECT t.credit AS account, sum (t.amount) AS total FROM transfer t"
        " LEFT JOIN transfer r ON r.pending = t.id WHERE t.state = 'pending' AND r.id IS NULL"
        " GROUP BY t.credit) c ON c.account = a.id"
        " WHERE a.debits_pending <> coalesce (d.total, 0)"
        " OR a.credits_pending <> coalesce (c.total, 0) ORDER BY a.id");
CS_SQL (overdrawn, "SELECT id FROM account WHERE limited = 1"
                   " AND debits_posted + debits_pending > credits_posted ORDER BY id");
CS_SQL (unlimited_prepaid, "SELECT id FROM account WHERE limited = 0"
                           " AND kind IN ('prepaid', 'provisional') ORDER BY id");
CS_SQL (twice_resolved, "SELECT pending AS id FROM transfer WHERE pending IS NOT NULL"
                        " GROUP BY pending HAVING count (*) > 1 ORDER BY pending");
CS_SQL (badly_resolved,
        "SELECT r.id AS id FROM transfer r LEFT JOIN transfer p ON p.id = r.pending"
        " WHERE r.pending IS NOT NULL AND (p.id IS NULL OR p.state <> 'pending'"
        " OR r.amount > p.amount OR r.debit <> p.debit OR r.credit <> p.credit) ORDER BY r.id");
CS_SQL (wrong_pair,
        "SELECT t.id AS id FROM transfer t LEFT JOIN account d ON d.id = t.debit"
        " LEFT JOIN account c ON c.id = t.credit"
        " WHERE d.id IS NULL OR c.id IS NULL OR d.tenant <> c.tenant OR d.tenant <> t.tenant"
        " OR d.currency <> c.currency ORDER BY t.id");
CS_SQL (lost_block,
        "SELECT r.id AS id FROM running_call r WHERE"
        " EXISTS (SELECT 1 FROM transfer t WHERE t.pending IN (r.prepaid, r.provisional))"
        " ORDER BY r.id");
CS_SQL (stray_block,
        "SELECT t.id AS id FROM transfer t WHERE t.state = 'pending' AND t.kind = 'reserve'"
        " AND NOT EXISTS (SELECT 1 FROM transfer r WHERE r.pending = t.id)"
        " AND NOT EXISTS (SELECT 1 FROM running_call c"
        " WHERE c.prepaid = t.id OR c.provisional = t.id) ORDER BY t.id");

static const struct {
  const CsSql *query;
  const char *fault;
} proofs[] = {
  { &unbalanced, "the entries of a currency do not sum to zero (account %s among them)" },
  { &wrong_posted, "account %s: the posted sums are not those of its transfers" },
  { &wrong_pending, "account %s: the pending sums are not those of its reservations" },
  { &overdrawn, "account %s is below zero" },
  { &unlimited_prepaid, "account %s holds prepaid money and has no limit" },
  { &twice_resolved, "reservation %s is resolved more than once" },
  { &badly_resolved, "transfer %s resolves what it must not" },
  { &wrong_pair, "transfer %s joins accounts that do not belong together" },
  { &lost_block, "running call %s names a reservation that is resolved" },
  { &stray_block, "reservation %s belongs to no running call" },
};

static gboolean
prove (CsDb *db, const CsSql *sql, const char *fault, GPtrArray *faults, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, sql);
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      g_auto (GStrv) parts = g_strsplit (fault, "%s", 2);

      g_ptr_array_add (faults, g_strconcat (parts[0], ct_id_text (cs_column_id (query, "id")).text,
                                            parts[1], NULL));
    }
  return result == CS_ROW_NONE;
}

gboolean
cs_ledger_check (CsDb *db, GPtrArray *faults, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (proofs); i++)
    if (!prove (db, proofs[i].query, proofs[i].fault, faults, error))
      return FALSE;
  return TRUE;
}
