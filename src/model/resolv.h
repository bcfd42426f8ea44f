/* SPDX-License-Identifier: MIT */
/* The texts of /etc/resolv.conf and /etc/hosts as DNS and HOSTS declare them.
 * Pure. */
#pragma once

#include <stdbool.h>

#include "base/words.h"

struct buf;

/* Does DNS stand for what the host's own /etc/resolv.conf says at the start? */
bool resolv_is_host(const struct words *dns);

/* The DOMAIN of a word search=DOMAIN; NULL of any other. */
const char *resolv_domain(const char *word);

/* Append a resolv.conf of dns, the words of DNS as they were checked; not for
 * those of which resolv_is_host() is true. */
void resolv_print(const struct words *dns, struct buf *b);

/* Append a hosts file: localhost, the sub host itself, the lines of HOSTS. */
void resolv_print_hosts(const struct words *hosts, const char *hostname,
                        struct buf *b);
