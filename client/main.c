/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/app/application.h"

int
main (int argc, char **argv)
{
  return cd_application_main (argc, argv);
}
