// SPDX-License-Identifier: GPL-2.0-only
/* The plain structs of model.h: names of values, and lists. */
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "model.h"
#include "slb_names_gen.h"

const struct slb_words slb_states = { slb_state_names, SLB_STATE_COUNT };
const struct slb_words slb_owners = { slb_owner_names, SLB_OWNER_COUNT };
const struct slb_words slb_ends = { slb_why_names, SLB_WHY_COUNT };

/**
 * slb_word() - the name of an enumeration's value
 * @words: the names
 * @value: the value
 *
 * Return: its name, "unknown" for a value newer than this tool.
 */
const char *slb_word(const struct slb_words *words, unsigned int value)
{
	const char *name = value < words->count ? words->word[value].name : NULL;

	return name ? name : "unknown";
}

/**
 * slb_proto_text() - the name of a protocol
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 *
 * Return: "tcp", "udp" or "unknown".
 */
const char *slb_proto_text(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return "unknown";
	}
}

/**
 * slb_vrf_text() - the name of a VRF
 * @buf: SLB_VRF_TEXT bytes
 * @vrf: interface index of the VRF device
 *
 * Return: @buf, with the number if the device is gone.
 */
const char *slb_vrf_text(char *buf, __u32 vrf)
{
	if (!if_indextoname(vrf, buf))
		snprintf(buf, SLB_VRF_TEXT, "%u", vrf);
	return buf;
}

/**
 * slb_list_add() - append an entry to a list that doubles when it is full
 * @list: the list, NULL while it is empty
 * @count: entries in use
 * @size: bytes of an entry
 *
 * Return: the list, with one more entry, which is empty.
 */
void *slb_list_add(void *list, size_t *count, size_t size)
{
	char *entry;

	if (!(*count & (*count - 1)))
		list = slb_mem_grow(list, (*count ? *count * 2 : 1) * size);
	entry = (char *)list + *count * size;
	memset(entry, 0, size);
	(*count)++;
	return list;
}
