/* SPDX-License-Identifier: MIT */
/* What of JSON (RFC 8259) showcast writes. Pure. */
#pragma once

struct buf;

/* Append text as a string. What is not UTF-8 in it becomes U+FFFD, for a JSON
 * text cannot say it. */
void json_string(struct buf *b, const char *text);
