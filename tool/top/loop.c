// SPDX-License-Identifier: GPL-2.0-only
/* slbadm top waits for keys, for the next reading, for signals, and does what they say. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "../err.h"
#include "../list.h"
#include "top.h"

#define SLB_TOP_ESCAPE	27
#define SLB_TOP_LONGEST	3600	/* seconds that + makes it at most */
#define SLB_TOP_EMPTY	20	/* the terminal has something to say so often, and says nothing */

/**
 * struct slb_top_loop - the program's state
 * @top: what is known and shown
 * @source: where readings come from
 * @seconds: between two of them
 * @due: when the next one is
 * @still: there are none
 * @help: the help is shown
 * @prompt: the filter is being written
 * @before: what it was before
 * @quit: enough
 */
struct slb_top_loop {
	struct slb_top		top;
	struct slb_top_source	*source;
	unsigned int		seconds;
	__u64			due;
	bool			still;
	bool			help;
	bool			prompt;
	char			before[SLB_TOP_FILTER];
	bool			quit;
};

static volatile sig_atomic_t slb_top_ended;	/* by this signal */
static volatile sig_atomic_t slb_top_resized;

static void slb_top_signal(int sig)
{
	if (sig == SIGWINCH)
		slb_top_resized = 1;
	else
		slb_top_ended = sig;
}

static const int slb_top_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };

#define SLB_TOP_SIGNALS	(sizeof(slb_top_signals) / sizeof(*slb_top_signals))

/* They come only while we wait, so that none comes between looking and waiting. */
static void slb_top_signals_begin(sigset_t *waiting)
{
	struct sigaction action = { .sa_handler = slb_top_signal };
	sigset_t blocked;
	size_t i;

	sigemptyset(&action.sa_mask);
	sigemptyset(&blocked);
	for (i = 0; i < SLB_TOP_SIGNALS; i++) {
		sigaddset(&blocked, slb_top_signals[i]);
		sigaction(slb_top_signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (i = 0; i < SLB_TOP_SIGNALS; i++)
		sigdelset(waiting, slb_top_signals[i]);
}

/* Who ended us learns that it was by the signal. */
static void slb_top_signals_end(const sigset_t *waiting)
{
	size_t i;

	for (i = 0; i < SLB_TOP_SIGNALS; i++)
		signal(slb_top_signals[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, waiting, NULL);
	if (slb_top_ended)
		raise(slb_top_ended);
}

static void slb_top_read_now(struct slb_top_loop *loop)
{
	struct slb_top_reading now = {};

	if (loop->source->read(loop->source, &now))
		slb_top_fail(&loop->top, loop->source->words);
	else
		slb_top_take(&loop->top, &now);
	loop->due = slb_rate_now_ms() + loop->seconds * 1000ULL;
}

static void slb_top_resize(void)
{
	struct winsize size;

	slb_top_resized = 0;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

/* One character of the filter that is being written; the list follows at once. */
static void slb_top_prompt_key(struct slb_top_loop *loop, int what, wint_t key)
{
	size_t len = strlen(loop->top.filter);
	char bytes[MB_LEN_MAX + 1];
	mbstate_t state = {};
	size_t more;

	if (key == SLB_TOP_ESCAPE && what == OK) {
		strcpy(loop->top.filter, loop->before);
		loop->prompt = false;
	} else if ((what == OK && (key == '\r' || key == '\n')) ||
		   (what == KEY_CODE_YES && key == KEY_ENTER)) {
		loop->prompt = false;
	} else if ((what == KEY_CODE_YES && key == KEY_BACKSPACE) ||
		   (what == OK && (key == 127 || key == 8))) {
		/* A character ends where one begins. */
		while (len && (loop->top.filter[--len] & 0xc0) == 0x80)
			;
		loop->top.filter[len] = '\0';
	} else if (what == OK && key == 21) {	/* ctrl-u */
		loop->top.filter[0] = '\0';
	} else if (what == OK && iswprint(key)) {
		more = wcrtomb(bytes, key, &state);
		if (more != (size_t)-1 && len + more < sizeof(loop->top.filter)) {
			memcpy(loop->top.filter + len, bytes, more);
			loop->top.filter[len + more] = '\0';
		}
	}
	slb_top_choose(&loop->top);
}

static void slb_top_prompt_begin(struct slb_top_loop *loop)
{
	strcpy(loop->before, loop->top.filter);
	loop->prompt = true;
}

static void slb_top_slower(struct slb_top_loop *loop, int by)
{
	static const unsigned int steps[] = { 1, 2, 3, 5, 10, 15, 30, 60, 300, SLB_TOP_LONGEST };
	int last = sizeof(steps) / sizeof(*steps) - 1;
	int i;

	if (by > 0) {
		/* --interval may be longer than that. */
		if (loop->seconds >= SLB_TOP_LONGEST)
			return;
		for (i = 0; i < last && steps[i] <= loop->seconds; i++)
			;
	} else {
		for (i = last; i > 0 && steps[i] >= loop->seconds; i--)
			;
	}
	loop->seconds = steps[i];
	loop->due = slb_rate_now_ms() + loop->seconds * 1000ULL;
}

static void slb_top_tab(struct slb_top_loop *loop)
{
	struct slb_top *top = &loop->top;

	if (slb_top_back(top))
		return;
	top->cursor = top->shown_count;		/* all, not those of one */
	slb_top_open(top);
}

/* Keys that have no character. */
static void slb_top_special(struct slb_top_loop *loop, wint_t key)
{
	long page = slb_top_lines();

	switch (key) {
	case KEY_UP:
		slb_top_move(&loop->top, -1);
		break;
	case KEY_DOWN:
		slb_top_move(&loop->top, 1);
		break;
	case KEY_PPAGE:
		slb_top_move(&loop->top, -page);
		break;
	case KEY_NPAGE:
		slb_top_move(&loop->top, page);
		break;
	case KEY_HOME:
		slb_top_move(&loop->top, LONG_MIN / 2);
		break;
	case KEY_END:
		slb_top_move(&loop->top, LONG_MAX / 2);
		break;
	case KEY_ENTER:
	case KEY_RIGHT:
		slb_top_open(&loop->top);
		break;
	case KEY_LEFT:
	case KEY_BACKSPACE:
		slb_top_back(&loop->top);
		break;
	}
}

static bool slb_top_sort_key(struct slb_top *top, wint_t key)
{
	static const char keys[SLB_TOP_SORTS + 1] = {
		[SLB_TOP_CONNS] = 'c', [SLB_TOP_PKTS] = 'p', [SLB_TOP_BITS] = 'b',
		[SLB_TOP_ACTIVE] = 'a', [SLB_TOP_NAME] = 'n', [SLB_TOP_STATE] = 's',
	};
	const char *at = key && key < 128 ? strchr(keys, key) : NULL;

	if (at)
		slb_top_sort_by(top, at - keys);
	return at;
}

static void slb_top_letter(struct slb_top_loop *loop, wint_t key)
{
	struct slb_top *top = &loop->top;

	if (slb_top_sort_key(top, key))
		return;
	switch (key) {
	case 'q':
		loop->quit = true;
		break;
	case '?':
	case 'h':
		loop->help = true;
		break;
	case '/':
		slb_top_prompt_begin(loop);
		break;
	case 'r':
		top->reverse = !top->reverse;
		slb_top_choose(top);
		break;
	case 'u':
		top->unwell = !top->unwell;
		slb_top_choose(top);
		break;
	case 'j':
		slb_top_move(top, 1);
		break;
	case 'k':
		slb_top_move(top, -1);
		break;
	case '\r':
	case '\n':
		slb_top_open(top);
		break;
	case SLB_TOP_ESCAPE:
	case 127:
		slb_top_back(top);
		break;
	case '\t':
		slb_top_tab(loop);
		break;
	case '+':
		slb_top_slower(loop, 1);
		break;
	case '-':
		slb_top_slower(loop, -1);
		break;
	case 'P':
		loop->still = !loop->still;
		break;
	case ' ':
		slb_top_read_now(loop);
		break;
	case 12:	/* ctrl-l */
		clearok(curscr, TRUE);
		break;
	}
}

/* All keys that wait. Returns false if there was none. */
static bool slb_top_keys(struct slb_top_loop *loop)
{
	bool any = false;
	wint_t key;
	int what;

	while (!loop->quit && (what = get_wch(&key)) != ERR) {
		any = true;
		/* Not pressed by anybody. */
		if (what == KEY_CODE_YES && key == KEY_RESIZE)
			continue;
		if (loop->help)
			loop->help = false;
		else if (loop->prompt)
			slb_top_prompt_key(loop, what, key);
		else if (what == KEY_CODE_YES)
			slb_top_special(loop, key);
		else
			slb_top_letter(loop, key);
	}
	return any;
}

static void slb_top_show_all(struct slb_top_loop *loop)
{
	if (loop->help)
		slb_top_help();
	else
		slb_top_draw(&loop->top, loop->seconds, loop->still,
			     loop->prompt ? loop->top.filter : NULL);
}

/* Waits for a key or a signal, until the next reading is due. Returns what the terminal says. */
static short slb_top_wait(const struct slb_top_loop *loop, const sigset_t *waiting)
{
	struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };
	__u64 now = slb_rate_now_ms();
	__u64 ms = loop->due > now ? loop->due - now : 0;
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	return ppoll(&terminal, 1, loop->still ? NULL : &left, waiting) > 0 ? terminal.revents : 0;
}

static void slb_top_work(struct slb_top_loop *loop, const sigset_t *waiting)
{
	unsigned int empty = 0;
	short says;

	slb_top_read_now(loop);
	while (!loop->quit && !slb_top_ended) {
		slb_top_show_all(loop);
		says = slb_top_wait(loop, waiting);
		if (slb_top_resized)
			slb_top_resize();
		if (!loop->still && slb_rate_now_ms() >= loop->due)
			slb_top_read_now(loop);
		/* A terminal that is gone can be read, and nothing comes. */
		if (slb_top_keys(loop) || !says)
			empty = 0;
		else if (says & (POLLHUP | POLLERR | POLLNVAL) || ++empty >= SLB_TOP_EMPTY)
			loop->quit = true;
	}
}

/**
 * slb_top_loop() - show readings on the whole terminal until the user, or a signal, ends it
 * @source: where readings come from
 * @seconds: between two of them
 *
 * A signal that ends it does so for the whole program, once the terminal is as it was.
 *
 * Return: SLB_EXIT_*.
 */
int slb_top_loop(struct slb_top_source *source, unsigned int seconds)
{
	struct slb_top_loop loop = { .source = source, .seconds = seconds };
	sigset_t waiting;

	slb_top_signals_begin(&waiting);
	if (slb_top_screen_begin()) {
		slb_top_signals_end(&waiting);
		return SLB_EXIT_REFUSED;
	}
	slb_top_work(&loop, &waiting);
	slb_top_screen_end();
	slb_top_free(&loop.top);
	slb_top_signals_end(&waiting);
	return SLB_EXIT_DONE;
}
