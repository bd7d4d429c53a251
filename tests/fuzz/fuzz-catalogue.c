/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a compiled catalogue. */
#include "common/base/text.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (CtCatalogue) catalogue = ct_catalogue_new (bytes, NULL);

  for (gulong n = 0; catalogue != NULL && n < 4; n++)
    {
      ct_catalogue_find (catalogue, NULL, "Answer");
      ct_catalogue_find (catalogue, "call", "Open");
      ct_catalogue_find_plural (catalogue, "%lu call", n);
    }
  return 0;
}
