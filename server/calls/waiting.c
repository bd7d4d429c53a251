/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many callers wait whom an e-agent may answer, told to him as it changes. Who asks once is followed
 * until he goes off work: a desk asks, other e-agents' programs cost nothing. The switch counts for all
 * who are followed, at most once a second and only after something moved in a queue, and whose figures
 * did not change is told nothing. He hears of no call but by these figures. A count of thousands for
 * whom thousands wait is made in slices, so that a call which comes meanwhile is not kept waiting.
 *
 * What is kept here belongs to the notes loop. */
#define G_LOG_DOMAIN "calls"

#include "common/wire/record-json.h"
#include "server/calls/calls-private.h"

#define PAUSE_US G_USEC_PER_SEC
#define SLICE_US 500
#define SLICE_PAUSE_MS 3

typedef struct {
  CtId user, tenant;
  gint64 calls, since_ms; /* as told last; calls -1: nothing yet */
} Follower;

/* One count, on its way between the notes loop and the switch, a slice each time. */
typedef struct {
  CsCalls *calls;
  GArray *followers; /* of Follower: copies, with the figures of now; tenant none: he is off work */
  guint told, done;  /* how many of them */
} Count;

struct _CsWaitingCounts {
  GHashTable *followers; /* &follower->user -> Follower, owned */
  GSource *pause;        /* until the next count, or the next slice of this one */
  Count *count;          /* between two slices */
  gboolean counting, again;
  gint64 counted_us;
};

static void
count_free (gpointer data)
{
  Count *count = data;

  g_clear_pointer (&count->followers, g_array_unref);
  g_free (count);
}

static void
tell (CsCalls *calls, const Follower *follower)
{
  g_autoptr (CtWaiting) waiting = ct_waiting_new ();
  g_autofree char *topic = g_strdup_printf ("user:%s", ct_id_text (follower->user).text);
  g_autofree char *json = NULL;

  waiting->calls = follower->calls;
  waiting->since = follower->since_ms;
  json = ct_record_to_json (waiting, 0);
  cs_hub_publish (calls->config.hub, follower->tenant, topic, "waiting", json);
}

static void recount (CsCalls *calls);
static void count_slice (gpointer data);

/* Its owner does not free it. */
static Count *
take_over (Count *count)
{
  Count *taken = g_memdup2 (count, sizeof *count);

  count->followers = NULL;
  return taken;
}

static void
set_pause (CsCalls *calls, guint ms, GSourceFunc function)
{
  CsWaitingCounts *counts = calls->waiting_counts;

  counts->pause = g_timeout_source_new (ms);
  g_source_set_callback (counts->pause, function, calls, NULL);
  g_source_attach (counts->pause, cs_loop_get_context (calls->notes));
}

static gboolean
on_slice_due (gpointer data)
{
  CsCalls *calls = data;
  CsWaitingCounts *counts = calls->waiting_counts;

  g_clear_pointer (&counts->pause, g_source_unref);
  /* A switch that has no room has other sorrows: the next move in a queue counts anew. */
  counts->counting = cs_post (calls->config.switch_loop, count_slice,
                              g_steal_pointer (&counts->count), count_free);
  return G_SOURCE_REMOVE;
}

static void
tell_of (CsCalls *calls, const Follower *now)
{
  GHashTable *followers = calls->waiting_counts->followers;
  Follower *told = g_hash_table_lookup (followers, &now->user);

  if (now->tenant == CT_ID_NONE)
    g_hash_table_remove (followers, &now->user);
  else if (told != NULL && (told->calls != now->calls || told->since_ms != now->since_ms))
    {
      *told = *now;
      tell (calls, told);
    }
}

static void
on_counted (gpointer data)
{
  Count *count = data;
  CsCalls *calls = count->calls;
  CsWaitingCounts *counts = calls->waiting_counts;

  for (; count->told < count->done; count->told++)
    tell_of (calls, &g_array_index (count->followers, Follower, count->told));
  if (count->done < count->followers->len)
    {
      counts->count = take_over (count);
      set_pause (calls, SLICE_PAUSE_MS, on_slice_due);
      return;
    }
  counts->counting = FALSE;
  if (counts->again)
    recount (calls);
}

/* On the switch loop. */
static void
count_for (CsSwitch *self, Follower *follower)
{
  CsPresenceView view = { 0 };

  if (self == NULL || !cs_switch_get_presence (self, follower->user, &view)
      || view.presence == CS_PRESENCE_OFFLINE)
    follower->tenant = CT_ID_NONE;
  else
    follower->calls = cs_switch_count_waiting_for (self, follower->user, &follower->since_ms);
  cs_presence_view_clear (&view);
}

static void
count_slice (gpointer data)
{
  Count *count = data;
  CtClock *clock = count->calls->config.clock;
  gint64 end = ct_clock_monotonic_us (clock) + SLICE_US;

  while (count->done < count->followers->len && ct_clock_monotonic_us (clock) < end)
    count_for (count->calls->self, &g_array_index (count->followers, Follower, count->done++));
  cs_post_urgent (count->calls->notes, on_counted, take_over (count), count_free);
}

static gboolean
on_pause_over (gpointer data)
{
  CsCalls *calls = data;
  CsWaitingCounts *counts = calls->waiting_counts;
  GHashTableIter iter;
  gpointer follower;

  counts->again = FALSE;
  counts->counted_us = ct_clock_monotonic_us (calls->config.clock);
  counts->count = g_new0 (Count, 1);
  counts->count->calls = calls;
  counts->count->followers = g_array_new (FALSE, FALSE, sizeof (Follower));
  g_hash_table_iter_init (&iter, counts->followers);
  while (g_hash_table_iter_next (&iter, NULL, &follower))
    g_array_append_vals (counts->count->followers, follower, 1);
  return on_slice_due (calls);
}

static void
recount (CsCalls *calls)
{
  CsWaitingCounts *counts = calls->waiting_counts;
  gint64 left_us = counts->counted_us + PAUSE_US - ct_clock_monotonic_us (calls->config.clock);

  counts->again = counts->counting;
  if (!counts->counting && counts->pause == NULL && g_hash_table_size (counts->followers) > 0)
    set_pause (calls, (guint) (MAX (left_us, 0) / 1000), on_pause_over);
}

void
cs_calls_waiting_moved (CsCalls *calls, const CsNote *note)
{
  switch (note->kind)
    {
    case CS_NOTE_CALL_QUEUED:
    case CS_NOTE_CALL_OFFERED:
    case CS_NOTE_OFFER_MISSED:
    case CS_NOTE_CALL_PATH:
    case CS_NOTE_CALL_ENDED:
      recount (calls);
      break;
    default:
      break;
    }
}

static void
on_plan_changed (gpointer data)
{
  recount (data);
}

void
cs_calls_plan_changed (CsCalls *calls)
{
  cs_post (calls->notes, on_plan_changed, calls, NULL);
}

typedef struct {
  CsCalls *calls;
  CtId user, tenant;
} Follow;

static void
on_follow (gpointer data)
{
  const Follow *follow = data;
  GHashTable *followers = follow->calls->waiting_counts->followers;
  Follower *follower = g_hash_table_lookup (followers, &follow->user);

  if (follower == NULL)
    {
      follower = g_new (Follower, 1);
      follower->user = follow->user;
      g_hash_table_insert (followers, &follower->user, follower);
    }
  *follower = (Follower){ follow->user, follow->tenant, -1, 0 };
  recount (follow->calls);
}

void
cs_calls_follow_waiting (CsCalls *calls, CtId user, CtId tenant)
{
  Follow *follow = g_new (Follow, 1);

  *follow = (Follow){ calls, user, tenant };
  cs_post (calls->notes, on_follow, follow, g_free);
}

CsWaitingCounts *
cs_waiting_counts_new (void)
{
  CsWaitingCounts *counts = g_new0 (CsWaitingCounts, 1);

  counts->followers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  return counts;
}

void
cs_waiting_counts_free (CsWaitingCounts *counts)
{
  if (counts->pause != NULL)
    {
      g_source_destroy (counts->pause);
      g_source_unref (counts->pause);
    }
  g_clear_pointer (&counts->count, count_free);
  g_hash_table_unref (counts->followers);
  g_free (counts);
}
