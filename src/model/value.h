/* SPDX-License-Identifier: MIT */
/*
 * Readers of one variable's value into one typed field, and their way back to
 * text. Each is a column entry of model/declaration's table. Pure.
 */
#pragma once

struct buf;
struct err;
struct variable;

/* One value being read; what the messages name. */
struct value {
	const struct variable *variable;
	const char *where;
	struct err *err;
};

/* Each returns 0, or -EINVAL with "WHERE:LINE: …". The field is zero before;
 * its type is given behind the name. */
typedef int value_read(const struct value *v, void *field);

value_read value_read_bases;     /* struct words */
value_read value_read_paths;     /* struct words: absolute */
value_read value_read_mounts;    /* struct words: absolute, below / */
value_read value_read_command;   /* struct words */
value_read value_read_settings;  /* struct words: NAME=VALUE */
value_read value_read_partition; /* unsigned */
value_read value_read_seconds;   /* unsigned */
value_read value_read_users;     /* enum users */
value_read value_read_yes;       /* bool */
value_read value_read_network;   /* bool: is it the host's? */
value_read value_read_answer;    /* enum answer */
value_read value_read_hostname;  /* char * */
value_read value_read_user;      /* char * */
value_read value_read_path;      /* char *: absolute */
value_read value_read_signal;    /* int */

typedef void value_print(struct buf *b, const void *field);

value_print value_print_words;
value_print value_print_text;
value_print value_print_unsigned;
value_print value_print_users;
value_print value_print_yes;
value_print value_print_network;
value_print value_print_answer;
value_print value_print_signal;

/* Record "WHERE:LINE: NAME …" (no line where bash told us) and return
 * -EINVAL. */
int value_refuse(const struct value *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
