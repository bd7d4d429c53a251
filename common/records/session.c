/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/session.h"

#define CT_RECORD_FIELD_CtSignIn(k, m, a, lo, hi, f) CT_FIELD (CtSignIn, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtSignIn, ct_sign_in, "SignIn", CT_SIGN_IN_FIELDS);

#define CT_RECORD_FIELD_CtSession(k, m, a, lo, hi, f) CT_FIELD (CtSession, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtSession, ct_session, "Session", CT_SESSION_FIELDS);

#define CT_RECORD_FIELD_CtDevice(k, m, a, lo, hi, f) CT_FIELD (CtDevice, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtDevice, ct_device, "Device", CT_DEVICE_FIELDS);

#define CT_RECORD_FIELD_CtDeviceGiven(k, m, a, lo, hi, f)                                          \
  CT_FIELD (CtDeviceGiven, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtDeviceGiven, ct_device_given, "DeviceGiven", CT_DEVICE_GIVEN_FIELDS);

#define CT_RECORD_FIELD_CtVersion(k, m, a, lo, hi, f) CT_FIELD (CtVersion, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtVersion, ct_version, "Version", CT_VERSION_FIELDS);
