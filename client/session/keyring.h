/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the key comes from that seals what the desk keeps on disk: the user's secret service when there
 * is one, else a file that only he can read. Made at random the first time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CD_KEY_SIZE 32

typedef struct _CdKeyring CdKeyring;

/* @folder holds the key file where no secret service runs; it is made (0700) when missing. */
CdKeyring *cd_keyring_new (const char *folder);
/* Never asks the secret service. */
CdKeyring *cd_keyring_new_file (const char *folder);
/* For tests. */
CdKeyring *cd_keyring_new_given (const guint8 key[CD_KEY_SIZE]);
CdKeyring *cd_keyring_ref (CdKeyring *self);
void cd_keyring_unref (CdKeyring *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdKeyring, cd_keyring_unref)

/* The key called @name (one for each server and user). Runs off the main thread: the secret service
 * may have to ask the user to unlock it. */
void cd_keyring_load_async (CdKeyring *self, const char *name, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
gboolean cd_keyring_load_finish (CdKeyring *self, GAsyncResult *result, guint8 key[CD_KEY_SIZE],
                                 GError **error);

G_END_DECLS
