/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "media"
#include "server/media/play.h"

#include <string.h>

#define MAX_SILENCE_MS (10 * 60 * 1000)

typedef struct {
  CsSound *sound; /* NULL: silence */
  gsize length;   /* samples, never 0 */
} Item;

struct _CsPlay {
  guint tag;
  guint times, rounds; /* to do (0: for ever), done */
  guint n_items, at;
  gsize offset; /* in the item at hand */
  gboolean over;
  Item items[];
};

CsPlay *
cs_play_new (CsPrompts *prompts, const CsMediaItem *items, guint n_items, guint times, guint tag)
{
  CsPlay *play = g_malloc0 (sizeof *play + n_items * sizeof (Item));

  play->tag = tag;
  play->times = times;
  for (guint i = 0; i < n_items; i++)
    {
      const CsMediaItem *asked = &items[i];
      Item *item = &play->items[play->n_items];

      if (asked->prompt == NULL)
        item->length = (gsize) MIN (asked->silence_ms, MAX_SILENCE_MS) * CS_SAMPLE_RATE / 1000;
      else if (prompts != NULL && (item->sound = cs_prompts_get (prompts, asked->prompt)) != NULL)
        item->length = cs_sound_get_length (item->sound);
      else
        g_warning ("prompt %s is missing, nothing is played for it", asked->prompt);
      if (item->length > 0)
        play->n_items++;
      else
        g_clear_pointer (&item->sound, cs_sound_unref);
    }
  play->over = play->n_items == 0;
  return play;
}

void
cs_play_free (CsPlay *play)
{
  for (guint i = 0; i < play->n_items; i++)
    g_clear_pointer (&play->items[i].sound, cs_sound_unref);
  g_free (play);
}

static void
next_item (CsPlay *play)
{
  play->offset = 0;
  if (++play->at < play->n_items)
    return;
  play->at = 0;
  play->rounds++;
  play->over = play->times != 0 && play->rounds == play->times;
}

gboolean
cs_play_read (CsPlay *play, CsLaw law, guint8 *bytes, guint samples)
{
  if (play->over)
    return FALSE;
  while (samples > 0)
    {
      const Item *item = &play->items[play->at];
      guint take = (guint) MIN ((gsize) samples, item->length - play->offset);

      if (play->over)
        {
          memset (bytes, cs_g711_silence (law), samples);
          break;
        }
      if (item->sound != NULL)
        memcpy (bytes, cs_sound_get_bytes (item->sound, law) + play->offset, take);
      else
        memset (bytes, cs_g711_silence (law), take);
      bytes += take;
      samples -= take;
      play->offset += take;
      if (play->offset == item->length)
        next_item (play);
    }
  return TRUE;
}

gboolean
cs_play_is_over (const CsPlay *play)
{
  return play->over;
}

gboolean
cs_play_is_endless (const CsPlay *play)
{
  return play->times == 0;
}

guint
cs_play_get_tag (const CsPlay *play)
{
  return play->tag;
}
