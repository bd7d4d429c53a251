/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which sound the phone uses, said by the environment:
 *   CENTRALE_AUDIO=auto   the system's or the chosen devices, with echo cancelling (the default)
 *                  pulse  the same through PulseAudio by name and without processing, so that a test
 *                         with a sound server of its own measures what was played
 *                  fake   silence in, nothing out; paced as if there were devices
 *                  test   a tone in (CENTRALE_AUDIO_TONE=440 Hz, 0: silence), a file out
 *                         (CENTRALE_AUDIO_SINK=heard.wav, unset: nowhere) */
#pragma once

#include "client/phone/phone.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  CD_AUDIO_AUTO,
  CD_AUDIO_PULSE,
  CD_AUDIO_FAKE,
  CD_AUDIO_TEST,
} CdAudioKind;

typedef struct {
  CdAudioKind kind;
  double tone_hz;
  char *sink_path;
} CdAudioPolicy;

CdAudioPolicy *cd_audio_policy_new (CdAudioKind kind, double tone_hz, const char *sink_path);
CdAudioPolicy *cd_audio_policy_new_from_environment (void);
CdAudioPolicy *cd_audio_policy_copy (const CdAudioPolicy *policy);
void cd_audio_policy_free (CdAudioPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdAudioPolicy, cd_audio_policy_free)

/* TRUE when real devices are in play: they are listed, and may be chosen. */
gboolean cd_audio_policy_has_devices (const CdAudioPolicy *policy);
/* TRUE when sound is to be processed (echo, noise, level) and the plugin for it is there. */
gboolean cd_audio_policy_processes (const CdAudioPolicy *policy);
/* Elements with one pad for raw sound, floating. @device NULL: the policy's own choice. Never NULL: at
 * worst silence, or nowhere. The file of `test` is not a sink of this kind, see CdMedia. */
GstElement *cd_audio_policy_make_source (const CdAudioPolicy *policy, CdPhoneDevice *device);
GstElement *cd_audio_policy_make_sink (const CdAudioPolicy *policy, CdPhoneDevice *device);
/* Silence and nowhere, for when a device failed. */
GstElement *cd_audio_policy_make_silence (void);
GstElement *cd_audio_policy_make_nowhere (void);

G_END_DECLS
