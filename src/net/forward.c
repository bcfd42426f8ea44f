/* SPDX-License-Identifier: MIT */

#include "net/forward.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#define SYSCTL    "/proc/sys/net/"
#define VALUE_MAX 64
#define PATH_ROOM 320
#define REDIRECTS "/accept_redirects"

struct row {
	const char *path, *name;
	const char *links; /* a directory for each */
	const char *filter_path, *filter_name;
	bool has_redirects; /* of "all": the kernel changes it, too */
};

/* clang-format off */
static const struct row rows[] = {
	[FAMILY_IPV4] = {
		SYSCTL "ipv4/ip_forward",
		"net.ipv4.ip_forward",
		SYSCTL "ipv4/conf",
		SYSCTL "bridge/bridge-nf-call-iptables",
		"net.bridge.bridge-nf-call-iptables",
		true,
	},
	[FAMILY_IPV6] = {
		SYSCTL "ipv6/conf/all/forwarding",
		"net.ipv6.conf.all.forwarding",
		SYSCTL "ipv6/conf",
		SYSCTL "bridge/bridge-nf-call-ip6tables",
		"net.bridge.bridge-nf-call-ip6tables",
		false,
	},
};
/* clang-format on */

/* 1, 0 or -errno. */
static int read_switch(const char *path)
{
	AUTO(buf) struct buf text = {0};
	int r = file_read(AT_FDCWD, path, VALUE_MAX, &text);

	return r < 0 ? r : *buf_text(&text) != '0';
}

int forward_read(enum family family)
{
	return read_switch(rows[family].path);
}

const char *forward_name(enum family family)
{
	return rows[family].name;
}

static void link_path(enum family family, const char *link, const char *what,
                      char path[static PATH_ROOM])
{
	snprintf(path, PATH_ROOM, "%s/%.255s/%s", rows[family].links, link,
	         what);
}

static void keep_link(enum family family, const char *link, struct words *kept)
{
	char path[PATH_ROOM];

	if (!strcmp(link, ".") || !strcmp(link, "..") || !strcmp(link, "all"))
		return;
	link_path(family, link, "forwarding", path);
	if (read_switch(path) > 0) /* else it has gone since, too */
		words_add(kept, link);
}

int forward_keep(enum family family, struct words *kept)
{
	DIR *dir = opendir(rows[family].links);
	char path[PATH_ROOM];
	struct dirent *e;

	if (!dir)
		return -errno;
	while ((e = readdir(dir)))
		keep_link(family, e->d_name, kept);
	closedir(dir);
	link_path(family, "all", "accept_redirects", path);
	if (rows[family].has_redirects && !read_switch(path))
		words_add(kept, REDIRECTS);
	return 0;
}

int forward_switch_on(enum family family)
{
	return file_write(AT_FDCWD, rows[family].path, "1");
}

static int give_back(enum family family, const char *kept)
{
	char path[PATH_ROOM];
	int r;

	if (!strcmp(kept, REDIRECTS)) {
		link_path(family, "all", &REDIRECTS[1], path);
		return file_write(AT_FDCWD, path, "0");
	}
	link_path(family, kept, "forwarding", path);
	r = file_write(AT_FDCWD, path, "1");
	return r == -ENOENT ? 0 : r; /* the link has gone */
}

int forward_switch_off(enum family family, const struct words *kept)
{
	int r = forward_read(family);

	if (r > 0)
		r = file_write(AT_FDCWD, rows[family].path, "0");
	for (size_t i = 0; r >= 0 && i < kept->n; i++)
		r = give_back(family, kept->v[i]);
	return r;
}

bool forward_filters_bridges(enum family family)
{
	return read_switch(rows[family].filter_path) > 0;
}

const char *forward_filter_name(enum family family)
{
	return rows[family].filter_name;
}

int forward_ignore_adverts(const char *bridge)
{
	char path[PATH_ROOM];
	int r;

	link_path(FAMILY_IPV6, bridge, "accept_ra", path);
	r = read_switch(path);
	if (r > 0)
		r = file_write(AT_FDCWD, path, "0");
	return r == -ENOENT ? 0 : r;
}
