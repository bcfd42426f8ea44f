/* SPDX-License-Identifier: MIT */
/*
 * The table of variables. A default is a text too and read like any other, so
 * that what is printed as a default is what was meant. What this version does
 * not carry out is refused: nobody shall believe in a limit that is not there.
 */
#include "model/declaration.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "model/name.h"
#include "model/value.h"

/* clang-format off */
#define FIELD(name) offsetof(struct declaration, name)
static const struct row {
	const char *name;
	const char *unset;	/* what it is when empty; NULL: left open */
	size_t field;
	value_read *read;
	value_print *print;
} rows[] = {
	{"BASE", NULL, FIELD(base), value_read_bases, value_print_words},
	{"BASE_HIDE", NULL, FIELD(base_hide),
	 value_read_paths, value_print_words},
	{"IMAGE_PARTITION", "0", FIELD(image_partition),
	 value_read_partition, value_print_unsigned},
	{"PRIVATE_USERS", "shared", FIELD(users),
	 value_read_users, value_print_users},
	{"MOUNTS", "no", FIELD(mounts), value_read_yes, value_print_yes},
	{"NETWORK", "private", FIELD(host_network),
	 value_read_network, value_print_network},
	{"INIT", NULL, FIELD(init), value_read_command, value_print_words},
	{"REAPER", NULL, FIELD(reaper),
	 value_read_answer, value_print_answer},
	{"HOSTNAME", NULL, FIELD(hostname),
	 value_read_hostname, value_print_text},
	{"ENVIRONMENT", NULL, FIELD(environment),
	 value_read_settings, value_print_words},
	{"WORKDIR", NULL, FIELD(workdir), value_read_path, value_print_text},
	{"USER", NULL, FIELD(user), value_read_user, value_print_text},
	{"TMPFS", "/run", FIELD(tmpfs),
	 value_read_mounts, value_print_words},
	{"STOPSIGNAL", NULL, FIELD(stop_signal),
	 value_read_signal, value_print_signal},
	{"STOP_TIMEOUT", "10", FIELD(stop_timeout),
	 value_read_seconds, value_print_unsigned},
	{"PRE_START", NULL, FIELD(pre_start),
	 value_read_path, value_print_text},
	{"POST_STOP", NULL, FIELD(post_stop),
	 value_read_path, value_print_text},
};
#undef FIELD

static const char *const later[] = {
	"BRIDGES", "ETH0_ADDRESS", "ETH0_GATEWAY", "CAPS", "SECCOMP",
	"NO_NEW_PRIVS", "DEVICES", "MEMORY_MAX", "MEMORY_HIGH", "CPU_MAX",
	"CPU_WEIGHT", "PIDS_MAX", "IO_WEIGHT", "AUTOSTART", "AFTER",
	"RESTART", "RESTART_DELAY", "NOTIFY", "LOG_MAX", "DNS", "HOSTS",
};
/* clang-format on */

#define ROWS  (sizeof(rows) / sizeof(*rows))
#define LATER (sizeof(later) / sizeof(*later))

void declaration_done(struct declaration *d)
{
	words_done(&d->base);
	words_done(&d->base_hide);
	words_done(&d->init);
	words_done(&d->environment);
	words_done(&d->tmpfs);
	free(d->hostname);
	free(d->workdir);
	free(d->user);
	free(d->pre_start);
	free(d->post_stop);
	*d = (struct declaration){0};
}

/* Nothing in it but blanks. */
static bool is_empty(const struct variable *v)
{
	for (size_t i = 0; i < v->values.n; i++)
		if (v->values.v[i][strspn(v->values.v[i], " \t\n")])
			return false;
	return true;
}

/* The variable where it is set to something. */
static const struct variable *get_set(const struct config *c, const char *name)
{
	const struct variable *v = config_get(c, name);

	return v && !is_empty(v) ? v : NULL;
}

static int read_default(const struct row *row, void *field, struct err *err)
{
	char *text = (char *)row->unset, *list[] = {text, NULL};
	struct variable unset = {.name = (char *)row->name,
	                         .values = {.v = list, .n = 1}};
	struct value v = {.variable = &unset, .where = "default", .err = err};

	return text ? row->read(&v, field) : 0;
}

static int read_rows(struct declaration *d, const struct config *c,
                     const char *where, struct err *err)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct value v = {.variable = get_set(c, rows[i].name),
		                  .where = where,
		                  .err = err};
		void *field = (char *)d + rows[i].field;
		int code = v.variable ? rows[i].read(&v, field)
		                      : read_default(&rows[i], field, err);

		if (code < 0)
			return code;
	}
	return 0;
}

/* ETHn_ADDRESS and ETHn_GATEWAY. */
static bool is_of_cable(const char *name)
{
	size_t digits;

	if (strncmp(name, "ETH", 3) != 0)
		return false;
	name += 3;
	digits = strspn(name, "0123456789");
	return digits && (!strcmp(name + digits, "_ADDRESS") ||
	                  !strcmp(name + digits, "_GATEWAY"));
}

static bool is_for_later(const char *name)
{
	for (size_t i = 0; i < LATER; i++)
		if (!strcmp(name, later[i]))
			return true;
	return is_of_cable(name);
}

static int check_later(const struct config *c, const char *where,
                       struct err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		struct value v = {
			.variable = &c->v[i], .where = where, .err = err};

		if (is_for_later(c->v[i].name) && !is_empty(&c->v[i]))
			return value_refuse(&v, "is not supported by this "
			                        "version");
	}
	return 0;
}

static int check_together(const struct declaration *d, const struct config *c,
                          const char *where, struct err *err)
{
	struct value v = {
		.variable = get_set(c, "MOUNTS"), .where = where, .err = err};

	if (!d->mounts || d->users != USERS_NO)
		return 0;
	return value_refuse(&v, "is \"yes\", but without a user namespace "
	                        "(PRIVATE_USERS=no) mounting needs "
	                        "CAP_SYS_ADMIN on the host; PRIVATE_USERS "
	                        "shared or isolated is needed");
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(name, rows[i].name))
			return true;
	return is_for_later(name);
}

/* The known name nearest to name, of those that could be meant. */
static const char *find_meant(const char *name)
{
	const char *meant = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < ROWS + LATER; i++) {
		const char *known = i < ROWS ? rows[i].name : later[i - ROWS];
		size_t distance;

		if (!name_is_near(name, known))
			continue;
		distance = name_distance(name, known);
		if (distance < best) {
			best = distance;
			meant = known;
		}
	}
	return meant;
}

static bool is_in_capitals(const char *name)
{
	return !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")];
}

static void warn_of_slips(const struct config *c, const char *where,
                          struct buf *warnings)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct variable *v = &c->v[i];
		const char *meant;

		if (!is_in_capitals(v->name) || is_known(v->name))
			continue;
		meant = find_meant(v->name);
		if (!meant)
			continue;
		buf_printf(warnings, "%s:", where);
		if (v->line)
			buf_printf(warnings, "%d:", v->line);
		buf_printf(warnings,
		           " %s is not a variable of subhost, "
		           "did you mean %s?\n",
		           v->name, meant);
	}
}

int declaration_read(struct declaration *d, const struct config *c,
                     const char *where, struct buf *warnings, struct err *err)
{
	int code = check_later(c, where, err);

	if (!code)
		code = read_rows(d, c, where, err);
	if (!code)
		code = check_together(d, c, where, err);
	if (code < 0)
		declaration_done(d);
	else
		warn_of_slips(c, where, warnings);
	return code;
}

static int line_of(const struct config *c, const char *name)
{
	const struct variable *v = get_set(c, name);

	if (!v)
		return 0;
	return v->line ? v->line : -1;
}

void declaration_each(const struct declaration *d, const struct config *c,
                      void (*each)(void *arg, const char *name,
                                   const char *value, int line),
                      void *arg)
{
	for (size_t i = 0; i < ROWS; i++) {
		AUTO(buf) struct buf text = {0};

		rows[i].print(&text, (const char *)d + rows[i].field);
		each(arg, rows[i].name, buf_text(&text),
		     line_of(c, rows[i].name));
	}
}
