// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration as commands. -S writes lines that -R reads; nothing but defaults is left out,
 * and -R gives what a line leaves out its default, so that a line means the same whatever was there
 * before.
 */
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"

/* Whether a word means itself without quotes. */
static bool slb_conf_word_is_plain(const char *word)
{
	const char *c;

	for (c = word; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr("._:/@+,=%-", *c)))
			return false;
	return *word;
}

/* Prints a word so that slb_file_word() reads it again, whatever bytes it has. */
static void slb_conf_word_print(const char *word)
{
	const unsigned char *c = (const unsigned char *)word;

	if (slb_conf_word_is_plain(word)) {
		fputs(word, stdout);
		return;
	}
	putchar('"');
	for (; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f)
			printf("\\x%02x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

static void slb_conf_timeouts_print(const struct slb_timeouts *timeouts)
{
	const struct slb_field *field;
	const char *joint = " --timeout ";

	for (field = slb_to_fields; field->name; field++) {
		if (!(timeouts->given & SLB_GIVEN(field->attr)))
			continue;
		printf("%s%s=%u", joint, field->name, timeouts->value[field->attr]);
		joint = ",";
	}
}

static void slb_conf_key_print(const struct slb_svc_key *key)
{
	char end[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];

	printf(" -%c %s", key->proto == IPPROTO_UDP ? 'u' : 't', slb_end_text(end, &key->end));
	if (key->vrf)
		printf(" --vrf %s", slb_vrf_text(vrf, key->vrf));
}

static void slb_conf_svc_print(const struct slb_svc *svc)
{
	const struct slb_field *field;
	const char *text;
	char buf[16];

	slb_conf_key_print(&svc->key);
	for (field = slb_svc_fields; field->name; field++) {
		if (!(svc->given & SLB_GIVEN(field->attr)))
			continue;
		text = slb_field_text(field, svc->value[field->attr], buf, sizeof(buf));
		if (field->attr == SLB_A_SVC_SCHED)
			printf(" -s %s", text);
		else if (field->attr == SLB_A_SVC_ENABLED)
			printf(" --%s", svc->value[field->attr] ? "enable" : "disable");
		else
			printf(" --%s %s", field->name, text);
	}
	slb_conf_timeouts_print(&svc->timeouts);
	if (svc->given & SLB_GIVEN(SLB_A_SVC_POOL)) {
		printf(" --pool ");
		slb_conf_word_print(svc->pool);
	}
}

static void slb_conf_srv_print(const struct slb_srv *srv)
{
	char end[SLB_END_TEXT];

	slb_conf_key_print(&srv->svc);
	printf(" -r %s", slb_end_text(end, &srv->end));
	if (srv->given & SLB_GIVEN(SLB_A_SRV_FWD))
		printf(" -%c", srv->value[SLB_A_SRV_FWD] == SLB_FWD_NAT ? 'm' : 'b');
	if (srv->given & SLB_GIVEN(SLB_A_SRV_WEIGHT))
		printf(" -w %u", srv->value[SLB_A_SRV_WEIGHT]);
}

static void slb_conf_laddr_print(const struct slb_laddr *laddr)
{
	char addr[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];

	printf(" %s", slb_addr_text(addr, &laddr->addr));
	if (*laddr->pool) {
		printf(" --pool ");
		slb_conf_word_print(laddr->pool);
	}
	if (laddr->value[SLB_A_LADDR_VRF])
		printf(" --vrf %s", slb_vrf_text(vrf, laddr->value[SLB_A_LADDR_VRF]));
	if (laddr->given & SLB_GIVEN(SLB_A_LADDR_PORT_FIRST))
		printf(" --ports %u-%u", laddr->value[SLB_A_LADDR_PORT_FIRST],
		       laddr->value[SLB_A_LADDR_PORT_LAST]);
	if (laddr->given & SLB_GIVEN(SLB_A_LADDR_DEDICATED))
		printf(" --%s", laddr->value[SLB_A_LADDR_DEDICATED] ? "dedicated" : "shared");
}

static void slb_conf_set_print(const struct slb_settings *set)
{
	const struct slb_field *field;
	char names[SLB_FASTPATH_TEXT];
	char text[SLB_END_TEXT];
	size_t i;

	for (field = slb_to_fields; field->name; field++)
		if (set->timeouts.given & SLB_GIVEN(field->attr))
			printf(" %s=%u", field->name, set->timeouts.value[field->attr]);
	for (field = slb_set_fields; field->name; field++)
		if (set->given & SLB_GIVEN(field->attr))
			printf(" %s=%s", field->name, slb_field_text(field, set->value[field->attr],
								     text, sizeof(text)));
	if (set->given & SLB_GIVEN(SLB_A_SET_TOA_TRUSTED)) {
		printf(" toa-trusted=%s", set->trusted_count ? "" : "none");
		for (i = 0; i < set->trusted_count; i++)
			printf("%s%s", i ? "," : "", slb_prefix_text(text, &set->trusted[i]));
	}
	if (set->given & SLB_GIVEN(SLB_A_SET_FASTPATH)) {
		printf(" fastpath=");
		slb_conf_word_print(slb_fastpath_text(names, set));
	}
}

/**
 * slb_conf_req_print() - print a command in the form that -S uses
 * @req: the command
 */
void slb_conf_req_print(const struct slb_req *req)
{
	if (req->command->letter)
		printf("-%c", req->command->letter);
	else
		printf("%s%s", req->command->dashes, req->command->name);
	switch (req->command->id) {
	case SLB_DO_SVC_ADD:
	case SLB_DO_SVC_EDIT:
	case SLB_DO_SVC_DEL:
		slb_conf_svc_print(&req->svc);
		break;
	case SLB_DO_SRV_ADD:
	case SLB_DO_SRV_EDIT:
	case SLB_DO_SRV_DEL:
		slb_conf_srv_print(&req->srv);
		break;
	case SLB_DO_LADDR_ADD:
	case SLB_DO_LADDR_EDIT:
	case SLB_DO_LADDR_DEL:
		slb_conf_laddr_print(&req->laddr);
		if (slb_req_has(req, SLB_SLOT_SERVICE))
			slb_conf_key_print(&req->svc.key);
		break;
	case SLB_DO_ZERO:
		if (slb_req_has(req, SLB_SLOT_SERVICE))
			slb_conf_key_print(&req->svc.key);
		break;
	case SLB_DO_SET:
		if (!req->set.given && !req->set.timeouts.given)
			printf(" 0 0 0");	/* the one way to set nothing */
		slb_conf_set_print(&req->set);
		break;
	default:
		break;
	}
	putchar('\n');
}

/* Forgets what is at its default, so that lines stay short. */
static void slb_conf_svc_shorten(struct slb_svc *svc)
{
	const struct slb_field *field;

	for (field = slb_svc_fields; field->name; field++)
		if (field->attr != SLB_A_SVC_SCHED &&
		    ((field->tcp && svc->key.proto != IPPROTO_TCP) ||
		     svc->value[field->attr] == field->dflt))
			svc->given &= ~SLB_GIVEN(field->attr);
	for (field = slb_to_fields; field->name; field++)
		if (!svc->timeouts.value[field->attr])
			svc->timeouts.given &= ~SLB_GIVEN(field->attr);
	if (*svc->pool)
		svc->given |= SLB_GIVEN(SLB_A_SVC_POOL);
}

static void slb_conf_laddr_shorten(struct slb_laddr *laddr)
{
	laddr->given = 0;
	if (laddr->value[SLB_A_LADDR_PORT_FIRST] != SLB_LPORT_FIRST ||
	    laddr->value[SLB_A_LADDR_PORT_LAST] != SLB_LPORT_LAST)
		laddr->given |= SLB_GIVEN(SLB_A_LADDR_PORT_FIRST);
	if (laddr->value[SLB_A_LADDR_DEDICATED])
		laddr->given |= SLB_GIVEN(SLB_A_LADDR_DEDICATED);
}

/**
 * slb_conf_save() - print the configuration as commands
 * @nl: the family
 *
 * Return: 0, or a negative errno, in which case nothing was printed and @nl says why.
 */
int slb_conf_save(struct slb_nl *nl)
{
	struct slb_config config;
	size_t srv = 0;
	size_t i;
	int err;

	err = slb_config_load(nl, &config, SLB_LOAD_ALL);
	if (err)
		return err;
	printf("--set");
	slb_conf_set_print(&config.settings);
	putchar('\n');
	for (i = 0; i < config.laddr_count; i++) {
		if (config.laddr[i].value[SLB_A_LADDR_DYING])
			continue;
		printf("-P");
		slb_conf_laddr_shorten(&config.laddr[i]);
		slb_conf_laddr_print(&config.laddr[i]);
		putchar('\n');
	}
	for (i = 0; i < config.svc_count; i++) {
		printf("-A");
		slb_conf_svc_shorten(&config.svc[i]);
		slb_conf_svc_print(&config.svc[i]);
		putchar('\n');
		for (; slb_config_srv_is_of(&config, srv, i); srv++) {
			printf("-a");
			slb_conf_srv_print(&config.srv[srv]);
			putchar('\n');
		}
	}
	slb_config_free(&config);
	return 0;
}
