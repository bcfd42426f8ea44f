/* SPDX-License-Identifier: MIT */
/*
 * Who is connected with a supervisor: to see the console and type on it, or to
 * ask something. SUBHOST_RUN/.NAME.sock, packets whose first byte is their
 * kind. None of them holds up the others, or the guest: what one does not read
 * in time is left out for it, and it is told.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

struct buf;

enum {
	/* To the supervisor; a struct winsize follows a and w. */
	CLIENT_ATTACH = 'a',
	CLIENT_INPUT = 'i',
	CLIENT_SIZE = 'w',
	CLIENT_READY = 'r', /* the guest's verb: init is ready */
	CLIENT_ASK = 's',   /* what are you? */
	/* From it. */
	CLIENT_OUTPUT = 'o',
	CLIENT_NOTE = 'n',   /* a line about the sub host */
	CLIENT_ANSWER = 's', /* lines KEY=VALUE */
	CLIENT_END = 'e',    /* it has ended: how, as a sentence */
};

#define CLIENT_PACKET  4096 /* bytes, with the kind */
#define ATTACHED_MAX   16
#define CLIENTS_MAX    20 /* those that ask are gone at once */
#define CLIENTS_POLLED (CLIENTS_MAX + 1)

struct client {
	int fd;
	bool is_attached;
	uint64_t left_out;   /* bytes of output */
	struct winsize size; /* of its window; 0: unknown */
	char *input;         /* what the console does not take yet; owned */
	size_t start, len;
};

struct clients {
	int listen_fd; /* owned */
	struct client v[CLIENTS_MAX];
	size_t n;
	struct winsize size; /* of the console */
};

/* What a question is answered with: CLIENT_ASK or CLIENT_READY; or, for
 * who has just attached, CLIENT_NOTE: what there is to be noted, if anything.
 */
typedef void clients_answer(void *arg, char kind, struct buf *answer);

void clients_done(struct clients *c);

/* Remove the socket. */
void clients_forget(int run_fd, const char *name);

/* Listen, in the place of whoever did before: 0 or -errno. */
int clients_listen(struct clients *c, int run_fd, const char *name);

/* Connect with who listens: a descriptor, -ECONNREFUSED when he is dead, or
 * -ENOENT. */
int clients_connect(const char *run, const char *name);

/* What to wait for: CLIENTS_POLLED of them. */
void clients_poll(const struct clients *c, struct pollfd *p);

/* Does one wait for the console to take what it has typed? */
bool clients_have_input(const struct clients *c);

/* Hand over what waits, as far as the console takes it. */
void clients_put_input(struct clients *c, int master_fd);

/* Do what came; p is as clients_poll() made it, and poll(2) after it.
 * master_fd -1: there is no console. */
void clients_take(struct clients *c, const struct pollfd *p, int master_fd,
                  clients_answer *answer, void *arg);

/* To all that are attached. */
void clients_show(struct clients *c, const char *bytes, size_t n);
void clients_note(struct clients *c, const char *text);

/* The last word, to all; nobody is connected any more. */
void clients_end(struct clients *c, const char *text);
