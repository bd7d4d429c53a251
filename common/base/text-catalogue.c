/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A compiled catalogue as GNU gettext writes it ("The Format of GNU MO Files" in its manual): a header,
 * two tables of (length, offset), sorted originals, their translations, each ended by a NUL. Plural
 * forms stand one after the other with NULs between; a context stands before its original with a \4.
 *
 * The file is mapped, not copied. Every length, place, order and text is checked once, when it is
 * read; the rule that chooses the plural form too, by evaluating it. */
#include "common/base/text.h"

#include "common/base/error.h"
#include "common/base/text-plural.h"

#include <string.h>

#define MAGIC 0x950412deu
#define MAGIC_SWAPPED 0xde120495u
#define HEADER_SIZE 28
#define CONTEXT_END '\4'

struct _CtCatalogue {
  GBytes *bytes;
  const char *data; /* of `bytes` */
  gsize size;
  gboolean swapped;
  guint32 count;
  guint32 originals, translations; /* where the tables are */
  CtPluralRule rule;
};

static guint32
number_at (const CtCatalogue *self, gsize offset)
{
  guint32 number;

  memcpy (&number, self->data + offset, sizeof number);
  return self->swapped ? GUINT32_SWAP_LE_BE (number) : number;
}

static const char *
string_at (const CtCatalogue *self, guint32 table, guint32 index, guint32 *length)
{
  gsize row = (gsize) table + (gsize) index * 8;

  *length = number_at (self, row);
  return self->data + number_at (self, row + 4);
}

static gboolean
table_fits (const CtCatalogue *self, guint32 table)
{
  return (guint64) table + (guint64) self->count * 8 <= self->size;
}

static gboolean
string_fits (const CtCatalogue *self, guint32 table, guint32 index)
{
  gsize row = (gsize) table + (gsize) index * 8;
  guint32 length = number_at (self, row);
  guint32 offset = number_at (self, row + 4);

  if ((guint64) offset + length + 1 > self->size || self->data[offset + length] != '\0')
    return FALSE;
  /* Each of the parts between NULs. */
  for (const char *part = self->data + offset, *end = part + length; part <= end;
       part += strlen (part) + 1)
    if (!g_utf8_validate (part, -1, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
check_strings (const CtCatalogue *self, GError **error)
{
  const char *earlier = NULL;

  for (guint32 i = 0; i < self->count; i++)
    {
      guint32 length;
      const char *original;

      if (!string_fits (self, self->originals, i) || !string_fits (self, self->translations, i))
        return ct_fail (error, CT_ERROR_INVALID, "text %u lies outside of the file or is no UTF-8",
                        i);
      original = string_at (self, self->originals, i, &length);
      if (earlier != NULL && strcmp (earlier, original) >= 0)
        return ct_fail (error, CT_ERROR_INVALID, "text %u is out of order", i);
      earlier = original;
    }
  return TRUE;
}

static gboolean
read_rule (CtCatalogue *self, GError **error)
{
  static const char field[] = "\nPlural-Forms:";
  const char *header = ct_catalogue_find (self, NULL, "");
  const char *line = header != NULL ? strstr (header, field) : NULL;

  if (line == NULL)
    return ct_plural_rule_parse (&self->rule, CT_PLURAL_GERMANIC, error);
  return ct_plural_rule_parse (&self->rule, line + strlen (field), error);
}

static gboolean
read_catalogue (CtCatalogue *self, GError **error)
{
  if (self->size < HEADER_SIZE)
    return ct_fail (error, CT_ERROR_INVALID, "too short for a catalogue");
  self->swapped = number_at (self, 0) == MAGIC_SWAPPED;
  if (number_at (self, 0) != MAGIC || number_at (self, 4) >> 16 > 1)
    return ct_fail (error, CT_ERROR_INVALID, "not a compiled catalogue");
  self->count = number_at (self, 8);
  self->originals = number_at (self, 12);
  self->translations = number_at (self, 16);
  if (!table_fits (self, self->originals) || !table_fits (self, self->translations))
    return ct_fail (error, CT_ERROR_INVALID, "the catalogue is cut short");
  return check_strings (self, error) && read_rule (self, error);
}

CtCatalogue *
ct_catalogue_new (GBytes *bytes, GError **error)
{
  g_autoptr (CtCatalogue) self = g_new0 (CtCatalogue, 1);

  self->bytes = g_bytes_ref (bytes);
  self->data = g_bytes_get_data (bytes, &self->size);
  return read_catalogue (self, error) ? g_steal_pointer (&self) : NULL;
}

void
ct_catalogue_free (CtCatalogue *catalogue)
{
  if (catalogue == NULL)
    return;
  g_bytes_unref (catalogue->bytes);
  ct_plural_rule_clear (&catalogue->rule);
  g_free (catalogue);
}

/* Where @context and @msgid together sort against @original. */
static int
compare_key (const char *context, const char *msgid, const char *original)
{
  if (context != NULL)
    {
      gsize length = strlen (context);
      int order = strncmp (context, original, length);

      if (order != 0)
        return order;
      original += length;
      if (*original != CONTEXT_END)
        return CONTEXT_END - (int) (guchar) *original;
      original++;
    }
  return strcmp (msgid, original);
}

static const char *
find (const CtCatalogue *self, const char *context, const char *msgid, guint32 *length)
{
  guint32 low = 0, high = self->count;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;
      guint32 unused;
      int order = compare_key (context, msgid, string_at (self, self->originals, middle, &unused));

      if (order == 0)
        return string_at (self, self->translations, middle, length);
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return NULL;
}

const char *
ct_catalogue_find (const CtCatalogue *catalogue, const char *context, const char *msgid)
{
  guint32 length;
  const char *text = find (catalogue, context, msgid, &length);

  return text != NULL && *text != '\0' ? text : NULL;
}

const char *
ct_catalogue_find_plural (const CtCatalogue *catalogue, const char *msgid, gulong n)
{
  guint32 length = 0;
  const char *text = find (catalogue, NULL, msgid, &length);
  gulong form = ct_plural_rule_choose (&catalogue->rule, n);
  const char *end;

  if (text == NULL)
    return NULL;
  end = text + length;
  for (; form > 0 && text <= end; form--)
    text += strlen (text) + 1;
  return text <= end && *text != '\0' ? text : NULL;
}
