/* SPDX-License-Identifier: MIT */

#include "net/forward.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#define SYSCTL    "/proc/sys/"
#define VALUE_MAX 64
#define PATH_ROOM 128

struct row {
	const char *forward_path, *forward_name;
	const char *filter_path, *filter_name;
};

/* clang-format off */
static const struct row rows[] = {
	[FAMILY_IPV4] = {
		SYSCTL "net/ipv4/ip_forward",
		"net.ipv4.ip_forward",
		SYSCTL "net/bridge/bridge-nf-call-iptables",
		"net.bridge.bridge-nf-call-iptables",
	},
	[FAMILY_IPV6] = {
		SYSCTL "net/ipv6/conf/all/forwarding",
		"net.ipv6.conf.all.forwarding",
		SYSCTL "net/bridge/bridge-nf-call-ip6tables",
		"net.bridge.bridge-nf-call-ip6tables",
	},
};
/* clang-format on */

static int read_switch(const char *path)
{
	AUTO(buf) struct buf text = {0};
	int r = file_read(AT_FDCWD, path, VALUE_MAX, &text);

	return r < 0 ? r : *buf_text(&text) != '0';
}

int forward_read(enum family family)
{
	return read_switch(rows[family].forward_path);
}

int forward_switch(enum family family, bool on)
{
	return file_write(AT_FDCWD, rows[family].forward_path, on ? "1" : "0");
}

const char *forward_name(enum family family)
{
	return rows[family].forward_name;
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

	snprintf(path, sizeof(path), SYSCTL "net/ipv6/conf/%s/accept_ra",
	         bridge);
	r = file_write(AT_FDCWD, path, "0");
	return r == -ENOENT ? 0 : r;
}
