/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/company.h"
#include "common/records/script.h"
#include "server/calls/routes.h"

static const CsRoute routes[] = {
  { "GET", "/api/v1/me/presence", CS_ALLOW_ANSWER, NULL, &ct_presence_type, 0,
    cs_calls_get_my_presence, "My presence" },
  { "PUT", "/api/v1/me/presence", CS_ALLOW_ANSWER, &ct_presence_change_type, &ct_presence_type, 0,
    cs_calls_put_my_presence, "Be available, pause, or go offline" },
  { "GET", "/api/v1/me/waiting", CS_ALLOW_ANSWER, NULL, &ct_waiting_type, 0,
    cs_calls_get_my_waiting, "How many calls wait that I may answer" },
  { "GET", "/api/v1/presence", CS_ALLOW_MANAGE_TENANT, NULL, &ct_presence_type, CS_ROUTE_PAGED,
    cs_calls_get_presences, "Presence of all e-agents" },
  { "GET", "/api/v1/me/call", CS_ALLOW_ANSWER, NULL, &ct_call_type, 0, cs_calls_get_my_call,
    "The call I am offered, talk on, or wrap up; 204 when there is none" },
  { "GET", "/api/v1/calls", CS_ALLOW_SEE_CALLS, NULL, &ct_call_type, CS_ROUTE_PAGED,
    cs_calls_get_calls, "Calls, newest first; ?state=live for the running ones" },
  { "GET", "/api/v1/calls/{id}", CS_ALLOW_SEE_CALLS, NULL, &ct_call_type, 0, cs_calls_get_call,
    "One call" },
  { "GET", "/api/v1/calls/{id}/why", CS_ALLOW_SEE_CALLS, NULL, &ct_why_type, 0,
    cs_calls_get_call_why, "Why the call went to whom it went; ?user= for somebody else" },
  { "POST", "/api/v1/calls/{id}/finish", CS_ALLOW_ANSWER, &ct_finish_type, NULL, 0,
    cs_calls_post_finish, "Close my call with its disposition" },
  { "POST", "/api/v1/calls/{id}/connect", CS_ALLOW_ANSWER, &ct_connect_type, NULL, 0,
    cs_calls_post_connect, "Connect the caller through, by a step of the script" },
  { "DELETE", "/api/v1/calls/{id}/connect", CS_ALLOW_ANSWER, NULL, NULL, 0, cs_calls_delete_connect,
    "Take the caller back before the third party pressed 1" },
  { "GET", "/api/v1/calls/{id}/recording", CS_ALLOW_SEE_CALLS, NULL, NULL, CS_ROUTE_RAW,
    cs_calls_get_recording,
    "The recording, in the ranges asked for; ?part=voicemail for the voicemail after it" },
  { "GET", "/api/v1/calls/{id}/bill", CS_ALLOW_SEE_COMPANY, NULL, &ct_bill_type, 0,
    cs_calls_get_bill, "Why a call was billed: seconds, rate, postings" },
  { "GET", "/api/v1/calls/{id}/readings", CS_ALLOW_HEAR, NULL, &ct_reading_type, CS_ROUTE_PAGED,
    cs_calls_get_readings, "Who was shown protected data of a call, when and why" },
  { "GET", "/api/v1/companies", CS_ALLOW_SEE_COMPANY, NULL, &ct_company_type, CS_ROUTE_PAGED,
    cs_calls_get_companies, "The companies I may see, with credit and running calls" },
  { "GET", "/api/v1/companies/{id}/dashboard", CS_ALLOW_SEE_COMPANY, NULL, &ct_dashboard_type, 0,
    cs_calls_get_dashboard, "Credit, running calls, today's calls, service quality" },
};

const CsModule cs_calls_module = { "calls", cs_calls_migrations, 3, routes, G_N_ELEMENTS (routes) };
