/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed lists of words that several records share. */
#pragma once

#define CT_LANGUAGE_CHOICES "en nl it fr es"

/* ivr: prompts and keys; queued; offered: a phone rings; talking; held; parked: the e-agent was lost
 * (D34); onward: connected through, the e-agent has left (D28); ended. */
#define CT_CALL_STATE_CHOICES "ivr queued offered talking held parked onward ended"

/* In the order they are tried; an e-agent counts for the first one that refuses him. */
#define CT_RULE_CHOICES                                                                            \
  "tenant pool skill badge level language unregistered paused offline ringing talking wrap_up "    \
  "missed"

#define CT_CAUSE_CHOICES                                                                           \
  "caller agent abandoned no_agent closed no_credit unreachable lost restart onward studio"

/* A connect-through (D28): the third party's phone rings; he is asked to press 1; the caller talks to
 * him; it failed and the caller is the e-agent's again. */
#define CT_ONWARD_CHOICES "none dialling asked connected failed"

/* Who made a prompt (D35): a person at the desk, by phone or as an upload; the tenant file; the house;
 * the machine (espeak-ng). */
#define CT_PROMPT_ORIGIN_CHOICES "desk phone upload file house machine none"
