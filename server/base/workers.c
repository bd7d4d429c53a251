/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/workers.h"

typedef struct {
  CsPostFunc function;
  gpointer data;
  GDestroyNotify destroy;
} Job;

struct _CsWorkers {
  GThreadPool *pool;
  guint capacity;
};

static void
job_free (Job *job)
{
  if (job->destroy != NULL)
    job->destroy (job->data);
  g_free (job);
}

static void
run (gpointer data, gpointer unused)
{
  Job *job = data;

  job->function (job->data);
  job_free (job);
}

CsWorkers *
cs_workers_new (const char *name, guint threads, guint capacity)
{
  CsWorkers *workers = g_new0 (CsWorkers, 1);

  workers->capacity = capacity;
  workers->pool = g_thread_pool_new (run, NULL, (gint) threads, TRUE, NULL);
  return workers;
}

void
cs_workers_free (CsWorkers *workers)
{
  g_thread_pool_free (workers->pool, FALSE, TRUE);
  g_free (workers);
}

gboolean
cs_workers_push (CsWorkers *workers, CsPostFunc function, gpointer data, GDestroyNotify destroy)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ function, data, destroy };
  if (g_thread_pool_unprocessed (workers->pool) >= workers->capacity)
    {
      job_free (job);
      return FALSE;
    }
  return g_thread_pool_push (workers->pool, job, NULL);
}

guint
cs_workers_get_depth (CsWorkers *workers)
{
  return g_thread_pool_unprocessed (workers->pool);
}
