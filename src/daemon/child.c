/* SPDX-License-Identifier: MIT */
/*
 * A child of ours has ended when its process has: what it left in the
 * background does not hold its answer up. It is freed when libuv has closed its
 * four handles.
 */
#include "daemon/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define ERRORS_MAX 4096 /* bytes of stderr that are kept */
#define CHUNK      4096

struct child {
	uv_process_t process;
	uv_pipe_t output, errors;
	uv_timer_t timer;
	unsigned n_open; /* handles that are not closed */
	struct buf said, complaints;
	size_t output_max;
	bool is_limited, was_late, was_long;
	void (*ended)(void *arg, const struct child_end *end);
	void *arg;
	char chunk[CHUNK];
};

static void on_closed(uv_handle_t *handle)
{
	struct child *c = handle->data;

	if (--c->n_open)
		return;
	buf_done(&c->said);
	buf_done(&c->complaints);
	free(c);
}

static void close_handle(void *handle)
{
	uv_handle_t *h = handle;

	if (!uv_is_closing(h))
		uv_close(h, on_closed);
}

static void kill_group(struct child *c)
{
	if (c->process.pid > 1) /* it leads a session, and so a group */
		kill(-c->process.pid, SIGKILL);
}

static void keep(struct child *c, const uv_pipe_t *pipe, const char *bytes,
                 size_t n)
{
	bool is_output = pipe == &c->output;
	struct buf *b = is_output ? &c->said : &c->complaints;
	size_t most = is_output ? c->output_max : ERRORS_MAX;
	size_t room = most - b->len;

	if (is_output && n > room && !c->was_long) {
		c->was_long = true;
		kill_group(c);
	}
	buf_add(b, bytes, n < room ? n : room);
}

static void give_chunk(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct child *c = handle->data;

	(void)suggested;
	*ret = uv_buf_init(c->chunk, CHUNK);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
	struct child *c = stream->data;

	if (n < 0)
		uv_read_stop(stream);
	else
		keep(c, (const uv_pipe_t *)stream, bytes->base, (size_t)n);
}

/* What it said last may still be in the pipe. */
static void drain(struct child *c, uv_pipe_t *pipe)
{
	uv_os_fd_t fd;
	ssize_t n;

	if (uv_fileno((const uv_handle_t *)pipe, &fd) < 0)
		return;
	for (size_t most = 2 * c->output_max + ERRORS_MAX; most;) {
		n = read(fd, c->chunk, CHUNK); /* it does not block */
		if (n <= 0)
			return;
		keep(c, pipe, c->chunk, (size_t)n);
		most = most > (size_t)n ? most - (size_t)n : 0;
	}
}

static void on_ended(uv_process_t *process, int64_t status, int signal)
{
	struct child *c = process->data;
	struct child_end end;

	uv_timer_stop(&c->timer);
	c->process.pid = 0; /* it has been reaped: the number is another's */
	drain(c, &c->output);
	drain(c, &c->errors);
	end = (struct child_end){
		.status = signal ? 128 + signal : (int)status,
		.was_late = c->was_late,
		.was_long = c->was_long,
		.output = buf_text(&c->said),
		.errors = buf_text(&c->complaints),
	};
	c->ended(c->arg, &end);
	close_handle(&c->process);
	close_handle(&c->output);
	close_handle(&c->errors);
	close_handle(&c->timer);
}

static void on_late(uv_timer_t *timer)
{
	struct child *c = timer->data;

	c->was_late = true;
	kill_group(c);
}

static struct child *child_new(uv_loop_t *loop, const struct child_order *order)
{
	struct child *c = mem_new0(sizeof(*c));

	uv_pipe_init(loop, &c->output, 0);
	uv_pipe_init(loop, &c->errors, 0);
	uv_timer_init(loop, &c->timer);
	c->process.data = c->output.data = c->errors.data = c->timer.data = c;
	c->n_open = 4; /* uv_spawn makes the process a handle in any case */
	c->is_limited = order->seconds;
	c->output_max = order->output_max;
	c->ended = order->ended;
	c->arg = order->arg;
	return c;
}

static int spawn(uv_loop_t *loop, struct child *c,
                 const struct child_order *order)
{
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_IGNORE},
		{.flags = UV_IGNORE},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
	         .data.stream = (uv_stream_t *)&c->errors},
	};
	uv_process_options_t options = {
		.exit_cb = on_ended,
		.file = order->argv[0],
		.args = (char **)order->argv,
		.env = (char **)order->env,
		.cwd = "/",
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = 3,
		.uid = order->uid,
		.gid = order->gid,
	};

	if (order->output_max)
		stdio[1] = (uv_stdio_container_t){
			.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&c->output,
		};
	if (order->is_user) /* which also gives up the other groups */
		options.flags |= UV_PROCESS_SETUID | UV_PROCESS_SETGID;
	return uv_spawn(loop, &c->process, &options);
}

int child_begin(uv_loop_t *loop, const struct child_order *order,
                struct err *err)
{
	struct child *c = child_new(loop, order);
	int r = spawn(loop, c, order); /* UV_E… are −errno */

	if (r < 0) {
		close_handle(&c->process);
		close_handle(&c->output);
		close_handle(&c->errors);
		close_handle(&c->timer);
		return err_set(err, r, "cannot run %s", order->argv[0]);
	}
	if (order->output_max)
		uv_read_start((uv_stream_t *)&c->output, give_chunk, on_read);
	uv_read_start((uv_stream_t *)&c->errors, give_chunk, on_read);
	if (order->seconds)
		uv_timer_start(&c->timer, on_late, order->seconds * 1000ul, 0);
	return 0;
}

static void end_limited(uv_handle_t *handle, void *arg)
{
	struct child *c = handle->data;

	(void)arg;
	if (uv_handle_get_type(handle) == UV_PROCESS && c->is_limited)
		kill_group(c);
}

void child_end_all(uv_loop_t *loop)
{
	uv_walk(loop, end_limited, NULL);
}
