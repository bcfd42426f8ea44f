/* SPDX-License-Identifier: MIT */
/*
 * The table of variables. A default is a text too and read like any other, so
 * that what is printed as a default is what was meant.
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
#include "model/cable_rows.h"
#include "model/config.h"
#include "model/name.h"
#include "model/value.h"

/* CONFINES: it is about what keeps the guest in, see declaration_differs(). */
enum about { ORDINARY, CONFINES };

/* clang-format off */
#define FIELD(name) offsetof(struct declaration, name)
static const struct row {
	const char *name;
	const char *unset;	/* what it is when empty; NULL: left open */
	size_t field;
	value_read *read;
	value_print *print;
	enum about about;
} rows[] = {
	{"BASE", NULL, FIELD(base), value_read_bases, value_print_words},
	{"BASE_HIDE", NULL, FIELD(base_hide),
	 value_read_paths, value_print_words},
	{"IMAGE_PARTITION", "0", FIELD(image_partition),
	 value_read_partition, value_print_unsigned},
	{"PRIVATE_USERS", "shared", FIELD(users),
	 value_read_users, value_print_users, CONFINES},
	{"MOUNTS", "no", FIELD(mounts), value_read_yes, value_print_yes,
	 CONFINES},
	{"NETWORK", "private", FIELD(host_network),
	 value_read_network, value_print_network, CONFINES},
	/* … and ETHn_…, in model/cable_rows. */
	{"BRIDGES", NULL, FIELD(cables),
	 value_read_cables, value_print_cables},
	{"DNS", NULL, FIELD(dns), value_read_dns, value_print_words},
	{"HOSTS", NULL, FIELD(hosts), value_read_hosts, value_print_words},
	{"INIT", NULL, FIELD(init), value_read_command, value_print_words},
	{"REAPER", NULL, FIELD(reaper),
	 value_read_answer, value_print_answer},
	{"DEVICES", NULL, FIELD(devices),
	 value_read_devices, value_print_words, CONFINES},
	{"MEMORY_MAX", NULL, FIELD(limits.memory_max),
	 value_read_bytes, value_print_bytes},
	{"MEMORY_HIGH", NULL, FIELD(limits.memory_high),
	 value_read_bytes, value_print_bytes},
	{"CPU_MAX", NULL, FIELD(limits.cpu_max),
	 value_read_cpus, value_print_cpus},
	{"CPU_WEIGHT", NULL, FIELD(limits.cpu_weight),
	 value_read_weight, value_print_weight},
	{"IO_WEIGHT", NULL, FIELD(limits.io_weight),
	 value_read_weight, value_print_weight},
	{"PIDS_MAX", "4096", FIELD(limits.pids_max),
	 value_read_pids, value_print_pids, CONFINES},
	{"CAPS", NULL, FIELD(caps), value_read_powers, value_print_powers,
	 CONFINES},
	{"SECCOMP", "default", FIELD(seccomp),
	 value_read_seccomp, value_print_text, CONFINES},
	{"NO_NEW_PRIVS", "no", FIELD(no_new_privs),
	 value_read_yes, value_print_yes, CONFINES},
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
	{"AUTOSTART", "no", FIELD(autostart), value_read_yes, value_print_yes},
	{"AFTER", NULL, FIELD(after), value_read_after, value_print_words},
	{"RESTART", "no", FIELD(restart),
	 value_read_restart, value_print_restart},
	{"RESTART_DELAY", "1", FIELD(restart_delay),
	 value_read_seconds, value_print_unsigned},
	{"NOTIFY", "no", FIELD(notify), value_read_yes, value_print_yes},
	{"START_TIMEOUT", "90", FIELD(start_timeout),
	 value_read_seconds, value_print_unsigned},
	{"LOG_MAX", "16M", FIELD(log_max),
	 value_read_bytes, value_print_bytes},
};
#undef FIELD
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(*rows))

void declaration_done(struct declaration *d)
{
	words_done(&d->base);
	words_done(&d->base_hide);
	cables_done(&d->cables);
	words_done(&d->dns);
	words_done(&d->hosts);
	words_done(&d->init);
	words_done(&d->environment);
	words_done(&d->tmpfs);
	words_done(&d->devices);
	words_done(&d->after);
	free(d->seccomp);
	free(d->hostname);
	free(d->workdir);
	free(d->user);
	free(d->pre_start);
	free(d->post_stop);
	*d = (struct declaration){0};
}

/* The variable of a row where it is set to something. In BRIDGES an empty
 * element is something too: a cable that is attached to nothing. */
static const struct variable *get_set(const struct config *c,
                                      const struct row *row)
{
	const struct variable *v = config_get(c, row->name);

	if (v && v->is_array && v->values.n && row->read == value_read_cables)
		return v;
	return v && !value_is_empty(v) ? v : NULL;
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
		struct value v = {.variable = get_set(c, &rows[i]),
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

static int check_mounts(const struct declaration *d, const struct config *c,
                        const char *where, struct err *err)
{
	struct value v = {.variable = config_get(c, "MOUNTS"),
	                  .where = where,
	                  .err = err};

	if (!d->mounts || d->users != USERS_NO)
		return 0;
	return value_refuse(&v, "is \"yes\", but without a user namespace "
	                        "(PRIVATE_USERS=no) mounting needs "
	                        "CAP_SYS_ADMIN on the host; PRIVATE_USERS "
	                        "shared or isolated is needed");
}

static int check_bridges(const struct declaration *d, const struct config *c,
                         const char *where, struct err *err)
{
	AUTO(buf) struct buf text = {0};
	struct value v = {.variable = config_get(c, "BRIDGES"),
	                  .where = where,
	                  .err = err};

	if (!d->host_network || !d->cables.n)
		return 0;
	value_print_cables(&text, &d->cables);
	return value_refuse_text(&v, buf_text(&text),
	                         "but NETWORK is \"host\"; NETWORK=private is "
	                         "needed for cables");
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(name, rows[i].name))
			return true;
	return cable_rows_has(name);
}

/* The known name nearest to name, of those that could be meant. */
static const char *find_meant(const char *name)
{
	const char *meant = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < ROWS; i++) {
		const char *known = rows[i].name;
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

static void warn_of_slip(const struct variable *v, const char *where,
                         struct buf *warnings)
{
	AUTO(buf) struct buf meant = {0};
	const char *known = find_meant(v->name);

	if (known)
		buf_puts(&meant, known);
	else if (!cable_rows_find_meant(v->name, &meant))
		return;
	buf_printf(warnings, "%s:", where);
	if (v->line)
		buf_printf(warnings, "%d:", v->line);
	buf_printf(warnings,
	           " %s is not a variable of subhost, did you mean %s?\n",
	           v->name, buf_text(&meant));
}

static void warn_of_slips(const struct config *c, const char *where,
                          struct buf *warnings)
{
	for (size_t i = 0; i < c->n; i++)
		if (is_in_capitals(c->v[i].name) && !is_known(c->v[i].name))
			warn_of_slip(&c->v[i], where, warnings);
}

int declaration_read(struct declaration *d, const struct config *c,
                     const char *where, struct buf *warnings, struct err *err)
{
	int code = read_rows(d, c, where, err);

	if (!code)
		code = cable_rows_read(&d->cables, c, where, err);
	if (!code)
		code = check_mounts(d, c, where, err);
	if (!code)
		code = check_bridges(d, c, where, err);
	if (code < 0)
		declaration_done(d);
	else
		warn_of_slips(c, where, warnings);
	return code;
}

static int line_of(const struct variable *v)
{
	if (!v)
		return 0;
	return v->line ? v->line : -1;
}

struct each {
	void (*call)(void *arg, const char *name, const char *value, int line);
	void *arg;
};

static void show_of_cable(void *arg, const struct variable *v,
                          const char *value)
{
	const struct each *each = arg;

	each->call(each->arg, v->name, value, line_of(v));
}

void declaration_each(const struct declaration *d, const struct config *c,
                      void (*each)(void *arg, const char *name,
                                   const char *value, int line),
                      void *arg)
{
	struct each of_cables = {.call = each, .arg = arg};

	for (size_t i = 0; i < ROWS; i++) {
		AUTO(buf) struct buf text = {0};

		rows[i].print(&text, (const char *)d + rows[i].field);
		each(arg, rows[i].name, buf_text(&text),
		     line_of(get_set(c, &rows[i])));
		if (rows[i].read == value_read_cables)
			cable_rows_each(&d->cables, c, show_of_cable,
			                &of_cables);
	}
}

void declaration_differs(const struct declaration *d, differs_each *each,
                         void *arg)
{
	AUTO(declaration) struct declaration defaults = {0};
	struct err err = {0};

	for (size_t i = 0; i < ROWS; i++) {
		AUTO(buf) struct buf text = {0}, usual = {0};
		void *field = (char *)&defaults + rows[i].field;

		if (rows[i].about != CONFINES)
			continue;
		read_default(&rows[i], field, &err);
		rows[i].print(&usual, field);
		rows[i].print(&text, (const char *)d + rows[i].field);
		if (strcmp(buf_text(&text), buf_text(&usual)) != 0)
			each(arg, rows[i].name, buf_text(&text));
	}
}
