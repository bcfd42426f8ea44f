/* SPDX-License-Identifier: MIT */
/* The sysctls of this network namespace that bridges depend on. */
#pragma once

#include <stdbool.h>

#include "net/mark.h"

/* Does the host forward? 1, 0, or -errno: -ENOENT where the kernel knows no
 * such family. */
int forward_read(enum family family);

/*
 * What would be lost by switching on and off, since the kernel then sets it for
 * every link; append. The links that forwarded all the same, "default" among
 * them; "/accept_redirects" when no link was to accept any.
 */
int forward_keep(enum family family, struct words *kept);

/* 0 or -errno. For every link: the kernel has no other switch that works for
 * the way out and the way back. */
int forward_switch_on(enum family family);

/* Also when it is off already: then what was kept is given back. */
int forward_switch_off(enum family family, const struct words *kept);

/* "net.ipv4.ip_forward". */
const char *forward_name(enum family family);

/* Does the host's firewall see what one port of a bridge sends to another
 * (br_netfilter)? false where that is not loaded. */
bool forward_filters_bridges(enum family family);

/* "net.bridge.bridge-nf-call-iptables". */
const char *forward_filter_name(enum family family);

/*
 * Let no router advertisement that arrives at a bridge, so from a guest,
 * give the host addresses or routes: 0, also without IPv6, or -errno.
 */
int forward_ignore_adverts(const char *bridge);
