/* SPDX-License-Identifier: MIT */
/*
 * One failure, told once. The lowest function that knows the names involved
 * fills the caller's struct err; whoever owns the request prints it.
 */
#pragma once

struct err {
	int code; /* negative errno; 0 while nothing has failed */
	char text[1536];
};

/* Record "<fmt>: <strerror>" and return code, so it can end a function. */
int err_set(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Record "<fmt>" alone, where errno's words would only mislead. */
int err_say(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "<fmt>: " before what is recorded; returns the recorded code. */
int err_wrap(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Put "; <fmt>" after what is recorded: what to do about it. */
int err_hint(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
