// SPDX-License-Identifier: GPL-2.0-only
/* slbadm top on the screen. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include "../err.h"
#include "top.h"

#define SLB_TOP_HEAD	4	/* lines above the rows */
#define SLB_TOP_FOOT	4	/* lines below */
#define SLB_TOP_TALL	16	/* lines that a screen with all of them has */
#define SLB_TOP_LEVELS	8	/* heights of bars */

enum { SLB_TOP_GREEN = 1, SLB_TOP_YELLOW, SLB_TOP_RED, SLB_TOP_CYAN };

/**
 * struct slb_top_column - a column behind the names
 * @title: its title
 * @width: columns of the screen, with the blank in front of it
 * @from: columns that the screen must have
 * @srvs: of servers only
 * @left: begins at the left
 * @sort: the order that it is sorted by, or SLB_TOP_SORTS
 * @value: its number; NULL: a state, or with the title of a bar a bar
 * @rate: it is not known after the first reading
 */
struct slb_top_column {
	const char		*title;
	int			width;
	int			from;
	bool			srvs;
	bool			left;
	enum slb_top_sort	sort;
	__u64			(*value)(const struct slb_top_row *row);
	bool			rate;
};

static SCREEN *slb_top_screen;
static bool slb_top_utf8;

static __u64 slb_top_conns(const struct slb_top_row *row)
{
	return slb_top_metric(row, SLB_TOP_CONNS);
}

static __u64 slb_top_pkts(const struct slb_top_row *row)
{
	return slb_top_metric(row, SLB_TOP_PKTS);
}

static __u64 slb_top_bits(const struct slb_top_row *row)
{
	return slb_top_metric(row, SLB_TOP_BITS);
}

static __u64 slb_top_in_bits(const struct slb_top_row *row)
{
	return 8 * row->rate[SLB_TOP_C_IN_BYTES];
}

static __u64 slb_top_out_bits(const struct slb_top_row *row)
{
	return 8 * row->rate[SLB_TOP_C_OUT_BYTES];
}

static __u64 slb_top_active(const struct slb_top_row *row)
{
	return row->active;
}

static __u64 slb_top_inactive(const struct slb_top_row *row)
{
	return row->inactive;
}

static __u64 slb_top_weight(const struct slb_top_row *row)
{
	return row->weight;
}

static const struct slb_top_column slb_top_columns[] = {
	{ .title = "State", .width = 10, .from = 30, .left = true, .sort = SLB_TOP_STATE },
	{ .title = "Weight", .width = 7, .from = 90, .srvs = true, .sort = SLB_TOP_SORTS,
	  .value = slb_top_weight },
	{ .title = "Conn/s", .width = 7, .from = 38, .sort = SLB_TOP_CONNS,
	  .value = slb_top_conns, .rate = true },
	{ .title = "Pkt/s", .width = 7, .from = 52, .sort = SLB_TOP_PKTS,
	  .value = slb_top_pkts, .rate = true },
	{ .title = "Bit/s", .width = 7, .from = 45, .sort = SLB_TOP_BITS,
	  .value = slb_top_bits, .rate = true },
	{ .title = "In", .width = 7, .from = 98, .sort = SLB_TOP_SORTS,
	  .value = slb_top_in_bits, .rate = true },
	{ .title = "Out", .width = 7, .from = 98, .sort = SLB_TOP_SORTS,
	  .value = slb_top_out_bits, .rate = true },
	{ .title = "Active", .width = 7, .from = 59, .sort = SLB_TOP_ACTIVE,
	  .value = slb_top_active },
	{ .title = "Inact", .width = 7, .from = 110, .sort = SLB_TOP_SORTS,
	  .value = slb_top_inactive },
	{ .title = "History", .width = SLB_TOP_HISTORY / 2 + 1, .from = 70, .left = true,
	  .sort = SLB_TOP_SORTS },
	{}
};

/* The longest bar takes the room that a wide screen has. */
static int slb_top_width(const struct slb_top_column *column)
{
	bool bar = !column->value && column->sort == SLB_TOP_SORTS;

	return bar && COLS >= 130 ? SLB_TOP_HISTORY + 1 : column->width;
}

static bool slb_top_has(const struct slb_top *top, const struct slb_top_column *column)
{
	return column->from <= COLS && (!column->srvs || top->view == SLB_TOP_SERVERS);
}

/*
 * Writes as much of a text as fits and blanks behind it; returns the rest. What is no character, or none
 * that can be seen, is a question mark: the terminal does not obey names.
 */
static const char *slb_top_put(int y, int x, int columns, const char *text)
{
	size_t left = strlen(text);
	mbstate_t state = {};
	wchar_t c[2] = {};
	size_t len;

	if (columns > COLS - x)
		columns = COLS - x;
	if (columns <= 0 || move(y, x) == ERR)	/* there is no such place */
		return text;
	for (; left; text += len, left -= len) {
		len = mbrtowc(c, text, left, &state);
		if (len > left || !iswprint(c[0]) || wcwidth(c[0]) < 0) {
			memset(&state, 0, sizeof(state));
			len = len > left ? 1 : len;
			c[0] = L'?';
		}
		if (wcwidth(c[0]) > columns)
			break;
		columns -= wcwidth(c[0]);
		addwstr(c);
	}
	while (columns-- > 0)
		addch(' ');
	return text;
}

__printf(4, 5) static const char *slb_top_say(int y, int x, int columns, const char *fmt, ...)
{
	static char text[SLB_TOP_TEXT + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return slb_top_put(y, x, columns, text);
}

static void slb_top_draw_bar(int y, int x, int columns, const struct slb_top_row *row,
			     const struct slb_top *top)
{
	static const char ascii[SLB_TOP_LEVELS + 1] = ".:-=+*#@";
	unsigned char level[SLB_TOP_HISTORY];
	wchar_t c[2] = {};
	int i;

	if (columns > SLB_TOP_HISTORY)
		columns = SLB_TOP_HISTORY;
	slb_top_bar(level, columns, row->history ? row->history + top->metric * SLB_TOP_HISTORY :
		    NULL, top->head, SLB_TOP_LEVELS);
	for (i = 0; i < columns && x + i < COLS; i++) {
		c[0] = !level[i] ? L' ' : slb_top_utf8 ? 0x2580 + level[i] : ascii[level[i] - 1];
		mvaddwstr(y, x + i, c);
	}
}

static int slb_top_color(const struct slb_top_row *row)
{
	if (slb_top_is_svc(row) ? !row->up : row->state == SLB_TOP_DOWN)
		return COLOR_PAIR(SLB_TOP_RED) | A_BOLD;
	if (slb_top_is_svc(row) ? row->up < row->all : row->state != SLB_TOP_UP)
		return COLOR_PAIR(SLB_TOP_YELLOW);
	return COLOR_PAIR(SLB_TOP_GREEN);
}

/* Rates are not known after the first reading. */
static void slb_top_draw_number(int y, int x, int columns, __u64 value, bool known)
{
	char text[SLB_TOP_NUMBER] = "-";

	if (known)
		slb_top_number(text, value);
	slb_top_say(y, x, columns, "%*s", columns, text);
}

static void slb_top_draw_cell(int y, int x, const struct slb_top_column *column,
			      const struct slb_top_row *row, const struct slb_top *top, int look)
{
	int width = slb_top_width(column);
	char state[32];

	if (column->value) {
		slb_top_draw_number(y, x, width, column->value(row),
				    !column->rate || top->readings > 1);
	} else if (column->sort == SLB_TOP_STATE) {
		addch(' ');
		attrset(look ? look : slb_top_color(row));
		slb_top_put(y, x + 1, width - 1, slb_top_state(state, sizeof(state), row));
		attrset(look);
	} else {
		slb_top_put(y, x, width, "");
		attrset(look ? look : (int)COLOR_PAIR(SLB_TOP_CYAN));
		slb_top_draw_bar(y, x + 1, width - 1, row, top);
		attrset(look);
	}
}

static int slb_top_name_width(const struct slb_top *top)
{
	const struct slb_top_column *column;
	int width = COLS;

	for (column = slb_top_columns; column->title; column++)
		if (slb_top_has(top, column))
			width -= slb_top_width(column);
	return width;
}

/* The name for people stands behind the address if there is room for some of it. */
static void slb_top_draw_name(int y, int width, const struct slb_top_row *row)
{
	char name[SLB_OBJECT_TEXT];
	char text[SLB_OBJECT_TEXT];
	int len;

	slb_top_short(text, sizeof(text), slb_top_name(name, sizeof(name), row), width);
	len = strlen(text);
	slb_top_put(y, 0, width, text);
	if (row->label && len + 4 < width)
		slb_top_put(y, len + 1, width - len - 1, row->label);
}

static void slb_top_draw_row(int y, const struct slb_top_row *row, const struct slb_top *top,
			     bool cursor)
{
	const struct slb_top_column *column;
	int look = cursor ? A_REVERSE : A_NORMAL;
	int x = slb_top_name_width(top);

	attrset(look);
	slb_top_draw_name(y, x, row);
	for (column = slb_top_columns; column->title; column++) {
		if (!slb_top_has(top, column))
			continue;
		slb_top_draw_cell(y, x, column, row, top, look);
		x += slb_top_width(column);
	}
	attrset(A_NORMAL);
}

static void slb_top_draw_titles(int y, const struct slb_top *top)
{
	const struct slb_top_column *column;
	int x = slb_top_name_width(top);
	int width;

	attrset(A_REVERSE | (top->sort == SLB_TOP_NAME ? A_BOLD | A_UNDERLINE : 0));
	slb_top_put(y, 0, x, top->view == SLB_TOP_SERVERS ? "Server" : "Service");
	for (column = slb_top_columns; column->title; column++) {
		if (!slb_top_has(top, column))
			continue;
		width = slb_top_width(column);
		attrset(A_REVERSE);
		slb_top_put(y, x, width, "");
		attrset(A_REVERSE | (top->sort == column->sort ? A_BOLD | A_UNDERLINE : 0));
		slb_top_put(y, column->left ? x + 1 : x + width - (int)strlen(column->title),
			    strlen(column->title), column->title);
		x += width;
	}
	attrset(A_NORMAL);
}

static const char * const slb_top_sorts[SLB_TOP_SORTS] = {
	[SLB_TOP_CONNS] = "conn/s", [SLB_TOP_PKTS] = "pkt/s", [SLB_TOP_BITS] = "bit/s",
	[SLB_TOP_ACTIVE] = "active", [SLB_TOP_NAME] = "name", [SLB_TOP_STATE] = "state",
};

/* What is listed, of what, in which order. */
static void slb_top_draw_list(int y, const struct slb_top *top)
{
	char of[SLB_OBJECT_TEXT];

	slb_top_say(y, 0, COLS, "%zu of %zu %s%s%s by %s%s; bars: %s%s%s%s", top->shown_count,
		    top->view == SLB_TOP_SERVERS ? top->now.srv_count : top->now.svc_count,
		    top->view == SLB_TOP_SERVERS ? "servers" : "services",
		    top->opened ? " of " : "",
		    top->opened ? slb_svc_key_text(of, &top->of.svc) : "",
		    slb_top_sorts[top->sort], top->reverse ? ", reversed" : "",
		    slb_top_sorts[top->metric], top->unwell ? "; only unwell" : "",
		    *top->filter ? "; only with " : "", top->filter);
}

static void slb_top_draw_head(const struct slb_top *top, unsigned int seconds, bool still)
{
	const struct slb_top_row *total = &top->total;
	char n[4][SLB_TOP_NUMBER];
	bool known = top->readings > 1;
	char text[32] = "";
	struct tm tm;
	time_t now;

	now = time(NULL);
	if (localtime_r(&now, &tm))
		strftime(text, sizeof(text), "%T", &tm);
	slb_top_say(0, 0, COLS, "slb %s: %zu services, %zu unwell; %zu servers, %u of %u up",
		    top->now.version, top->now.svc_count, top->sick, top->now.srv_count,
		    total->up, total->all);
	if (COLS >= 76)
		slb_top_say(0, COLS - 15, 15, "%8s %5u%s", text, seconds, still ? "!" : "s");
	slb_top_say(1, 0, COLS, "%s conn/s, %s pkt/s, in %s out %s bit/s; %llu connections",
		    known ? slb_top_number(n[0], slb_top_conns(total)) : "-",
		    known ? slb_top_number(n[1], slb_top_pkts(total)) : "-",
		    known ? slb_top_number(n[2], slb_top_in_bits(total)) : "-",
		    known ? slb_top_number(n[3], slb_top_out_bits(total)) : "-", top->now.conns);
	if (COLS >= 70) {
		attrset(COLOR_PAIR(SLB_TOP_CYAN));
		slb_top_draw_bar(1, COLS - SLB_TOP_HISTORY / 2, SLB_TOP_HISTORY / 2, total, top);
		attrset(A_NORMAL);
	}
	slb_top_draw_list(2, top);
}

/* All about the row under the cursor; long addresses may take two lines. */
static void slb_top_draw_detail(int y, const struct slb_top *top)
{
	const struct slb_top_row *row;
	char n[6][SLB_TOP_NUMBER];
	char text[SLB_TOP_TEXT];

	if (top->cursor >= top->shown_count)
		return;
	row = top->shown[top->cursor];
	slb_top_put(y + 1, 0, COLS, slb_top_put(y, 0, COLS, slb_top_text(text, sizeof(text), row)));
	if (top->readings < 2)
		return;
	slb_top_say(y + 2, 0, COLS, "in %s pkt/s %s bit/s, out %s pkt/s %s bit/s; %s active, %s not%s",
		    slb_top_number(n[0], row->rate[SLB_TOP_C_IN_PKTS]),
		    slb_top_number(n[1], slb_top_in_bits(row)),
		    slb_top_number(n[2], row->rate[SLB_TOP_C_OUT_PKTS]),
		    slb_top_number(n[3], slb_top_out_bits(row)),
		    slb_top_number(n[4], row->active), slb_top_number(n[5], row->inactive),
		    row->uses ? ", of the group" : "");
}

static void slb_top_draw_last(const struct slb_top *top, const char *prompt)
{
	if (prompt) {
		slb_top_say(LINES - 1, 0, COLS, "only rows with: %s_", prompt);
	} else if (*top->words) {
		attrset(COLOR_PAIR(SLB_TOP_RED) | A_BOLD);
		slb_top_put(LINES - 1, 0, COLS, top->words);
		attrset(A_NORMAL);
	} else {
		slb_top_put(LINES - 1, 0, COLS,
			    "?:help q:quit /:filter u:unwell enter:servers tab:all sort: c p b a n s r");
	}
}

/**
 * slb_top_lines() - how many rows the screen has room for
 *
 * Return: rows.
 */
size_t slb_top_lines(void)
{
	int lines = getmaxy(stdscr) - SLB_TOP_HEAD;

	lines -= lines + SLB_TOP_HEAD < SLB_TOP_TALL ? 1 : SLB_TOP_FOOT;
	return lines > 0 ? lines : 0;
}

/**
 * slb_top_draw() - draw everything that can be seen
 * @top: what is known
 * @seconds: between two readings
 * @still: there are none at the moment
 * @prompt: the filter that is being written, or NULL
 */
void slb_top_draw(struct slb_top *top, unsigned int seconds, bool still, const char *prompt)
{
	size_t lines = slb_top_lines();
	size_t i;

	slb_top_fit(top, lines);
	erase();
	slb_top_draw_head(top, seconds, still);
	slb_top_draw_titles(SLB_TOP_HEAD - 1, top);
	for (i = 0; i < lines && top->first + i < top->shown_count; i++)
		slb_top_draw_row(SLB_TOP_HEAD + i, top->shown[top->first + i], top,
				 top->first + i == top->cursor);
	if (LINES >= SLB_TOP_TALL)
		slb_top_draw_detail(LINES - SLB_TOP_FOOT, top);
	slb_top_draw_last(top, prompt);
	refresh();
}

/**
 * slb_top_help() - draw what the keys do
 */
void slb_top_help(void)
{
	static const char * const lines[] = {
		"Up Down PgUp PgDn Home End   move; j k too. The list follows the row, but for the first",
		"Enter Right  servers of the service under the cursor",
		"Esc Left     back to the services",
		"Tab          all servers, or all services",
		"c p b a      sort by connections, packets, bits in a second, active connections",
		"n s          sort by name, by state: the worst first",
		"r            the other way round",
		"/            only rows whose address, name, group, state or reason has a text",
		"u            only what is not well",
		"+ -          longer or shorter between two readings",
		"P            hold still; Space reads at once",
		"q            quit",
		"",
		"Rates are those since the reading before; bits and packets are both ways together.",
		"A bar shows the last readings of what was sorted by last, the highest of a row full.",
		"Services: servers that are up of all; connections are those of its servers, of",
		"a named group all that the group's servers have.",
	};
	size_t i;

	erase();
	attrset(A_REVERSE);
	slb_top_put(0, 0, COLS, "slbadm top: keys");
	attrset(A_NORMAL);
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		slb_top_put(2 + i, 0, COLS, lines[i]);
	slb_top_put(LINES - 1, 0, COLS, "any key goes back");
	refresh();
}

static void slb_top_at_exit(void)
{
	if (slb_top_screen && !isendwin())
		endwin();
}

/**
 * slb_top_screen_begin() - take the terminal over
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_top_screen_begin(void)
{
	const char *term = getenv("TERM");

	setlocale(LC_CTYPE, "");
	slb_top_utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	slb_top_screen = newterm(NULL, stdout, stdin);
	if (!slb_top_screen) {
		slb_err_print("top: the terminal is unknown: TERM=%s", term ? term : "");
		return -1;
	}
	/* Whoever ends the program leaves the terminal as it was. */
	atexit(slb_top_at_exit);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(SLB_TOP_GREEN, COLOR_GREEN, -1);
		init_pair(SLB_TOP_YELLOW, COLOR_YELLOW, -1);
		init_pair(SLB_TOP_RED, COLOR_RED, -1);
		init_pair(SLB_TOP_CYAN, COLOR_CYAN, -1);
	}
	return 0;
}

/**
 * slb_top_screen_end() - give the terminal back
 */
void slb_top_screen_end(void)
{
	endwin();
	delscreen(slb_top_screen);
	slb_top_screen = NULL;
}
