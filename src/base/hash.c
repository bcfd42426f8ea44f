/* SPDX-License-Identifier: MIT */
/* As in the paper: c = 2 rounds for each 8 bytes, d = 4 rounds at the end. All
 * numbers are little-endian, whatever the machine's are. */
#include "base/hash.h"

#define LANE 8

static uint64_t turn(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

/* Up to 8 bytes as a number. */
static uint64_t read_lane(const uint8_t *bytes, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x |= (uint64_t)bytes[i] << (8 * i);
	return x;
}

static void sip_round(uint64_t v[static 4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = turn(v[1], 13) ^ v[0];
	v[3] = turn(v[3], 16) ^ v[2];
	v[0] = turn(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = turn(v[1], 17) ^ v[2];
	v[3] = turn(v[3], 21) ^ v[0];
	v[2] = turn(v[2], 32);
}

static void mix(uint64_t v[static 4], uint64_t lane)
{
	v[3] ^= lane;
	sip_round(v);
	sip_round(v);
	v[0] ^= lane;
}

uint64_t hash_sip(const uint8_t key[static HASH_KEY_BYTES], const void *bytes,
                  size_t n)
{
	const uint8_t *p = bytes;
	uint64_t k0 = read_lane(key, LANE), k1 = read_lane(key + LANE, LANE);
	uint64_t v[] = {
		k0 ^ 0x736f6d6570736575,
		k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261,
		k1 ^ 0x7465646279746573,
	};
	size_t rest = n % LANE, whole = n - rest;

	for (size_t i = 0; i < whole; i += LANE)
		mix(v, read_lane(p + i, LANE));
	mix(v, read_lane(p + whole, rest) | (uint64_t)(n & 0xff) << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
