/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/session/keyed.h"

#include "client/session/label.h"

const char *
cd_keyed_get_label (const CtKeyed *keyed)
{
  const char *label = cd_label_choose (keyed->label);

  return label != NULL ? label : keyed->name;
}

const char *
cd_keyed_get_meaning (const CtKeyed *keyed)
{
  const char *meaning = cd_label_choose (keyed->meaning);

  return meaning != NULL ? meaning : keyed->value;
}
