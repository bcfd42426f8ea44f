/* SPDX-License-Identifier: MIT */
/* Where things are: one instance's places, moved by environment or option. */
#pragma once

struct places {
	const char *subhost; /* SUBHOST, --root: the sub hosts' directories */
	const char *etc;     /* SUBHOST_ETC */
	const char *syscmd;  /* SUBHOST_SYSCMD */
	const char *run;     /* SUBHOST_RUN: records, gone at reboot */
	const char *state;   /* SUBHOST_STATE: what must survive a reboot */
};

/* root, when not NULL, is what --root said. The strings are the
 * environment's and stay its. */
void places_init(struct places *p, const char *root);

/* What distinguishes this instance's marks and cgroups from another's: ""
 * with the usual SUBHOST_RUN, else '@' and 8 hex digits. */
void places_tag(const struct places *p, char ret_tag[static 10]);

/* Make SUBHOST_STATE if need be and hold its lock for as long as *ret_fd is
 * open: 0 or -errno. */
int places_hold_state(const struct places *p, int *ret_fd);

/* The mode of a SUBHOST_RUN that we made, and so remove with the last one: the
 * sticky bit, which nobody else would set there, is a mark that comes with the
 * directory, whatever befalls its maker next. */
#define PLACES_RUN_MODE 01700

/* In SUBHOST_RUN: what is known of casts. It goes when nobody is up. */
#define PLACES_CASTS ".casts"

/* Make SUBHOST_RUN if need be and hold it, shared with others, for as long as
 * *ret_fd is open: nobody removes it meanwhile. 0 or -errno. */
int places_hold_run(const struct places *p, int *ret_fd);
