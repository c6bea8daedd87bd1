// SPDX-License-Identifier: GPL-2.0-only
/* Rows of two CPUs that handle packets in strict alternation, for the model that counts the lines
 * which move between their caches. Each packet is made, injected and
 * checked on its CPU; only the way through the balancer is shown to the model.
 */
#include <linux/in.h>
#include "gen_row.h"

#define GEN_CPUS 2

static struct gen_flow gen_lines_flows[GEN_FLOWS];

static int gen_lines_begin(const struct gen_run *run)
{
	const struct gen_row *row = run->row;
	int err = 0;
	u32 i;

	if (num_online_cpus() < GEN_CPUS)
		return -ENODEV;
	for (i = 0; !err && i < GEN_FLOWS; i++) {
		gen_conf.cpu = i % GEN_CPUS;
		gen_flow_init(&gen_lines_flows[i], run->v6, row->proto, row->timestamps, false);
		err = gen_flow_open(&gen_lines_flows[i]);
	}
	return err;
}

static int gen_lines_end(const struct gen_run *run, int err)
{
	gen_conf.cpu = -1;
	if (!err)
		gen_result("\"n\":%u,\"model\":%u,\"modelled\":%u", run->row->samples,
			   gen_dev_model_report(), run->row->samples);
	return err;
}

/* A packet of the row, or one the other way that acknowledges. */
static int gen_lines_packet(const struct gen_run *run, struct gen_flow *flow, u8 dir)
{
	bool tcp = run->row->proto == IPPROTO_TCP;
	u16 payload = tcp ? 0 : GEN_UDP_PAYLOAD;

	if (tcp && dir == GEN_TO_SERVER)
		payload = GEN_TCP_PAYLOAD;
	return gen_flow_send(flow, dir, tcp ? GEN_ACK : 0, payload, true, NULL);
}

/**
 * gen_row_lines_own() - each CPU has flows of its own, both directions of them
 * @run: the row
 *
 * Return: 0 or a negative error.
 */
int gen_row_lines_own(const struct gen_run *run)
{
	int err = gen_lines_begin(run);
	u32 i;

	for (i = 0; !err && i < GEN_WARM + run->row->samples; i++) {
		if (i == GEN_WARM)
			gen_dev_model_reset();
		gen_conf.cpu = i % GEN_CPUS;
		err = gen_lines_packet(run, &gen_lines_flows[i % GEN_FLOWS],
				       i / GEN_FLOWS % GEN_DIRS);
	}
	return gen_lines_end(run, err);
}

/**
 * gen_row_lines_both() - one CPU has the packets to the servers, the other one those to the clients
 * @run: the row
 *
 * Return: 0 or a negative error.
 */
int gen_row_lines_both(const struct gen_run *run)
{
	int err = gen_lines_begin(run);
	u32 i;

	for (i = 0; !err && i < GEN_WARM + run->row->samples; i++) {
		if (i == GEN_WARM)
			gen_dev_model_reset();
		gen_conf.cpu = i % GEN_CPUS;
		err = gen_lines_packet(run, &gen_lines_flows[i / GEN_CPUS % GEN_FLOWS],
				       i % GEN_CPUS ? GEN_TO_CLIENT : GEN_TO_SERVER);
	}
	return gen_lines_end(run, err);
}

/**
 * gen_row_lines_new() - first packets of flows, on either CPU in turn
 * @run: the row
 *
 * Return: 0 or a negative error.
 */
int gen_row_lines_new(const struct gen_run *run)
{
	int err = gen_lines_begin(run);
	u32 i;

	for (i = 0; !err && i < GEN_WARM + run->row->samples; i++) {
		struct gen_flow *flow = &gen_lines_flows[0];

		if (i == GEN_WARM)
			gen_dev_model_reset();
		gen_conf.cpu = i % GEN_CPUS;
		gen_flow_init(flow, run->v6, run->row->proto, run->row->timestamps, false);
		err = gen_lines_packet(run, flow, GEN_TO_SERVER);
	}
	return gen_lines_end(run, err);
}
