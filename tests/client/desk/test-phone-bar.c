/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar of the phone: whose voice moves which meter. */
#include "client/desk/phone-bar.h"

#include "client/phone/fake/fake-phone.h"
#include "client/widgets/level-meter.h"
#include "client/widgets/resources.h"

#define LOUD_DBFS (-6.0)
#define LOUD 0.9 /* of a meter from -60 to 0 dBFS */

static GtkAccessible *
find_meter (GtkWidget *from, const char *label)
{
  if (CD_IS_LEVEL_METER (from))
    {
      g_autofree char *differs = gtk_test_accessible_check_property (
          GTK_ACCESSIBLE (from), GTK_ACCESSIBLE_PROPERTY_LABEL, label);

      return differs == NULL ? GTK_ACCESSIBLE (from) : NULL;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkAccessible *found = find_meter (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
assert_level (GtkWidget *bar, const char *label, double level)
{
  GtkAccessible *meter = find_meter (bar, label);
  g_autofree char *differs = NULL;

  g_assert_nonnull (meter);
  differs = gtk_test_accessible_check_property (meter, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, level);
  g_assert_cmpstr (differs, ==, NULL);
}

static void
test_levels (void)
{
  g_autoptr (CdPhone) phone = cd_fake_phone_new ();
  GtkWidget *window = gtk_window_new ();
  GtkWidget *bar = g_object_new (CD_TYPE_PHONE_BAR, NULL);

  gtk_window_set_child (GTK_WINDOW (window), bar);
  cd_phone_bar_set_phone (CD_PHONE_BAR (bar), phone);
  cd_fake_phone_emit_level (CD_FAKE_PHONE (phone), LOUD_DBFS, -INFINITY);
  assert_level (bar, "The caller's voice", LOUD);
  assert_level (bar, "Your voice", 0);
  for (int i = 0; i < 20; i++) /* it falls slowly */
    cd_fake_phone_emit_level (CD_FAKE_PHONE (phone), -INFINITY, LOUD_DBFS);
  assert_level (bar, "The caller's voice", 0);
  assert_level (bar, "Your voice", LOUD);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no screen\n");
      return 0;
    }
  adw_init ();
  cd_widgets_register_resources ();
  g_test_add_func ("/phone-bar/levels", test_levels);
  return g_test_run ();
}
