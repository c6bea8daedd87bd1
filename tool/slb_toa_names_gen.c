// SPDX-License-Identifier: GPL-2.0-only
/* Generated from include/slb_toa.yaml by include/slb-gen.py. Do not edit. */
#include "slb_toa_names_gen.h"

const struct slb_name slb_toa_count_names[] = {
	[SLB_TOA_COUNT_RECORDED] = { "recorded",
		"a client's address was taken from a trusted balancer's segment" },
	[SLB_TOA_COUNT_NONE] = { "none",
		"the segment that created the connection carried no address" },
	[SLB_TOA_COUNT_UNTRUSTED] = { "untrusted",
		"an address came from a source that is not in the trust list" },
	[SLB_TOA_COUNT_REPORTED] = { "reported",
		"a program was told the client in place of the balancer" },
	[SLB_TOA_COUNT_OTHER_FAMILY] = { "other-family",
		"an IPv4 socket was asked for its IPv6 client and told the balancer" },
	[SLB_TOA_COUNT_BAD_LENGTH] = { "bad-length",
		"the option's length is neither 8 (IPv4) nor 20 (IPv6)" },
	[SLB_TOA_COUNT_BAD_OPTIONS] = { "bad-options",
		"the list of options is broken at or behind the address" },
	[SLB_TOA_COUNT_DUPLICATE] = { "duplicate",
		"two addresses in one segment" },
	[SLB_TOA_COUNT_BAD_PORT] = { "bad-port",
		"the client's port is 0" },
	[SLB_TOA_COUNT_BAD_ADDRESS] = { "bad-address",
		"no client can have the address: 0/8, 127/8, multicast, broadcast, ::, ::1, link-local, IPv4-mapped" },
	[SLB_TOA_COUNT_TABLE_FULL] = { "table-full",
		"not recorded because as many addresses are held as clients-max allows" },
	[SLB_TOA_COUNT_NO_MEMORY] = { "no-memory",
		"not recorded for lack of memory" },
	[SLB_TOA_COUNT_FORGOTTEN] = { "forgotten",
		"recorded addresses that went with their connection" },
};

static const struct slb_attr_name slb_toa_prefix_attrs_list[] = {
	[SLB_TOA_A_PREFIX_ADDR] = { "addr" },
	[SLB_TOA_A_PREFIX_LEN] = { "len" },
};

const struct slb_attr_set slb_toa_prefix_attrs = {
	slb_toa_prefix_attrs_list, SLB_TOA_A_PREFIX_LEN + 1
};

static const struct slb_attr_name slb_toa_trust_attrs_list[] = {
	[SLB_TOA_A_TRUST_PREFIX] = { "prefix", &slb_toa_prefix_attrs },
};

const struct slb_attr_set slb_toa_trust_attrs = {
	slb_toa_trust_attrs_list, SLB_TOA_A_TRUST_PREFIX + 1
};

static const struct slb_attr_name slb_toa_settings_attrs_list[] = {
	[SLB_TOA_A_SET_KINDS] = { "kinds" },
	[SLB_TOA_A_SET_CLIENTS_MAX] = { "clients-max" },
};

const struct slb_attr_set slb_toa_settings_attrs = {
	slb_toa_settings_attrs_list, SLB_TOA_A_SET_CLIENTS_MAX + 1
};

static const struct slb_attr_name slb_toa_counter_attrs_list[] = {
	[SLB_TOA_A_CTR_COUNTS] = { "counts" },
};

const struct slb_attr_set slb_toa_counter_attrs = {
	slb_toa_counter_attrs_list, SLB_TOA_A_CTR_COUNTS + 1
};

static const struct slb_attr_name slb_toa_info_attrs_list[] = {
	[SLB_TOA_A_INFO_VERSION] = { "version" },
	[SLB_TOA_A_INFO_PREFIXES] = { "prefixes" },
	[SLB_TOA_A_INFO_CLIENTS] = { "clients" },
};

const struct slb_attr_set slb_toa_info_attrs = {
	slb_toa_info_attrs_list, SLB_TOA_A_INFO_CLIENTS + 1
};

const struct slb_cmd_name slb_toa_cmd_names[] = {
	[SLB_TOA_CMD_INFO_GET] = { "info-get", &slb_toa_info_attrs },
	[SLB_TOA_CMD_SETTINGS_GET] = { "settings-get", &slb_toa_settings_attrs },
	[SLB_TOA_CMD_SETTINGS_SET] = { "settings-set", &slb_toa_settings_attrs },
	[SLB_TOA_CMD_COUNTER_GET] = { "counter-get", &slb_toa_counter_attrs },
	[SLB_TOA_CMD_TRUST_GET] = { "trust-get", &slb_toa_trust_attrs },
	[SLB_TOA_CMD_TRUST_NEW] = { "trust-new", &slb_toa_trust_attrs },
	[SLB_TOA_CMD_TRUST_DEL] = { "trust-del", &slb_toa_trust_attrs },
	[SLB_TOA_CMD_TRUST_SET] = { "trust-set", &slb_toa_trust_attrs },
};
