// SPDX-License-Identifier: GPL-2.0-only
/* Transport over libmnl: families, requests, answers, and the kernel's extended acknowledgment. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "nl.h"

#define SLB_NL_ANSWER	(128 * 1024)	/* the kernel sends dumps in messages of up to 32 KiB */

static const struct slb_attr_set *slb_nl_set(const struct slb_nl *nl)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload((const struct nlmsghdr *)nl->tx);

	return genl->cmd < nl->family->cmd_count ? nl->family->cmd[genl->cmd].set : NULL;
}

static const struct slb_attr_set *slb_nl_nested(const struct slb_attr_set *set, __u16 attr)
{
	return attr < set->count ? set->attr[attr].nested : NULL;
}

/*
 * Finds the attribute at @offset of our own request, which the kernel names by its place only, and
 * the set that it belongs to. @inside asks for the set that the attribute holds instead of its own.
 */
static const struct slb_attr_set *slb_nl_find(const struct slb_nl *nl, __u32 offset, bool inside,
					      __u16 *type)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->tx;
	const char *at = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	const struct slb_attr_set *set = slb_nl_set(nl);
	const char *end = nl->tx + nlh->nlmsg_len;
	const char *want = nl->tx + offset;
	const struct slb_attr_set *held;
	const struct nlattr *attr;

	while (set && at < end) {
		attr = (const struct nlattr *)at;
		held = slb_nl_nested(set, mnl_attr_get_type(attr));
		if (at == want) {
			*type = mnl_attr_get_type(attr);
			return inside ? held : set;
		}
		if (want < at + MNL_ALIGN(attr->nla_len)) {
			set = held;
			end = at + attr->nla_len;
			at += MNL_ATTR_HDRLEN;
		} else {
			at += MNL_ALIGN(attr->nla_len);
		}
	}
	return NULL;
}

/* Appends which attribute is to blame, in the family's own names. */
static void slb_nl_blame(struct slb_nl *nl, const struct nlattr **ack)
{
	const struct slb_attr_set *set = NULL;
	size_t used = strlen(nl->words);
	const char *how = "attribute";
	const char *name;
	__u32 nest;
	__u16 type;

	if (ack[NLMSGERR_ATTR_OFFS]) {
		set = slb_nl_find(nl, mnl_attr_get_u32(ack[NLMSGERR_ATTR_OFFS]), false, &type);
	} else if (ack[NLMSGERR_ATTR_MISS_TYPE]) {
		how = "missing attribute";
		nest = ack[NLMSGERR_ATTR_MISS_NEST] ?
			       mnl_attr_get_u32(ack[NLMSGERR_ATTR_MISS_NEST]) : 0;
		set = nest ? slb_nl_find(nl, nest, true, &type) : slb_nl_set(nl);
		type = mnl_attr_get_u32(ack[NLMSGERR_ATTR_MISS_TYPE]);
	}
	name = set && type < set->count ? set->attr[type].name : NULL;
	if (name)
		snprintf(nl->words + used, sizeof(nl->words) - used, " (%s %s)", how, name);
}

/* Turns the attributes behind an acknowledgment into a sentence. */
static int slb_nl_judge(struct slb_nl *nl, int error, const void *tlvs, size_t len)
{
	const struct nlattr *ack[NLMSGERR_ATTR_MAX + 1] = {};
	const struct nlattr *attr;
	const char *words = NULL;

	mnl_attr_for_each_payload(tlvs, len) {
		if (mnl_attr_get_type(attr) <= NLMSGERR_ATTR_MAX)
			ack[mnl_attr_get_type(attr)] = attr;
	}
	if (ack[NLMSGERR_ATTR_MSG] && mnl_attr_validate(ack[NLMSGERR_ATTR_MSG],
							MNL_TYPE_NUL_STRING) >= 0)
		words = mnl_attr_get_str(ack[NLMSGERR_ATTR_MSG]);
	if (!error && words && !strncmp(words, "warning: ", 9))
		words += 9;
	if (!error && !words)
		return 0;
	if (words)
		snprintf(nl->words, sizeof(nl->words), "%s", words);
	else if (error == -EPERM)
		snprintf(nl->words, sizeof(nl->words), "%s, CAP_NET_ADMIN is needed",
			 strerror(EPERM));
	else
		snprintf(nl->words, sizeof(nl->words), "%s", strerror(-error));
	if (error)
		slb_nl_blame(nl, ack);
	return error;
}

static int slb_nl_error(struct slb_nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	size_t skip = sizeof(*err);

	if (len < sizeof(*err)) {
		snprintf(nl->words, sizeof(nl->words), "the kernel's answer is truncated");
		return -EBADMSG;
	}
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += MNL_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip > len)
		skip = len;
	return slb_nl_judge(nl, err->error, (const char *)err + skip, len - skip);
}

static int slb_nl_done(struct slb_nl *nl, const struct nlmsghdr *nlh)
{
	const char *payload = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	size_t skip = MNL_ALIGN(sizeof(int));
	int error = 0;

	if (len >= sizeof(error))
		memcpy(&error, payload, sizeof(error));
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip > len)
		skip = len;
	return slb_nl_judge(nl, error < 0 ? error : 0, payload + skip, len - skip);
}

static int slb_nl_errno(struct slb_nl *nl)
{
	int err = errno;

	snprintf(nl->words, sizeof(nl->words), "netlink: %s", strerror(err));
	return -err;
}

/**
 * slb_nl_send() - send the request that was begun last
 * @nl: the family
 *
 * Return: 0 or a negative errno.
 */
int slb_nl_send(struct slb_nl *nl)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->tx;

	nl->intr = false;
	nl->err = 0;
	return mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0 ? slb_nl_errno(nl) : 0;
}

/* One message of an answer; returns what slb_nl_step() does. */
static int slb_nl_message(struct slb_nl *nl, const struct nlmsghdr *nlh,
			  int (*answer)(const struct nlmsghdr *nlh, void *data), void *data)
{
	int ret;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->intr = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		ret = slb_nl_error(nl, nlh);
		return ret ? ret : nl->err;
	case NLMSG_DONE:
		ret = slb_nl_done(nl, nlh);
		if (!ret)
			ret = nl->err;
		return !ret && nl->intr ? -EINTR : ret;
	default:
		if (answer && !nl->err)
			nl->err = answer(nlh, data);
		return 1;
	}
}

/**
 * slb_nl_step() - take a part of the answers to the request that was sent last
 * @nl: the family
 * @answer: as in slb_nl_talk()
 * @data: for @answer
 *
 * A part is what the kernel hands over at once, of a dump up to 32 KiB. Where the socket does not
 * block there may be none yet.
 *
 * Return: 1 if there is more to come, else what slb_nl_talk() returns.
 */
int slb_nl_step(struct slb_nl *nl, int (*answer)(const struct nlmsghdr *nlh, void *data),
		void *data)
{
	unsigned int port = mnl_socket_get_portid(nl->sock);
	const struct nlmsghdr *nlh;
	int ret = 1;
	int len;

	len = mnl_socket_recvfrom(nl->sock, nl->rx, SLB_NL_ANSWER);
	if (len < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (len < 0)
		return slb_nl_errno(nl);
	nlh = (const struct nlmsghdr *)nl->rx;
	for (; ret > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_seq == nl->seq && nlh->nlmsg_pid == port)
			ret = slb_nl_message(nl, nlh, answer, data);
	return ret;
}

/**
 * slb_nl_talk() - send the request that was begun last and take its answers
 * @nl: the family
 * @answer: called for each message of the answer; 0 goes on, a negative errno ends with it after
 *	the rest was read; may be NULL
 * @data: for @answer
 *
 * After success @words holds the kernel's warning, if there is one.
 *
 * Return: 0, the kernel's or @answer's error, or -EINTR if the configuration changed in the middle
 *	of a dump, so that the answers may not fit together.
 */
int slb_nl_talk(struct slb_nl *nl, int (*answer)(const struct nlmsghdr *nlh, void *data),
		void *data)
{
	int ret = slb_nl_send(nl);

	if (ret)
		return ret;
	do
		ret = slb_nl_step(nl, answer, data);
	while (ret > 0);
	return ret;
}

/**
 * slb_nl_request() - begin a request
 * @nl: the family
 * @cmd: command
 * @flags: NLM_F_* besides REQUEST and ACK
 *
 * Return: the message, to which attributes can be added; it is nl's own.
 */
struct nlmsghdr *slb_nl_request(struct slb_nl *nl, __u8 cmd, __u16 flags)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(nl->tx);
	nlh->nlmsg_type = nl->id;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = nl->family->version;
	nl->words[0] = '\0';
	return nlh;
}

/**
 * slb_nl_names() - is a message of the controller's about a family?
 * @family: the family
 * @attrs: what the message has
 *
 * Return: true if so.
 */
bool slb_nl_names(const struct slb_nl_family *family, const struct nlattr **attrs)
{
	const struct nlattr *name = attrs[CTRL_ATTR_FAMILY_NAME];

	return name && mnl_attr_validate(name, MNL_TYPE_NUL_STRING) >= 0 &&
	       !strcmp(mnl_attr_get_str(name), family->name);
}

struct slb_nl_found {
	const struct slb_nl_family	*family;
	__u16				id;
};

static int slb_nl_controller(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct slb_nl_found *found = data;

	slb_nl_index(nlh, attrs, CTRL_ATTR_MAX);
	if (attrs[CTRL_ATTR_FAMILY_ID] && slb_nl_names(found->family, attrs))
		found->id = slb_nl_number(attrs[CTRL_ATTR_FAMILY_ID]);
	return 0;
}

/* Asked for a name, the kernel loads the module that has it as an alias; asked for all families it does not. */
static int slb_nl_resolve(struct slb_nl *nl, bool load)
{
	struct slb_nl_found found = { .family = nl->family };
	struct nlmsghdr *nlh;
	int err;

	nl->id = GENL_ID_CTRL;
	nlh = slb_nl_request(nl, CTRL_CMD_GETFAMILY, load ? 0 : NLM_F_DUMP);
	if (load)
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, nl->family->name);
	err = slb_nl_talk(nl, slb_nl_controller, &found);
	nl->id = found.id;
	if (!err && !found.id)
		err = -ENOENT;
	if (err == -ENOENT)
		snprintf(nl->words, sizeof(nl->words),
			 "the %s module is not loaded (modprobe %s)", nl->family->name,
			 nl->family->name);
	return err;
}

static int slb_nl_begin(struct slb_nl *nl, const struct slb_nl_family *family, bool load)
{
	int one = 1;
	int err;

	memset(nl, 0, sizeof(*nl));
	nl->family = family;
	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock)
		return slb_nl_errno(nl);
	nl->tx = slb_mem_grow(NULL, SLB_NL_REQUEST);
	nl->rx = slb_mem_grow(NULL, SLB_NL_ANSWER);
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = slb_nl_errno(nl);
	} else {
		mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &one, sizeof(one));
		mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &one, sizeof(one));
		err = slb_nl_resolve(nl, load);
	}
	if (err)
		slb_nl_close(nl);
	return err;
}

/**
 * slb_nl_open() - open the way to a family
 * @nl: filled in; @words says what is wrong, also when this fails
 * @family: the family; the kernel loads its module if it is installed
 *
 * Return: 0 or a negative errno, -ENOENT if there is no such family.
 */
int slb_nl_open(struct slb_nl *nl, const struct slb_nl_family *family)
{
	return slb_nl_begin(nl, family, true);
}

/**
 * slb_nl_open_loaded() - the same for who only looks: a module that was removed stays so
 * @nl: filled in; @words says what is wrong, also when this fails
 * @family: the family
 *
 * Return: 0 or a negative errno, -ENOENT if there is no such family.
 */
int slb_nl_open_loaded(struct slb_nl *nl, const struct slb_nl_family *family)
{
	return slb_nl_begin(nl, family, false);
}

/**
 * slb_nl_close() - close the way to a family
 * @nl: the family; closing it twice is allowed
 */
void slb_nl_close(struct slb_nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	free(nl->tx);
	free(nl->rx);
	nl->sock = NULL;
	nl->tx = NULL;
	nl->rx = NULL;
}

/**
 * slb_nl_index() - index a message's attributes by their number
 * @nlh: the message
 * @attrs: result, @max + 1 entries, NULL where there is none
 * @max: attributes above it are left out
 */
void slb_nl_index(const struct nlmsghdr *nlh, const struct nlattr **attrs, __u16 max)
{
	const struct nlattr *attr;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) <= max)
			attrs[mnl_attr_get_type(attr)] = attr;
}

/**
 * slb_nl_index_nest() - index the attributes inside another by their number
 * @nest: the attribute that holds them
 * @attrs: result, @max + 1 entries, NULL where there is none
 * @max: attributes above it are left out
 */
void slb_nl_index_nest(const struct nlattr *nest, const struct nlattr **attrs, __u16 max)
{
	const struct nlattr *attr;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= max)
			attrs[mnl_attr_get_type(attr)] = attr;
}

/**
 * slb_nl_number() - read a number of any width
 * @attr: an attribute of 1, 2, 4 or 8 bytes, or NULL
 *
 * Return: its value in host byte order; 0 for NULL or any other length.
 */
__u64 slb_nl_number(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(__u8):
		return mnl_attr_get_u8(attr);
	case sizeof(__u16):
		return mnl_attr_get_u16(attr);
	case sizeof(__u32):
		return mnl_attr_get_u32(attr);
	case sizeof(__u64):
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

struct slb_nl_group {
	const char	*name;
	__u32		id;
};

static int slb_nl_group_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *parts[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct slb_nl_group *group = data;
	const struct nlattr *name;
	const struct nlattr *attr;

	slb_nl_index(nlh, attrs, CTRL_ATTR_MAX);
	if (!attrs[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	mnl_attr_for_each_nested(attr, attrs[CTRL_ATTR_MCAST_GROUPS]) {
		slb_nl_index_nest(attr, parts, CTRL_ATTR_MCAST_GRP_MAX);
		name = parts[CTRL_ATTR_MCAST_GRP_NAME];
		if (name && mnl_attr_validate(name, MNL_TYPE_NUL_STRING) >= 0 &&
		    !strcmp(mnl_attr_get_str(name), group->name))
			group->id = slb_nl_number(parts[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return 0;
}

/**
 * slb_nl_join() - listen to a group of a family
 * @nl: the family
 * @group: the group's name
 *
 * Return: 0 or a negative errno.
 */
int slb_nl_join(struct slb_nl *nl, const char *group)
{
	struct slb_nl_group found = { .name = group };
	__u16 id = nl->id;
	int err;

	nl->id = GENL_ID_CTRL;
	mnl_attr_put_u16(slb_nl_request(nl, CTRL_CMD_GETFAMILY, 0), CTRL_ATTR_FAMILY_ID, id);
	err = slb_nl_talk(nl, slb_nl_group_answer, &found);
	nl->id = id;
	if (err)
		return err;
	if (!found.id) {
		snprintf(nl->words, sizeof(nl->words), "the module has no group `%s'", group);
		return -ENOENT;
	}
	if (mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &found.id, sizeof(found.id)) < 0)
		return slb_nl_judge(nl, -errno, NULL, 0);
	return 0;
}

/**
 * slb_nl_roomy() - make room for messages that come faster than they are taken
 * @nl: the family
 */
void slb_nl_roomy(struct slb_nl *nl)
{
	int room = 16 << 20;

	/* As much as the system allows, where it does not allow that much. */
	if (setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUFFORCE, &room,
		       sizeof(room)) < 0)
		setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

/**
 * slb_nl_take() - take what has come to the groups that were joined
 * @nl: the family; requests are no longer answered
 * @each: called for each message, and with NULL when some were lost because they were not taken
 *	in time; 0 goes on
 * @data: for @each
 *
 * Return: 0 when a socket that does not block has no more, what @each ended it with, or a negative
 *	errno.
 */
int slb_nl_take(struct slb_nl *nl, int (*each)(const struct nlmsghdr *nlh, void *data), void *data)
{
	const struct nlmsghdr *nlh;
	int ret = 0;
	int len;

	while (!ret) {
		len = mnl_socket_recvfrom(nl->sock, nl->rx, SLB_NL_ANSWER);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return 0;
		if (len < 0 && errno == ENOBUFS) {
			ret = each(NULL, data);
			continue;
		}
		if (len < 0)
			return slb_nl_errno(nl);
		nlh = (const struct nlmsghdr *)nl->rx;
		for (; mnl_nlmsg_ok(nlh, len) && !ret; nlh = mnl_nlmsg_next(nlh, &len))
			if (nlh->nlmsg_type == nl->id)
				ret = each(nlh, data);
	}
	return ret;
}

/**
 * slb_nl_listen() - take what comes to the groups that were joined, until @each ends it
 * @nl: as in slb_nl_take()
 * @each: as in slb_nl_take()
 * @data: for @each
 *
 * Return: what @each ended it with, or a negative errno.
 */
int slb_nl_listen(struct slb_nl *nl, int (*each)(const struct nlmsghdr *nlh, void *data),
		  void *data)
{
	slb_nl_roomy(nl);
	return slb_nl_take(nl, each, data);
}
