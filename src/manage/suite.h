/* SPDX-License-Identifier: MIT */
/* Where a Debian suite comes from: what the host's apt says of its sources,
 * understood. Pure. */
#pragma once

struct buf;

/* The fields of apt-get indextargets --format that are wanted, a line each. */
#define SUITE_FIELDS "$(ORIGIN)|$(RELEASE)|$(REPO_URI)|$(COMPONENT)"

/* Why it is no name of a suite, or of a mirror, as a clause; or NULL. */
const char *suite_fault(const char *suite);
const char *suite_mirror_fault(const char *mirror);

/*
 * Append the lines of a sources.list for suite: the host's own where it has
 * that suite, its updates and security too; else one of the mirror that the
 * host's main source comes from. None where targets has no such sources.
 * ret_mirror gets that mirror.
 */
void suite_sources(const char *suite, const char *targets, struct buf *lines,
                   struct buf *ret_mirror);
