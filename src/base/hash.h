/* SPDX-License-Identifier: MIT */
/* SipHash-2-4, https://www.aumasson.jp/siphash/siphash.pdf: a keyed hash of
 * 64 bits. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_KEY_BYTES 16

uint64_t hash_sip(const uint8_t key[static HASH_KEY_BYTES], const void *bytes,
                  size_t n);
