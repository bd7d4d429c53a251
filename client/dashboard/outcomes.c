/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/outcomes.h"

#include "client/dashboard/words.h"

struct _CdOutcomes {
  GObject parent_instance;
  CdSession *session;
  GCancellable *cancellable;
  /* CtId of a script's version -> hash of code -> label; an empty one while the server is asked */
  GHashTable *versions;
};

enum { LEARNED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdOutcomes, cd_outcomes, G_TYPE_OBJECT)

static void
on_call_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdOutcomes) self = data;
  g_autoptr (CtCall) call = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *labels;

  if (!cd_session_call_finish (CD_SESSION (session), result, (gpointer *) &call, NULL, &error))
    {
      g_info ("no outcomes: %s", error->message);
      return;
    }
  labels = call != NULL ? g_hash_table_lookup (self->versions, &call->script_version) : NULL;
  if (labels == NULL || call->dispositions == NULL)
    return;
  for (guint i = 0; i < call->dispositions->len; i++)
    {
      const CtDisposition *one = call->dispositions->pdata[i];

      g_hash_table_replace (labels, g_strdup (one->code), g_strdup (one->label));
    }
  g_signal_emit (self, signals[LEARNED], 0);
}

static void
ask (CdOutcomes *self, const CtCall *call)
{
  g_autofree char *path = g_strdup_printf ("/api/v1/calls/%s", ct_id_text (call->id).text);

  g_hash_table_insert (self->versions, g_memdup2 (&call->script_version, sizeof (CtId)),
                       g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free));
  cd_session_call_async (self->session, "GET", path, NULL, &ct_call_type, self->cancellable,
                         on_call_read, g_object_ref (self));
}

const char *
cd_outcomes_look_up (CdOutcomes *self, const CtCall *call)
{
  GHashTable *labels;
  const char *label;

  if (call->disposition == NULL || *call->disposition == '\0' || call->script_version == CT_ID_NONE)
    return cd_words_cause (call);
  labels = g_hash_table_lookup (self->versions, &call->script_version);
  if (labels == NULL)
    {
      ask (self, call);
      return NULL;
    }
  label = g_hash_table_lookup (labels, call->disposition);
  return label != NULL ? label : call->disposition;
}

static void
cd_outcomes_finalize (GObject *object)
{
  CdOutcomes *self = CD_OUTCOMES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  g_hash_table_unref (self->versions);
  G_OBJECT_CLASS (cd_outcomes_parent_class)->finalize (object);
}

static void
cd_outcomes_class_init (CdOutcomesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_outcomes_finalize;
  signals[LEARNED] = g_signal_new ("learned", CD_TYPE_OUTCOMES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
cd_outcomes_init (CdOutcomes *self)
{
  self->cancellable = g_cancellable_new ();
  self->versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                          (GDestroyNotify) g_hash_table_unref);
}

CdOutcomes *
cd_outcomes_new (CdSession *session)
{
  CdOutcomes *self = g_object_new (CD_TYPE_OUTCOMES, NULL);

  self->session = g_object_ref (session);
  return self;
}
