/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/headless/headless.h"

int
main (int argc, char **argv)
{
  return cd_headless_run (argc, argv);
}
