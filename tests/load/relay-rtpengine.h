/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtpengine as the yardstick: started in user space, told of calls by its "ng" protocol. */
#pragma once

#include "relay-phones.h"

G_BEGIN_DECLS

/* 0 when it is not installed. */
GPid rtpengine_start (void);
/* Bridges phones 2i and 2i+1, and tells them where to send. */
void rtpengine_connect (Phones *phones, guint calls);
void rtpengine_stop (GPid pid);

G_END_DECLS
