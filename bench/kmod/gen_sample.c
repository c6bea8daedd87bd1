// SPDX-License-Identifier: GPL-2.0-only
/* Rows about single packets: established flows, new ones, and whole lives. */
#include <linux/delay.h>
#include <linux/in.h>
#include "gen_row.h"

static struct gen_flow gen_flows[GEN_FLOWS];

static void gen_row_flow(const struct gen_run *run, struct gen_flow *flow)
{
	const struct gen_row *row = run->row;

	gen_flow_init(flow, run->v6, row->proto, row->timestamps, row->bystander);
}

/**
 * gen_row_data() - send what a row measures: a datagram or a segment
 * @row: the row
 * @flow: the flow
 * @measure: let the profiler count it
 * @cost: instructions are added to this; may be NULL
 *
 * Return: 0 or a negative error.
 */
int gen_row_data(const struct gen_row *row, struct gen_flow *flow, bool measure, u32 *cost)
{
	bool tcp = row->proto == IPPROTO_TCP;

	return gen_flow_send(flow, row->dir, tcp ? GEN_ACK : 0,
			     tcp ? GEN_TCP_PAYLOAD : GEN_UDP_PAYLOAD, measure, cost);
}

/**
 * gen_row_answer() - send what keeps TCP windows open and flows alive on both sides
 * @row: the row
 * @flow: the flow
 *
 * Return: 0 or a negative error.
 */
int gen_row_answer(const struct gen_row *row, struct gen_flow *flow)
{
	bool tcp = row->proto == IPPROTO_TCP;

	return gen_flow_send(flow, !row->dir, tcp ? GEN_ACK : 0, tcp ? 0 : GEN_UDP_PAYLOAD,
			     false, NULL);
}

/**
 * gen_row_established() - packets of flows that both sides have talked in
 * @run: the row
 *
 * Packets of one flow are apart in time, as on a wire: a timer or timestamp that only moves with
 * the clock has to be moved for each. Virtual time, so waiting costs nothing.
 *
 * Return: 0 or a negative error.
 */
int gen_row_established(const struct gen_run *run)
{
	const struct gen_row *row = run->row;
	struct gen_flow *flow;
	struct gen_sum sum;
	int err = 0;
	u32 i;

	gen_sum_init(&sum, row->samples);
	for (i = 0; !err && i < GEN_FLOWS; i++) {
		gen_row_flow(run, &gen_flows[i]);
		err = gen_flow_open(&gen_flows[i]);
	}
	for (i = 0; !err && i < GEN_WARM + row->samples; i++) {
		bool warm = i < GEN_WARM;
		u32 cost = 0;

		if (i % GEN_FLOWS == 0)
			usleep_range(GEN_PACE_US, GEN_PACE_US + 1);
		flow = &gen_flows[i % GEN_FLOWS];
		err = gen_row_data(row, flow, !warm, &cost);
		if (!warm)
			gen_sum_add(&sum, cost);
		if (!err && i / GEN_FLOWS % GEN_ANSWER == 0)
			err = gen_row_answer(row, flow);
	}
	if (!err)
		gen_sum_report(run, &sum);
	return err;
}

/**
 * gen_row_new() - first packets of flows
 * @run: the row
 *
 * Before the first sample, each server has had some flows.
 *
 * Return: 0 or a negative error.
 */
int gen_row_new(const struct gen_run *run)
{
	struct gen_flow *flow = &gen_flows[0];
	u32 warm_up = max_t(u32, GEN_WARM, GEN_WARM_SERVER * gen_conf.servers);
	bool tcp = run->row->proto == IPPROTO_TCP;
	struct gen_sum sum;
	int err = 0;
	u32 i;

	gen_sum_init(&sum, run->row->samples);
	for (i = 0; !err && i < warm_up + run->row->samples; i++) {
		bool warm = i < warm_up;
		u32 cost = 0;

		gen_row_flow(run, flow);
		err = gen_flow_send(flow, GEN_TO_SERVER, tcp ? GEN_SYN : 0,
				    tcp ? 0 : GEN_UDP_PAYLOAD, !warm, &cost);
		if (!warm)
			gen_sum_add(&sum, cost);
		if (!err)
			err = gen_flow_send(flow, GEN_TO_CLIENT, tcp ? GEN_SYN | GEN_ACK : 0,
					    tcp ? 0 : GEN_UDP_PAYLOAD, false, NULL);
	}
	if (!err)
		gen_sum_report(run, &sum);
	return err;
}

/**
 * gen_row_life() - all packets of a TCP connection, added up
 * @run: the row
 *
 * Return: 0 or a negative error.
 */
int gen_row_life(const struct gen_run *run)
{
	struct gen_flow *flow = &gen_flows[0];
	struct gen_sum sum;
	int err = 0;
	u32 i;

	gen_sum_init(&sum, run->row->samples);
	for (i = 0; !err && i < GEN_WARM_LIFE + run->row->samples; i++) {
		bool warm = i < GEN_WARM_LIFE;
		u32 cost = 0;

		gen_row_flow(run, flow);
		err = gen_flow_life(flow, !warm, &cost);
		if (!warm)
			gen_sum_add(&sum, cost);
	}
	if (!err)
		gen_sum_report(run, &sum);
	return err;
}
