/* SPDX-License-Identifier: GPL-3.0-or-later */
/* centrale-agent: an e-agent without a window, on the desk's own session and phone code. For tests, the
 * demo and load. Prints one JSON object a line for each thing that happens. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

enum {
  CD_HEADLESS_GOOD = 0,
  CD_HEADLESS_USAGE = 1,   /* wrong options */
  CD_HEADLESS_SIGN_IN = 2, /* refused, or the server cannot be reached */
  CD_HEADLESS_TIMEOUT = 3, /* --timeout passed */
  CD_HEADLESS_REFUSED = 4, /* the server refused what a call needed */
};

int cd_headless_run (int argc, char **argv);

G_END_DECLS
