/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sip/trunk.h"

#include "common/base/error.h"
#include "common/rules/phone.h"
#include "server/sip/address.h"

#include <string.h>

CsSipTrunk *
cs_sip_trunk_new (CtId id, CtId tenant, const char *name, const char *host)
{
  CsSipTrunk *trunk = g_new0 (CsSipTrunk, 1);

  trunk->id = id;
  trunk->tenant = tenant;
  trunk->name = g_strdup (name);
  trunk->host = g_strdup (host);
  return trunk;
}

void
cs_sip_trunk_free (CsSipTrunk *trunk)
{
  g_free (trunk->name);
  g_free (trunk->host);
  g_free (trunk->address);
  g_strfreev (trunk->sources);
  g_free (trunk->user);
  g_free (trunk->secret);
  g_free (trunk->domain);
  g_strfreev (trunk->allowed);
  g_free (trunk->country);
  g_free (trunk);
}

/* The first of its addresses. */
static gboolean
look_up (const CsSipTrunk *trunk, GCancellable *cancellable, CsSipAddress *address, GError **error)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GError) failure = NULL;
  g_autofree char *first = NULL;
  GList *found = g_resolver_lookup_by_name (resolver, trunk->host, cancellable, &failure);

  if (found == NULL)
    return ct_fail (error, CT_ERROR_IO, "Trunk %s: %s", trunk->name, failure->message);
  first = g_inet_address_to_string (found->data);
  g_resolver_free_addresses (found);
  if (!cs_sip_address_parse (first, address))
    return ct_fail (error, CT_ERROR_INVALID, "Trunk %s: %s has no internet address", trunk->name,
                    trunk->host);
  return TRUE;
}

gboolean
cs_sip_trunk_resolve (CsSipTrunk *trunk, GCancellable *cancellable, GError **error)
{
  CsSipAddress address;
  char text[CS_SIP_ADDRESS_TEXT];

  for (guint i = 0; trunk->sources != NULL && trunk->sources[i] != NULL; i++)
    {
      CsSipBlock block;

      if (!cs_sip_block_parse (trunk->sources[i], &block))
        return ct_fail (error, CT_ERROR_INVALID, "Trunk %s: \"%s\" is no address or block",
                        trunk->name, trunk->sources[i]);
    }
  if (!cs_sip_address_parse (trunk->host, &address)
      && !look_up (trunk, cancellable, &address, error))
    return FALSE;
  cs_sip_address_print (&address, text);
  g_free (trunk->address);
  trunk->address = g_strdup (text);
  return TRUE;
}

/* Digits of @user without the visual separators of RFC 3966; NULL when it is not a number. */
static char *
digits_of (const char *user)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  if (*user == '+')
    g_string_append_c (digits, *user++);
  for (; *user != '\0' && *user != ';'; user++)
    {
      if (g_ascii_isdigit (*user))
        g_string_append_c (digits, *user);
      else if (strchr ("-.() ", *user) == NULL)
        return NULL;
    }
  if (digits->len < 2 || digits->len > 24)
    return NULL;
  return g_string_free (g_steal_pointer (&digits), FALSE);
}

char *
cs_sip_trunk_normalise (const CsSipTrunk *trunk, const char *user)
{
  const CtDialPlan *plan = ct_dial_plan_find_code (trunk->country);
  const char *national = plan != NULL ? plan->trunk : "0";
  const char *international = plan != NULL ? plan->international : "00";
  g_autofree char *digits = user != NULL ? digits_of (user) : NULL;

  if (digits == NULL || digits[0] == '+')
    return g_steal_pointer (&digits);
  if (g_str_has_prefix (digits, international))
    return g_strconcat ("+", digits + strlen (international), NULL);
  if (trunk->country == NULL)
    return g_strconcat ("+", digits, NULL);
  if (*national != '\0' && g_str_has_prefix (digits, national))
    return g_strconcat ("+", trunk->country, digits + strlen (national), NULL);
  if (g_str_has_prefix (digits, trunk->country))
    return g_strconcat ("+", digits, NULL);
  return g_strconcat ("+", trunk->country, digits, NULL);
}

gboolean
cs_sip_trunk_allows (const CsSipTrunk *trunk, const char *number)
{
  if (number == NULL || number[0] != '+')
    return FALSE;
  for (const char *c = number + 1; *c != '\0'; c++)
    if (!g_ascii_isdigit (*c))
      return FALSE;
  return ct_phone_begins_with (number, trunk->allowed);
}
