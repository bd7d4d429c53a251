/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The yardstick: a back-to-back user agent on Sofia's NUA with nothing around it. No checks, no
 * states, no threads; what a call costs here is what the stack costs.
 *   bare-b2b 127.0.0.1:5060 127.0.0.3:5070 */
#include <glib.h>

typedef struct _Call Call;
#define NUA_MAGIC_T void
#define NUA_HMAGIC_T Call
#define SU_ROOT_MAGIC_T void
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport_tag.h>

struct _Call {
  nua_handle_t *in, *out;
  gboolean in_over, out_over;
};

static const char *destination;
static su_root_t *root;

static void
call_start (nua_t *nua, nua_handle_t *handle, const sip_t *message)
{
  Call *call = g_new0 (Call, 1);
  g_autofree char *to = g_strdup_printf ("sip:agent@%s", destination);

  call->in = handle;
  nua_handle_bind (handle, call);
  call->out = nua_handle (nua, call, NUTAG_URL (to), SIPTAG_TO_STR (to), TAG_END ());
  nua_invite (call->out, SIPTAG_FROM_STR ("<sip:bare@127.0.0.1>"),
              SIPTAG_CONTENT_TYPE (message->sip_content_type),
              SIPTAG_PAYLOAD (message->sip_payload), TAG_END ());
}

static void
call_answered (Call *call, int status, const sip_t *message)
{
  if (call->in_over || status == 100)
    return;
  if (status >= 200 && status < 300)
    nua_respond (call->in, SIP_200_OK, SIPTAG_CONTENT_TYPE (message->sip_content_type),
                 SIPTAG_PAYLOAD (message->sip_payload), TAG_END ());
  else
    nua_respond (call->in, status, sip_status_phrase (status), TAG_END ());
}

static void
side_over (Call *call, nua_handle_t *handle)
{
  if (handle == call->in)
    {
      call->in_over = TRUE;
      if (!call->out_over)
        nua_bye (call->out, TAG_END ());
    }
  else
    {
      call->out_over = TRUE;
      if (!call->in_over)
        nua_bye (call->in, TAG_END ());
    }
  if (!call->in_over || !call->out_over)
    return;
  nua_handle_bind (call->in, NULL);
  nua_handle_bind (call->out, NULL);
  nua_handle_destroy (call->in);
  nua_handle_destroy (call->out);
  g_free (call);
}

static void
on_event (nua_event_t event, int status, const char *phrase, nua_t *nua, void *magic,
          nua_handle_t *handle, Call *call, const sip_t *message, tagi_t tags[])
{
  int state = nua_callstate_init;

  switch (event)
    {
    case nua_i_invite:
      if (call == NULL)
        call_start (nua, handle, message);
      break;
    case nua_r_invite:
      if (call != NULL)
        call_answered (call, status, message);
      break;
    case nua_i_state:
      tl_gets (tags, NUTAG_CALLSTATE_REF (state), TAG_END ());
      if (call != NULL && state == nua_callstate_terminated)
        side_over (call, handle);
      break;
    default:
      break;
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *url = NULL;
  nua_t *nua;

  if (argc != 3)
    return 2;
  url = g_strdup_printf ("sip:%s;transport=udp", argv[1]);
  destination = argv[2];
  su_init ();
  su_log_set_level (NULL, 0);
  root = su_root_create (NULL);
  su_root_threading (root, 0);
  nua = nua_create (root, on_event, NULL, NUTAG_URL (url), NUTAG_MEDIA_ENABLE (0),
                    NUTAG_AUTOALERT (0), NUTAG_AUTOANSWER (0), NUTAG_SESSION_TIMER (0),
                    NTATAG_UDP_MTU (65535), TPTAG_UDP_RMEM (4 << 20), NTATAG_SERVER_RPORT (1),
                    NTATAG_MAX_PROCEEDING (100000), TAG_END ());
  if (nua == NULL)
    return 1;
  g_print ("ready\n");
  su_root_run (root);
  return 0;
}
