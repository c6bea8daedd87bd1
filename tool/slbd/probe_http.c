// SPDX-License-Identifier: GPL-2.0-only
/*
 * http and https, by libcurl's multi handles, driven by the event loop: one for each file of certificates,
 * since a handle keeps one such file, read and understood, where the TLS library behind libcurl is OpenSSL.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../slb_names_gen.h"
#include "http.h"
#include "log.h"
#include "sched.h"
#include "sock.h"

#define SLBD_HTTP_BODY	(256 * 1024)	/* of an answer, as far as it is looked through */
#define SLBD_HTTP_KEEP	60L		/* seconds until a file of certificates is read again */

/**
 * struct slbd_http_pool - the probes that verify by the same certificates
 * @ca: the file; NULL is the system's, and of those that do not verify
 * @multi: libcurl's handle
 * @timer: when it wants to be called
 * @next: another
 */
struct slbd_http_pool {
	char			*ca;
	CURLM			*multi;
	ev_timer		timer;
	struct slbd_http_pool	*next;
};

/**
 * struct slbd_http - a probe
 * @pool: it is one of these
 * @easy: libcurl's handle, for all probes of the check
 * @header: ours
 * @to: where the address in the URL leads
 * @error: libcurl's words
 * @err: errno of a socket that could not be made
 * @tail: end of what has come, as long as the text that is looked for
 * @tail_len: bytes in @tail
 * @seen: bytes that have come
 * @found: the text is in them
 */
struct slbd_http {
	struct slbd_http_pool	*pool;
	CURL			*easy;
	struct curl_slist	*header;
	struct curl_slist	*to;
	char			error[CURL_ERROR_SIZE];
	int			err;
	char			tail[SLBD_CHECK_BYTES];
	size_t			tail_len;
	size_t			seen;
	bool			found;
};

static struct slbd_http_pool *slbd_http_pools;

/* A date of the server's certificate, or -1. */
static time_t slbd_http_date(const struct slbd_http *http, const char *name)
{
	const struct curl_slist *line;
	struct curl_certinfo *info;
	size_t len = strlen(name);
	struct tm tm = {};

	if (curl_easy_getinfo(http->easy, CURLINFO_CERTINFO, &info) || !info || !info->num_of_certs)
		return -1;
	for (line = info->certinfo[0]; line; line = line->next) {
		if (strncasecmp(line->data, name, len) || line->data[len] != ':')
			continue;
		if (strptime(line->data + len + 1, "%Y-%m-%d %H:%M:%S", &tm))
			return timegm(&tm);
		return curl_getdate(line->data + len + 1, NULL);
	}
	return -1;
}

/* Not every library that may be behind libcurl says what is wrong with a certificate. */
static const char *slbd_http_words(const struct slbd_http *http, CURLcode code)
{
	time_t now = time(NULL);
	time_t date;

	if (code == CURLE_PEER_FAILED_VERIFICATION) {
		date = slbd_http_date(http, "Expire date");
		if ((date != -1 && date < now) || strstr(http->error, "has expired"))
			return "certificate expired";
		date = slbd_http_date(http, "Start date");
		if ((date != -1 && date > now) || strstr(http->error, "not yet valid"))
			return "certificate not valid yet";
	}
	return *http->error ? http->error : curl_easy_strerror(code);
}

static void slbd_http_failed(struct slbd_check *check, CURLcode code)
{
	struct slbd_http *http = check->probe;
	long err = 0;

	curl_easy_getinfo(http->easy, CURLINFO_OS_ERRNO, &err);
	if (code == CURLE_COULDNT_CONNECT && http->err)
		slbd_probe_errno(check, "", http->err);
	else if (code == CURLE_COULDNT_CONNECT && err)
		slbd_probe_errno(check, "", err);
	else if (code == CURLE_OUT_OF_MEMORY || code == CURLE_SSL_CACERT_BADFILE)
		slbd_probe_done(check, SLBD_UNKNOWN, "%s", slbd_http_words(http, code));
	else
		slbd_probe_done(check, SLBD_FAILED, "%s", slbd_http_words(http, code));
}

static void slbd_http_judge(struct slbd_check *check, CURLcode code)
{
	const struct slbd_check_conf *conf = &check->conf;
	struct slbd_http *http = check->probe;
	long answer = 0;

	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &answer);
	if (code && !(code == CURLE_WRITE_ERROR && answer)) {
		slbd_http_failed(check, code);
		return;
	}
	if (answer < 0 || answer >= SLBD_CODE_MAX ||
	    !(conf->code[answer / 32] & 1U << answer % 32))
		slbd_probe_done(check, SLBD_FAILED, "code %ld", answer);
	else if (conf->body && !http->found)
		slbd_probe_done(check, SLBD_FAILED, "code %ld without the expected text", answer);
	else
		slbd_probe_done(check, SLBD_OK, "code %ld", answer);
}

static void slbd_http_ended(struct slbd_http_pool *pool)
{
	struct slbd_check *check;
	CURLMsg *msg;
	CURLcode code;
	int left;

	while ((msg = curl_multi_info_read(pool->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		code = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &check);
		curl_multi_remove_handle(pool->multi, msg->easy_handle);
		slbd_http_judge(check, code);
	}
}

static void slbd_http_ready(struct ev_loop *loop, ev_io *io, int events)
{
	int bits = (events & EV_READ ? CURL_CSELECT_IN : 0) |
		   (events & EV_WRITE ? CURL_CSELECT_OUT : 0);
	struct slbd_http_pool *pool = io->data;
	int running;

	(void)loop;
	curl_multi_socket_action(pool->multi, io->fd, bits, &running);
	slbd_http_ended(pool);
}

static void slbd_http_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct slbd_http_pool *pool = timer->data;
	int running;

	(void)loop;
	(void)events;
	curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	slbd_http_ended(pool);
}

static int slbd_http_timer_set(CURLM *multi, long ms, void *data)
{
	struct slbd_http_pool *pool = data;

	(void)multi;
	ev_timer_stop(slbd_loop, &pool->timer);
	if (ms < 0)
		return 0;
	ev_timer_set(&pool->timer, ms / 1000.0, 0);
	ev_timer_start(slbd_loop, &pool->timer);
	return 0;
}

static int slbd_http_watch(CURL *easy, curl_socket_t fd, int what, void *data, void *watcher)
{
	struct slbd_http_pool *pool = data;
	ev_io *io = watcher;

	(void)easy;
	if (io)
		ev_io_stop(slbd_loop, io);
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(pool->multi, fd, NULL);
		free(io);
		return 0;
	}
	if (!io) {
		io = slb_mem_grow(NULL, sizeof(*io));
		curl_multi_assign(pool->multi, fd, io);
	}
	ev_io_init(io, slbd_http_ready, fd,
		   (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
	io->data = pool;
	ev_io_start(slbd_loop, io);
	return 0;
}

static curl_socket_t slbd_http_socket(void *data, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct slbd_check *check = data;
	struct slbd_http *http = check->probe;
	int fd = slbd_sock_open(&check->conf, SOCK_STREAM);

	(void)purpose;
	(void)addr;
	http->err = fd < 0 ? -fd : 0;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static size_t slbd_http_body(char *text, size_t one, size_t len, void *data)
{
	struct slbd_check *check = data;
	struct slbd_http *http = check->probe;
	const char *want = check->conf.body;
	size_t keep = want ? strlen(want) - 1 : 0;
	char *both;

	(void)one;
	http->seen += len;
	if (!want)
		return 0;	/* the code is known, that is enough */
	both = slb_mem_grow(NULL, http->tail_len + len);
	memcpy(both, http->tail, http->tail_len);
	memcpy(both + http->tail_len, text, len);
	http->found = memmem(both, http->tail_len + len, want, keep + 1);
	if (keep > http->tail_len + len)
		keep = http->tail_len + len;
	memcpy(http->tail, both + http->tail_len + len - keep, keep);
	http->tail_len = keep;
	free(both);
	return http->found || http->seen > SLBD_HTTP_BODY ? 0 : len;
}

static struct slbd_http_pool *slbd_http_pool_new(const char *ca)
{
	struct slbd_http_pool *pool = slb_mem_grow(NULL, sizeof(*pool));

	if (!slbd_http_pools)
		curl_global_init(CURL_GLOBAL_DEFAULT);
	memset(pool, 0, sizeof(*pool));
	pool->multi = curl_multi_init();
	if (!pool->multi) {
		free(pool);
		return NULL;
	}
	if (ca)
		pool->ca = strcpy(slb_mem_grow(NULL, strlen(ca) + 1), ca);
	ev_init(&pool->timer, slbd_http_due);
	pool->timer.data = pool;
	curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, slbd_http_watch);
	curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool);
	curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, slbd_http_timer_set);
	curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool);
	curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, 1L);
	pool->next = slbd_http_pools;
	slbd_http_pools = pool;
	return pool;
}

/* They live as long as the daemon: there are few files of certificates. */
static struct slbd_http_pool *slbd_http_pool_get(const struct slbd_check_conf *conf)
{
	const char *ca = conf->verify ? conf->ca : NULL;
	struct slbd_http_pool *pool;

	for (pool = slbd_http_pools; pool; pool = pool->next)
		if (ca && pool->ca ? !strcmp(ca, pool->ca) : ca == pool->ca)
			return pool;
	return slbd_http_pool_new(ca);
}

/* The name without the port; an IPv6 address is one in brackets. */
static int slbd_http_name_len(const char *name)
{
	return *name == '[' ? strcspn(name, "]") + 1 : strcspn(name, ":");
}

/* Where it goes is said apart: the URL has the name that is in the certificate. */
static void slbd_http_url(struct slbd_http *http, const struct slbd_check_conf *conf)
{
	const char *scheme = conf->type == SLBD_CHECK_HTTPS ? "https" : "http";
	const char *name = conf->sni ? conf->sni : conf->host;
	char text[SLB_END_TEXT + 4096];
	char addr[SLB_END_TEXT];
	struct slb_end end = { .addr = conf->addr, .port = conf->port };

	slb_end_text(addr, &end);
	snprintf(text, sizeof(text), "::%s", addr);
	http->to = curl_slist_append(NULL, text);
	curl_easy_setopt(http->easy, CURLOPT_CONNECT_TO, http->to);
	snprintf(text, sizeof(text), "Host: %s", conf->host ? conf->host : addr);
	http->header = curl_slist_append(NULL, text);
	curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, http->header);
	if (conf->type == SLBD_CHECK_HTTPS && name)
		snprintf(text, sizeof(text), "https://%.*s:%u%s", slbd_http_name_len(name), name,
			 conf->port, conf->path ? conf->path : "/");
	else
		snprintf(text, sizeof(text), "%s://%s%s", scheme, addr,
			 conf->path ? conf->path : "/");
	curl_easy_setopt(http->easy, CURLOPT_URL, text);
}

static void slbd_http_options(struct slbd_check *check)
{
	const struct slbd_check_conf *conf = &check->conf;
	struct slbd_http *http = check->probe;
	CURL *easy = http->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, check);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "slbd/" SLB_RELEASE);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	curl_easy_setopt(easy, CURLOPT_NOBODY, conf->method == SLBD_HTTP_HEAD ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 conf->http10 ? (long)CURL_HTTP_VERSION_1_0 : (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, conf->verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, conf->verify ? 2L : 0L);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, conf->verify ? 1L : 0L);
	/* libcurl reads its own file and directory for each probe, whether it verifies or not. */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (conf->ca || !conf->verify)
		curl_easy_setopt(easy, CURLOPT_CAINFO, conf->ca);
	curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, SLBD_HTTP_KEEP);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, slbd_http_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, check);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, slbd_http_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, check);
	slbd_http_url(http, conf);
}

static void slbd_http_start(struct slbd_check *check)
{
	struct slbd_http *http = check->probe;

	if (!http->pool)
		http->pool = slbd_http_pool_get(&check->conf);
	if (http->pool && !http->easy) {
		http->easy = curl_easy_init();
		if (http->easy)
			slbd_http_options(check);
	}
	if (!http->easy) {
		slbd_probe_done(check, SLBD_UNKNOWN, "no memory");
		return;
	}
	*http->error = '\0';
	http->err = 0;
	http->tail_len = 0;
	http->seen = 0;
	http->found = false;
	curl_multi_add_handle(http->pool->multi, http->easy);
}

static void slbd_http_stop(struct slbd_check *check)
{
	struct slbd_http *http = check->probe;

	curl_multi_remove_handle(http->pool->multi, http->easy);
}

static void slbd_http_free(struct slbd_check *check)
{
	struct slbd_http *http = check->probe;

	if (!http->easy)
		return;
	curl_easy_cleanup(http->easy);
	curl_slist_free_all(http->header);
	curl_slist_free_all(http->to);
}

/** slbd_http_end() - free what probes share; no check is left */
void slbd_http_end(void)
{
	struct slbd_http_pool *pool = slbd_http_pools;

	if (!pool)
		return;
	while ((pool = slbd_http_pools)) {
		slbd_http_pools = pool->next;
		curl_multi_cleanup(pool->multi);
		ev_timer_stop(slbd_loop, &pool->timer);
		free(pool->ca);
		free(pool);
	}
	curl_global_cleanup();
}

const struct slbd_probe_ops slbd_probe_http = {
	.size = sizeof(struct slbd_http), .start = slbd_http_start, .stop = slbd_http_stop,
	.free = slbd_http_free,
};
