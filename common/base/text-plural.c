/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluates while it parses: the expressions are a line long, and doing both at once leaves nothing
 * to keep. Operators of C by their precedence, as gettext allows them; division by zero gives zero.
 *
 *   choice   = either [ "?" choice ":" choice ]
 *   either   = binary operators, by the table, over unary
 *   unary    = "!" unary | "n" | number | "(" choice ")"
 */
#include "common/base/text-plural.h"

#include "common/base/error.h"

#include <string.h>

#define EXPRESSION_MAXIMUM 512
#define DEPTH_MAXIMUM 40

typedef struct {
  const char *at;
  gulong n;
  guint depth;
  gboolean bad;
} Parse;

typedef enum {
  OR,
  AND,
  EQUAL,
  UNEQUAL,
  AT_MOST,
  AT_LEAST,
  LESS,
  MORE,
  PLUS,
  MINUS,
  TIMES,
  BY,
  MODULO,
} Operator;

/* Two characters before one, so that "<=" is not taken for "<". */
static const struct {
  const char *sign;
  Operator operator;
  int precedence;
} operators[] = {
  { "||", OR, 1 },      { "&&", AND, 2 },      { "==", EQUAL, 3 }, { "!=", UNEQUAL, 3 },
  { "<=", AT_MOST, 4 }, { ">=", AT_LEAST, 4 }, { "<", LESS, 4 },   { ">", MORE, 4 },
  { "+", PLUS, 5 },     { "-", MINUS, 5 },     { "*", TIMES, 6 },  { "/", BY, 6 },
  { "%", MODULO, 6 },
};

static gulong choice (Parse *parse);

static gulong
fail (Parse *parse)
{
  parse->bad = TRUE;
  return 0;
}

static gboolean
take (Parse *parse, const char *sign)
{
  parse->at += strspn (parse->at, " \t\\\n");
  if (!g_str_has_prefix (parse->at, sign))
    return FALSE;
  parse->at += strlen (sign);
  return TRUE;
}

static gulong
number (Parse *parse)
{
  gulong value = 0;

  if (!g_ascii_isdigit (*parse->at))
    return fail (parse);
  for (; g_ascii_isdigit (*parse->at); parse->at++)
    if (__builtin_mul_overflow (value, 10ul, &value)
        || __builtin_add_overflow (value, (gulong) (*parse->at - '0'), &value))
      return fail (parse);
  return value;
}

static gulong
unary (Parse *parse)
{
  gulong value;

  if (parse->bad || parse->depth == DEPTH_MAXIMUM)
    return fail (parse);
  parse->depth++;
  if (take (parse, "!"))
    value = !unary (parse);
  else if (take (parse, "n"))
    value = parse->n;
  else if (!take (parse, "("))
    value = number (parse);
  else
    {
      value = choice (parse);
      if (!take (parse, ")"))
        fail (parse);
    }
  parse->depth--;
  return value;
}

static gulong
apply (Operator operator, gulong a, gulong b)
{
  switch (operator)
    {
    case OR:
      return a || b;
    case AND:
      return a && b;
    case EQUAL:
      return a == b;
    case UNEQUAL:
      return a != b;
    case AT_MOST:
      return a <= b;
    case AT_LEAST:
      return a >= b;
    case LESS:
      return a < b;
    case MORE:
      return a > b;
    case PLUS:
      return a + b;
    case MINUS:
      return a - b;
    case TIMES:
      return a * b;
    case BY:
      return b != 0 ? a / b : 0;
    case MODULO:
      return b != 0 ? a % b : 0;
    }
  return 0;
}

/* Operators that bind at least as tightly as @precedence, from the left. */
static gulong
binary (Parse *parse, int precedence)
{
  gulong left = unary (parse);

  for (gsize i = 0; i < G_N_ELEMENTS (operators) && !parse->bad;)
    if (operators[i].precedence >= precedence && take (parse, operators[i].sign))
      {
        left = apply (operators[i].operator, left, binary (parse, operators[i].precedence + 1));
        i = 0;
      }
    else
      i++;
  return left;
}

static gulong
choice (Parse *parse)
{
  gulong condition, yes, no;

  if (parse->depth == DEPTH_MAXIMUM)
    return fail (parse);
  parse->depth++;
  condition = binary (parse, 1);
  if (!parse->bad && take (parse, "?"))
    {
      yes = choice (parse);
      if (!take (parse, ":"))
        fail (parse);
      no = parse->bad ? 0 : choice (parse);
      condition = condition != 0 ? yes : no;
    }
  parse->depth--;
  return condition;
}

static gulong
evaluate (const char *expression, gulong n, gboolean *good)
{
  Parse parse = { expression, n, 0, FALSE };
  gulong value = choice (&parse);

  take (&parse, "");
  *good = !parse.bad && *parse.at == '\0';
  return value;
}

gboolean
ct_plural_rule_parse (CtPluralRule *rule, const char *text, GError **error)
{
  Parse parse = { text, 0, 0, FALSE };
  g_autofree char *expression = NULL;
  gulong n_forms;
  gboolean good;

  if (!take (&parse, "nplurals") || !take (&parse, "="))
    return ct_fail (error, CT_ERROR_INVALID, "Plural-Forms has no nplurals");
  take (&parse, "");
  n_forms = number (&parse);
  if (parse.bad || n_forms < 1 || n_forms > 10 || !take (&parse, ";") || !take (&parse, "plural")
      || !take (&parse, "="))
    return ct_fail (error, CT_ERROR_INVALID, "Plural-Forms has no plural");
  expression = g_strndup (parse.at, strcspn (parse.at, ";"));
  if (strlen (expression) > EXPRESSION_MAXIMUM)
    return ct_fail (error, CT_ERROR_LIMIT, "Plural-Forms is too long");
  evaluate (expression, 1, &good);
  if (!good)
    return ct_fail (error, CT_ERROR_INVALID, "Plural-Forms has an error in its expression");
  rule->n_forms = n_forms;
  rule->expression = g_steal_pointer (&expression);
  return TRUE;
}

void
ct_plural_rule_clear (CtPluralRule *rule)
{
  g_clear_pointer (&rule->expression, g_free);
}

gulong
ct_plural_rule_choose (const CtPluralRule *rule, gulong n)
{
  gboolean good;
  gulong form = evaluate (rule->expression, n, &good);

  return form < rule->n_forms ? form : 0;
}
