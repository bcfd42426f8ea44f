/* SPDX-License-Identifier: MIT */

#include "root/names.h"

#include <fcntl.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "model/declaration.h"
#include "model/resolv.h"
#include "root/guest.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_MAX  65536

static int take_resolv(const struct words *dns, struct buf *b, struct err *err)
{
	int r;

	if (!dns->n)
		return 0;
	if (!resolv_is_host(dns)) {
		resolv_print(dns, b);
		return 0;
	}
	r = file_read(AT_FDCWD, RESOLV_CONF, RESOLV_MAX, b);
	return r < 0 ? err_set(err, r,
	                       "DNS is host, but cannot read the host's " RESOLV_CONF)
	             : 0;
}

int names_write(const struct declaration *d, const char *hostname, int live_fd,
                int userns_fd, struct err *err)
{
	AUTO(buf) struct buf resolv = {0}, hosts = {0};
	struct guest_file files[2];
	size_t n = 0;
	int r = take_resolv(&d->dns, &resolv, err);

	if (d->dns.n)
		files[n++] = (struct guest_file){"/etc", "resolv.conf",
		                                 buf_text(&resolv)};
	if (d->hosts.n) {
		resolv_print_hosts(&d->hosts, hostname, &hosts);
		files[n++] =
			(struct guest_file){"/etc", "hosts", buf_text(&hosts)};
	}
	return r < 0 ? r : guest_write_files(live_fd, userns_fd, files, n, err);
}
