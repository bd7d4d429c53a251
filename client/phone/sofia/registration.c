/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Being reachable: REGISTER with digest, which the NUA refreshes by itself; when it fails, again with
 * pauses of 2 s doubled up to 60 s (and a random quarter, so that a restarted server is not met by all
 * phones at once). Between, OPTIONS every 25 s keep a NAT's door open and notice a server that is gone
 * long before the registration expires. */
#define G_LOG_DOMAIN "phone"

#include "client/phone/sofia/sofia-private.h"

#define KEEPALIVE_SECONDS 25
#define FIRST_RETRY_SECONDS 2
#define LAST_RETRY_SECONDS 60

static gboolean
on_retry (gpointer data)
{
  CdSofiaPhone *self = data;

  self->retry = 0;
  cd_stack_prepare (self);
  return G_SOURCE_REMOVE;
}

void
cd_registration_failed (CdSofiaPhone *self, const char *problem)
{
  guint ms;

  cd_stack_drop (&self->registration);
  cd_stack_drop (&self->keepalive);
  g_clear_handle_id (&self->keepalive_timer, g_source_remove);
  cd_phone_set_problem (CD_PHONE (self), problem);
  cd_phone_set_registered (CD_PHONE (self), FALSE);
  if (self->retry != 0 || self->account == NULL)
    return;
  self->retry_seconds = CLAMP (self->retry_seconds * 2, FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS);
  ms = self->retry_seconds * 1000;
  self->retry
      = g_timeout_add (ms + (guint) g_random_int_range (0, (gint32) (ms / 4)), on_retry, self);
}

void
cd_registration_send (CdSofiaPhone *self)
{
  g_autofree char *aor = cd_stack_dup_aor (self, self->account->user);
  g_autofree char *registrar = cd_stack_dup_aor (self, NULL);
  g_autofree char *expires = g_strdup_printf ("%u", self->account->expires);

  cd_stack_drop (&self->registration);
  self->registration.nh = nua_handle (self->nua, &self->registration, SIPTAG_TO_STR (aor),
                                      SIPTAG_FROM_STR (aor), TAG_END ());
  nua_register (self->registration.nh, NUTAG_REGISTRAR (URL_STRING_MAKE (registrar)),
                NUTAG_M_USERNAME (self->account->user), SIPTAG_EXPIRES_STR (expires),
                NUTAG_OUTBOUND ("no-outbound no-validate no-natify no-options-keepalive"),
                TAG_END ());
}

static gboolean
on_keepalive_due (gpointer data)
{
  CdSofiaPhone *self = data;
  g_autofree char *aor = cd_stack_dup_aor (self, self->account->user);
  g_autofree char *server = cd_stack_dup_aor (self, NULL);

  if (self->keepalive.nh == NULL)
    {
      self->keepalive.nh
          = nua_handle (self->nua, &self->keepalive, SIPTAG_TO_STR (server), SIPTAG_FROM_STR (aor),
                        NUTAG_URL (URL_STRING_MAKE (server)), TAG_END ());
      nua_options (self->keepalive.nh, TAG_END ());
    }
  return G_SOURCE_CONTINUE;
}

void
cd_registration_on_keepalive (CdSofiaPhone *self, int status)
{
  if (status < 200)
    return;
  cd_stack_drop (&self->keepalive);
  /* Any answer of the server is a sign of life; these are made here when none came. */
  if (status == 408 || status == 503 || status >= 900)
    {
      g_info ("server does not answer (%d)", status);
      cd_registration_failed (self, "unreachable");
    }
}

void
cd_registration_on_answer (CdSofiaPhone *self, int status)
{
  if (status < 200)
    return;
  if (status < 300)
    {
      self->registration.tried = FALSE;
      self->retry_seconds = 0;
      cd_phone_set_problem (CD_PHONE (self), NULL);
      cd_phone_set_registered (CD_PHONE (self), TRUE);
      if (self->keepalive_timer == 0)
        self->keepalive_timer = g_timeout_add_seconds (KEEPALIVE_SECONDS, on_keepalive_due, self);
      return;
    }
  if ((status == 401 || status == 407) && cd_stack_authenticate (self, &self->registration))
    return;
  g_info ("registration failed: %d", status);
  if (status == 401 || status == 403 || status == 407 || status == 404 || status == 904)
    cd_registration_failed (self, status == 403 ? "refused" : "wrong-secret");
  else
    cd_registration_failed (self, "unreachable");
}

void
cd_registration_stop (CdSofiaPhone *self)
{
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_handle_id (&self->keepalive_timer, g_source_remove);
  if (self->resolving != NULL)
    g_cancellable_cancel (self->resolving);
  g_clear_object (&self->resolving);
  cd_stack_drop (&self->keepalive);
  if (self->registration.nh != NULL)
    {
      /* Let go: the stack drops it when the registrar has answered. */
      nua_handle_bind (self->registration.nh, NULL);
      nua_unregister (self->registration.nh, TAG_END ());
      self->registration.nh = NULL;
    }
  self->registration.tried = FALSE;
  self->retry_seconds = 0;
  cd_phone_set_registered (CD_PHONE (self), FALSE);
}

void
cd_registration_start (CdSofiaPhone *self)
{
  g_clear_pointer (&self->account, cd_phone_account_free);
  self->account = g_steal_pointer (&self->next_account);
  self->account_changed = FALSE;
  cd_registration_stop (self);
  cd_phone_set_problem (CD_PHONE (self), NULL);
  cd_phone_set_signing_on (CD_PHONE (self), self->account != NULL);
  if (self->account != NULL)
    cd_stack_prepare (self);
}
