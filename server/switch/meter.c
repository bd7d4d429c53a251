/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seconds of a bill (D2, D3, D28). Used time is kept in microseconds over all stretches and
 * truncated once, when it is told; a stretch is cut at the second that was granted, so a late timer
 * never bills more than was reserved. One timer stands at the next moment that matters: the 5 s note,
 * the renewal, the warning, the end. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

#define ASK_AGAIN_SECONDS 2 /* before the end, for the last time */

static gboolean
is_onward (const CsCall *call, const CsMeter *meter)
{
  return meter == &call->onward_meter;
}

static gint64
get_stretch_us (const CsCall *call, const CsMeter *meter)
{
  gint64 stretch = 0;

  if (meter->since_us != 0)
    stretch = cs_switch_now_us (call->owner) - meter->since_us;
  return CLAMP (stretch, 0, MAX (meter->granted * G_USEC_PER_SEC - meter->used_us, 0));
}

gint64
cs_meter_get_used_us (const CsCall *call, const CsMeter *meter)
{
  return meter->used_us + get_stretch_us (call, meter);
}

gint64
cs_meter_get_seconds (const CsCall *call, const CsMeter *meter)
{
  return cs_meter_get_used_us (call, meter) / G_USEC_PER_SEC;
}

static void
add_share (GArray *shares, CtId user, gint64 us)
{
  CsCreditShare share = { user, us };

  for (guint i = 0; i < shares->len; i++)
    {
      CsCreditShare *known = &g_array_index (shares, CsCreditShare, i);

      if (known->user == user)
        {
          known->seconds += us;
          return;
        }
    }
  g_array_append_val (shares, share);
}

void
cs_meter_get_shares (const CsCall *call, const CsMeter *meter, GArray *shares)
{
  g_array_set_size (shares, 0);
  if (meter->shares_us != NULL)
    g_array_append_vals (shares, meter->shares_us->data, meter->shares_us->len);
  if (meter->since_us != 0 && meter->user != CT_ID_NONE)
    add_share (shares, meter->user, get_stretch_us (call, meter));
  for (guint i = 0; i < shares->len; i++)
    g_array_index (shares, CsCreditShare, i).seconds /= G_USEC_PER_SEC;
}

void
cs_meter_clear (CsMeter *meter)
{
  g_clear_pointer (&meter->shares_us, g_array_unref);
  *meter = (CsMeter){ 0 };
}

/* Asking. */

static void
begin (CsMeter *meter, CtId bill)
{
  meter->bill = bill;
  meter->shares_us = g_array_new (FALSE, FALSE, sizeof (CsCreditShare));
  meter->pending = TRUE;
  meter->generation = 1;
}

void
cs_meter_reserve (CsCall *call)
{
  CsSwitch *self = call->owner;

  begin (&call->meter, call->id);
  self->credit.reserve (self->credit.self, call->id, call->line->tenant, call->company->id,
                        call->line->emergency, call->meter.generation);
}

void
cs_meter_reserve_onward (CsCall *call)
{
  CsSwitch *self = call->owner;
  CsMeter *meter = &call->onward_meter;

  cs_meter_clear (meter);
  if (self->credit.reserve_onward == NULL)
    {
      meter->refused = TRUE;
      return;
    }
  begin (meter, ct_id_new (self->clock));
  g_hash_table_insert (self->bills, &meter->bill, call);
  self->credit.reserve_onward (self->credit.self, meter->bill, call->id, call->line->tenant,
                               call->company->id, call->line->onward_rate, meter->generation);
}

/* What other calls of the company held may have come free since the refusal. */
static gboolean
may_ask_again (const CsMeter *meter)
{
  return meter->refused && !meter->asked_again;
}

static void
renew (CsCall *call, CsMeter *meter)
{
  CsSwitch *self = call->owner;

  meter->pending = TRUE;
  meter->refused = FALSE;
  meter->generation++;
  self->credit.renew (self->credit.self, meter->bill, meter->generation, meter->granted);
}

void
cs_meter_prepare (CsCall *call, CsMeter *meter)
{
  if (meter->granted - cs_meter_get_seconds (call, meter) <= CS_CREDIT_RENEW_SECONDS
      && !meter->pending && !meter->refused)
    renew (call, meter);
}

/* Running. */

static void
warn (CsCall *call, CsMeter *meter, gint64 left)
{
  meter->warned = left;
  if (!is_onward (call, meter))
    cs_call_note (call, CS_NOTE_CALL_CREDIT_WARNING);
}

static void
arm (CsCall *call, CsMeter *meter)
{
  gint64 next = MIN (meter->granted, meter->noted + CS_CREDIT_WRITE_SECONDS);

  if (!meter->pending && !meter->refused)
    next = MIN (next, meter->granted - CS_CREDIT_RENEW_SECONDS);
  if (may_ask_again (meter))
    next = MIN (next, meter->granted - ASK_AGAIN_SECONDS);
  if ((meter->last || meter->refused) && meter->warned == 0)
    next = MIN (next, meter->granted - CS_WARN_SECONDS);
  cs_call_arm_at (call, CS_TIMER_METER, meter->since_us + next * G_USEC_PER_SEC - meter->used_us);
}

static void
note (CsCall *call, CsMeter *meter, gint64 seconds)
{
  CsSwitch *self = call->owner;
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (CsCreditShare));

  meter->noted = seconds - seconds % CS_CREDIT_WRITE_SECONDS;
  cs_meter_get_shares (call, meter, shares);
  self->credit.note (self->credit.self, meter->bill, seconds, (CsCreditShare *) shares->data,
                     shares->len);
  if (!is_onward (call, meter))
    cs_call_note (call, CS_NOTE_CALL_METER);
}

static void
check (CsCall *call, CsMeter *meter)
{
  gint64 seconds = cs_meter_get_seconds (call, meter);
  gint64 left = meter->granted - seconds;

  if (left <= 0)
    {
      call_info (call, "the last paid second (%" G_GINT64_FORMAT ") is over", seconds);
      cs_path_take (call, &call->line->no_credit, CS_END_NO_CREDIT, NULL);
      return;
    }
  if (left <= CS_CREDIT_RENEW_SECONDS && !meter->pending && !meter->refused)
    renew (call, meter);
  if ((meter->last || meter->refused) && left <= CS_WARN_SECONDS && meter->warned == 0)
    warn (call, meter, left);
  if (may_ask_again (meter) && left <= ASK_AGAIN_SECONDS)
    {
      meter->asked_again = TRUE;
      renew (call, meter);
    }
  if (seconds - meter->noted >= CS_CREDIT_WRITE_SECONDS)
    note (call, meter, seconds);
  arm (call, meter);
}

void
cs_meter_on_due (CsCall *call)
{
  CsMeter *meter = call->onward_meter.since_us != 0 ? &call->onward_meter : &call->meter;

  if (meter->since_us != 0)
    check (call, meter);
}

void
cs_meter_start (CsCall *call, CsMeter *meter, CtId user)
{
  if (meter->settled || meter->since_us != 0)
    return;
  meter->since_us = cs_switch_now_us (call->owner);
  meter->user = user;
  check (call, meter);
}

void
cs_meter_stop (CsCall *call, CsMeter *meter)
{
  gint64 stretch = get_stretch_us (call, meter);

  if (meter->since_us == 0)
    return;
  cs_call_disarm (call, CS_TIMER_METER);
  if (meter->user != CT_ID_NONE)
    add_share (meter->shares_us, meter->user, stretch);
  meter->used_us += stretch;
  meter->since_us = 0;
}

void
cs_meter_close (CsCall *call, CsMeter *meter)
{
  CsSwitch *self = call->owner;
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (CsCreditShare));

  cs_meter_stop (call, meter);
  if (meter->bill == CT_ID_NONE || meter->settled)
    return;
  meter->settled = TRUE;
  meter->pending = FALSE;
  meter->warned = 0;
  cs_meter_get_shares (call, meter, shares);
  self->credit.settle (self->credit.self, meter->bill, meter->used_us / G_USEC_PER_SEC,
                       (CsCreditShare *) shares->data, shares->len);
  if (is_onward (call, meter))
    g_hash_table_remove (self->bills, &meter->bill);
}

/* Answers. */

static void
on_granted (CsCall *call, CsMeter *meter, const CsCreditEvent *event)
{
  gboolean more = event->until_second > meter->granted;

  meter->granted = MAX (meter->granted, event->until_second);
  meter->last = event->last;
  meter->asked_again = meter->asked_again && !more;
  cs_switch_set_broke (call->owner, call->company->id, FALSE);
  if (more && meter->warned != 0)
    {
      meter->warned = 0; /* a shorter end is warned of anew */
      if (!event->last)
        warn (call, meter, 0);
    }
}

static void
on_refused (CsCall *call, CsMeter *meter)
{
  meter->refused = TRUE;
  call_info (call, "no further credit after second %" G_GINT64_FORMAT, meter->granted);
}

gboolean
cs_meter_on_credit (CsCall *call, CsMeter *meter, const CsCreditEvent *event)
{
  if (meter->settled || !meter->pending || event->generation != meter->generation)
    return FALSE;
  meter->pending = FALSE;
  if (event->kind == CS_CREDIT_GRANTED && event->until_second > 0)
    on_granted (call, meter, event);
  else
    on_refused (call, meter);
  if (meter->since_us != 0)
    check (call, meter);
  return TRUE;
}

void
cs_meter_on_topped (CsCall *call, CsMeter *meter)
{
  if (meter->bill == CT_ID_NONE || meter->settled || meter->pending)
    return;
  if (meter->refused || meter->warned != 0)
    renew (call, meter);
  meter->last = FALSE;
  if (meter->since_us != 0)
    check (call, meter);
}
