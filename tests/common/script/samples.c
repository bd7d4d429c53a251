/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "samples.h"

#include <string.h>

const char sample_bakery[]
    = "{\"languages\": [\"nl\", \"en\"], \"country\": \"NL\", \"difficulty\": 2,"
      " \"conduct\": {\"nl\": \"Altijd vriendelijk.\", \"en\": \"Always kind.\"},"
      " \"scenarios\": {\"allowed\": [{\"nl\": \"Bestellen\", \"en\": \"Ordering\"}],"
      "  \"forbidden\": [{\"nl\": \"Korting geven\", \"en\": \"Giving discounts\"}]},"
      " \"start\": \"greet\","
      " \"dispositions\": ["
      "  {\"code\": \"order\", \"label\": {\"nl\": \"Bestelling\", \"en\": \"Order\"}},"
      "  {\"code\": \"wrong\", \"label\": {\"nl\": \"Verkeerd\", \"en\": \"Wrong number\"}}],"
      " \"directory\": [{\"name\": \"owner\", \"number\": \"+31201234567\","
      "  \"label\": {\"nl\": \"De bakker\", \"en\": \"The baker\"}}],"
      " \"outputs\": ["
      "  {\"name\": \"who\", \"label\": {\"nl\": \"Naam\", \"en\": \"Name\"}, \"step\": \"name\"},"
      "  {\"name\": \"contact\", \"label\": {\"nl\": \"Contact\", \"en\": \"Contact\"},"
      "   \"expression\": \"{answer.name}, {caller}\"},"
      "  {\"name\": \"loaves\", \"label\": {\"nl\": \"Broden\", \"en\": \"Loaves\"},"
      "   \"step\": \"loaves\", \"optional\": true},"
      "  {\"name\": \"reason\", \"label\": {\"nl\": \"Reden\", \"en\": \"Reason\"},"
      "   \"step\": \"reason\"},"
      "  {\"name\": \"card\", \"label\": {\"nl\": \"Pas\", \"en\": \"Card\"},"
      "   \"step\": \"card\", \"optional\": true}],"
      " \"steps\": {"
      "  \"greet\": {\"kind\": \"say\", \"next\": \"name\","
      "   \"say\": {\"nl\": \"Welkom bij {company}, met {agent}.\","
      "             \"en\": \"Welcome to {company}, this is {agent}.\"}},"
      "  \"name\": {\"kind\": \"ask\", \"ask\": \"text\", \"required\": true, \"max\": 60,"
      "   \"say\": {\"nl\": \"Hoe heet u?\", \"en\": \"What is your name?\"}, \"next\": \"phone\"},"
      "  \"phone\": {\"kind\": \"ask\", \"ask\": \"phone\", \"from\": \"caller\","
      "   \"say\": {\"nl\": \"Op welk nummer?\", \"en\": \"At which number?\"},"
      "   \"next\": \"reason\"},"
      "  \"reason\": {\"kind\": \"ask\", \"ask\": \"choice\", \"required\": true,"
      "   \"say\": {\"nl\": \"Waarover belt u, {answer.name}?\","
      "             \"en\": \"What is it about, {answer.name}?\"},"
      "   \"direction\": {\"nl\": \"Vraag door.\", \"en\": \"Ask on.\", \"it\": \"Chiedi.\"},"
      "   \"next\": \"more\","
      "   \"choices\": ["
      "    {\"code\": \"order\", \"label\": {\"nl\": \"Bestellen\", \"en\": \"To order\"},"
      "     \"next\": \"loaves\"},"
      "    {\"code\": \"urgent\", \"label\": {\"nl\": \"Dringend\", \"en\": \"Urgent\"},"
      "     \"next\": \"route\"},"
      "    {\"code\": \"other\", \"label\": {\"nl\": \"Anders\", \"en\": \"Other\"}}]},"
      "  \"loaves\": {\"kind\": \"ask\", \"ask\": \"number\", \"required\": true, \"min\": 1,"
      "   \"max\": 50, \"say\": {\"nl\": \"Hoeveel?\", \"en\": \"How many?\"}, \"next\": \"day\"},"
      "  \"day\": {\"kind\": \"ask\", \"ask\": \"date\","
      "   \"say\": {\"nl\": \"Wanneer?\", \"en\": \"When?\"}, \"next\": \"many\"},"
      "  \"many\": {\"kind\": \"branch\", \"arms\": ["
      "    {\"when\": {\"and\": [{\"answer\": \"loaves\", \"greater\": 10},"
      "                          {\"not\": {\"fact\": \"earlier\", \"equals\": \"yes\"}}]},"
      "     \"next\": \"card\"},"
      "    {\"else\": \"done\"}]},"
      "  \"card\": {\"kind\": \"ask\", \"ask\": \"secret\", \"required\": true, \"min\": 4,"
      "   \"pattern\": \"[0-9 ]+\", \"shown_to\": \"owner\","
      "   \"say\": {\"nl\": \"Uw kaartnummer?\", \"en\": \"Your card number?\"},"
      "   \"next\": \"done\"},"
      "  \"route\": {\"kind\": \"branch\", \"arms\": ["
      "    {\"when\": {\"fact\": \"open\", \"equals\": \"yes\"}, \"next\": \"connect\"},"
      "    {\"else\": \"mobile\"}]},"
      "  \"mobile\": {\"kind\": \"reveal\", \"next\": \"done\","
      "   \"say\": {\"nl\": \"Ik zoek het op.\", \"en\": \"Let me look.\"},"
      "   \"protected\": {\"nl\": \"Bel 06-12345678\", \"en\": \"Ring 06-12345678\"}},"
      "  \"connect\": {\"kind\": \"connect\", \"entry\": \"owner\", \"next\": \"more\","
      "   \"say\": {\"nl\": \"Ik verbind u door.\", \"en\": \"I connect you.\"}},"
      "  \"more\": {\"kind\": \"ask\", \"ask\": \"text\","
      "   \"say\": {\"nl\": \"Wat mag ik noteren?\", \"en\": \"What may I note?\"},"
      "   \"next\": \"done\"},"
      "  \"done\": {\"kind\": \"end\", \"disposition\": \"order\","
      "   \"say\": {\"nl\": \"Uw ticketnummer is {ticket}.\","
      "             \"en\": \"Your ticket is {ticket}.\"}}}}";

CtScript *
sample_parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  CtScript *script = ct_script_parse_text (text, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (script);
  return script;
}

char *
sample_change (const char *text, const char *from, const char *to)
{
  const char *at = strstr (text, from);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, to, at + strlen (from));
}
