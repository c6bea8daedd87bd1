// SPDX-License-Identifier: GPL-2.0-only
/*
 * One long transfer, each byte of which is checked where it arrives.
 *
 *	transfer up|down BYTES ADDR PORT SRVPORT CLIENT SERVER
 *
 * The client in one namespace connects to ADDR:PORT, the server in the other listens on SRVPORT; the
 * bytes go up to the server or down to the client. Prints what arrived and the sender's TCP_INFO.
 */
#include "ends.h"

#define BLOCK	(1 << 20)

struct stream {
	uint64_t state;
	uint64_t bytes;
	uint64_t block[BLOCK / 8];
	size_t at;		/* bytes of @block used */
};

static struct stream out, in;

static void stream_block(struct stream *s)
{
	uint64_t x = s->state;
	size_t i;

	for (i = 0; i < BLOCK / 8; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		s->block[i] = x;
	}
	s->state = x;
	s->at = 0;
}

static void stream_start(struct stream *s)
{
	s->state = 0x9e3779b97f4a7c15ull;
	stream_block(s);
}

/* Returns whether something was sent. */
static bool stream_send(int fd, uint64_t total)
{
	size_t len = BLOCK - out.at;
	ssize_t n;

	if (len > total - out.bytes)
		len = total - out.bytes;
	n = send(fd, (char *)out.block + out.at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN)
		die("send after %llu bytes", (unsigned long long)out.bytes);
	if (n <= 0)
		return false;
	out.bytes += n;
	out.at += n;
	if (out.at == BLOCK)
		stream_block(&out);
	if (out.bytes == total)
		shutdown(fd, SHUT_WR);
	return true;
}

static void stream_compare(const char *buf, size_t n)
{
	size_t len;

	while (n) {
		len = BLOCK - in.at < n ? BLOCK - in.at : n;
		if (memcmp((char *)in.block + in.at, buf, len)) {
			errno = EBADMSG;
			die("wrong bytes between %llu and %llu", (unsigned long long)in.bytes,
			    (unsigned long long)(in.bytes + len));
		}
		in.bytes += len;
		in.at += len;
		buf += len;
		n -= len;
		if (in.at == BLOCK)
			stream_block(&in);
	}
}

static void run(int from, int to, uint64_t total)
{
	static char buf[BLOCK];
	struct pollfd fds[2] = { { .fd = from, .events = POLLOUT }, { .fd = to, .events = POLLIN } };
	ssize_t n;

	for (;;) {
		fds[0].events = out.bytes < total ? POLLOUT : 0;
		if (poll(fds, 2, 60000) <= 0)
			die("stalled after %llu bytes", (unsigned long long)in.bytes);
		if (fds[0].revents & (POLLOUT | POLLERR) && out.bytes < total)
			stream_send(from, total);
		if (!(fds[1].revents & (POLLIN | POLLHUP | POLLERR)))
			continue;
		n = recv(to, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			die("receive after %llu bytes", (unsigned long long)in.bytes);
		if (!n)
			return;
		if (n > 0)
			stream_compare(buf, n);
	}
}

int main(int argc, char **argv)
{
	int listener, client, server, i, one = 1;
	struct sockaddr_storage ss;
	struct tcp_info info = { 0 };
	uint64_t total;
	socklen_t len;
	double begun;
	bool up;

	if (argc != 8)
		return 2;
	up = !strcmp(argv[1], "up");
	total = strtoull(argv[2], NULL, 0);
	len = address(&ss, argv[3], atoi(argv[4]));
	enter(argv[7]);
	listener = listen_on(ss.ss_family, atoi(argv[5]));
	enter(argv[6]);
	client = socket(ss.ss_family, SOCK_STREAM, 0);
	if (client < 0 || connect(client, (struct sockaddr *)&ss, len))
		die("connect to %s", argv[3]);
	for (i = 0, server = -1; server < 0 && i < 1000; i++) {
		server = accept(listener, NULL, NULL);
		if (server < 0)
			usleep(10000);
	}
	if (server < 0)
		die("accept");
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

	stream_start(&out);
	stream_start(&in);
	begun = now();
	run(up ? client : server, up ? server : client, total);
	begun = now() - begun;
	len = sizeof(info);
	getsockopt(up ? client : server, IPPROTO_TCP, TCP_INFO, &info, &len);
	printf("received %llu seconds %.1f rate %.1f MB/s timestamps %d sack %d retransmitted %u mss %u\n",
	       (unsigned long long)in.bytes, begun, in.bytes / begun / 1e6, !!(info.tcpi_options & TCPI_OPT_TIMESTAMPS),
	       !!(info.tcpi_options & TCPI_OPT_SACK), info.tcpi_total_retrans, info.tcpi_snd_mss);
	return in.bytes != total;
}
