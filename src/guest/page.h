/* SPDX-License-Identifier: MIT */
/* The page of casts that the host keeps current for this sub host. */
#pragma once

struct page;

/* Read it: 0, -EPROTO for what is none, or -errno. */
int guest_page_read(struct page *p);
