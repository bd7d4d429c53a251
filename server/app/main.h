/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* centrale-server, whole. Returns the exit code. */
int cs_main (int argc, char **argv);
