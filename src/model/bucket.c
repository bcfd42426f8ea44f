/* SPDX-License-Identifier: MIT */

#include "model/bucket.h"

#define TOKEN 1000u /* so that a rate a second is one a millisecond */

void bucket_fill(struct bucket *b, unsigned rate, unsigned burst, uint64_t now)
{
	*b = (struct bucket){
		.rate = rate,
		.burst = burst,
		.level = (uint64_t)burst * TOKEN,
		.at = now,
	};
}

static void pour(struct bucket *b, uint64_t now)
{
	uint64_t most = (uint64_t)b->burst * TOKEN;

	if (now > b->at)
		b->level += (now - b->at) * b->rate;
	if (b->level > most)
		b->level = most;
	b->at = now;
}

bool bucket_take(struct bucket *b, uint64_t now)
{
	pour(b, now);
	if (b->level < TOKEN)
		return false;
	b->level -= TOKEN;
	return true;
}

uint64_t bucket_wait(struct bucket *b, uint64_t now)
{
	pour(b, now);
	if (b->level >= TOKEN)
		return 0;
	return (TOKEN - b->level + b->rate - 1) / b->rate;
}
