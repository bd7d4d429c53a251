/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company's window, for its owner, and for the call centre's staff, who choose the company first: credit
 * and pace, the calls of now with their meter, the calls of today with what each cost and why, service
 * quality with its three losses. It reads the company's dashboard once, and again when the server says
 * that it changed; between the two the meters tick by the clock.
 *
 * It uses the actions app.* of the application and the menu "primary-menu" when there is one. */
#pragma once

#include "client/session/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_DASHBOARD_WINDOW (cd_dashboard_window_get_type ())
G_DECLARE_FINAL_TYPE (CdDashboardWindow, cd_dashboard_window, CD, DASHBOARD_WINDOW,
                      AdwApplicationWindow)

/* @session is signed in by somebody who may see companies, and kept. */
GtkWindow *cd_dashboard_window_new (GtkApplication *application, CdSession *session);

G_END_DECLS
