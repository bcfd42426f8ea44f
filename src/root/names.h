/* SPDX-License-Identifier: MIT */
/* How names are found inside: /etc/resolv.conf and /etc/hosts. */
#pragma once

struct declaration;
struct err;

/* Write those that DNS and HOSTS declare, as the guest; hostname is what it
 * will be called inside. */
int names_write(const struct declaration *d, const char *hostname, int live_fd,
                int userns_fd, struct err *err);
