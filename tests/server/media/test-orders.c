/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders to a relay at the worst moments, which a test cannot wait for: it makes them. */
#include "server/media/relay.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What comes to pass before a relay looks at its descriptors, and whether it went to sleep there. */
static struct {
  void (*before) (gpointer data);
  gpointer data;
  gboolean asleep;
} looking;

/* In place of the C library's: what may happen at any time does when the test wants it. */
int
epoll_wait (int epoll, struct epoll_event *events, int max, int timeout_ms)
{
  int n;

  if (looking.before != NULL)
    looking.before (looking.data);
  n = epoll_pwait (epoll, events, max, looking.before != NULL ? 0 : timeout_ms, NULL);
  looking.asleep |= n == 0 && timeout_ms != 0;
  return n;
}

typedef struct {
  CsRelay *relay;
  CsRelayLeg *leg;
  guint looks; /* until the leg arrives */
} Arrival;

static void
post_order (CsRelay *relay, CsOrderKind kind, CsRelayLeg *leg)
{
  CsOrder *order = g_new0 (CsOrder, 1);

  order->kind = kind;
  order->leg = leg;
  cs_relay_post (relay, order);
}

static void
count_down (gpointer data)
{
  Arrival *arrival = data;

  if (--arrival->looks == 0)
    post_order (arrival->relay, CS_ORDER_ADD, arrival->leg);
}

/* The orders that came back. */
static guint
collect_orders (CsRelay *relay)
{
  CsOrder *order = cs_relay_collect (relay);
  guint n = 0;

  for (; order != NULL; n++)
    {
      CsOrder *next = (CsOrder *) order->node.next;

      g_free (order);
      order = next;
    }
  return n;
}

/* A relay comes to rest as its last leg goes, and is woken by an order that arrives just then. */
static void
test_last_leg (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (0);
  const CsRelayShared shared = { clock, NULL, NULL, G_USEC_PER_SEC };
  const CsSocketPair pair = { .rtp = socket (AF_INET, SOCK_DGRAM, 0), .rtcp = -1 };
  CsRelay *relay = cs_relay_new (&shared, NULL, "relay", NULL);
  CsRelayLeg *leg = cs_relay_leg_new (1, &pair);
  Arrival arrival = { relay, leg, 2 };

  post_order (relay, CS_ORDER_ADD, leg);
  post_order (relay, CS_ORDER_CLOSE, leg);
  looking.before = count_down;
  looking.data = &arrival;
  looking.asleep = FALSE;
  cs_relay_step (relay, -1);
  g_assert_cmpuint (collect_orders (relay), ==, 2);
  arrival.looks = 10;
  cs_relay_step (relay, -1);
  looking.before = NULL;
  g_assert_false (looking.asleep);
  g_assert_cmpuint (collect_orders (relay), ==, 1);
  post_order (relay, CS_ORDER_CLOSE, leg);
  cs_relay_step (relay, 0);
  g_assert_cmpuint (collect_orders (relay), ==, 1);
  cs_relay_free (relay);
  cs_relay_leg_free (leg);
  close (pair.rtp);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/orders/last-leg", test_last_leg);
  return g_test_run ();
}
