/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/app/app.h"
#include "server/app/config.h"
#include "server/base/workers.h"
#include "server/billing/credit.h"
#include "server/blobs/blobs.h"
#include "server/calls/calls.h"
#include "server/http/http.h"
#include "server/media/media.h"
#include "server/media/prepare.h"
#include "server/messages/messages.h"
#include "server/scripts/scripts.h"
#include "server/sip/sip.h"
#include "server/studio/studio.h"
#include "server/switch/switch.h"
#include "server/tenants/module.h"

G_BEGIN_DECLS

/* Places below the data folder. */
typedef struct {
  char *database;
  char *blobs;
  char *master_key;
  char *prompts;
  char *spool;
  char *pid;
} CsPlaces;

void cs_places_fill (CsPlaces *places, const char *data_folder);
void cs_places_clear (CsPlaces *places);

/* The migrations of all modules, in order. Free with g_array_unref. */
GArray *cs_app_migrations (void);
/* The helper stands beside the server where it is built, in libexec where it is installed. */
char *cs_app_find_helper (void);
CsStore *cs_app_open_store (const CsConfig *config, CtClock *clock, GError **error);

#define CS_APP_SWITCH_CAPACITY 20000 /* messages waiting for the switch loop */

struct _CsApp {
  const CsConfig *config;
  CtClock *clock;
  CsPlaces places;
  int lock; /* on the data folder, as long as we live */
  CsStore *store;
  CsBlobs *blobs;
  CsBilling *billing;
  CsCredit *credit;
  CsCalls *calls;
  CsHttp *http;
  CsMailer *mailer;
  CsSipDirectory *directory;
  CsSip *sip;
  char *sip_certificate_sum; /* of the one in service */
  CsMedia *media;
  CsLoop *switch_loop;
  CsTimers *timers; /* of the switch loop */
  CsSwitch *self;   /* of the switch loop */
  CsTenantsContext tenants;
  CsScripts *scripts;
  CsStudio *studio;
  char *helper; /* path of centrale-decode */
  CsMessagesAccess messages;
  guint bindings_sum;   /* of what was written last */
  gboolean ending;      /* the switch loop's: phones and credit are looked after no more */
  GHashTable *resuming; /* CtId*: at work before the restart; of the switch loop */
  gint64 resume_until_us;
  GMutex reload_lock;
  gboolean trunks_missing; /* under it: some trunk's host could not be found, at the last look */
  GHashTable *addresses;   /* under it: "host:port" of trunks to where that was found last */
  GHashTable *not_found;   /* under it: of these, which were not found since, and the log says so */
  CsWorkers *reader;       /* one thread: reads anew, and may have to wait for a name server */
  int retrying;            /* atomic: trunks are looked for there, or wait for it */
  GCancellable *stopping;  /* nobody waits for a name server any more */
  guint64 plan_version;
};

/* Reads devices, trunks and the plan anew, and hands them to SIP and the switch. On a worker or at
 * start. What cannot be read leaves the old in place. */
gboolean cs_app_reload (CsApp *app, GError **error);
gboolean cs_app_reload_devices (CsApp *app, GError **error);
/* The thread that reads anew when it is told to. It is stopped before all else, and waits for no name
 * server then; nor does anybody from then on. */
void cs_app_start_reader (CsApp *app);
void cs_app_stop_reader (CsApp *app);

/* Scripts, mail, and the rows of all modules. The mailer is made, not started. */
gboolean cs_app_start_domains (CsApp *app, GError **error);
void cs_app_stop_domains (CsApp *app);

/* Metrics and health; before the API starts. cs_metric_forget() undoes it. */
void cs_app_watch (CsApp *app);

/* Phones and presence over a restart. Save: on the switch loop, now and then. */
void cs_app_save_bindings (CsApp *app);
gboolean cs_app_restore_bindings (CsApp *app, GError **error);
/* On the switch loop, after it heard that a phone of the user is registered. */
void cs_app_resume (CsApp *app, CtId user);

/* The sinks of the ports; data is the CsApp. */
void cs_app_on_sip (CsSipEvent *event, gpointer data);
void cs_app_on_media (CsMediaEvent *event, gpointer data);
void cs_app_on_credit (CsCreditEvent *event, gpointer data);

G_END_DECLS
