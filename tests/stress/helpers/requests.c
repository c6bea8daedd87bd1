// SPDX-License-Identifier: GPL-2.0-only
/*
 * HTTP requests with "Connection: close" from a client's namespace, answered by servers in theirs.
 *
 *	requests [-n COUNT] [-b BATCH] [-k KEEP] [-w SECONDS] [-f FILE] ADDR4 ADDR6 PORT SRVPORT CLIENT SRV...
 *
 * BATCH requests are under way at once, every second one by IPv6; the server closes first. KEEP
 * connections more stay open and are written to and echoed all the time. Without COUNT it goes on
 * until SIGTERM. After SECONDS (default 60) without an answer a request has failed. FILE tells
 * another program how many were answered so far. Prints what came of them.
 */
#include "ends.h"

#define BATCH_MAX	2048
#define SERVERS_MAX	16
#define SERVED_MAX	8192
#define CHUNK		3000

enum phase { IDLE, CONNECTING, ASKED, ECHOING };

struct client {
	int fd;
	enum phase phase;
	bool keep;
	int family;
	unsigned long id;
	int got;
	int waiting;		/* bytes an echo still owes */
	double begun;
	char answer[128];
};

struct served {
	int fd;
	int server;
	bool echo;
};

static const char * const request = "GET /%lu HTTP/1.1\r\nHost: slb\r\nConnection: close\r\n\r\n";

static struct client clients[BATCH_MAX];
static struct served served[SERVED_MAX];
static int nr_served;

static int listeners[SERVERS_MAX][2];
static int nr_servers;
static struct sockaddr_storage to[2];
static socklen_t to_len[2];

static unsigned long answered[SERVERS_MAX][2];
static unsigned long asked, done, failed, kept_broken, echoed;
static unsigned long errors[256];
/* Seconds; a SYN is sent again for the last time after 127. */
static double wait_s = 130;
static int stopping;	/* set by the signal's handler */

static int is_stopping(void)
{
	return __atomic_load_n(&stopping, __ATOMIC_RELAXED);
}

static void on_term(int sig)
{
	(void)sig;
	__atomic_store_n(&stopping, 1, __ATOMIC_RELAXED);
}

static void count_error(struct client *c, int err)
{
	errors[err & 255]++;
	if (c->keep)
		kept_broken++;
	else
		failed++;
	close(c->fd);
	c->phase = IDLE;
}

static void client_start(struct client *c)
{
	int one = 1;

	c->fd = socket(c->family ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		die("socket");
	c->begun = now();
	c->got = 0;
	c->waiting = 0;
	c->phase = CONNECTING;
	if (c->keep)
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, (struct sockaddr *)&to[c->family], to_len[c->family]) && errno != EINPROGRESS)
		count_error(c, errno);
}

static bool again(int err)
{
	return err == EAGAIN || err == EINPROGRESS || err == EALREADY;
}

static bool client_ask(struct client *c)
{
	char buf[256];
	int len;

	if (c->keep)
		len = snprintf(buf, sizeof(buf), "ECHO");
	else
		len = snprintf(buf, sizeof(buf), request, c->id);
	if (send(c->fd, buf, len, MSG_NOSIGNAL) == len) {
		c->phase = c->keep ? ECHOING : ASKED;
		c->waiting = c->keep ? 4 : 0;
		return true;
	}
	if (!again(errno) && errno != ENOTCONN)
		count_error(c, errno);
	return false;
}

static bool client_hear(struct client *c)
{
	unsigned long id;
	int n;

	n = recv(c->fd, c->answer + c->got, sizeof(c->answer) - 1 - c->got, 0);
	if (n > 0) {
		c->got += n;
		return true;
	}
	if (n < 0) {
		if (!again(errno))
			count_error(c, errno);
		return false;
	}
	c->answer[c->got] = 0;
	if (sscanf(c->answer, "HTTP/1.1 200 OK\r\n\r\n%lu", &id) == 1 && id == c->id) {
		done++;
		close(c->fd);
		c->phase = IDLE;
	} else {
		count_error(c, 0);	/* closed without the right answer */
	}
	return true;
}

static bool client_echo(struct client *c)
{
	static char buf[CHUNK];
	int n;

	if (!c->waiting) {
		n = send(c->fd, buf, sizeof(buf), MSG_NOSIGNAL);
		if (n > 0) {
			c->waiting = n;
			c->begun = now();
			return true;
		}
	} else {
		n = recv(c->fd, buf, sizeof(buf), 0);
		if (n > 0) {
			c->waiting -= n;
			echoed += n;
			return true;
		}
	}
	if (!n || !again(errno))
		count_error(c, n ? errno : 0);
	return false;
}

/* Returns whether something went on. */
static bool client_step(struct client *c, double t)
{
	bool moved = false;

	if (c->phase == CONNECTING)
		moved = client_ask(c);
	else if (c->phase == ASKED)
		moved = client_hear(c);
	else if (c->phase == ECHOING)
		moved = client_echo(c);
	if (!moved && c->phase != IDLE && t - c->begun > wait_s)
		count_error(c, ETIMEDOUT);
	return moved;
}

static void serve_accept(void)
{
	int i, v, fd;

	for (i = 0; i < nr_servers; i++) {
		for (v = 0; v < 2; v++) {
			while (nr_served < SERVED_MAX) {
				fd = accept4(listeners[i][v], NULL, NULL, SOCK_NONBLOCK);
				if (fd < 0)
					break;
				served[nr_served].fd = fd;
				served[nr_served].echo = false;
				served[nr_served++].server = 2 * i + v;
			}
		}
	}
}

/* Returns whether the connection goes on. */
static bool serve_one(struct served *s, bool *moved)
{
	char buf[CHUNK], answer[64];
	unsigned long id;
	int n;

	n = recv(s->fd, buf, sizeof(buf) - 1, 0);
	if (n < 0 && again(errno))
		return true;
	*moved = true;
	if (n <= 0)
		return false;
	buf[n] = 0;
	if (!s->echo && !strncmp(buf, "ECHO", 4))
		s->echo = true;
	if (s->echo)
		return send(s->fd, buf, n, MSG_NOSIGNAL) == n;
	if (sscanf(buf, "GET /%lu HTTP", &id) == 1) {
		n = snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\n\r\n%lu\n", id);
		if (send(s->fd, answer, n, MSG_NOSIGNAL) == n)
			answered[s->server / 2][s->server % 2]++;
	}
	return false;
}

static bool serve(void)
{
	bool moved = false;
	int i;

	serve_accept();
	for (i = 0; i < nr_served; i++) {
		if (serve_one(&served[i], &moved))
			continue;
		close(served[i].fd);
		served[i--] = served[--nr_served];
	}
	return moved;
}

static void report(double seconds)
{
	unsigned int e;
	int i;

	printf("asked %lu answered %lu failed %lu broken %lu echoed %lu rate %.0f\n", asked, done, failed,
	       kept_broken, echoed, done / seconds);
	for (i = 0; i < nr_servers; i++)
		printf("server %d %lu %lu\n", i + 1, answered[i][0], answered[i][1]);
	for (e = 0; e < 256; e++) {
		if (errors[e])
			printf("error %lu %s\n", errors[e], e ? strerror(e) : "closed too early");
	}
}

static void run(unsigned long count, int batch, int keep, int progress)
{
	struct timespec pause = { 0, 200000 };
	char line[32];
	double t;
	bool moved;
	int i, len, live = 0;

	for (;;) {
		t = now();
		moved = false;
		for (i = 0; i < batch + keep; i++) {
			struct client *c = &clients[i];

			if (c->phase == IDLE && !is_stopping() && (c->keep || !count || asked < count)) {
				if (!c->keep)
					c->id = ++asked;
				c->family = i & 1;
				client_start(c);
				moved |= c->phase != IDLE;
			}
			moved |= client_step(c, t);
		}
		moved |= serve();
		if (progress >= 0) {
			len = snprintf(line, sizeof(line), "%12lu %12lu\n", done, echoed);
			if (pwrite(progress, line, len, 0) != len)
				die("progress");
		}
		for (live = 0, i = 0; i < batch; i++)
			live += clients[i].phase != IDLE;
		if (!live && (is_stopping() || (count && asked >= count)))
			return;
		if (!moved)
			nanosleep(&pause, NULL);
	}
}

int main(int argc, char **argv)
{
	int opt, i, port, batch = 64, keep = 0, progress = -1;
	unsigned long count = 0;
	double begun;

	while ((opt = getopt(argc, argv, "n:b:k:w:f:")) > 0) {
		if (opt == 'n')
			count = strtoul(optarg, NULL, 0);
		else if (opt == 'b')
			batch = atoi(optarg);
		else if (opt == 'k')
			keep = atoi(optarg);
		else if (opt == 'w')
			wait_s = atof(optarg);
		else if (opt == 'f')
			progress = open(optarg, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		else
			return 2;
	}
	argv += optind;
	argc -= optind;
	if (argc < 6 || argc - 5 > SERVERS_MAX || batch + keep > BATCH_MAX)
		return 2;
	more_files();
	signal(SIGTERM, on_term);
	for (i = 0; i < 2; i++)
		to_len[i] = address(&to[i], argv[i], atoi(argv[2]));
	port = atoi(argv[3]);
	nr_servers = argc - 5;
	for (i = 0; i < nr_servers; i++) {
		enter(argv[5 + i]);
		listeners[i][0] = listen_on(AF_INET, port);
		listeners[i][1] = listen_on(AF_INET6, port);
	}
	enter(argv[4]);
	begun = now();
	for (i = batch; i < batch + keep; i++)
		clients[i].keep = true;
	run(count, batch, keep, progress);
	report(now() - begun);
	return 0;
}
