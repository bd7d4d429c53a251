/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application: command line, sign-in, the windows that the user's roles open, and the way out.
 *
 * It starts with the sign-in window. Signed in, a CdWorkplace is opened, then a window for each kind of
 * work that the roles allow. Closing the last of them signs out and quits; so does Quit, but never over
 * a live call: then the desk says so and offers to end it. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_APPLICATION (cd_application_get_type ())
G_DECLARE_FINAL_TYPE (CdApplication, cd_application, CD, APPLICATION, AdwApplication)

CdApplication *cd_application_new (void);
/* The whole program: languages, libraries, application. Returns the exit code. */
int cd_application_main (int argc, char **argv);

G_END_DECLS
