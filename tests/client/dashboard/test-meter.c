/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ticking figures: completed seconds by the clock, at the call's rate, never ahead of the bill. */
#include "client/dashboard/meter.h"

#define T0 G_GINT64_CONSTANT (1700000000000)

static CtCall *
talking (void)
{
  CtCall *call = ct_call_new ();

  call->state = g_strdup ("talking");
  call->answered = T0;
  call->seconds = 10;
  call->rate = 20000;
  call->cost = 200000;
  call->metered_at = T0 + 10000;
  return call;
}

static void
test_ticks (void)
{
  static const struct {
    gint64 after_ms, seconds;
    CtMoney cost;
  } cases[] = {
    { 10000, 10, 200000 },       { 10999, 10, 200000 }, { 11000, 11, 220000 },
    { 3610000, 3610, 72200000 }, { 9000, 10, 200000 }, /* our clock is behind: no way back */
  };
  g_autoptr (CtCall) call = talking ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (cd_meter_seconds (call, T0 + cases[i].after_ms), ==, cases[i].seconds);
      g_assert_cmpint (cd_meter_cost (call, T0 + cases[i].after_ms), ==, cases[i].cost);
    }
}

static void
test_stands (void)
{
  g_autoptr (CtCall) call = talking ();

  call->metered_at = 0;
  g_assert_cmpint (cd_meter_seconds (call, T0 + 60000), ==, 10);
  g_assert_cmpint (cd_meter_cost (call, T0 + 60000), ==, 200000);
}

static void
test_applies (void)
{
  g_autoptr (CtCall) call = talking ();
  g_autoptr (CtMeter) meter = ct_meter_new ();

  meter->seconds = 20;
  meter->cost = 400000;
  meter->metered_at = T0 + 20000;
  meter->warn_seconds = 30;
  cd_meter_apply (call, meter);
  g_assert_cmpint (cd_meter_seconds (call, T0 + 22500), ==, 22);
  g_assert_cmpint (cd_meter_cost (call, T0 + 22500), ==, 440000);
  g_assert_cmpint (call->warn_seconds, ==, 30);
}

static void
test_waits (void)
{
  g_autoptr (CtCall) call = ct_call_new ();

  g_assert_cmpint (cd_meter_waited (call, T0), ==, 0);
  call->queued = T0;
  g_assert_cmpint (cd_meter_waited (call, T0 + 12900), ==, 12);
  call->waited_seconds = 14;
  call->answered = T0 + 14200;
  g_assert_cmpint (cd_meter_waited (call, T0 + 60000), ==, 14);
}

static void
test_too_much (void)
{
  g_autoptr (CtCall) call = talking ();

  call->rate = G_MAXINT64 / 2;
  g_assert_cmpint (cd_meter_cost (call, T0 + 20000), ==, 200000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meter/ticks", test_ticks);
  g_test_add_func ("/meter/stands", test_stands);
  g_test_add_func ("/meter/applies", test_applies);
  g_test_add_func ("/meter/waits", test_waits);
  g_test_add_func ("/meter/too-much", test_too_much);
  return g_test_run ();
}
