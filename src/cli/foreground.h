/* SPDX-License-Identifier: MIT */
/* What the verbs that stay until a command ends have in common. */
#pragma once

struct context;
struct ending;
struct err;
struct launched;

/* TERM, unless it is something that no terminal would be called. */
const char *foreground_term(void);

/* The words of "NAME [-- COMMAND…]": 0, *ret_command is NULL where there is
 * none; or -EINVAL, and a command that lacks its "--" has been told. */
int foreground_words(const struct context *c, int argc, char **argv,
                     char *const **ret_command);

/* Without a pty the command gets our standard descriptors, as far as a guest
 * may have them. */
int foreground_restrict(struct err *err);

/* The exit status of a failure to run it, and of how it ended. */
int foreground_failure(const struct launched *l);
int foreground_status(const struct ending *ending);
