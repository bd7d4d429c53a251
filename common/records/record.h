/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records: a plain struct and its field table out of one list, so that what travels is said once. The
 * table drives JSON both ways with validation (common/wire), OpenAPI, CSV headings, and lists at the
 * desk. A record is declared in a header with CT_RECORD_DECLARE and defined in its .c with
 * CT_RECORD_DEFINE, from one X-macro:
 *
 *   #define CT_COMPANY_FIELDS(F)                                                      \
 *     F (ID,    id,          0,         0, 0,   CT_REQUIRED)                          \
 *     F (TEXT,  name,        0,         1, 120, CT_REQUIRED)                          \
 *     F (ENUM,  language,    "en nl it fr es", 0, 0, 0)                               \
 *     F (MONEY, rate,        0,         0, CT_MONEY_UNIT, 0)                          \
 *     F (LIST,  lines,       &ct_line_type, 0, 200, 0)
 *   CT_RECORD_DECLARE (CtCompany, ct_company, CT_COMPANY_FIELDS)
 *
 * Columns: kind; member (also the JSON name); argument (sub-record type, or the choices of an
 * ENUM); minimum and maximum (INT, MONEY: value; TEXT: characters; lists: items; maximum 0: the kind's
 * default limit); flags.
 *
 * Absent and null: a member that was absent has no bit in `set` (bit = field's index); one that was
 * null has it in `set` and in `null`. A reader that does not care reads the zero value.
 *
 * Code fills a record by plain assignment, which touches no bit. So a member is written to JSON when
 * it is not zero (NULL, 0, FALSE), or is CT_REQUIRED, or its bit in `set` is on; as null when its
 * bit in `null` is. ct_record_mark() is for the zero that must travel: "quality": 0 is not the
 * absence of a quality. For INT and MONEY minimum 0 with maximum 0 means no limit but the kind's own.
 *
 * Members are owned: ct_record_clear() frees them (char* with g_free, lists with their elements). */
#pragma once

#include "common/base/id.h"
#include "common/base/money.h"

G_BEGIN_DECLS

typedef enum {
  CT_KIND_ID,    /* CtId;      "01ARZ3NDEKTSV" */
  CT_KIND_TEXT,  /* char*;     UTF-8, without control characters but \n and \t */
  CT_KIND_ENUM,  /* char*;     one of the words in the argument */
  CT_KIND_INT,   /* gint64;    within +-2^53 */
  CT_KIND_BOOL,  /* gboolean */
  CT_KIND_MONEY, /* CtMoney;   an integer of micro-units */
  CT_KIND_TIME,  /* gint64;    UTC ms; RFC 3339 text */
  CT_KIND_TEXTS, /* GStrv;     a list of texts */
  CT_KIND_WORDS, /* GHashTable char*->char*: an object of language code -> text (translated text) */
  CT_KIND_PAIRS, /* GHashTable char*->char*: an object of free names -> text */
  CT_KIND_RECORD, /* void*:     a sub-record, NULL when absent */
  CT_KIND_LIST,   /* GPtrArray of sub-records */
  CT_KIND_JSON,   /* char*:     any JSON value, kept as its text (scripts) */
} CtKind;

enum {
  CT_REQUIRED = 1 << 0,  /* must be present and not null */
  CT_SECRET = 1 << 1,    /* never logged; sent only by those who ask for it (CT_WIRE_SECRETS) */
  CT_READ_ONLY = 1 << 2, /* only in replies; refused in a request */
  CT_STAFF = 1 << 3,     /* only the tenant's staff sees it; left out for a company's own people */
};

typedef struct _CtRecordType CtRecordType;

typedef struct {
  const char *name; /* as in JSON */
  CtKind kind;
  gsize offset;
  gconstpointer argument;
  gint64 minimum, maximum;
  guint flags;
} CtField;

struct _CtRecordType {
  const char *name; /* "Company", the schema's name in OpenAPI */
  gsize size;
  const CtField *fields;
  guint n_fields; /* at most 64 */
};

/* First member of every record. */
typedef struct {
  const CtRecordType *type;
  guint64 set;
  guint64 null;
} CtRecord;

gpointer ct_record_new (const CtRecordType *type);
void ct_record_free (gpointer record);
void ct_record_clear (gpointer record);
gpointer ct_record_copy (gconstpointer record);
/* By JSON name; NULL when the type has no such field. */
const CtField *ct_record_type_find (const CtRecordType *type, const char *name);
/* Was it there, and not null? For records that came as JSON. */
gboolean ct_record_has (gconstpointer record, const char *name);
/* Write it though it is zero; or as null. A name that the type has not is a programming error. */
void ct_record_mark (gpointer record, const char *name);
void ct_record_mark_null (gpointer record, const char *name);

#define CT_MEMBER_ID(m) CtId m;
#define CT_MEMBER_TEXT(m) char *m;
#define CT_MEMBER_ENUM(m) char *m;
#define CT_MEMBER_INT(m) gint64 m;
#define CT_MEMBER_BOOL(m) gboolean m;
#define CT_MEMBER_MONEY(m) CtMoney m;
#define CT_MEMBER_TIME(m) gint64 m;
#define CT_MEMBER_TEXTS(m) char **m;
#define CT_MEMBER_WORDS(m) GHashTable *m;
#define CT_MEMBER_PAIRS(m) GHashTable *m;
#define CT_MEMBER_RECORD(m) gpointer m;
#define CT_MEMBER_LIST(m) GPtrArray *m;
#define CT_MEMBER_JSON(m) char *m;

#define CT_RECORD_MEMBER_(kind, member, argument, minimum, maximum, flags) CT_MEMBER_##kind (member)

#define CT_RECORD_DECLARE(Type, prefix, FIELDS)                                                    \
  typedef struct {                                                                                 \
    CtRecord base;                                                                                 \
    FIELDS (CT_RECORD_MEMBER_)                                                                     \
  } Type;                                                                                          \
  extern const CtRecordType prefix##_type;                                                         \
  static inline G_GNUC_UNUSED Type *prefix##_new (void)                                            \
  {                                                                                                \
    return (Type *) ct_record_new (&prefix##_type);                                                \
  }                                                                                                \
  static inline G_GNUC_UNUSED void prefix##_free (Type *self)                                      \
  {                                                                                                \
    ct_record_free (self);                                                                         \
  }                                                                                                \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, prefix##_free)

#define CT_RECORD_DEFINE(Type, prefix, title, FIELDS)                                              \
  static const CtField prefix##_fields[] = { FIELDS (CT_RECORD_FIELD_##Type) };                    \
  G_STATIC_ASSERT (G_N_ELEMENTS (prefix##_fields) <= 64);                                          \
  const CtRecordType prefix##_type                                                                 \
      = { title, sizeof (Type), prefix##_fields, G_N_ELEMENTS (prefix##_fields) }

/* Before CT_RECORD_DEFINE, say how a row becomes a field of this struct:
 *   #define CT_RECORD_FIELD_CtCompany(k, m, a, lo, hi, f) CT_FIELD (CtCompany, k, m, a, lo, hi, f) */
#define CT_FIELD(Type, k, m, a, lo, hi, f)                                                         \
  { #m, CT_KIND_##k, G_STRUCT_OFFSET (Type, m), (gconstpointer) (a), lo, hi, f },

G_END_DECLS
