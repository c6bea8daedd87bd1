// SPDX-License-Identifier: GPL-2.0-only
/* A connection's client: recorded when the connection is created, reported to
 * programs that ask for the peer, forgotten with the socket.
 *
 * Only sockets that hold a reference on their network namespace take part.
 * Those are the sockets that programs made; in-kernel users need the real peer,
 * and their sockets may outlive the namespace's state.
 */
#include <linux/ip.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include "toa_conn.h"
#include "toa_net.h"
#define CREATE_TRACE_POINTS
#include "toa_trace.h"

static bool slb_toa_conn_trusted(const struct slb_toa_net *tn,
				 const struct sk_buff *skb)
{
	bool trusted;

	rcu_read_lock();
	if (skb->protocol == htons(ETH_P_IPV6))
		trusted = slb_toa_trust_match(rcu_dereference(tn->trust),
					      &ipv6_hdr(skb)->saddr, AF_INET6);
	else
		trusted = slb_toa_trust_match(rcu_dereference(tn->trust),
					      &ip_hdr(skb)->saddr, AF_INET);
	rcu_read_unlock();
	return trusted;
}

static enum slb_toa_count slb_toa_conn_record(struct slb_toa_net *tn,
					      struct sock *sk,
					      const struct slb_toa_addr *addr)
{
	u32 cookie[2];
	int err;

	/* The cookie is in place before the entry is. The socket is locked, so
	 * nobody asks for its peer in between.
	 */
	sock_diag_save_cookie(sk, cookie);
	err = slb_toa_store_add(&tn->store, (u64)cookie[1] << 32 | cookie[0],
				addr);
	if (err)
		return err == -ENOSPC ? SLB_TOA_COUNT_TABLE_FULL :
					SLB_TOA_COUNT_NO_MEMORY;
	return SLB_TOA_COUNT_RECORDED;
}

/**
 * slb_toa_conn_accept() - a connection was opened by the other end
 * @sk: its new socket
 * @skb: the segment that created it; the TCP header with its options is in the
 *	linear part, as the stack made sure on receipt
 *
 * Context: softirq, or process when the socket's backlog is worked off; @sk is
 * locked.
 */
void slb_toa_conn_accept(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct slb_toa_addr addr;
	enum slb_toa_count count;
	struct slb_toa_net *tn;

	if (!sk->sk_net_refcnt)
		return;

	tn = slb_toa_net(sock_net(sk));
	count = slb_toa_parse((const u8 *)(th + 1),
			      __tcp_hdrlen(th) - sizeof(*th),
			      READ_ONCE(tn->kinds), &addr);
	if (count != SLB_TOA_COUNT_NONE && !slb_toa_conn_trusted(tn, skb))
		count = SLB_TOA_COUNT_UNTRUSTED;
	else if (count == SLB_TOA_COUNT_RECORDED)
		count = slb_toa_conn_record(tn, sk, &addr);

	slb_toa_count(tn, count);
	trace_slb_toa_conn(sk, count,
			   count == SLB_TOA_COUNT_RECORDED ? &addr : NULL);
}

/**
 * slb_toa_conn_client() - look a connection's client up
 * @sk: the connection's socket
 * @addr: filled when there is one
 *
 * Context: any.
 * Return: whether a trusted balancer named a client.
 */
bool slb_toa_conn_client(struct sock *sk, struct slb_toa_addr *addr)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return cookie && sk->sk_net_refcnt &&
	       slb_toa_store_get(&slb_toa_net(sock_net(sk))->store, cookie,
				 addr);
}

/**
 * slb_toa_conn_report() - put the client in the peer's place
 * @sk: the connection's socket
 * @peer: the peer's address as the kernel gave it, of the socket's own family
 *
 * Context: process.
 */
void slb_toa_conn_report(struct sock *sk, struct sockaddr *peer)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)peer;
	enum slb_toa_count count = SLB_TOA_COUNT_REPORTED;
	struct sockaddr_in *sin = (struct sockaddr_in *)peer;
	struct slb_toa_net *tn = slb_toa_net(sock_net(sk));
	struct slb_toa_addr addr;

	if (!sk->sk_net_refcnt ||
	    !slb_toa_store_get(&tn->store, atomic64_read(&sk->sk_cookie), &addr))
		return;

	if (peer->sa_family == AF_INET6) {
		sin6->sin6_port = addr.port;
		/* These two speak of the way to the balancer. */
		sin6->sin6_flowinfo = 0;
		sin6->sin6_scope_id = 0;
		if (addr.family == AF_INET6)
			sin6->sin6_addr = addr.in6;
		else
			ipv6_addr_set_v4mapped(addr.in.s_addr,
					       &sin6->sin6_addr);
	} else if (addr.family == AF_INET) {
		sin->sin_port = addr.port;
		sin->sin_addr = addr.in;
	} else {
		count = SLB_TOA_COUNT_OTHER_FAMILY;
	}

	slb_toa_count(tn, count);
	trace_slb_toa_conn(sk, count, &addr);
}

/**
 * slb_toa_conn_forget() - a socket is destroyed, or is to be used anew
 * @sk: the socket, of any protocol
 *
 * Context: process or softirq.
 */
void slb_toa_conn_forget(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	struct slb_toa_net *tn;

	if (!cookie || !sk->sk_net_refcnt || sk->sk_protocol != IPPROTO_TCP)
		return;
	tn = slb_toa_net(sock_net(sk));
	if (slb_toa_store_del(&tn->store, cookie))
		slb_toa_count(tn, SLB_TOA_COUNT_FORGOTTEN);
}
