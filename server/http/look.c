/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "http"
#include "server/http/look.h"

#include "common/base/error.h"

struct _CsLooks {
  CsHttp *http;
  CsLookedFunc looked;
  GPtrArray *looks; /* CsLook* */
};

static void
look_free (gpointer data)
{
  CsLook *look = data;

  g_free (look->token);
  g_clear_pointer (&look->session, cs_session_unref);
  g_clear_pointer (&look->found, cs_session_unref);
  g_free (look);
}

static void
looks_free (gpointer data)
{
  CsLooks *looks = data;

  g_ptr_array_unref (looks->looks);
  g_free (looks);
}

CsLooks *
cs_looks_new (CsHttp *http, CsLookedFunc looked)
{
  CsLooks *looks = g_new (CsLooks, 1);

  *looks = (CsLooks){ http, looked, g_ptr_array_new_with_free_func (look_free) };
  return looks;
}

void
cs_looks_add (CsLooks *looks, guint64 socket, const char *token, CsSession *session)
{
  CsLook *look = g_new0 (CsLook, 1);

  look->socket = socket;
  look->token = g_strdup (token);
  look->session = session != NULL ? cs_session_ref (session) : NULL;
  look->unsure = TRUE;
  g_ptr_array_add (looks->looks, look);
}

static void
tell (gpointer data)
{
  CsLooks *looks = data;

  for (guint i = 0; i < looks->looks->len; i++)
    looks->looked (looks->http, looks->looks->pdata[i]);
}

static void
run (gpointer data)
{
  CsLooks *looks = data;
  CsSessions *sessions = looks->http->sessions;
  CsDb *db = cs_store_acquire_reader (looks->http->store);

  for (guint i = 0; i < looks->looks->len; i++)
    {
      CsLook *look = looks->looks->pdata[i];
      g_autoptr (GError) error = NULL;

      look->found = look->token != NULL
                        ? cs_sessions_find (sessions, db, look->token, &error)
                        : cs_sessions_look_again (sessions, db, look->session, &error);
      look->unsure = look->found == NULL && !ct_error_is (error, CT_ERROR_UNAUTHENTIC);
    }
  cs_store_release_reader (looks->http->store, db);
}

/* The worker is done, or never began. */
static void
give_back (gpointer data)
{
  cs_post_urgent (((CsLooks *) data)->http->loop, tell, data, looks_free);
}

void
cs_looks_start (CsLooks *looks)
{
  cs_workers_push (looks->http->workers, run, looks, give_back);
}
