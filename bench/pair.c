/* SPDX-License-Identifier: MIT */
/*
 * The timer. A plan names contenders and the commands of each; every round
 * runs every contender once, in a new random order, so that what else happens
 * on the machine meets all of them alike. What counts is then the ratio of two
 * contenders of the same round, and the median of these ratios. A command is
 * timed from posix_spawn until it has been reaped: no shell, no terminal.
 *
 *	pair [-n ROUNDS] [-w WARMUP] [-g GAP_MS] [-v] <PLAN
 *
 * The plan, a line an item, words parted by blanks:
 *
 *	contender NAME
 *	in FILE			its mount namespace
 *	env KEY=VALUE		for its commands
 *	before COMMAND...	untimed, any number
 *	time LABEL COMMAND...	timed, any number; the contender's time is their
 *sum after COMMAND...	untimed, any number
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONTENDERS 32
#define MAX_COMMANDS   12
#define MAX_WORDS      64
#define MAX_VARIABLES  16

enum phase { BEFORE, TIMED, AFTER, PHASES };

struct command {
	const char *label;
	char *words[MAX_WORDS + 1];
	double *ms; /* by round; NAN in one that failed */
};

struct contender {
	const char *name;
	int mount_ns_fd; /* -1: pair's own */
	char *variables[MAX_VARIABLES + 1];
	int n_variables;
	struct command commands[PHASES][MAX_COMMANDS];
	int n_commands[PHASES];
	double *ms;
	int failures;
};

struct plan {
	struct contender contenders[MAX_CONTENDERS];
	int n_contenders;
	int rounds, warmup, gap_ms;
	bool verbose;
	int own_mount_ns_fd;
};

static void __attribute__((noreturn)) die(const char *what, const char *why)
{
	fprintf(stderr, "pair: %s: %s\n", what, why);
	exit(2);
}

static void *grow(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (!memory)
		die("memory", strerror(errno));
	return memory;
}

/* -- the plan -------------------------------------------------------------- */

static void read_words(struct command *command, char *rest)
{
	int n = 0;

	for (char *word = strtok(rest, " \t"); word;
	     word = strtok(NULL, " \t")) {
		if (n == MAX_WORDS)
			die(word, "too many words");
		command->words[n++] = word;
	}
	if (n == 0 || command->words[0][0] != '/')
		die(n ? command->words[0] : "plan",
		    "a command begins with an absolute path");
}

static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");

	*rest = word + strcspn(word, " \t");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

static void add_command(const struct plan *plan, struct contender *contender,
                        enum phase phase, char *rest)
{
	struct command *command;
	int *n = &contender->n_commands[phase];

	if (*n == MAX_COMMANDS)
		die(contender->name, "too many commands");
	command = &contender->commands[phase][(*n)++];
	command->label = phase == TIMED ? next_word(&rest) : "";
	command->ms = grow((size_t)plan->rounds, sizeof(double));
	read_words(command, rest);
}

static struct contender *add_contender(struct plan *plan, const char *name)
{
	struct contender *contender;

	if (plan->n_contenders == MAX_CONTENDERS)
		die(name, "too many contenders");
	contender = &plan->contenders[plan->n_contenders++];
	contender->name = name;
	contender->mount_ns_fd = -1;
	contender->ms = grow((size_t)plan->rounds, sizeof(double));
	for (; contender->n_variables < MAX_VARIABLES &&
	       environ[contender->n_variables];
	     contender->n_variables++)
		contender->variables[contender->n_variables] =
			environ[contender->n_variables];
	return contender;
}

static void add_variable(struct contender *contender, char *assignment)
{
	if (contender->n_variables == MAX_VARIABLES)
		die(assignment, "too many variables: run pair under env -i");
	contender->variables[contender->n_variables++] = assignment;
}

static void read_line(struct plan *plan, struct contender **current, char *line)
{
	char *rest = line, *word = next_word(&rest);

	if (*word == '\0' || *word == '#')
		return;
	if (strcmp(word, "contender") == 0) {
		*current = add_contender(plan, next_word(&rest));
		return;
	}
	if (!*current)
		die(word, "before the first contender");
	if (strcmp(word, "in") == 0) {
		word = next_word(&rest);
		(*current)->mount_ns_fd = open(word, O_RDONLY | O_CLOEXEC);
		if ((*current)->mount_ns_fd < 0)
			die(word, strerror(errno));
	} else if (strcmp(word, "env") == 0) {
		add_variable(*current, next_word(&rest));
	} else if (strcmp(word, "before") == 0) {
		add_command(plan, *current, BEFORE, rest);
	} else if (strcmp(word, "time") == 0) {
		add_command(plan, *current, TIMED, rest);
	} else if (strcmp(word, "after") == 0) {
		add_command(plan, *current, AFTER, rest);
	} else {
		die(word, "no such item");
	}
}

/* The lines stay allocated: the plan points into them. */
static void read_plan(struct plan *plan, FILE *from)
{
	struct contender *current = NULL;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, from) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		read_line(plan, &current, line);
		line = NULL;
		size = 0;
	}
	free(line);
	if (plan->n_contenders == 0)
		die("plan", "no contender");
}

/* -- running --------------------------------------------------------------- */

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static posix_spawn_file_actions_t *null_stdio(bool verbose)
{
	static posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < (verbose ? 2 : 3); fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null",
		                                 O_RDWR, 0);
	return &actions;
}

/* How long it took, or NAN when it did not end with 0. */
static double run_command(const struct contender *contender,
                          const struct command *command,
                          const posix_spawn_file_actions_t *stdio)
{
	double begin = now_ms(), end;
	int status, error;
	pid_t pid;

	error = posix_spawn(&pid, command->words[0], stdio, NULL,
	                    (char **)command->words,
	                    (char **)contender->variables);
	if (error)
		die(command->words[0], strerror(error));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die(command->words[0], strerror(errno));
	end = now_ms();
	return status == 0 ? end - begin : NAN;
}

/* All commands run, also after one that failed: the next tidies up after it. */
static void run_contender(struct contender *contender, int round,
                          const posix_spawn_file_actions_t *stdio)
{
	double sum = 0, ms;

	for (int phase = 0; phase < PHASES; phase++) {
		for (int i = 0; i < contender->n_commands[phase]; i++) {
			struct command *c = &contender->commands[phase][i];

			ms = run_command(contender, c, stdio);
			if (round >= 0)
				c->ms[round] = ms;
			if (phase == TIMED || isnan(ms))
				sum += ms;
		}
	}
	if (round >= 0)
		contender->ms[round] = sum;
	contender->failures += isnan(sum);
}

static void enter_mount_ns(int fd)
{
	if (setns(fd, CLONE_NEWNS) < 0)
		die("mount namespace", strerror(errno));
}

static void shuffle(int *order, int n)
{
	for (int i = n - 1; i > 0; i--) {
		int j = (int)(random() % (i + 1)), swapped = order[i];

		order[i] = order[j];
		order[j] = swapped;
	}
}

static void run_plan(struct plan *plan)
{
	const posix_spawn_file_actions_t *stdio = null_stdio(plan->verbose);
	struct timespec gap = {plan->gap_ms / 1000,
	                       plan->gap_ms % 1000 * 1000000};
	int order[MAX_CONTENDERS];

	for (int i = 0; i < plan->n_contenders; i++)
		order[i] = i;
	for (int round = -plan->warmup; round < plan->rounds; round++) {
		shuffle(order, plan->n_contenders);
		for (int i = 0; i < plan->n_contenders; i++) {
			struct contender *c = &plan->contenders[order[i]];

			nanosleep(&gap, NULL);
			if (c->mount_ns_fd >= 0)
				enter_mount_ns(c->mount_ns_fd);
			run_contender(c, round, stdio);
			if (c->mount_ns_fd >= 0)
				enter_mount_ns(plan->own_mount_ns_fd);
		}
	}
}

/* -- the table ------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Leaves out what failed; sorts; returns how many are left. */
static int sorted(const double *values, int n, double *ret_sorted)
{
	int kept = 0;

	for (int i = 0; i < n; i++)
		if (!isnan(values[i]))
			ret_sorted[kept++] = values[i];
	qsort(ret_sorted, (size_t)kept, sizeof(double), by_size);
	return kept;
}

static double quantile(const double *values, int n, double q)
{
	double at = q * (n - 1), below = floor(at);
	int i = (int)below;

	if (n == 0)
		return NAN;
	if (i + 1 >= n)
		return values[n - 1];
	return values[i] + (at - below) * (values[i + 1] - values[i]);
}

static void print_row(const struct plan *plan, const char *label,
                      const double *ms, const double *reference)
{
	size_t size = (size_t)plan->rounds;
	double *row = grow(size, sizeof(double));
	double *ratios = grow(size, sizeof(double));
	int n = sorted(ms, plan->rounds, row);

	printf("%-22s %8.3f %8.3f %8.3f", label, quantile(row, n, 0),
	       quantile(row, n, 0.5), quantile(row, n, 0.9));
	if (reference) {
		for (int i = 0; i < plan->rounds; i++)
			ratios[i] = ms[i] / reference[i];
		n = sorted(ratios, plan->rounds, row);
		printf(" %8.3f %7.2f - %.2f", quantile(row, n, 0.5),
		       quantile(row, n, 0.1), quantile(row, n, 0.9));
	}
	free(ratios);
	free(row);
}

/* A command is held against the first contender's of the same label. */
static const double *same_command(const struct contender *first,
                                  const char *label)
{
	for (int i = 0; i < first->n_commands[TIMED]; i++)
		if (strcmp(first->commands[TIMED][i].label, label) == 0)
			return first->commands[TIMED][i].ms;
	return NULL;
}

static void print_contender(const struct plan *plan,
                            const struct contender *contender)
{
	const struct contender *first = &plan->contenders[0];
	char label[64];

	print_row(plan, contender->name, contender->ms, first->ms);
	if (contender->failures)
		printf("  FAILED %d", contender->failures);
	printf("\n");
	if (contender->n_commands[TIMED] < 2)
		return;
	for (int i = 0; i < contender->n_commands[TIMED]; i++) {
		const struct command *c = &contender->commands[TIMED][i];

		snprintf(label, sizeof(label), "  %s", c->label);
		print_row(plan, label, c->ms, same_command(first, c->label));
		printf("\n");
	}
}

static int print_table(const struct plan *plan)
{
	int failures = 0;

	printf("%-22s %8s %8s %8s %8s  %s\n", "ms", "min", "median", "p90",
	       "ratio", "  p10 - p90");
	for (int i = 0; i < plan->n_contenders; i++) {
		print_contender(plan, &plan->contenders[i]);
		failures += plan->contenders[i].failures;
	}
	return failures;
}

static void read_options(struct plan *plan, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:w:g:v")) != -1) {
		if (option == 'n')
			plan->rounds = atoi(optarg);
		else if (option == 'w')
			plan->warmup = atoi(optarg);
		else if (option == 'g')
			plan->gap_ms = atoi(optarg);
		else if (option == 'v')
			plan->verbose = true;
		else
			exit(2);
	}
	if (plan->rounds < 1 || plan->warmup < 0 || plan->gap_ms < 0)
		die("options", "at least one round; nothing negative");
}

int main(int argc, char **argv)
{
	static struct plan plan = {.rounds = 50, .warmup = 3, .gap_ms = 20};

	read_options(&plan, argc, argv);
	read_plan(&plan, stdin);
	plan.own_mount_ns_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (plan.own_mount_ns_fd < 0)
		die("own mount namespace", strerror(errno));
	srandom(1);
	run_plan(&plan);
	return print_table(&plan) ? 1 : 0;
}
