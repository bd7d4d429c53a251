/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/tenant.h"

#define CT_RECORD_FIELD_CtNamedSpec(k, m, a, lo, hi, f) CT_FIELD (CtNamedSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtNamedSpec, ct_named_spec, "NamedSpec", CT_NAMED_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtTrunkSpec(k, m, a, lo, hi, f) CT_FIELD (CtTrunkSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtTrunkSpec, ct_trunk_spec, "TrunkSpec", CT_TRUNK_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtPromptSpec(k, m, a, lo, hi, f) CT_FIELD (CtPromptSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtPromptSpec, ct_prompt_spec, "PromptSpec", CT_PROMPT_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtDateSpec(k, m, a, lo, hi, f) CT_FIELD (CtDateSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtDateSpec, ct_date_spec, "DateSpec", CT_DATE_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtHoursSpec(k, m, a, lo, hi, f) CT_FIELD (CtHoursSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtHoursSpec, ct_hours_spec, "HoursSpec", CT_HOURS_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtEndSpec(k, m, a, lo, hi, f) CT_FIELD (CtEndSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtEndSpec, ct_end_spec, "EndSpec", CT_END_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtOptionSpec(k, m, a, lo, hi, f) CT_FIELD (CtOptionSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtOptionSpec, ct_option_spec, "OptionSpec", CT_OPTION_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtStepSpec(k, m, a, lo, hi, f) CT_FIELD (CtStepSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtStepSpec, ct_step_spec, "StepSpec", CT_STEP_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtNeedsSpec(k, m, a, lo, hi, f) CT_FIELD (CtNeedsSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtNeedsSpec, ct_needs_spec, "NeedsSpec", CT_NEEDS_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtNoticeSpec(k, m, a, lo, hi, f) CT_FIELD (CtNoticeSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtNoticeSpec, ct_notice_spec, "NoticeSpec", CT_NOTICE_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtLineSpec(k, m, a, lo, hi, f) CT_FIELD (CtLineSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtLineSpec, ct_line_spec, "LineSpec", CT_LINE_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtScriptSpec(k, m, a, lo, hi, f) CT_FIELD (CtScriptSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtScriptSpec, ct_script_spec, "ScriptSpec", CT_SCRIPT_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtCompanySpec(k, m, a, lo, hi, f)                                          \
  CT_FIELD (CtCompanySpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtCompanySpec, ct_company_spec, "CompanySpec", CT_COMPANY_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtBadgeSpec(k, m, a, lo, hi, f) CT_FIELD (CtBadgeSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtBadgeSpec, ct_badge_spec, "BadgeSpec", CT_BADGE_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtPhoneSpec(k, m, a, lo, hi, f) CT_FIELD (CtPhoneSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtPhoneSpec, ct_phone_spec, "PhoneSpec", CT_PHONE_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtUserSpec(k, m, a, lo, hi, f) CT_FIELD (CtUserSpec, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtUserSpec, ct_user_spec, "UserSpec", CT_USER_SPEC_FIELDS);

#define CT_RECORD_FIELD_CtTenantFile(k, m, a, lo, hi, f) CT_FIELD (CtTenantFile, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtTenantFile, ct_tenant_file, "TenantFile", CT_TENANT_FILE_FIELDS);
