/* SPDX-License-Identifier: MIT */
/* A request, from what has to be there before it is sent to its answer. */

#include <errno.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"
#include "guest/answer.h"
#include "guest/prepare.h"
#include "guest/send.h"
#include "guest/tools.h"

/* A sub host of a host that has no casts leaves no request behind, nor one who
 * could not hear the answer. */
static int open_watch(const struct call *c, int *ret_watch_fd)
{
	int fd = answer_watch();

	if (fd == -ENOENT || fd == -ENOTDIR)
		return tool_fail(c, TOOL_NO_HOST,
		                 "there is no " HOST_SAYS
		                 "/replies here: this host takes no requests "
		                 "from this sub host");
	if (fd < 0)
		return tool_fail(c, TOOL_REFUSED,
		                 "cannot watch " HOST_SAYS "/replies: %s",
		                 strerror(-fd));
	*ret_watch_fd = fd;
	return TOOL_DONE;
}

/* Nobody answered in time; left is what withdrawing the request came to. */
static int give_up(const struct call *c, int left)
{
	if (left == -ENOENT)
		return tool_fail(c, TOOL_NO_HOST,
		                 "the host took the request, but has not "
		                 "answered within %u s",
		                 c->seconds);
	if (left < 0)
		return tool_fail(c, TOOL_NO_HOST,
		                 "no host answers within %u s; is subhostd "
		                 "running? The request stays in " GUEST_SAYS
		                 ": %s",
		                 c->seconds, strerror(-left));
	return tool_fail(c, TOOL_NO_HOST,
	                 "no host answers within %u s; is subhostd running? "
	                 "The request was withdrawn",
	                 c->seconds);
}

/* Send it, and print what is said to it. What the host has not taken by then
 * it shall not do later, when nobody expects it. *ret_is_over: nor will it. */
static int ask(const struct call *c, int watch_fd, bool *ret_is_over)
{
	AUTO(sent) struct sent s = SENT_NONE;
	AUTO(buf) struct buf answer = {0};
	int status = send_words(c, &s), r, left;

	*ret_is_over = true;
	if (status != TOOL_DONE)
		return status;
	r = answer_wait(watch_fd, s.file, c->seconds, &answer);
	if (!r)
		return answer_print(c->name, &answer);
	if (r != -ETIME) {
		*ret_is_over = false;
		return tool_fail(c, TOOL_REFUSED,
		                 "cannot read the host's answer: %s",
		                 strerror(-r));
	}
	left = send_withdraw(&s);
	if (left == -ENOENT && !answer_look(s.file, &answer))
		return answer_print(c->name, &answer);
	*ret_is_over = !left;
	return give_up(c, left);
}

int ask_host(const struct call *c)
{
	AUTO(words) struct words made = {0};
	AUTO(fd) int watch_fd = -1;
	bool is_over = true;
	int status = open_watch(c, &watch_fd);

	if (status == TOOL_DONE)
		status = prepare_targets(c, &made);
	if (status == TOOL_DONE)
		status = ask(c, watch_fd, &is_over);
	if (status != TOOL_DONE && is_over)
		prepare_undo(&made);
	return status;
}
