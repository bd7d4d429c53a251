/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/app/main.h"

int
main (int argc, char **argv)
{
  return cs_main (argc, argv);
}
