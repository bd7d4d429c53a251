/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording on its way from the server to the ear: fetched in pieces, so that a long one shows how far
 * it is, into a file of the user's own runtime folder, which goes away with this object. The server
 * notes who listens, so nothing is fetched before somebody asks.
 *
 * Properties: progress (0..1) */
#pragma once

#include "client/dashboard/peaks.h"
#include "client/session/session.h"

G_BEGIN_DECLS

#define CD_TYPE_RECORDING (cd_recording_get_type ())
G_DECLARE_FINAL_TYPE (CdRecording, cd_recording, CD, RECORDING, GObject)

/* @part: "voicemail", or NULL for the conversation. */
CdRecording *cd_recording_new (CdSession *session, CtId call, const char *part);
/* Once. */
void cd_recording_fetch_async (CdRecording *self, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data);
/* On FALSE @problem says why when the server did; it is NULL for an error of ours. */
gboolean cd_recording_fetch_finish (CdRecording *self, GAsyncResult *result, CdProblem **problem,
                                    GError **error);
/* After it: where the file is, and how it looks. */
const char *cd_recording_get_path (CdRecording *self);
const CdPeaks *cd_recording_get_peaks (CdRecording *self);

G_END_DECLS
