/* SPDX-License-Identifier: MIT */

#include "run/clients.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/name.h"

#define BACKLOG 16

static void client_done(struct client *one)
{
	fd_auto(&one->fd);
	free(one->input);
	*one = (struct client){.fd = -1};
}

void clients_done(struct clients *c)
{
	for (size_t i = 0; i < c->n; i++)
		client_done(&c->v[i]);
	c->n = 0;
	fd_auto(&c->listen_fd);
	c->listen_fd = -1;
}

static void name_socket(const char *name, char *ret_name, size_t size)
{
	snprintf(ret_name, size, ".%s.sock", name);
}

void clients_forget(int run_fd, const char *name)
{
	char socket[NAME_BYTES + 8];

	name_socket(name, socket, sizeof(socket));
	unlinkat(run_fd, socket, 0);
}

/* A path that is short whatever SUBHOST_RUN is. */
static void address_of(int run_fd, const char *name, struct sockaddr_un *ret)
{
	char socket[NAME_BYTES + 8];

	name_socket(name, socket, sizeof(socket));
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s",
	         run_fd, socket);
}

static int open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	                0);

	return fd < 0 ? -errno : fd;
}

int clients_listen(struct clients *c, int run_fd, const char *name)
{
	AUTO(fd) int fd = open_socket();
	struct sockaddr_un address;
	mode_t before;
	int r;

	if (fd < 0)
		return fd;
	address_of(run_fd, name, &address);
	if (unlink(address.sun_path) < 0 && errno != ENOENT)
		return -errno;
	before = umask(0177);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(before);
	if (r < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	fd_auto(&c->listen_fd);
	c->listen_fd = fd_take(&fd);
	return 0;
}

int clients_connect(const char *run, const char *name)
{
	AUTO(fd) int run_fd = open(run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO(fd) int fd = -1;
	struct sockaddr_un address;

	if (run_fd < 0)
		return -errno;
	fd = open_socket();
	if (fd < 0)
		return fd;
	address_of(run_fd, name, &address);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return fd_take(&fd);
}

void clients_poll(const struct clients *c, struct pollfd *p)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		bool waits = i < c->n && c->v[i].len;

		p[i] = (struct pollfd){.fd = i < c->n ? c->v[i].fd : -1,
		                       .events = waits ? 0 : POLLIN};
	}
	p[CLIENTS_MAX] = (struct pollfd){.fd = c->listen_fd, .events = POLLIN};
}

bool clients_have_input(const struct clients *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].len)
			return true;
	return false;
}

/* One packet: false when the client does not take it now. */
static bool say(struct client *one, char kind, const char *bytes, size_t n)
{
	struct iovec parts[2] = {{&kind, 1}, {(void *)(uintptr_t)bytes, n}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	return sendmsg(one->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
	       errno == EPIPE || errno == ECONNRESET;
}

static void show(struct client *one, const char *bytes, size_t n)
{
	if (one->left_out) {
		char text[64];
		int len =
			snprintf(text, sizeof(text),
		                 "[%" PRIu64 " bytes left out]", one->left_out);

		if (!say(one, CLIENT_NOTE, text, (size_t)len)) {
			one->left_out += n;
			return;
		}
		one->left_out = 0;
	}
	if (!say(one, CLIENT_OUTPUT, bytes, n))
		one->left_out += n;
}

void clients_show(struct clients *c, const char *bytes, size_t n)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].is_attached)
			show(&c->v[i], bytes, n);
}

void clients_note(struct clients *c, const char *text)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].is_attached)
			say(&c->v[i], CLIENT_NOTE, text, strlen(text));
}

void clients_end(struct clients *c, const char *text)
{
	for (size_t i = 0; i < c->n; i++)
		say(&c->v[i], CLIENT_END, text, strlen(text));
	clients_done(c);
}

static void take_size(struct clients *c, struct client *one, int master_fd)
{
	if (!one->size.ws_row || !one->size.ws_col ||
	    !memcmp(&one->size, &c->size, sizeof(c->size)))
		return;
	c->size = one->size;
	if (master_fd >= 0)
		ioctl(master_fd, TIOCSWINSZ, &c->size);
}

/* Type it; what the console does not take is kept. */
static void type(struct client *one, int master_fd, const char *bytes, size_t n)
{
	ssize_t done = master_fd < 0 ? (ssize_t)n : write(master_fd, bytes, n);

	if (done < 0)
		done = errno == EAGAIN || errno == EINTR ? 0 : (ssize_t)n;
	if ((size_t)done == n)
		return;
	if (!one->input)
		one->input = mem_resize(NULL, CLIENT_PACKET, 1);
	one->start = 0;
	one->len = n - (size_t)done;
	memcpy(one->input, bytes + done, one->len);
}

void clients_put_input(struct clients *c, int master_fd)
{
	for (size_t i = 0; i < c->n; i++) {
		struct client *one = &c->v[i];
		ssize_t n = one->len ? write(master_fd, one->input + one->start,
		                             one->len)
		                     : 0;

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			n = (ssize_t)one->len; /* there is nobody to take it */
		if (n <= 0)
			continue;
		one->start += (size_t)n;
		one->len -= (size_t)n;
		if (!one->len)
			free(PTR_TAKE(one->input));
	}
}

static void answer_with(struct client *one, char kind, clients_answer *answer,
                        void *arg)
{
	AUTO(buf) struct buf text = {0};

	answer(arg, kind, &text);
	if (kind != CLIENT_NOTE)
		kind = CLIENT_ANSWER;
	if (text.len)
		say(one, kind, buf_text(&text), text.len);
}

static size_t count_attached(const struct clients *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].is_attached;
	return n;
}

static void say_full(struct client *one)
{
	static const char full[] = "too many are attached already";

	say(one, CLIENT_END, full, sizeof(full) - 1);
}

static void take_packet(struct clients *c, struct client *one, int master_fd,
                        const char *packet, size_t n)
{
	switch (*packet) {
	case CLIENT_ATTACH:
		one->is_attached = true;
		__attribute__((fallthrough));
	case CLIENT_SIZE:
		if (n == 1 + sizeof(one->size))
			memcpy(&one->size, packet + 1, sizeof(one->size));
		break;
	case CLIENT_INPUT:
		type(one, master_fd, packet + 1, n - 1);
		break;
	}
	take_size(c, one, master_fd);
}

/* False when it has gone. */
static bool take_from(struct clients *c, struct client *one, int master_fd,
                      clients_answer *answer, void *arg)
{
	char packet[CLIENT_PACKET];
	ssize_t n = recv(one->fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	if (*packet == CLIENT_ATTACH && count_attached(c) == ATTACHED_MAX) {
		say_full(one);
		return false;
	}
	if (*packet == CLIENT_ATTACH)
		answer_with(one, CLIENT_NOTE, answer, arg);
	if (*packet == CLIENT_ASK || *packet == CLIENT_READY)
		answer_with(one, *packet, answer, arg);
	else
		take_packet(c, one, master_fd, packet, (size_t)n);
	return true;
}

static void accept_one(struct clients *c)
{
	int fd =
		accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	struct client one = {.fd = fd};

	if (fd < 0)
		return;
	if (c->n < CLIENTS_MAX) {
		c->v[c->n++] = one;
		return;
	}
	say_full(&one);
	client_done(&one);
}

/* Its window counts no more: those of the others do. */
static void drop(struct clients *c, size_t i, int master_fd)
{
	client_done(&c->v[i]);
	memmove(&c->v[i], &c->v[i + 1], (--c->n - i) * sizeof(*c->v));
	if (c->n)
		take_size(c, &c->v[c->n - 1], master_fd);
}

void clients_take(struct clients *c, const struct pollfd *p, int master_fd,
                  clients_answer *answer, void *arg)
{
	for (size_t i = c->n; i-- > 0;) {
		bool stays = !(p[i].revents & (POLLHUP | POLLERR)) ||
		             p[i].revents & POLLIN;

		if (p[i].revents & POLLIN)
			stays = take_from(c, &c->v[i], master_fd, answer, arg);
		if (!stays)
			drop(c, i, master_fd);
	}
	if (p[CLIENTS_MAX].revents)
		accept_one(c);
}
