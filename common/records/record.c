/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Life and death of any record, by its field table. */
#include "common/records/record.h"

#include <string.h>

static gpointer *
member_at (gpointer record, const CtField *field)
{
  return (gpointer *) ((char *) record + field->offset);
}

gpointer
ct_record_new (const CtRecordType *type)
{
  CtRecord *record = g_malloc0 (type->size);

  record->type = type;
  return record;
}

static void
clear_member (gpointer *member, CtKind kind)
{
  switch (kind)
    {
    case CT_KIND_TEXT:
    case CT_KIND_ENUM:
    case CT_KIND_JSON:
      g_clear_pointer (member, g_free);
      break;
    case CT_KIND_TEXTS:
      g_strfreev (g_steal_pointer (member));
      break;
    case CT_KIND_WORDS:
    case CT_KIND_PAIRS:
      g_clear_pointer ((GHashTable **) member, g_hash_table_unref);
      break;
    case CT_KIND_RECORD:
      g_clear_pointer (member, ct_record_free);
      break;
    case CT_KIND_LIST:
      g_clear_pointer ((GPtrArray **) member, g_ptr_array_unref);
      break;
    case CT_KIND_ID:
    case CT_KIND_INT:
    case CT_KIND_BOOL:
    case CT_KIND_MONEY:
    case CT_KIND_TIME:
      break;
    }
}

void
ct_record_clear (gpointer record)
{
  const CtRecordType *type = ((CtRecord *) record)->type;

  for (guint i = 0; i < type->n_fields; i++)
    clear_member (member_at (record, &type->fields[i]), type->fields[i].kind);
  memset (record, 0, type->size);
  ((CtRecord *) record)->type = type;
}

void
ct_record_free (gpointer record)
{
  if (record == NULL)
    return;
  ct_record_clear (record);
  g_free (record);
}

static GHashTable *
copy_pairs (GHashTable *from)
{
  GHashTable *to = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (to, g_strdup (key), g_strdup (value));
  return to;
}

static gpointer
copy_in_list (gconstpointer record, gpointer unused)
{
  return ct_record_copy (record);
}

gpointer
ct_record_copy (gconstpointer record)
{
  const CtRecord *from = record;
  CtRecord *to;

  if (from == NULL)
    return NULL;
  to = g_memdup2 (record, from->type->size);
  for (guint i = 0; i < from->type->n_fields; i++)
    {
      gpointer *member = member_at (to, &from->type->fields[i]);

      switch (from->type->fields[i].kind)
        {
        case CT_KIND_TEXT:
        case CT_KIND_ENUM:
        case CT_KIND_JSON:
          *member = g_strdup (*member);
          break;
        case CT_KIND_TEXTS:
          *member = g_strdupv (*member);
          break;
        case CT_KIND_WORDS:
        case CT_KIND_PAIRS:
          *member = *member != NULL ? copy_pairs (*member) : NULL;
          break;
        case CT_KIND_RECORD:
          *member = ct_record_copy (*member);
          break;
        case CT_KIND_LIST:
          *member
              = *member != NULL ? g_ptr_array_copy (*member, (GCopyFunc) copy_in_list, NULL) : NULL;
          if (*member != NULL)
            g_ptr_array_set_free_func (*member, ct_record_free);
          break;
        case CT_KIND_ID:
        case CT_KIND_INT:
        case CT_KIND_BOOL:
        case CT_KIND_MONEY:
        case CT_KIND_TIME:
          break;
        }
    }
  return to;
}

const CtField *
ct_record_type_find (const CtRecordType *type, const char *name)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (strcmp (type->fields[i].name, name) == 0)
      return &type->fields[i];
  return NULL;
}

gboolean
ct_record_has (gconstpointer record, const char *name)
{
  const CtRecord *self = record;
  const CtField *field = ct_record_type_find (self->type, name);
  guint64 bit = field != NULL ? G_GUINT64_CONSTANT (1) << (field - self->type->fields) : 0;

  return (self->set & bit) != 0 && (self->null & bit) == 0;
}

static guint64
bit_of (const CtRecordType *type, const char *name)
{
  const CtField *field = ct_record_type_find (type, name);

  g_return_val_if_fail (field != NULL, 0);
  return G_GUINT64_CONSTANT (1) << (field - type->fields);
}

void
ct_record_mark (gpointer record, const char *name)
{
  CtRecord *self = record;
  guint64 bit = bit_of (self->type, name);

  self->set |= bit;
  self->null &= ~bit;
}

void
ct_record_mark_null (gpointer record, const char *name)
{
  CtRecord *self = record;
  guint64 bit = bit_of (self->type, name);

  self->set |= bit;
  self->null |= bit;
}
