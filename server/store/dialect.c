/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A walk over the tokens of the text: what is quoted or a comment is copied as it stands, words are
 * compared whole and without regard to case. */
#include "server/store/dialect.h"

#include <string.h>

/* The end of what begins at @c with @quote; a doubled quote stands for itself. */
static const char *
skip_quoted (const char *c, char quote)
{
  for (c++; *c != '\0'; c++)
    if (*c == quote && *++c != quote)
      return c;
  return c;
}

static const char *
skip_comment (const char *c)
{
  const char *end = c[0] == '-' ? strchr (c, '\n') : strstr (c + 2, "*/");

  if (end == NULL)
    return c + strlen (c);
  return c[0] == '-' ? end : end + 2;
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

static gsize
trimmed (const GString *out, gsize length)
{
  while (length > 0 && g_ascii_isspace (out->str[length - 1]))
    length--;
  return length;
}

/* STRICT and WITHOUT ROWID follow a table's last parenthesis, with a comma between them; what stands
 * between is then taken back from @out. */
static gboolean
is_table_option (GString *out)
{
  gsize length = trimmed (out, out->len);

  if (length > 0 && out->str[length - 1] == ',')
    length = trimmed (out, length - 1);
  if (length == 0 || out->str[length - 1] != ')')
    return FALSE;
  g_string_truncate (out, length);
  return TRUE;
}

static const char *
copy_word (GString *out, const char *c)
{
  const char *end = c;
  g_autofree char *word = NULL;

  while (is_word (*end))
    end++;
  word = g_ascii_strup (c, end - c);
  if (strcmp (word, "INTEGER") == 0)
    g_string_append (out, "BIGINT");
  else if (strcmp (word, "BLOB") == 0)
    g_string_append (out, "BYTEA");
  else if (strcmp (word, "X") == 0 && *end == '\'')
    {
      const char *close = skip_quoted (end, '\'');

      g_string_append (out, "'\\x");
      g_string_append_len (out, end + 1, close - end - 1);
      g_string_append (out, "::bytea");
      return close;
    }
  else if (strcmp (word, "STRICT") == 0 && is_table_option (out))
    ;
  else if (g_ascii_strncasecmp (c, "WITHOUT ROWID", 13) == 0 && !is_word (c[13])
           && is_table_option (out))
    return c + 13;
  else
    g_string_append_len (out, c, end - c);
  return end;
}

char *
cs_dialect_postgres (const char *sql)
{
  GString *out = g_string_new (NULL);

  for (const char *c = sql; *c != '\0';)
    {
      const char *end;

      if (is_word (*c))
        {
          c = copy_word (out, c);
          continue;
        }
      if (*c == '\'' || *c == '"')
        end = skip_quoted (c, *c);
      else if (g_str_has_prefix (c, "--") || g_str_has_prefix (c, "/*"))
        end = skip_comment (c);
      else
        end = c + 1;
      if (*c == '?' && g_ascii_isdigit (c[1]))
        g_string_append_c (out, '$');
      else
        g_string_append_len (out, c, end - c);
      c = end;
    }
  return g_string_free (out, FALSE);
}
