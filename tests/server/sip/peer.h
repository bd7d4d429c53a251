/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fake SIP peer for tests: raw text over a UDP or TCP socket, read with a deadline, never a sleep;
 * and the house under test with a queue of its events. Everything is on 127.0.0.0/8, whose many
 * addresses play trunk, phones and strangers. */
#pragma once

#include "server/sip/sip.h"

#define TRUNK_IP "127.0.0.2"
#define PHONE_IP "127.0.0.3"
#define STRANGER_IP "127.0.0.9"
#define REALM "centrale.test"
#define SECRET "s3cret"
#define SDP                                                                                        \
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                      \
  "m=audio 20000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"

#define TRUNK_ID ((CtId) 77)
#define TENANT_ID ((CtId) 5)
#define USER_ID ((CtId) 9)

typedef struct {
  CtClock *clock;
  CsSipDirectory *directory;
  CsSip *sip;
  const CsSipPort *port;
  GAsyncQueue *events;
} House;

/* With one trunk at TRUNK_IP (allowed: +31) and the devices "anna" and "bert", both of USER_ID. */
House *house_new (const CsSipConfig *overrides, gboolean manual_clock);
/* Before the trunk is set; may be NULL. */
House *house_new_full (const CsSipConfig *overrides, gboolean manual_clock, CsSipTrunk *trunk);
void house_free (House *house);
/* The next event, which must be of @kind. */
CsSipEvent *house_expect (House *house, CsSipEventKind kind);
void house_expect_none (House *house);
/* Returns when the SIP thread has done all it was asked before. */
void house_settle (House *house);
void house_advance (House *house, gint64 seconds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (House, house_free)

typedef struct {
  House *house;
  int fd;
  gboolean stream;
  char ip[32];
  guint16 port;
  GString *pending; /* bytes of a stream not yet cut into messages */
} Peer;

Peer *peer_new (House *house, const char *ip, gboolean stream);
/* For a UDP peer made with a NULL house, because it had to exist before. */
void peer_join (Peer *peer, House *house);
void peer_free (Peer *peer);
void peer_send (Peer *peer, const char *text);
void peer_send_bytes (Peer *peer, const void *bytes, gsize length);
/* The next message that begins with @start; others are passed over, none within the deadline fails. */
char *peer_expect (Peer *peer, const char *start);
/* A message that is there already, or NULL. */
char *peer_poll (Peer *peer);
/* Has the other side closed the connection? */
gboolean peer_is_closed (Peer *peer);
/* Nothing has come by the time the house has answered an OPTIONS sent now. */
void peer_expect_nothing (Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

/* A header's value out of a message, or NULL. */
char *header_of (const char *message, const char *name);
const char *body_of (const char *message);

/* One call or registration as the peer keeps it. */
typedef struct {
  Peer *peer;
  char *call_id;
  char *local;  /* From of what we send */
  char *remote; /* To */
  char *uri;
  guint cseq;
  char branch[40]; /* of the last request */
} Dialog;

Dialog *dialog_new (Peer *peer, const char *from_user, const char *to_user);
/* Of an INVITE that came: @invite is answered with a tag of ours. */
Dialog *dialog_new_incoming (Peer *peer, const char *invite);
void dialog_free (Dialog *dialog);
/* @extra: more header lines, each ending in CRLF; @body: SDP or NULL. */
void dialog_request (Dialog *dialog, const char *method, const char *extra, const char *body);
/* CANCEL and the ACK of a refusal: the branch and number of the INVITE. */
void dialog_same_transaction (Dialog *dialog, const char *method);
/* ACK of a 2xx: its own branch, the INVITE's number. Takes the tag of @response. */
void dialog_ack (Dialog *dialog, const char *response, const char *body);
void dialog_take_tag (Dialog *dialog, const char *response);
void peer_respond (Peer *peer, const char *request, const char *status, const char *tag,
                   const char *extra, const char *body);
/* Without a Contact but what @extra says. */
void peer_respond_bare (Peer *peer, const char *request, const char *status, const char *extra);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Dialog, dialog_free)

/* "Authorization: …\r\n" for the challenge in @response. */
char *digest_line (const char *response, const char *user, const char *secret, const char *method,
                   const char *uri, guint count);
/* REGISTER with digest; asserts the 200 and returns it. */
char *register_phone (Dialog *dialog, const char *user, const char *contact_params);
