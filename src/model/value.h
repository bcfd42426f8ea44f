/* SPDX-License-Identifier: MIT */
/*
 * Readers of one variable's value into one typed field, and their way back to
 * text. Each is a column entry of model/declaration's table. Pure.
 */
#pragma once

#include <stdbool.h>

struct buf;
struct err;
struct variable;
struct words;

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
value_read value_read_seccomp;   /* char *: a choice or an absolute path */
value_read value_read_powers;    /* struct powers */
value_read value_read_cables;    /* struct cables: BRIDGES */
value_read value_read_addresses; /* struct addresses: with their /LEN */
value_read value_read_gateways;  /* struct addresses: without */
value_read value_read_mtu;       /* unsigned */
value_read value_read_dns;       /* struct words: IP, search=DOMAIN; or host */
value_read value_read_hosts;     /* struct words: ADDRESS NAME [NAME…] */

value_read value_read_bytes;   /* uint64_t */
value_read value_read_cpus;    /* unsigned: hundredths */
value_read value_read_weight;  /* unsigned */
value_read value_read_pids;    /* uint64_t; 0 is max */
value_read value_read_devices; /* struct words: /dev/NAME[:rw] */
value_read value_read_restart; /* enum restart */
value_read value_read_after;   /* struct words: NAME or cast:PEER:/path */

typedef void value_print(struct buf *b, const void *field);

value_print value_print_words;
value_print value_print_text;
value_print value_print_unsigned;
value_print value_print_users;
value_print value_print_yes;
value_print value_print_network;
value_print value_print_answer;
value_print value_print_signal;
value_print value_print_powers;
value_print value_print_cables;
value_print value_print_addresses;
value_print value_print_gateways;
value_print value_print_bytes;
value_print value_print_cpus;
value_print value_print_weight;
value_print value_print_pids;
value_print value_print_restart;

/* Is there nothing in it but blanks? Then it is as if it were not set. */
bool value_is_empty(const struct variable *variable);

/* Record "WHERE:LINE: NAME …" (no line where bash told us) and return
 * -EINVAL. */
int value_refuse(const struct value *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same: "NAME is "TEXT", CLAUSE", text escaped and cut. */
int value_refuse_text(const struct value *v, const char *text,
                      const char *clause);

/* What readers are made of. The one text of a variable that is no list: NULL
 * and the error if it is. */
const char *value_take_text(const struct value *v);

/* The words of a list: an array's elements, or a text parted at blanks. */
void value_take_list(const struct value *v, struct words *list);

/* A number; 0, or -EINVAL and the error. */
int value_take_number(const struct value *v, unsigned min, unsigned max,
                      unsigned *ret_number);

/* A text that is one of two or three words, {0} behind them: what it means, or
 * -EINVAL and the error, which names them all. */
struct value_choice {
	const char *text;
	int meaning;
};

int value_take_choice(const struct value *v,
                      const struct value_choice *choices);
