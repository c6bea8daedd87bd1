/* SPDX-License-Identifier: GPL-2.0-only */
/* What checks by HTTP share. */
#ifndef SLBD_HTTP_H
#define SLBD_HTTP_H

void slbd_http_end(void);

#endif
