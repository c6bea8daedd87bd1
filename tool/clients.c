// SPDX-License-Identifier: GPL-2.0-only
/* What the client prefixes of services have that limit each of them. */
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"
#include "slb_names_gen.h"

static bool slb_clients_has(const struct slb_svc *svc)
{
	return svc->limits.value[SLB_A_LIM_CLIENT_CONNS] || svc->limits.value[SLB_A_LIM_CLIENT_RATE];
}

static int slb_clients_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_CLIENT_MAX + 1];
	const struct slb_svc *svc = data;
	struct slb_prefix client = {};
	char text[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];

	slb_nl_index(nlh, attrs, SLB_A_CLIENT_MAX);
	slb_prefix_get(&client, attrs[SLB_A_CLIENT_ADDR], attrs[SLB_A_CLIENT_LEN]);
	slb_out_object(NULL);
	slb_svc_key_print(&svc->key, 28);
	if (svc->key.vrf)
		slb_out_str("vrf", " vrf=%s", slb_vrf_text(vrf, svc->key.vrf));
	slb_out_str("client", " %-24s", slb_prefix_text(text, &client));
	slb_out_u64("conns", " %10llu", slb_nl_number(attrs[SLB_A_CLIENT_CONNS]));
	slb_out_u64("max-conns", " %10llu", svc->limits.value[SLB_A_LIM_CLIENT_CONNS]);
	slb_out_u64("max-rate", " %10llu", svc->limits.value[SLB_A_LIM_CLIENT_RATE]);
	slb_out_bool("full", attrs[SLB_A_CLIENT_FULL]);
	slb_out_text("%s\n", attrs[SLB_A_CLIENT_FULL] ? " full" : "");
	slb_out_close();
	return 0;
}

static int slb_clients_of(struct slb_nl *nl, const struct slb_req *req, struct slb_svc *svc)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_CLIENT_GET, NLM_F_DUMP);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SLB_A_CLIENT_SERVICE);

	slb_svc_key_put(nlh, &svc->key);
	mnl_attr_nest_end(nlh, nest);
	if (req->filter.client.addr.len) {
		slb_addr_put(nlh, SLB_A_CLIENT_ADDR, &req->filter.client.addr);
		mnl_attr_put_u8(nlh, SLB_A_CLIENT_LEN, req->filter.client.len);
	}
	return slb_nl_talk(nl, slb_clients_answer, svc);
}

/**
 * slb_list_clients() - print what client prefixes have, of one service or all that limit them
 * @nl: the family
 * @req: the command line, which says of whom
 *
 * Return: 0 or a negative errno.
 */
int slb_list_clients(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_svc one = { .key = req->svc.key };
	struct slb_config config = {};
	size_t i;
	int err;

	if (slb_req_has(req, SLB_SLOT_SERVICE))
		err = slb_svc_fetch(nl, &one);
	else
		err = slb_config_load(nl, &config, SLB_LOAD_SERVICES);
	if (err)
		return err;
	slb_out_text("%-4s %-28s %-24s %10s %10s %10s\n", "Prot", "LocalAddress:Port", "Client",
		     "Conns", "MaxConns", "MaxRate");
	slb_out_array("clients");
	if (slb_req_has(req, SLB_SLOT_SERVICE) && slb_clients_has(&one))
		err = slb_clients_of(nl, req, &one);
	for (i = 0; i < config.svc_count && !err; i++)
		if (slb_clients_has(&config.svc[i]))
			err = slb_clients_of(nl, req, &config.svc[i]);
	slb_out_close();
	slb_config_free(&config);
	return err;
}
