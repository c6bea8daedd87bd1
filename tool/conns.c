// SPDX-License-Identifier: GPL-2.0-only
/* View of the connections; printed as they come, so that a million of them takes no memory. */
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>

#include "list.h"
#include "out.h"
#include "slb_names_gen.h"

/* The state as ipvsadm writes it, "TIME_WAIT" for "time-wait". */
static const char *slb_state_column(char *buf, size_t size, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i < size - 1; i++)
		buf[i] = name[i] == '-' ? '_' : toupper((unsigned char)name[i]);
	buf[i] = '\0';
	return buf;
}

static void slb_conn_print(const struct slb_conn *conn, void *data)
{
	__u8 proto = conn->svc.proto;
	const char *state = slb_word(&slb_states, conn->state);
	char vrf[SLB_VRF_TEXT];
	char buf[24];

	(void)data;
	slb_out_object(NULL);
	slb_out_str("proto", NULL, slb_proto_text(proto));
	slb_out_text("%-3s ", proto == IPPROTO_UDP ? "UDP" : "TCP");
	slb_out_text("%02u:%02u  ", conn->expires / 60, conn->expires % 60);
	slb_out_u64("expires", NULL, conn->expires);
	slb_out_str("state", NULL, state);
	slb_out_text("%-11s ", slb_state_column(buf, sizeof(buf), state));
	slb_out_end_point("client", "client-port", 21, &conn->client, proto);
	slb_out_text(" ");
	slb_out_end_point("address", "port", 21, &conn->svc.end, proto);
	slb_out_text(" ");
	slb_out_end_point("laddr", "lport", 21, &conn->laddr, proto);
	slb_out_text(" ");
	slb_out_end_point("server", "server-port", 0, &conn->srv, proto);
	if (conn->svc.vrf)
		slb_out_str("vrf", " vrf=%s", slb_vrf_text(vrf, conn->svc.vrf));
	slb_out_u64("seq-shift", NULL, conn->seq_shift);
	slb_out_u64("ts-shift", NULL, conn->ts_shift);
	slb_out_bool("toa-pending", conn->toa_pending);
	slb_out_text("\n");
	slb_out_close();
}

/**
 * slb_list_conns() - print connections
 * @nl: the family
 * @req: the command line, which says which ones
 *
 * Return: 0 or a negative errno.
 */
int slb_list_conns(struct slb_nl *nl, const struct slb_req *req)
{
	int err;

	slb_out_text("slb connection entries\n");
	slb_out_text("%-3s %-6s %-11s %-21s %-21s %-21s %s\n", "pro", "expire", "state", "client",
		     "service", "local", "server");
	slb_out_array("connections");
	err = slb_conn_walk(nl, &req->filter, slb_conn_print, NULL);
	slb_out_close();
	return err;
}
