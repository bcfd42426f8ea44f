/* SPDX-License-Identifier: MIT */
/* Processes by pidfd: made, waited for, ended, told apart. -errno. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;

struct process {
	pid_t pid;
	int pid_fd; /* owned; -1: none */
};

void process_done(struct process *p);

/*
 * clone3 with those CLONE_* flags, into the cgroup that cgroup_fd is (-1: the
 * caller's). Returns 0 in the child, 1 in the parent with *ret_child set, or
 * -errno. The child shares nothing with the parent but what flags say.
 */
int process_clone(uint64_t flags, int cgroup_fd, struct process *ret_child);

/* Wait for a child and reap it: *ret_status as waitid's (code, status) put as
 * an exit status: its own, or 128 + signal. */
int process_reap(struct process *p, int *ret_status);

/* How a child ended. */
struct ending {
	bool by_signal;
	int number;      /* the exit status or the signal */
	bool was_told;   /* we had handed it a signal that ends */
	bool is_unknown; /* it was not our child, and nobody told us */
};

int process_wait(struct process *p, struct ending *ret_ending);

/* Wait until the process of pid_fd is dead: 0, or -ETIMEDOUT. ms < 0: for
 * ever. It need not be a child, and is not reaped. */
int process_await(int pid_fd, int ms);

/* When a process was born, in clock ticks after boot: with the pid this names
 * it for good. 0 or -errno. */
int process_birth(pid_t pid, uint64_t *ret_birth);

/* Its parent's pid, or -errno; 0 is a parent outside our pid namespace. */
pid_t process_parent(pid_t pid);

/* Is it the first of a pid namespace? */
bool process_is_first(pid_t pid);

/* Append "pid 17 (subhost stop web)", what is not printable escaped. */
void process_describe(pid_t pid, struct buf *b);

/* Does the process catch that signal, or block it to wait for it? A pid 1 never
 * gets any other. False also when it is gone. */
bool process_catches(pid_t pid, int signal);

/* The process dies with its parent from now on; -ESRCH when the parent, who
 * holds the other end of pipe_fd, is dead already. */
int process_die_with_parent(int pipe_fd);

/* It does not, any more. 0 or -errno. */
int process_outlive_parent(void);

/* How one that is no child of ours ended, and is dead: 0, or -errno where the
 * kernel does not tell (before Linux 6.15). */
int process_recall_ending(int pid_fd, struct ending *ret_ending);

/* A copy of a descriptor of another process (Linux 5.6), or -errno. */
int process_get_fd(int pid_fd, int fd);

static inline void process_auto(struct process *p)
{
	process_done(p);
}
