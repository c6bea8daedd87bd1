// SPDX-License-Identifier: GPL-2.0-only
/*
 * Feeds slbadm's readers with whatever libFuzzer thinks of: restore files, which must come out as
 * they went in when they are understood, and the kernel's answers and acknowledgments.
 *
 * The first byte chooses. The files under test are included, so that their inner functions can be
 * reached; what would ask a name server or talk to the user is replaced here.
 */
#include <netdb.h>
#include <stdarg.h>

#include "nl.c"
#include "conns.c"
#include "info.c"
#include "laddr.c"
#include "restore.c"
#include "set.c"
#include "srv.c"
#include "svc.c"

void slb_err_at(const char *file, unsigned int line)
{
	(void)file;
	(void)line;
}

void slb_err_at_place(const struct slb_err_place *place)
{
	(void)place;
}

void slb_err_words(bool (*find)(const char *word, struct slb_err_place *place, const void *data),
		   const void *data)
{
	(void)find;
	(void)data;
}

void slb_err_word(const char *word)
{
	(void)word;
}

struct slb_err_place slb_err_at_get(void)
{
	return (struct slb_err_place){};
}

void slb_err_print(const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
}

void slb_err_warn(const char *fmt, ...)
{
	(void)fmt;
}

void *slb_mem_grow(void *mem, size_t size)
{
	mem = realloc(mem, size ? size : 1);
	if (!mem)
		abort();
	return mem;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **res)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)res;
	return EAI_NONAME;
}

/* Reads a file and prints its commands; NULL if it was not understood. */
static char *fuzz_restore(const void *data, size_t size, bool fullnat)
{
	struct slb_file file = { .name = "fuzz" };
	FILE *in = fmemopen((void *)data, size, "r");
	FILE *terminal = stdout;
	char *text = NULL;
	size_t len;

	if (!in)
		return NULL;
	if (!slb_file_read(&file, in, fullnat) && !slb_file_unique(&file)) {
		stdout = open_memstream(&text, &len);
		slb_file_print(&file);
		fclose(stdout);
		stdout = terminal;
	}
	fclose(in);
	slb_file_free(&file);
	return text;
}

static void fuzz_file(const unsigned char *data, size_t size, bool fullnat)
{
	char *first = fuzz_restore(data, size, fullnat);
	char *second;

	if (!first || !*first) {
		free(first);
		return;
	}
	second = fuzz_restore(first, strlen(first), false);
	if (!second || strcmp(first, second)) {
		fprintf(stderr, "in:\n%s\nout:\n%s\n", first, second ? second : "(refused)");
		abort();
	}
	free(first);
	free(second);
}

static void fuzz_each(const struct slb_conn *conn, void *data)
{
	*(__u8 *)data ^= conn->state;
}

/* The last message of a dump, or an acknowledgment of the request that @nl holds. */
static void fuzz_ack(const struct nlmsghdr *nlh, bool done)
{
	struct slb_svc svc = { .key.proto = SLB_PROTO_TCP, .key.end.addr.len = 4 };
	struct slb_nl nl = { .family = &slb_nl_slb };
	struct nlattr *nest;

	nl.tx = slb_mem_grow(NULL, SLB_NL_REQUEST);
	nest = mnl_attr_nest_start(slb_nl_request(&nl, SLB_CMD_SRV_NEW, 0), SLB_A_SRV_SERVICE);
	slb_svc_key_put((struct nlmsghdr *)nl.tx, &svc.key);
	mnl_attr_nest_end((struct nlmsghdr *)nl.tx, nest);
	if (done)
		slb_nl_done(&nl, nlh);
	else
		slb_nl_error(&nl, nlh);
	free(nl.tx);
}

static void fuzz_answer(unsigned int kind, const struct nlmsghdr *nlh)
{
	__u8 sum = 0;
	struct slb_conn_each each = { .each = fuzz_each, .data = &sum };
	struct slb_counters counters = {};
	struct slb_config config = {};
	struct slb_info info = {};

	switch (kind % 9) {
	case 0:
		slb_svc_answer(nlh, &config);
		break;
	case 1:
		slb_srv_answer(nlh, &config);
		break;
	case 2:
		slb_laddr_answer(nlh, &config);
		break;
	case 3:
		slb_settings_answer(nlh, &config.settings);
		break;
	case 4:
		slb_info_answer(nlh, &info);
		break;
	case 5:
		slb_counters_answer(nlh, &counters);
		break;
	case 6:
		slb_conn_answer(nlh, &each);
		break;
	default:
		fuzz_ack(nlh, kind % 9 == 7);
	}
	slb_config_sort(&config);
	slb_config_free(&config);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct nlmsghdr *nlh;

	if (size < 4)
		return 0;
	if (data[0] & 1) {
		fuzz_file(data + 1, size - 1, data[0] & 2);
		return 0;
	}
	/* Of the exact size, so that the sanitizer sees a step behind its end; libmnl rounds up. */
	size = size / MNL_ALIGNTO * MNL_ALIGNTO;
	nlh = slb_mem_grow(NULL, MNL_NLMSG_HDRLEN + size);
	memset(nlh, 0, MNL_NLMSG_HDRLEN + 4);
	nlh->nlmsg_len = MNL_NLMSG_HDRLEN + size;
	nlh->nlmsg_flags = data[1] << 8;
	memcpy((char *)nlh + MNL_NLMSG_HDRLEN, data, size);
	fuzz_answer(data[0] >> 1, nlh);
	free(nlh);
	return 0;
}
