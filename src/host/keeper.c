/* SPDX-License-Identifier: MIT */

#include "host/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "host/survey.h"
#include "model/record.h"
#include "run/clients.h"
#include "sub/sub.h"
#include "sys/kernel.h"
#include "sys/process.h"

#define END_MS    3000 /* what a supervisor may take to end by itself */
#define ANSWER_MS 1000

/* A pidfd of it, or -1. */
static int open_keeper(const struct record *r)
{
	AUTO(fd) int fd = r->keeper ? k_pidfd_open((int)r->keeper) : -1;
	uint64_t birth;

	if (fd < 0 || process_birth((pid_t)r->keeper, &birth) < 0 ||
	    birth != r->keeper_birth || !process_await(fd, 0))
		return -1;
	return fd_take(&fd);
}

bool keeper_is_alive(const struct record *r)
{
	AUTO(fd) int fd = open_keeper(r);

	return fd >= 0;
}

bool keeper_is_lost(const struct survey *v)
{
	return v->facts.init_alive && v->record.detached &&
	       !keeper_is_alive(&v->record);
}

void keeper_dismiss(const struct record *r)
{
	AUTO(fd) int fd = -1;

	if (!r->detached || (pid_t)r->keeper == getpid())
		return;
	fd = open_keeper(r);
	if (fd < 0)
		return;
	k_pidfd_send_signal(fd, SIGTERM);
	if (!process_await(fd, END_MS))
		return;
	/* Its log's disk is full, or a guest holds it up. */
	k_pidfd_send_signal(fd, SIGKILL);
	process_await(fd, END_MS);
}

/* Say one word to it, and take what it answers. */
static int ask(const struct sub *s, char kind, char *answer, size_t size)
{
	AUTO(fd) int fd = clients_connect(s->places->run, s->name);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n;

	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return -ESRCH;
	if (fd < 0)
		return fd == -EAGAIN ? -ETIMEDOUT : fd;
	if (send(fd, &kind, 1, MSG_NOSIGNAL) < 0)
		return -errno;
	n = poll(&p, 1, ANSWER_MS);
	if (n <= 0)
		return n ? -errno : -ETIMEDOUT;
	n = recv(fd, answer, size - 1, MSG_DONTWAIT);
	if (n < 1 || *answer != CLIENT_ANSWER)
		return n < 0 ? -errno : -ESRCH;
	answer[n] = '\0';
	return 0;
}

static void parse(struct keeper_news *news, const char *key, const char *value)
{
	if (!strcmp(key, "notify"))
		news->notify = atoi(value);
	else if (!strcmp(key, "ready"))
		news->ready = atoi(value);
	else if (!strcmp(key, "stopping"))
		news->stopping = atoi(value);
	else if (!strcmp(key, "count"))
		news->count = (unsigned)strtoul(value, NULL, 10);
	else if (!strcmp(key, "again"))
		news->again_at = strtoull(value, NULL, 10);
	else if (!strcmp(key, "refused"))
		news->refused = atoi(value);
	else if (!strcmp(key, "status"))
		snprintf(news->status, sizeof(news->status), "%s", value);
}

int keeper_ask(const struct sub *s, struct keeper_news *ret)
{
	char answer[CLIENT_PACKET], *rest = answer + 1, *line;
	int r = ask(s, CLIENT_ASK, answer, sizeof(answer));

	if (r < 0)
		return r;
	*ret = (struct keeper_news){0};
	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		parse(ret, line, value);
	}
	return 0;
}

int keeper_tell_ready(const struct sub *s)
{
	char answer[CLIENT_PACKET];

	return ask(s, CLIENT_READY, answer, sizeof(answer));
}
