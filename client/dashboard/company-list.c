/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All pages are read into one list, which is sorted and searched here. Rows that did not change stay as
 * they are. Credit is told by events; running calls are counted anew by the server, seldom. */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/company-list.h"

#include "client/dashboard/columns.h"
#include "client/dashboard/template.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

#define PAGE 200
#define COUNT_SECONDS 3
#define RETRY_SECONDS 10

#define CD_TYPE_COMPANY_ITEM (cd_company_item_get_type ())
G_DECLARE_FINAL_TYPE (CdCompanyItem, cd_company_item, CD, COMPANY_ITEM, GObject)

struct _CdCompanyItem {
  GObject parent_instance;
  CtCompany *company;
  char *key; /* what is searched in: name and code, folded */
};

G_DEFINE_FINAL_TYPE (CdCompanyItem, cd_company_item, G_TYPE_OBJECT)

struct _CdCompanyList {
  AdwBin parent_instance;
  GtkStack *stack;
  AdwStatusPage *failure;
  GtkSearchEntry *search;
  GtkColumnView *view;
  GListStore *items;
  GtkFilterListModel *found;
  GtkFilter *filter;
  char *wanted; /* folded; NULL: all */

  CdSession *session;
  GCancellable *cancellable;
  GPtrArray *reading; /* CtCompany* read so far; NULL: not reading */
  guint timer;
};

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdCompanyList, cd_company_list, ADW_TYPE_BIN)

/* Rows */

static void
cd_company_item_finalize (GObject *object)
{
  CdCompanyItem *self = CD_COMPANY_ITEM (object);

  ct_company_free (self->company);
  g_free (self->key);
  G_OBJECT_CLASS (cd_company_item_parent_class)->finalize (object);
}

static void
cd_company_item_class_init (CdCompanyItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_company_item_finalize;
}

static void
cd_company_item_init (CdCompanyItem *self)
{
}

static CdCompanyItem *
item_new (const CtCompany *company)
{
  CdCompanyItem *item = g_object_new (CD_TYPE_COMPANY_ITEM, NULL);
  g_autofree char *both = g_strdup_printf (
      "%s %s", company->name, company->client_code != NULL ? company->client_code : "");

  item->company = ct_record_copy (company);
  item->key = g_utf8_casefold (both, -1);
  return item;
}

static gboolean
shows_same (const CtCompany *a, const CtCompany *b)
{
  return a->credit == b->credit && a->calls == b->calls && g_strcmp0 (a->name, b->name) == 0
         && g_strcmp0 (a->client_code, b->client_code) == 0;
}

static const CtCompany *
company_of (gpointer item)
{
  return CD_COMPANY_ITEM (item)->company;
}

static void
replace (CdCompanyList *self, guint position, const CtCompany *company)
{
  g_autoptr (CdCompanyItem) item = item_new (company);

  g_list_store_splice (self->items, position, 1, (gpointer *) &item, 1);
}

/* Position of a company; the list's length when it is not there. */
static guint
find (CdCompanyList *self, CtId id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CdCompanyItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (item->company->id == id)
        return i;
    }
  return n;
}

/* Both lists are in the order of ids, which is the server's. */
static void
take (CdCompanyList *self, GPtrArray *companies)
{
  for (guint i = 0; i < companies->len; i++)
    {
      const CtCompany *company = companies->pdata[i];
      g_autoptr (CdCompanyItem) old = NULL;

      while ((old = g_list_model_get_item (G_LIST_MODEL (self->items), i)) != NULL
             && old->company->id < company->id)
        {
          g_list_store_remove (self->items, i);
          g_clear_object (&old);
        }
      if (old != NULL && old->company->id == company->id)
        {
          if (!shows_same (old->company, company))
            replace (self, i, company);
        }
      else
        {
          g_autoptr (CdCompanyItem) item = item_new (company);

          g_list_store_insert (self->items, i, item);
        }
    }
  while (g_list_model_get_n_items (G_LIST_MODEL (self->items)) > companies->len)
    g_list_store_remove (self->items, companies->len);
}

/* Columns */

static char *
name_of (gpointer item)
{
  return g_strdup (company_of (item)->name);
}

static char *
code_of (gpointer item)
{
  const CtCompany *company = company_of (item);

  return g_strdup (company->client_code != NULL ? company->client_code : "");
}

static char *
calls_of (gpointer item)
{
  gint64 calls = company_of (item)->calls;

  return calls > 0 ? cd_format_number ((double) calls, 0) : g_strdup ("–");
}

static char *
credit_of (gpointer item)
{
  const CtCompany *company = company_of (item);

  return cd_format_money (company->credit, company->currency);
}

static const CdColumn columns[] = {
  /* Translators: headings of a table of companies; Now: the number of calls that run. */
  { "company", NC_ ("company", "Company"), name_of, FALSE, TRUE },
  { "company", NC_ ("company", "Code"), code_of, TRUE, FALSE },
  { "company", NC_ ("company", "Now"), calls_of, TRUE, FALSE },
  { "company", NC_ ("company", "Credit"), credit_of, TRUE, FALSE },
};

static char *
open_of (gpointer item)
{
  /* Translators: %s is the name of a company. */
  return g_strdup_printf (_ ("Dashboard of %s"), company_of (item)->name);
}

static void
on_open_pressed (gpointer item, gpointer data)
{
  g_signal_emit (data, signals[CHOSEN], 0, company_of (item));
}

static void
on_row_activated (CdCompanyList *self, guint position)
{
  GListModel *shown = G_LIST_MODEL (gtk_column_view_get_model (self->view));
  g_autoptr (CdCompanyItem) item = g_list_model_get_item (shown, position);

  if (item != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, item->company);
}

/* Search */

static gboolean
matches (gpointer item, gpointer data)
{
  CdCompanyList *self = data;

  return self->wanted == NULL || strstr (CD_COMPANY_ITEM (item)->key, self->wanted) != NULL;
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const CtCompany *one = CD_COMPANY_ITEM ((gpointer) a)->company;
  const CtCompany *other = CD_COMPANY_ITEM ((gpointer) b)->company;
  int order = g_utf8_collate (one->name, other->name);

  return order != 0 ? order : (one->id > other->id) - (one->id < other->id);
}

static void
show_page (CdCompanyList *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->found));

  gtk_stack_set_visible_child_name (self->stack, n == 0       ? "empty"
                                                 : shown == 0 ? "not-found"
                                                              : "companies");
}

static void
on_search_changed (CdCompanyList *self)
{
  g_autofree char *text
      = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));

  g_free (self->wanted);
  self->wanted = *text != '\0' ? g_utf8_casefold (text, -1) : NULL;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  if (self->reading == NULL || g_list_model_get_n_items (G_LIST_MODEL (self->items)) > 0)
    show_page (self);
}

/* Enter opens what was found, when it is only one. */
static void
on_search_activated (CdCompanyList *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->found)) == 1)
    on_row_activated (self, 0);
}

/* Reading */

static void read_page (CdCompanyList *self, gint64 cursor);

static gboolean
on_time_to_read (gpointer data)
{
  CdCompanyList *self = data;

  self->timer = 0;
  cd_company_list_read (self);
  return G_SOURCE_REMOVE;
}

static void
read_in (CdCompanyList *self, guint seconds)
{
  if (self->timer == 0 && self->reading == NULL)
    self->timer = g_timeout_add_seconds (seconds, on_time_to_read, self);
}

static void
fail (CdCompanyList *self, const CdProblem *problem)
{
  g_clear_pointer (&self->reading, g_ptr_array_unref);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->items)) == 0)
    {
      adw_status_page_set_description (self->failure, cd_problem_text (problem));
      gtk_stack_set_visible_child_name (self->stack, "failed");
    }
  if (cd_problem_is_passing (problem))
    read_in (self, RETRY_SECONDS);
}

static void
on_page_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdCompanyList) self = data;
  g_autoptr (CdProblem) problem = NULL;
  gint64 next = 0;
  g_autoptr (GPtrArray) page
      = cd_session_list_finish (CD_SESSION (session), result, &next, &problem, NULL);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (page == NULL)
    {
      fail (self, problem);
      return;
    }
  for (guint i = 0; i < page->len; i++)
    g_ptr_array_add (self->reading, ct_record_copy (page->pdata[i]));
  if (next != 0)
    {
      read_page (self, next);
      return;
    }
  take (self, self->reading);
  g_clear_pointer (&self->reading, g_ptr_array_unref);
  show_page (self);
}

static void
read_page (CdCompanyList *self, gint64 cursor)
{
  g_autofree char *more
      = cursor != 0 ? g_strdup_printf ("&cursor=%" G_GINT64_FORMAT, cursor) : NULL;
  g_autofree char *path
      = g_strdup_printf ("/api/v1/companies?limit=%d%s", PAGE, more != NULL ? more : "");

  cd_session_list_async (self->session, path, &ct_company_type, self->cancellable, on_page_read,
                         g_object_ref (self));
}

void
cd_company_list_read (CdCompanyList *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->reading != NULL || !cd_session_is_signed_in (self->session))
    return;
  self->reading = g_ptr_array_new_with_free_func (ct_record_free);
  read_page (self, 0);
}

static void
on_try_clicked (CdCompanyList *self)
{
  gtk_stack_set_visible_child_name (self->stack, "loading");
  cd_company_list_read (self);
}

/* Events */

static void
on_call_changed (CdCompanyList *self, const CtCall *call)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    read_in (self, COUNT_SECONDS);
}

static void
on_credit (CdCompanyList *self, const CtCredit *credit)
{
  guint position = find (self, credit->company);
  g_autoptr (CdCompanyItem) old = g_list_model_get_item (G_LIST_MODEL (self->items), position);
  g_autoptr (CtCompany) company = old != NULL ? ct_record_copy (old->company) : NULL;

  if (company == NULL || company->credit == credit->credit)
    return;
  company->credit = credit->credit;
  replace (self, position, company);
}

void
cd_company_list_set_session (CdCompanyList *self, CdSession *session)
{
  self->session = g_object_ref (session);
#define FOLLOW(signal, function)                                                                   \
  g_signal_connect_object (session, signal, G_CALLBACK (function), self, G_CONNECT_SWAPPED)
  FOLLOW ("reset", cd_company_list_read);
  FOLLOW ("call-changed", on_call_changed);
  FOLLOW ("credit", on_credit);
#undef FOLLOW
  cd_company_list_read (self);
}

void
cd_company_list_focus (CdCompanyList *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* The type */

static void
cd_company_list_dispose (GObject *object)
{
  CdCompanyList *self = CD_COMPANY_LIST (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->found);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (cd_company_list_parent_class)->dispose (object);
}

static void
cd_company_list_finalize (GObject *object)
{
  CdCompanyList *self = CD_COMPANY_LIST (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->reading, g_ptr_array_unref);
  g_free (self->wanted);
  G_OBJECT_CLASS (cd_company_list_parent_class)->finalize (object);
}

static void
cd_company_list_class_init (CdCompanyListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_company_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_company_list_finalize;
  cd_dashboard_set_template (widget_class, "company-list");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdCompanyList, name)
  CHILD (stack);
  CHILD (failure);
  CHILD (search);
  CHILD (view);
#undef CHILD
#define CALLBACK(name) gtk_widget_class_bind_template_callback (widget_class, name)
  CALLBACK (on_search_changed);
  CALLBACK (on_search_activated);
  CALLBACK (on_row_activated);
  CALLBACK (on_try_clicked);
#undef CALLBACK
  signals[CHOSEN] = g_signal_new ("chosen", CD_TYPE_COMPANY_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
cd_company_list_init (CdCompanyList *self)
{
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (compare, NULL, NULL));
  GtkSortListModel *sorted;
  g_autoptr (GtkNoSelection) selection = NULL;

  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->items = g_list_store_new (CD_TYPE_COMPANY_ITEM);
  self->filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->items)), sorter);
  self->found = gtk_filter_list_model_new (G_LIST_MODEL (sorted), self->filter);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->found)));
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
  cd_columns_add (self->view, columns, G_N_ELEMENTS (columns));
  cd_columns_add_button (self->view, C_ ("company", "Open"), open_of, on_open_pressed, self);
}
