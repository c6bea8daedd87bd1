// SPDX-License-Identifier: GPL-2.0-only
/* The store: against an array that remembers the same, then by several tasks
 * at once.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include "toa_test.h"

#include "../toa_store.c"

#define SLB_TOA_TEST_KEYS	512
#define SLB_TOA_TEST_TASKS	4

static void slb_toa_test_store_addr(struct slb_toa_addr *addr, u32 value)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = value & 1 ? AF_INET : AF_INET6;
	addr->port = htons(value);
	addr->in6.s6_addr32[0] = htonl(value);
	if (addr->family == AF_INET6)
		addr->in6.s6_addr32[3] = htonl(~value);
}

/* What is under @key must be what @value makes; 0 is nothing. */
static bool slb_toa_test_store_holds(struct slb_toa_store *store, u64 key,
				     u32 value)
{
	struct slb_toa_addr want;
	struct slb_toa_addr got;

	if (!slb_toa_store_get(store, key, &got))
		return !value;
	slb_toa_test_store_addr(&want, value);
	return value && !memcmp(&got, &want, sizeof(got));
}

static bool slb_toa_test_store_random(struct slb_toa_store *store,
				      unsigned int rounds)
{
	u32 *shadow = kcalloc(SLB_TOA_TEST_KEYS, sizeof(*shadow), GFP_KERNEL);
	struct slb_toa_addr addr;
	bool ok = !!shadow;
	u32 live = 0;
	u32 i;

	for (i = 0; ok && i < rounds * 10; i++) {
		u32 slot = get_random_u32() % SLB_TOA_TEST_KEYS;
		u64 key = (u64)slot << 32 | (slot + 1);
		u32 value = i | 0x10000;
		int err;

		if (get_random_u32() & 1) {
			slb_toa_test_store_addr(&addr, value);
			err = slb_toa_store_add(store, key, &addr);
			SLB_TOA_CHECK(ok, err == (shadow[slot] ? -EEXIST : 0),
				      "add: %d", err);
			live += !err;
			shadow[slot] = err ? shadow[slot] : value;
		} else {
			SLB_TOA_CHECK(ok, slb_toa_store_del(store, key) ==
				      !!shadow[slot], "del");
			live -= !!shadow[slot];
			shadow[slot] = 0;
		}
		SLB_TOA_CHECK(ok, slb_toa_test_store_holds(store, key, shadow[slot]),
			      "slot %u differs", slot);
		SLB_TOA_CHECK(ok, slb_toa_store_count(store) == live,
			      "%u entries, wanted %u",
			      slb_toa_store_count(store), live);
	}
	kfree(shadow);
	return ok;
}

struct slb_toa_test_task {
	struct slb_toa_store	*store;
	struct completion	done;
	unsigned int		rounds;
	u32			id;
	bool			ok;
};

/* Each task has keys of its own and reads everybody's. */
static int slb_toa_test_store_task(void *data)
{
	struct slb_toa_test_task *task = data;
	struct slb_toa_addr addr;
	bool ok = true;
	unsigned int i;

	for (i = 0; ok && i < task->rounds; i++) {
		u64 key = (u64)task->id << 32 | (i + 1);
		u64 other = (u64)(get_random_u32() % SLB_TOA_TEST_TASKS) << 32 |
			    (get_random_u32() % (i + 1) + 1);

		slb_toa_test_store_addr(&addr, i + 1);
		SLB_TOA_CHECK(ok, !slb_toa_store_add(task->store, key, &addr),
			      "add");
		if (slb_toa_store_get(task->store, other, &addr))
			SLB_TOA_CHECK(ok, addr.port == htons((u16)other),
				      "entry is another's");
		if (i >= 64)
			SLB_TOA_CHECK(ok, slb_toa_store_del(task->store, key - 64),
				      "del");
		cond_resched();
	}
	task->ok = ok;
	complete(&task->done);
	return 0;
}

static bool slb_toa_test_store_tasks(struct slb_toa_store *store,
				     unsigned int rounds)
{
	struct slb_toa_test_task task[SLB_TOA_TEST_TASKS] = {};
	bool ok = true;
	u32 i;

	for (i = 0; i < SLB_TOA_TEST_TASKS; i++) {
		struct task_struct *thread;

		task[i].store = store;
		task[i].rounds = rounds;
		task[i].id = i;
		init_completion(&task[i].done);
		thread = kthread_run(slb_toa_test_store_task, &task[i],
				     "slb_toa_test");
		if (IS_ERR(thread))
			complete(&task[i].done);
	}
	for (i = 0; i < SLB_TOA_TEST_TASKS; i++) {
		wait_for_completion(&task[i].done);
		ok &= task[i].ok;
	}
	return ok;
}

/**
 * slb_toa_test_store() - test the store
 * @rounds: tens of random changes, and of changes by each of several tasks
 *
 * Context: process, may sleep.
 * Return: whether all is well.
 */
bool slb_toa_test_store(unsigned int rounds)
{
	struct slb_toa_store *store;
	struct slb_toa_addr addr;
	bool ok = false;
	u64 key;

	if (slb_toa_store_cache_create())
		return false;
	store = kzalloc(sizeof(*store), GFP_KERNEL);
	if (!store || slb_toa_store_init(store, SLB_TOA_TEST_KEYS))
		goto out;

	ok = slb_toa_test_store_random(store, rounds);
	slb_toa_test_store_addr(&addr, 1);
	for (key = 1; slb_toa_store_count(store) < SLB_TOA_TEST_KEYS; key++)
		slb_toa_store_add(store, key, &addr);
	SLB_TOA_CHECK(ok, slb_toa_store_add(store, key, &addr) == -ENOSPC,
		      "no limit");

	/* What is left in a store goes with it. */
	slb_toa_store_exit(store);
	if (!slb_toa_store_init(store, U32_MAX)) {
		ok &= slb_toa_test_store_tasks(store, rounds);
		slb_toa_store_exit(store);
	}

out:
	kfree(store);
	slb_toa_store_cache_destroy();
	return ok;
}
