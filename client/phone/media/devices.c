/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GstDeviceMonitor tells of devices on its bus, in the main context. Starting it may wait for the sound
 * server, so a thread does that; monitors of sources that play (".monitor" of PulseAudio) are no
 * microphones and are left out. */
#define G_LOG_DOMAIN "phone"

#include "client/phone/media/devices.h"

#include <gst/gst.h>

struct _CdDevices {
  GListStore *stores[2];
  GstDeviceMonitor *monitor;
  guint watch;
};

static gboolean
is_loopback (GstDevice *device)
{
  g_autoptr (GstStructure) facts = gst_device_get_properties (device);

  return facts != NULL
         && g_strcmp0 (gst_structure_get_string (facts, "device.class"), "monitor") == 0;
}

static CdPhoneDeviceKind
kind_of (GstDevice *device)
{
  return gst_device_has_classes (device, "Source") ? CD_PHONE_INPUT : CD_PHONE_OUTPUT;
}

/* A name that stays the same from start to start: the system's own where it has one. */
static char *
dup_id (GstDevice *device)
{
  g_autoptr (GstStructure) facts = gst_device_get_properties (device);
  g_autofree char *shown = gst_device_get_display_name (device);
  static const char *const names[] = { "node.name", "device.string", "alsa.id", "sysfs.path" };

  for (guint i = 0; facts != NULL && i < G_N_ELEMENTS (names); i++)
    if (gst_structure_get_string (facts, names[i]) != NULL)
      return g_strdup_printf ("%s/%s", gst_structure_get_string (facts, names[i]), shown);
  return g_steal_pointer (&shown);
}

static void
add_device (CdDevices *self, GstDevice *device)
{
  g_autofree char *id = dup_id (device);
  g_autofree char *name = gst_device_get_display_name (device);
  CdPhoneDeviceKind kind = kind_of (device);
  g_autoptr (CdPhoneDevice) item = NULL;

  if (kind == CD_PHONE_INPUT && is_loopback (device))
    return;
  item = cd_phone_device_new (kind, id, name, G_OBJECT (device));
  g_list_store_append (self->stores[kind], item);
}

static void
remove_device (CdDevices *self, GstDevice *device)
{
  GListStore *store = self->stores[kind_of (device)];

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (store)); i++)
    {
      g_autoptr (CdPhoneDevice) item = g_list_model_get_item (G_LIST_MODEL (store), i);

      if (cd_phone_device_get_handle (item) == G_OBJECT (device))
        {
          g_list_store_remove (store, i);
          return;
        }
    }
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CdDevices *self = data;
  GstDevice *device = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_ADDED)
    {
      gst_message_parse_device_added (message, &device);
      add_device (self, device);
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_REMOVED)
    {
      gst_message_parse_device_removed (message, &device);
      remove_device (self, device);
    }
  g_clear_object (&device);
  return G_SOURCE_CONTINUE;
}

static void
start (GTask *task, gpointer source, gpointer monitor, GCancellable *cancellable)
{
  g_task_return_boolean (task, gst_device_monitor_start (monitor));
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    g_info ("sound devices cannot be listed");
}

CdDevices *
cd_devices_new (GListStore *inputs, GListStore *outputs)
{
  CdDevices *self = g_new0 (CdDevices, 1);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GTask) task = NULL;

  self->stores[CD_PHONE_INPUT] = g_object_ref (inputs);
  self->stores[CD_PHONE_OUTPUT] = g_object_ref (outputs);
  self->monitor = gst_device_monitor_new ();
  gst_device_monitor_add_filter (self->monitor, "Audio/Source", NULL);
  gst_device_monitor_add_filter (self->monitor, "Audio/Sink", NULL);
  bus = gst_device_monitor_get_bus (self->monitor);
  self->watch = gst_bus_add_watch (bus, on_message, self);

  task = g_task_new (NULL, NULL, on_started, NULL);
  g_task_set_task_data (task, g_object_ref (self->monitor), g_object_unref);
  g_task_run_in_thread (task, start);
  return self;
}

void
cd_devices_free (CdDevices *self)
{
  if (self == NULL)
    return;
  g_source_remove (self->watch);
  gst_device_monitor_stop (self->monitor);
  g_object_unref (self->monitor);
  g_object_unref (self->stores[0]);
  g_object_unref (self->stores[1]);
  g_free (self);
}
