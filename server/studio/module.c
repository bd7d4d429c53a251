/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/studio/studio-private.h"

#define PROMPT "/api/v1/lines/{id}/prompts/{place}/{language}"

static const CsRoute routes[] = {
  { "GET", "/api/v1/companies/{id}/lines", CS_ALLOW_SEE_COMPANY, NULL, &ct_line_type,
    CS_ROUTE_PAGED, cs_studio_get_lines, "A company's lines and the prompts their callers hear" },
  { "GET", PROMPT "/sound", CS_ALLOW_SEE_COMPANY, NULL, NULL, CS_ROUTE_RAW, cs_studio_get_sound,
    "What callers hear there, as a WAV, in the ranges asked for" },
  { "PUT", PROMPT "/sound", CS_ALLOW_MANAGE_LINES, NULL, &ct_line_prompt_type,
    CS_ROUTE_UPLOAD | CS_ROUTE_SLOW, cs_studio_put_sound,
    "Replace a prompt by a WAV, Opus or MP3 file; ?origin=desk for one recorded just now" },
  { "DELETE", PROMPT "/sound", CS_ALLOW_MANAGE_LINES, NULL, &ct_line_prompt_type, 0,
    cs_studio_delete_sound, "Take a recorded prompt away: the machine speaks again" },
  { "POST", PROMPT "/restore", CS_ALLOW_MANAGE_LINES, NULL, &ct_line_prompt_type, 0,
    cs_studio_post_restore, "Bring back the sound that was taken away or replaced, for a day" },
  { "POST", PROMPT "/call-in", CS_ALLOW_MANAGE_LINES, NULL, &ct_call_in_type,
    CS_ROUTE_IDEMPOTENT | CS_ROUTE_SLOW, cs_studio_post_call_in,
    "A code by which whoever calls the line records the prompt, for five minutes" },
};

const CsModule cs_studio_module = { "studio", NULL, 0, routes, G_N_ELEMENTS (routes) };
