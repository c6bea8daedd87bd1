/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_TEST_H
#define _SLB_TOA_TEST_H

#include <linux/printk.h>
#include <linux/types.h>

/* One test point. Says where when it fails; the last value tells the runner. */
#define SLB_TOA_CHECK(ok, cond, fmt, ...) do {				\
	if (!(cond)) {							\
		pr_err("%s:%d: " fmt "\n", __func__, __LINE__, ##__VA_ARGS__); \
		(ok) = false;						\
	}								\
} while (0)

bool slb_toa_test_parse(unsigned int rounds);
bool slb_toa_test_store(unsigned int rounds);
bool slb_toa_test_trust(unsigned int rounds);
int slb_toa_test_listen(u16 port);
void slb_toa_test_listen_stop(void);

#endif /* _SLB_TOA_TEST_H */
