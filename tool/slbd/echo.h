/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMP echoes, for several types of checks. */
#ifndef SLBD_ECHO_H
#define SLBD_ECHO_H

#include "check.h"

/**
 * struct slbd_echo - an echo that is to be answered
 * @answered: called when it is
 * @data: for @answered
 * @addr: who is to answer
 * @number: its sequence number, while @waits
 * @waits: it is under way
 */
struct slbd_echo {
	void		(*answered)(void *data);
	void		*data;
	struct slb_addr	addr;
	__u16		number;
	bool		waits;
};

int slbd_echo_send(struct slbd_echo *echo, const struct slbd_check_conf *conf);
void slbd_echo_stop(struct slbd_echo *echo);
void slbd_echo_end(void);

#endif
