// SPDX-License-Identifier: GPL-2.0-only
/*
 * The HTTP endpoint. libmicrohttpd reads requests and writes answers; it has no thread and no poll of its
 * own but an epoll descriptor that the event loop looks at. A request waits, suspended, until the
 * numbers are collected; those that come meanwhile get the same. Whoever asks or reads slowly is thrown out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../err.h"
#include "log.h"
#include "metrics.h"

#define SLBD_ENDPOINT_CONNS	16	/* at a time; slbd_limits_probes() leaves room for them */
#define SLBD_ENDPOINT_QUEUE	16
#define SLBD_ENDPOINT_IDLE	5	/* seconds without a byte */
#define SLBD_ENDPOINT_LIFE	20	/* seconds that a connection lasts */
#define SLBD_ENDPOINT_MEMORY	65536	/* bytes for a connection */
#define SLBD_ENDPOINT_CHUNK	32768	/* bytes of an answer written at a time */
#define SLBD_ENDPOINT_SNAPS	4	/* answers kept for slow readers */

/* A request for the numbers. */
struct slbd_ask {
	struct MHD_Connection	*connection;
	struct slbd_snap	*snap;
	bool			waits;
	struct slbd_ask		*next;		/* of those that wait */
};

/* A connection that is to end. */
struct slbd_visit {
	ev_timer	life;
	int		fd;
};

static struct {
	struct ev_loop		*loop;
	struct MHD_Daemon	*daemon;	/* NULL while it is off */
	ev_io			io;
	ev_timer		timer;
	struct slbd_ask		*waiting;
	struct slb_end		at;		/* where it is; port 0 while it is off */
	struct slb_end		next;		/* where it is to be */
	int			fd;		/* listens already */
	int			next_fd;
	bool			ready;		/* @next is valid */
} slbd_endpoint = { .fd = -1, .next_fd = -1 };

static const char slbd_endpoint_page[] =
	"<!DOCTYPE html>\n"
	"<html><head><title>slbd</title></head>\n"
	"<body><h1>slbd " SLB_RELEASE "</h1>\n"
	"<p><a href=\"/metrics\">Metrics</a></p></body></html>\n";

static void slbd_endpoint_run(void)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(slbd_endpoint.daemon);
	ev_timer_stop(slbd_endpoint.loop, &slbd_endpoint.timer);
	if (MHD_get_timeout(slbd_endpoint.daemon, &ms) != MHD_YES)
		return;
	ev_now_update(slbd_endpoint.loop);
	ev_timer_set(&slbd_endpoint.timer, ms / 1000.0, 0);
	ev_timer_start(slbd_endpoint.loop, &slbd_endpoint.timer);
}

static void slbd_endpoint_io(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)io;
	(void)events;
	slbd_endpoint_run();
}

static void slbd_endpoint_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	slbd_endpoint_run();
}

static enum MHD_Result slbd_endpoint_say(struct MHD_Connection *connection, unsigned int code,
					 const char *type, const char *text)
{
	struct MHD_Response *response;
	enum MHD_Result ret;

	response = MHD_create_response_from_buffer(strlen(text), (void *)text,
						   MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (code == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	ret = MHD_queue_response(connection, code, response);
	MHD_destroy_response(response);
	return ret;
}

static ssize_t slbd_endpoint_read(void *cls, uint64_t pos, char *buf, size_t max)
{
	size_t len = slbd_reader_read(cls, buf, max);

	(void)pos;
	return len ? (ssize_t)len : MHD_CONTENT_READER_END_OF_STREAM;
}

static void slbd_endpoint_read_end(void *cls)
{
	slbd_reader_free(cls);
}

/* The text, as it is read; of HEAD only what is before it. */
static enum MHD_Result slbd_endpoint_metrics(struct MHD_Connection *connection,
					     struct slbd_snap *snap)
{
	struct slbd_reader *reader = slbd_reader_new(snap);
	struct MHD_Response *response;
	enum MHD_Result ret;

	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SLBD_ENDPOINT_CHUNK,
						     slbd_endpoint_read, reader,
						     slbd_endpoint_read_end);
	if (!response) {
		slbd_reader_free(reader);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; version=0.0.4; charset=utf-8");
	ret = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return ret;
}

static void slbd_endpoint_collected(struct slbd_snap *snap)
{
	struct slbd_ask *ask;

	while ((ask = slbd_endpoint.waiting)) {
		slbd_endpoint.waiting = ask->next;
		ask->waits = false;
		if (snap) {
			ask->snap = snap;
			snap->refs++;
		}
		MHD_resume_connection(ask->connection);
	}
	if (snap)
		slbd_endpoint_run();
}

static enum MHD_Result slbd_endpoint_wait(struct MHD_Connection *connection, struct slbd_ask *ask)
{
	if (!slbd_endpoint.waiting && slbd_snap_count() >= SLBD_ENDPOINT_SNAPS)
		return slbd_endpoint_say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain",
					 "others read too slowly\n");
	ask->connection = connection;
	ask->waits = true;
	ask->next = slbd_endpoint.waiting;
	slbd_endpoint.waiting = ask;
	MHD_suspend_connection(connection);
	slbd_collect(slbd_endpoint_collected);
	return MHD_YES;
}

static enum MHD_Result slbd_endpoint_handle(void *cls, struct MHD_Connection *connection,
					    const char *url, const char *method,
					    const char *version, const char *data, size_t *size,
					    void **state)
{
	bool head = !strcmp(method, MHD_HTTP_METHOD_HEAD);
	struct slbd_ask *ask = *state;

	(void)cls;
	(void)version;
	(void)data;
	if (!head && strcmp(method, MHD_HTTP_METHOD_GET))
		return slbd_endpoint_say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
					 "GET and HEAD only\n");
	/* First it comes with its head only, then with the parts of a body, which nobody wants. */
	if (!ask) {
		ask = slb_mem_grow(NULL, sizeof(*ask));
		memset(ask, 0, sizeof(*ask));
		*state = ask;
		return MHD_YES;
	}
	if (*size) {
		*size = 0;
		return MHD_YES;
	}
	if (!strcmp(url, "/"))
		return slbd_endpoint_say(connection, MHD_HTTP_OK, "text/html; charset=utf-8",
					 slbd_endpoint_page);
	if (strcmp(url, "/metrics"))
		return slbd_endpoint_say(connection, MHD_HTTP_NOT_FOUND, "text/plain",
					 "there is only /metrics\n");
	return ask->snap ? slbd_endpoint_metrics(connection, ask->snap) :
	       slbd_endpoint_wait(connection, ask);
}

static void slbd_endpoint_completed(void *cls, struct MHD_Connection *connection, void **state,
				    enum MHD_RequestTerminationCode code)
{
	struct slbd_ask *ask = *state;

	(void)cls;
	(void)connection;
	(void)code;
	if (!ask)
		return;
	if (ask->snap)
		slbd_snap_put(ask->snap);
	free(ask);
	*state = NULL;
}

/* The library sees the connection's end then. */
static void slbd_visit_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct slbd_visit *visit = timer->data;

	(void)loop;
	(void)events;
	shutdown(visit->fd, SHUT_RDWR);
}

static void slbd_endpoint_visit(void *cls, struct MHD_Connection *connection, void **socket,
				enum MHD_ConnectionNotificationCode code)
{
	struct slbd_visit *visit = *socket;

	(void)cls;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (!visit)
			return;
		ev_timer_stop(slbd_endpoint.loop, &visit->life);
		free(visit);
		*socket = NULL;
		return;
	}
	visit = slb_mem_grow(NULL, sizeof(*visit));
	visit->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	ev_timer_init(&visit->life, slbd_visit_over, SLBD_ENDPOINT_LIFE, 0);
	visit->life.data = visit;
	ev_timer_start(slbd_endpoint.loop, &visit->life);
	*socket = visit;
}

static int slbd_endpoint_socket(const struct slb_end *at, int *fd)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(at->port) };
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(at->port) };
	bool v6 = at->addr.len == sizeof(sin6.sin6_addr);
	int one = 1, zero = 0;
	int bad, err;

	memcpy(v6 ? (void *)&sin6.sin6_addr : (void *)&sin.sin_addr, at->addr.b, at->addr.len);
	*fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return -errno;
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* [::] is all addresses of both families. */
	setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	/* The one in use may cover the new one, as with the same port of all addresses. */
	if (slbd_endpoint.fd >= 0 && slbd_endpoint.at.port == at->port) {
		setsockopt(slbd_endpoint.fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
		setsockopt(*fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	}
	bad = v6 ? bind(*fd, (struct sockaddr *)&sin6, sizeof(sin6)) :
		   bind(*fd, (struct sockaddr *)&sin, sizeof(sin));
	err = bad || listen(*fd, SLBD_ENDPOINT_QUEUE) ? -errno : 0;
	/* Nobody else is to listen there too. */
	if (slbd_endpoint.fd >= 0)
		setsockopt(slbd_endpoint.fd, SOL_SOCKET, SO_REUSEPORT, &zero, sizeof(zero));
	setsockopt(*fd, SOL_SOCKET, SO_REUSEPORT, &zero, sizeof(zero));
	if (!err)
		return 0;
	close(*fd);
	*fd = -1;
	return err;
}

/**
 * slbd_endpoint_prepare() - see whether the endpoint can be at an address
 * @at: the address; port 0: there is to be none
 *
 * slbd_endpoint_commit() or slbd_endpoint_cancel() follows; until then it is where it was.
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slbd_endpoint_prepare(const struct slb_end *at)
{
	char text[SLB_END_TEXT];
	int err = 0;

	slbd_endpoint_cancel();
	if (at->port && slb_end_compare(at, &slbd_endpoint.at))
		err = slbd_endpoint_socket(at, &slbd_endpoint.next_fd);
	if (err) {
		slb_err_print("metrics: %s: %s", slb_end_text(text, at), strerror(-err));
		return -1;
	}
	slbd_endpoint.next = *at;
	slbd_endpoint.ready = true;
	return 0;
}

/** slbd_endpoint_cancel() - forget what was prepared */
void slbd_endpoint_cancel(void)
{
	if (slbd_endpoint.next_fd >= 0)
		close(slbd_endpoint.next_fd);
	slbd_endpoint.next_fd = -1;
	slbd_endpoint.ready = false;
}

static struct MHD_Daemon *slbd_endpoint_start(int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
				slbd_endpoint_handle, NULL,
				MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_CONNECTION_LIMIT, SLBD_ENDPOINT_CONNS,
				MHD_OPTION_CONNECTION_TIMEOUT, SLBD_ENDPOINT_IDLE,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SLBD_ENDPOINT_MEMORY,
				MHD_OPTION_STRICT_FOR_CLIENT, 1,
				MHD_OPTION_NOTIFY_COMPLETED, slbd_endpoint_completed, NULL,
				MHD_OPTION_NOTIFY_CONNECTION, slbd_endpoint_visit, NULL,
				MHD_OPTION_END);
}

static void slbd_endpoint_open(void)
{
	const union MHD_DaemonInfo *info;
	char text[SLB_END_TEXT];
	int fd = slbd_endpoint.next_fd;

	slbd_endpoint.next_fd = -1;
	slbd_endpoint.daemon = slbd_endpoint_start(fd);
	if (!slbd_endpoint.daemon) {
		slbd_log(LOG_ERR, "metrics: the HTTP library does not start");
		close(fd);
		return;
	}
	slbd_endpoint.fd = fd;
	slbd_endpoint.at = slbd_endpoint.next;
	info = MHD_get_daemon_info(slbd_endpoint.daemon, MHD_DAEMON_INFO_EPOLL_FD);
	ev_init(&slbd_endpoint.timer, slbd_endpoint_due);
	ev_io_init(&slbd_endpoint.io, slbd_endpoint_io, info->epoll_fd, EV_READ);
	ev_io_start(slbd_endpoint.loop, &slbd_endpoint.io);
	slbd_log(LOG_INFO, "metrics at http://%s/metrics", slb_end_text(text, &slbd_endpoint.at));
}

/** slbd_endpoint_close() - there is none any more */
void slbd_endpoint_close(void)
{
	slbd_endpoint_cancel();
	if (!slbd_endpoint.daemon)
		return;
	slbd_collect_end();
	/* The library ends no connection that is suspended. */
	slbd_endpoint_collected(NULL);
	ev_io_stop(slbd_endpoint.loop, &slbd_endpoint.io);
	ev_timer_stop(slbd_endpoint.loop, &slbd_endpoint.timer);
	MHD_stop_daemon(slbd_endpoint.daemon);
	slbd_endpoint.daemon = NULL;
	slbd_endpoint.fd = -1;
	memset(&slbd_endpoint.at, 0, sizeof(slbd_endpoint.at));
}

/**
 * slbd_endpoint_commit() - be where slbd_endpoint_prepare() was told
 * @loop: the event loop
 */
void slbd_endpoint_commit(struct ev_loop *loop)
{
	struct slb_end next = slbd_endpoint.next;
	int fd = slbd_endpoint.next_fd;

	slbd_endpoint.loop = loop;
	if (!slbd_endpoint.ready)
		return;
	slbd_endpoint.ready = false;
	if (next.port && fd < 0)
		return;		/* it stays */
	slbd_endpoint.next_fd = -1;
	slbd_endpoint_close();
	slbd_endpoint.next = next;
	slbd_endpoint.next_fd = fd;
	if (fd >= 0)
		slbd_endpoint_open();
}
