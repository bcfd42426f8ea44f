/* SPDX-License-Identifier: MIT */
/* Pseudo terminals of a devpts of our own, and the terminal we run on. */
#pragma once

#include <termios.h>

/*
 * Open a pair in the devpts whose root is devpts_fd: *ret_master_fd and
 * *ret_slave_fd are the caller's, the slave is the file of that number in it
 * (*ret_number). 0 or -errno.
 */
int pty_open(int devpts_fd, int *ret_master_fd, int *ret_slave_fd,
             int *ret_number);

/* Is it the master of a pseudo terminal? 0, or -errno: ENOTTY. */
int pty_check_master(int fd);

/* Let its slave be opened. 0 or -errno. */
int pty_unlock(int master_fd);

/* Open the slave of a master again, wherever its devpts hangs: a descriptor
 * or -errno. As long as one is open, the master does not end; a hang-up inside
 * (vhangup(2), as gettys do) ends it for those that were. */
int pty_open_slave(int master_fd);

/* Give to_fd the window size of from_fd; nothing happens if it has none. */
void pty_copy_size(int from_fd, int to_fd);

/* Make a terminal raw; *ret_before is what pty_restore() takes. 0, -errno. */
int pty_make_raw(int fd, struct termios *ret_before);
void pty_restore(int fd, const struct termios *before);
