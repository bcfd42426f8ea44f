/* SPDX-License-Identifier: MIT */
/*
 * The bytes of an image may be a guest's, so a process without power,
 * subhost-probe, reads them for us. What it says is believed only as far as
 * it can do no harm: it may lie about what is in the image, no more.
 */
#include "root/content.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "sub/libexec.h"
#include "sys/kernel.h"
#include "sys/process.h"

#define PROBE_MS   10000
#define ANSWER_MAX 1024
#define SECTOR     512

/* Exit statuses of subhost-probe, see src/probe/main.c. */
enum {
	PROBE_NOTHING = 3,
	PROBE_HAS_PARTITIONS,
	PROBE_NO_SUCH_PARTITION,
	PROBE_AMBIVALENT,
	PROBE_PAST_THE_END,
};

/* Never returns. */
static void exec_probe(const char *path, const struct image_bytes *of,
                       int answer_fd)
{
	char number[16];
	char *argv[] = {(char *)path, number, NULL};
	char *envp[] = {NULL};
	int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	snprintf(number, sizeof(number), "%u", of->partition);
	if (null_fd >= 0 && dup2(of->fd, 0) == 0 && dup2(answer_fd, 1) == 1 &&
	    dup2(null_fd, 2) == 2 && !k_close_range(3, ~0u))
		execve(path, argv, envp);
	_exit(127);
}

static int start_probe(const struct image_bytes *of, struct process *ret_child,
                       int *ret_answer_fd, struct err *err)
{
	AUTO(fd) int answer_fd = -1;
	AUTO(fd) int child_fd = -1;
	char path[PATH_MAX];
	int pipe_fds[2];
	int r;

	r = libexec_path("subhost-probe", path, sizeof(path));
	if (!r && access(path, X_OK) < 0)
		r = -errno;
	if (r < 0)
		return err_set(err, r, "cannot run %s", path);
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, -errno, "cannot make a pipe");
	answer_fd = pipe_fds[0];
	child_fd = pipe_fds[1];
	r = process_clone(0, -1, ret_child);
	if (!r)
		exec_probe(path, of, child_fd);
	if (r < 0)
		return err_set(err, r, "cannot run %s", path);
	*ret_answer_fd = fd_take(&answer_fd);
	return 0;
}

/* Returns the probe's exit status, with its answer without the newline. */
static int ask_probe(const struct image_bytes *of, char *ret_answer,
                     size_t room, struct err *err)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	AUTO(fd) int answer_fd = -1;
	int status, late;
	ssize_t n;
	int r = start_probe(of, &child, &answer_fd, err);

	if (r < 0)
		return r;
	late = process_await(child.pid_fd, PROBE_MS);
	if (late < 0)
		k_pidfd_send_signal(child.pid_fd, SIGKILL);
	r = process_reap(&child, &status);
	if (r < 0 || late < 0)
		return err_set(err, late < 0 ? late : r,
		               "cannot look into image %s", of->name);
	/* It never waits for us: a line has room in a pipe. */
	n = read(answer_fd, ret_answer, room - 1);
	ret_answer[n > 0 ? n : 0] = '\0';
	ret_answer[strcspn(ret_answer, "\n")] = '\0';
	return status;
}

/* " 1 2 3" of the answer "PARTITIONS 1 2 3"; "" of any other. */
static const char *partitions_of(const char *answer)
{
	static const char start[] = "PARTITIONS";
	const char *list = answer + sizeof(start) - 1;

	if (strncmp(answer, start, sizeof(start) - 1))
		return "";
	return list[strspn(list, " 0123456789")] ? "" : list;
}

static int say_which_partitions(const struct image_bytes *of, int status,
                                const char *list, struct err *err)
{
	unsigned n = of->partition;

	if (status == PROBE_HAS_PARTITIONS && !*list)
		return err_say(err, -ENXIO,
		               "image %s has an empty partition table: make a "
		               "partition or a filesystem in it",
		               of->name);
	if (status == PROBE_HAS_PARTITIONS)
		return err_say(err, -ENXIO,
		               "image %s has a partition table: set "
		               "IMAGE_PARTITION=n; it has partitions%s",
		               of->name, list);
	if (!*list)
		return err_say(err, -ENXIO,
		               "image %s has no partition %u, nor any other: "
		               "leave IMAGE_PARTITION out",
		               of->name, n);
	return err_say(err, -ENXIO,
	               "image %s has no partition %u: set IMAGE_PARTITION=n; "
	               "it has partitions%s",
	               of->name, n, list);
}

static int say_why_not(const struct image_bytes *of, int status,
                       const char *answer, struct err *err)
{
	char where[40] = "";

	if (of->partition)
		snprintf(where, sizeof(where), "partition %u of ",
		         of->partition);
	switch (status) {
	case PROBE_NOTHING:
		return err_say(err, -ENOTBLK,
		               "there is no filesystem in %simage %s: make one "
		               "(mkfs.ext4)",
		               where, of->name);
	case PROBE_HAS_PARTITIONS:
	case PROBE_NO_SUCH_PARTITION:
		return say_which_partitions(of, status, partitions_of(answer),
		                            err);
	case PROBE_AMBIVALENT:
		return err_say(err, -ENOTBLK,
		               "%simage %s has the signs of more than one "
		               "filesystem or partition table: remove all but "
		               "one (wipefs)",
		               where, of->name);
	case PROBE_PAST_THE_END:
		return err_say(err, -EINVAL,
		               "%simage %s reaches past the image's end: was "
		               "the image cut short?",
		               where, of->name);
	default:
		return err_say(err, -EIO,
		               "cannot look into image %s: subhost-probe "
		               "ended with status %d",
		               of->name, status);
	}
}

static int parse(const char *answer, uint64_t image_size,
                 struct content *ret_content)
{
	struct content c = {0};
	int end = 0;

	sscanf(answer, "%31[a-zA-Z0-9_-] %" SCNu64 " %" SCNu64 "%n", c.type,
	       &c.offset, &c.size, &end);
	if (!end || answer[end] || (c.offset | c.size) % SECTOR)
		return -EPROTO;
	if (c.offset >= image_size || c.size > image_size - c.offset)
		return -EPROTO;
	*ret_content = c;
	return 0;
}

int content_find(const struct image_bytes *of, struct content *ret_content,
                 struct err *err)
{
	char answer[ANSWER_MAX];
	struct stat st;
	int status;

	if (fstat(of->fd, &st) < 0)
		return err_set(err, -errno, "cannot look into image %s",
		               of->name);
	status = ask_probe(of, answer, sizeof(answer), err);
	if (status < 0)
		return status;
	if (status)
		return say_why_not(of, status, answer, err);
	if (parse(answer, (uint64_t)st.st_size, ret_content) < 0)
		return err_say(err, -EPROTO,
		               "cannot look into image %s: subhost-probe said "
		               "something that cannot be",
		               of->name);
	return 0;
}
