/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads members of JSON objects into C, keeping the JSON pointer of where it is; the first failure
 * stays, with its pointer, and every read after it fails too. Private to this folder. */
#pragma once

#include "common/script/script.h"

G_BEGIN_DECLS

typedef struct {
  GString *at;   /* RFC 6901, of what is being read */
  char *culprit; /* of the first failure */
  GError *error;
} CtScriptReader;

CtScriptReader *ct_script_reader_new (void);
void ct_script_reader_free (CtScriptReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtScriptReader, ct_script_reader_free)

/* Always FALSE. */
gboolean ct_script_reader_fail (CtScriptReader *reader, CtErrorCode code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Going down into a member or an element, and up to where it was. */
gsize ct_script_reader_enter (CtScriptReader *reader, const char *member);
gsize ct_script_reader_enter_index (CtScriptReader *reader, guint index);
void ct_script_reader_leave (CtScriptReader *reader, gsize before);

/* @node as an object; fails when it is not one, or has a member that is not in @known (NULL-ended). */
JsonObject *
ct_script_reader_object (CtScriptReader *reader, JsonNode *node, const char *const *known);
/* A member as an array of at most @max; *@array NULL when absent. */
gboolean ct_script_reader_array (CtScriptReader *reader, JsonObject *object, const char *member,
                                 guint max, JsonArray **array);

/* Members that are absent leave *@out untouched, or fail when @required. */
gboolean ct_script_reader_string (CtScriptReader *reader, JsonObject *object, const char *member,
                                  guint max, gboolean required, char **out);
/* A string as ct_script_name_is_valid() wants it. */
gboolean ct_script_reader_name (CtScriptReader *reader, JsonObject *object, const char *member,
                                gboolean required, char **out);
gboolean ct_script_reader_boolean (CtScriptReader *reader, JsonObject *object, const char *member,
                                   gboolean *out);
gboolean ct_script_reader_number (CtScriptReader *reader, JsonObject *object, const char *member,
                                  gboolean *present, double *out);
/* {"nl": "…", "en": "…"} */
gboolean ct_script_reader_text (CtScriptReader *reader, JsonObject *object, const char *member,
                                gboolean required, CtScriptText *out);
gboolean ct_script_reader_text_node (CtScriptReader *reader, JsonNode *node, CtScriptText *out);
/* A string, or a number or boolean as its text: what a condition compares with. NULL on failure. */
char *ct_script_reader_scalar (CtScriptReader *reader, JsonNode *node);

/* Index of the member's string in @words (NULL-ended). */
gboolean ct_script_reader_word (CtScriptReader *reader, JsonObject *object, const char *member,
                                const char *const *words, int *out);

G_END_DECLS
