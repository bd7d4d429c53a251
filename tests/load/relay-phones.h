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

/* A relay in a process of its own, so that its CPU is told apart. @run serves @n phones at the given
 * ports: it writes the port that each is to send to, in their order, to @out, and goes on until @in ends. */
typedef void (*RelayRun) (const guint16 *ports, guint n, int in, int out, gpointer data);
typedef struct {
  GPid pid;
  int end;
} Relay;

Relay relay_start (Phones *phones, guint n, RelayRun run, gpointer data);
void relay_stop (Relay relay);

/* As many files as a process may have. */
void raise_file_limit (void);
/* CPU of a process, all threads, in milliseconds. */
double cpu_of (GPid pid);

G_END_DECLS
