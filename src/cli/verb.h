/* SPDX-License-Identifier: MIT */
/*
 * The verbs, one row each. CORE_VERBS are in subhost itself, a small static
 * program; those that need the system's libraries are in programs of their own,
 * which subhost executes for them: MORE_VERBS in subhost-more, NET_VERBS in
 * subhost-net, TOP_VERBS in subhost-top, MANAGE_VERBS in subhost-manage. A row
 * VERB needs its function verb_VERB().
 */
#pragma once

struct context;

/* clang-format off */
/*	   name       usage                              help			*/
#define CORE_VERBS(V)								\
	V(start,     "NAME [-- COMMAND...] | -d [--timeout S] NAME... [-- COMMAND...]",		\
	  "bring a sub host up, or wake it, and be its terminal; or -d")	\
	V(attach,    "NAME",							\
	  "be at the console of a detached one; Ctrl-] three times leaves")	\
	V(enter,     "[-u USER] NAME [-- COMMAND...]",				\
	  "run a shell, or a command, in a running one")			\
	V(restart,   "[-d] [--force] [--timeout S] NAME [-- COMMAND...]",	\
	  "hibernate it if need be, then start it")				\
	V(hibernate, "[--force] [--timeout S] NAME...",				\
	  "end its processes, keep its mounts and network")			\
	V(stop,      "[--force] [--timeout S] NAME...",				\
	  "take everything of it down")						\
	V(startall,  "",							\
	  "start those with AUTOSTART=yes, in the order of AFTER")		\
	V(stopall,   "",							\
	  "stop all that are up, in the other order")				\
	V(cable,     "NAME...",							\
	  "make its cables as config declares them, while it is up")		\
	V(freeze,    "NAME...",							\
	  "stop the clock of its processes")					\
	V(thaw,      "NAME...",							\
	  "let the clock of its processes go on")				\
	V(set,       "[--save] NAME VARIABLE=VALUE...",				\
	  "change its limits while it runs")					\
	V(cast,      "[--as NAME] DIR PEER[:TARGET] [--ro | --rw]",		\
	  "offer a directory, or a file, to a sub host")			\
	V(ucast,     "[--as NAME] [--kill] DIR [PEER]",				\
	  "withdraw an offer: it leaves the receiver at once")			\
	V(caston,    "--as NAME [PEER:PATH [TARGET] [--ro]]",			\
	  "accept what is offered, or one of it")				\
	V(castoff,   "--as NAME [--kill] [PATH | PEER:PATH]",			\
	  "take off what was accepted, or one of it")				\
	V(castblock, "--as NAME [PATH | PEER | PEER:PATH | --lift [WHAT...]]",	\
	  "refuse offers; --lift undoes that")					\
	V(publish,   "[--as NAME] DIR [--ro | --rw]",				\
	  "offer to every sub host; the host's own are --ro")			\
	V(unpublish, "[--as NAME] DIR",						\
	  "withdraw that")							\
	V(allow,     "NAME VERB... | --refresh",				\
	  "enable verbs in its /syscmd")					\
	V(deny,      "NAME VERB...",						\
	  "take them out of it")

#define MORE_VERBS(V)								\
	V(list,      "[--json]",						\
	  "show every sub host")						\
	V(status,    "[--json] NAME",						\
	  "show one")								\
	V(logs,      "[-f] [-n LINES] [--since TIME] NAME",			\
	  "show what a detached one has written on its console")		\
	V(events,    "[-f] [-n LINES] [--json]",				\
	  "show what happened: states, exits, casts, refusals")			\
	V(config,    "[--check] [--json] NAME",					\
	  "show what its config declares, and where")			\
	V(check,     "[--json]",						\
	  "show what this kernel and this host can do")				\
	V(showcast,  "[-a] [--as NAME] [--json | --graph | --svg]",		\
	  "show casts: who sees what of whom")					\
	V(why,       "NAME PATH",						\
	  "show who put what is mounted there, when, by whose consent")		\
	V(casts,     "edit | check",						\
	  "edit casts.ini safely, or look whether it can be read")		\
	V(doctor,    "[--fix] [--json]",					\
	  "find what was left behind or does not match, and mend it")

#define NET_VERBS(V)								\
	V(bridge,    "add BR [ADDRESS/LEN...] [--nat] | remove BR | list [--json]", \
	  "make bridges for cables, take them away, show them")

#define TOP_VERBS(V)								\
	V(top,       "[-d SECONDS] [--json]",					\
	  "watch what those that are up use; h shows its keys")

#define MANAGE_VERBS(V)								\
	V(create,    "NAME [--base B] [--image SIZE[:FS]] [--bridge BR]... [--from SRC]", \
	  "make one: its directory and a config with comments")			\
	V(destroy,   "NAME [--yes]",						\
	  "stop it and remove all of it")					\
	V(clone,     "OLD NEW",							\
	  "make another one like it, without its casts")			\
	V(rename,    "OLD NEW",							\
	  "give a stopped one another name, everywhere")
/* clang-format on */

struct verb {
	const char *name, *usage, *help;
	const char *program; /* that has it; NULL: this one, which runs it */
	int (*run)(struct context *c, int argc, char **argv);
};

/* The program's table, ended by a NULL name: in cli/core.c, cli/more.c,
 * cli/net.c, cli/top.c or cli/manage.c. */
extern const struct verb verbs[];

#define V(name, usage, help)                                                   \
	int verb_##name(struct context *c, int argc, char **argv);
CORE_VERBS(V)
MORE_VERBS(V)
NET_VERBS(V)
TOP_VERBS(V)
MANAGE_VERBS(V)
#undef V
