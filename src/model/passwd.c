/* SPDX-License-Identifier: MIT */

#include "model/passwd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"

#define FIELDS 7 /* name:password:uid:gid:gecos:home:shell */

/* Cut the next line into its fields; 0 at the end of the text. */
static size_t next_line(char **rest, char *fields[static FIELDS])
{
	char *line = strsep(rest, "\n");
	size_t n = 0;

	if (!line)
		return 0;
	while (n < FIELDS && line)
		fields[n++] = strsep(&line, ":");
	return n;
}

static bool parse_id(const char *text, unsigned *ret_id)
{
	char *end;
	unsigned long id;

	if (*text < '0' || *text > '9')
		return false;
	id = strtoul(text, &end, 10);
	if (*end || id > 0xfffffffe)
		return false;
	*ret_id = (unsigned)id;
	return true;
}

static bool take_user(char *fields[static FIELDS], struct passwd *p)
{
	if (!parse_id(fields[2], &p->uid) || !parse_id(fields[3], &p->gid))
		return false;
	snprintf(p->home, sizeof(p->home), "%s", fields[5]);
	return true;
}

static void add_group(struct passwd *p, char *members, const char *name,
                      const char *gid)
{
	char *member;
	unsigned id;

	if (!parse_id(gid, &id))
		return;
	while ((member = strsep(&members, ",")))
		if (!strcmp(member, name) && p->n_groups < PASSWD_GROUPS_MAX)
			p->groups[p->n_groups++] = id;
}

static bool find_line(char *text, const char *user, struct passwd *p,
                      char **ret_name)
{
	char *fields[FIELDS], *rest = text;
	unsigned uid;
	bool is_id = parse_id(user, &uid);

	while (rest) {
		if (next_line(&rest, fields) < FIELDS)
			continue;
		if (strcmp(fields[0], user) &&
		    !(is_id && parse_id(fields[2], &p->uid) && p->uid == uid))
			continue;
		if (take_user(fields, p)) {
			*ret_name = fields[0];
			return true;
		}
	}
	return false;
}

static void find_groups(char *text, const char *name, struct passwd *p)
{
	char *fields[FIELDS], *rest = text;

	while (rest)
		if (next_line(&rest, fields) == 4)
			add_group(p, fields[3], name, fields[2]);
}

int passwd_find(const char *users, const char *groups, const char *user,
                struct passwd *ret_passwd)
{
	AUTO(mem) char *user_lines = mem_copy(users);
	AUTO(mem) char *group_lines = mem_copy(groups);
	struct passwd found = {.home = "/"};
	char *name;

	if (find_line(user_lines, user, &found, &name)) {
		find_groups(group_lines, name, &found);
	} else {
		found = (struct passwd){.home = "/"};
		if (!parse_id(user, &found.uid))
			return -ENOENT;
		found.gid = found.uid;
	}
	*ret_passwd = found;
	return 0;
}
