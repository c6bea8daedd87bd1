/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that corpus.py writes: the head, then flows, each with its records; a record with its
 * places and the packet behind it, filled up to four bytes. Little endian.
 */
#ifndef _SLB_FUZZ_CORPUS_H
#define _SLB_FUZZ_CORPUS_H

#include <linux/types.h>

#define FUZZ_MAGIC	"SLBF"
#define FUZZ_NONE	0xffff

struct fuzz_file {
	char	magic[4];
	u32	flows;
};

struct fuzz_file_flow {
	u16	records;
	u8	v6;
	u8	proto;
	char	name[28];
};

/* struct fuzz_rec.flags */
#define FUZZ_PARTIAL	1	/* the layer-4 checksum is the device's to complete */
#define FUZZ_ICMP	2	/* the checksum in sum[1] is computed last, over everything */
#define FUZZ_STRICT	4	/* comes out, translated, whatever happens */

/* Places, in the terms of the side where the packet enters. */
enum fuzz_kind {
	FUZZ_CADDR,
	FUZZ_SADDR,
	FUZZ_RADDR,	/* a router on the way */
	FUZZ_CPORT,
	FUZZ_SPORT,
	FUZZ_CSEQ,
	FUZZ_SSEQ,
	FUZZ_CTS,
	FUZZ_STS,
	FUZZ_KINDS
};

/**
 * struct fuzz_fix - a place that depends on who talks
 * @at: offset in the packet
 * @kind: enum fuzz_kind
 * @sums: bits of the checksums that it is in
 */
struct fuzz_fix {
	u16	at;
	u8	kind;
	u8	sums;
};

/**
 * struct fuzz_rec - a recorded packet
 * @len: its bytes
 * @dir: 0 from the client's side, 1 from the server's
 * @flags: FUZZ_*
 * @fixes: places that follow
 * @vnet: struct virtio_net_hdr
 * @sum: offsets of checksums: IPv4 header, layer 4, and of the packet that an error quotes
 * @fix: the places; the packet follows
 */
struct fuzz_rec {
	u32		len;
	u8		dir;
	u8		flags;
	u8		fixes;
	u8		unused;
	u8		vnet[10];
	u16		sum[4];
	u16		pad;
	struct fuzz_fix	fix[];
};

#endif
