/* SPDX-License-Identifier: MIT */
/* Which machine this is: what stays the same over reboots, and differs from
 * any other's. */
#pragma once

#include <stdint.h>

struct err;
struct places;

#define MACHINE_BYTES 16

/* /etc/machine-id, see machine-id(5): it is not to be shown, only to be hashed
 * with. Where there is none, one of our own in SUBHOST_STATE, which is made. */
int machine_identify(const struct places *places,
                     uint8_t ret_id[static MACHINE_BYTES], struct err *err);
