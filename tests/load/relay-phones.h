/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many phones in one process: each sends 20 ms of G.711 to the port it is given, and counts what it
 * gets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Phones Phones;

Phones *phones_new (guint n);
void phones_free (Phones *phones);
guint16 phones_get_port (Phones *phones, guint index);
void phones_set_target (Phones *phones, guint index, guint16 port);
/* Talks for @seconds; returns what part of the packets arrived. */
double phones_run (Phones *phones, guint seconds);

/* CPU of a process, all threads, in milliseconds. */
double cpu_of (GPid pid);

G_END_DECLS
