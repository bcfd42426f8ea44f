/* SPDX-License-Identifier: MIT */
/* A Debian suite installed by mmdebstrap, or by debootstrap. */
#pragma once

struct err;
struct progress;
struct source;

struct bootstrap {
	const struct source *source;
	const char *subhost; /* where sub hosts live, without symlinks */
	const char *path;    /* the directory that it comes into, empty */
	const char *at;      /* where image_fd is to be mounted meanwhile */
	int image_fd;        /* a detached mount that path lies on; -1 */
	const char *scratch; /* a directory for what is to be gone afterwards */
	struct progress *progress;
};

/* Is there a program that can? The error says what to install. */
int bootstrap_check(struct err *err);

int bootstrap_run(const struct bootstrap *b, struct err *err);
