/* SPDX-License-Identifier: MIT */

#include "sys/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "sys/beneath.h"

#define FILE_BYTES_MAX (1 << 20)
#define MARK           "trusted.subhost"
#define MODE           01755 /* its sticky bit is a mark that comes with the making */
#define DEPTH          "16" /* of cgroups that a guest makes: we walk them */
#define TRIES          16 /* of a parent that others remove when it is empty */
#define EVENT_MS       10000 /* how long the killed may take to be gone */

static const int dir_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int cgroup_open_root(void)
{
	static const char *const places[] = {"/sys/fs/cgroup",
	                                     "/sys/fs/cgroup/unified"};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		AUTO(fd) int fd = open(places[i], dir_flags);
		struct statfs fs;

		if (fd >= 0 && !fstatfs(fd, &fs) &&
		    fs.f_type == CGROUP2_SUPER_MAGIC)
			return fd_take(&fd);
	}
	return -ENOENT;
}

int cgroup_open_controller(const char *controller)
{
	AUTO(fd) int fd = -1;
	struct statfs fs;
	char path[64];

	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", controller);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == CGROUP_SUPER_MAGIC ? fd_take(&fd) : -ENOENT;
}

int cgroup_enable(int root_fd, const char *parent, const char *controller)
{
	char path[256], text[32];
	int r;

	snprintf(text, sizeof(text), "+%s", controller);
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", parent);
	r = file_write(root_fd, "cgroup.subtree_control", text);
	return r < 0 ? r : file_write(root_fd, path, text);
}

/* Let memory and processes be counted in the cgroups below, where the host
 * counts them at all. */
static void count_below(int root_fd, const char *parent)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", parent);
	file_write(root_fd, path, "+memory");
	file_write(root_fd, path, "+pids");
}

static int make_below_parent(int root_fd, const char *parent, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", parent, name);
	for (int i = 0; i < TRIES; i++) {
		if (!mkdirat(root_fd, path, MODE))
			return 0;
		if (errno != ENOENT)
			return -errno;
		if (mkdirat(root_fd, parent, 0755) < 0 && errno != EEXIST)
			return -errno;
		count_below(root_fd, parent);
	}
	return -ENOENT;
}

int cgroup_make(int root_fd, const char *parent, const char *name,
                const char *mark)
{
	AUTO(fd) int fd = -1;
	int r = make_below_parent(root_fd, parent, name);

	if (r < 0)
		return r;
	fd = cgroup_open(root_fd, parent, name);
	if (fd < 0)
		r = fd;
	else if (fsetxattr(fd, MARK, mark, strlen(mark), 0) < 0)
		r = -errno;
	if (r < 0) {
		cgroup_remove(root_fd, parent, name);
		return r;
	}
	return fd_take(&fd);
}

int cgroup_open(int root_fd, const char *parent, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", parent, name);
	fd = openat(root_fd, path, dir_flags);
	return fd < 0 ? -errno : fd;
}

/* The rest of the unified hierarchy's line, which begins with what is the
 * host's: "0::/subhost/web" and then what the guest chose. */
static char *below(char *text, const char *place)
{
	char *line = text;
	size_t len = strlen(place);

	while (strncmp(line, "0::/", 4)) {
		line = strchr(line, '\n');
		if (!line++)
			return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	while ((line = strchr(line, '/'))) {
		line++;
		if (!strncmp(line, place, len) &&
		    (!line[len] || line[len] == '/'))
			return line + len;
	}
	return NULL;
}

int cgroup_open_of(int cgroup_fd, const char *place, int pid)
{
	AUTO(buf) struct buf text = {0};
	char path[64], *rest;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	r = file_read(AT_FDCWD, path, FILE_BYTES_MAX, &text);
	if (r < 0)
		return r;
	rest = text.data ? below(text.data, place) : NULL;
	if (!rest)
		return -ENOENT;
	return beneath_open_flags(cgroup_fd, *rest ? rest : ".", false,
	                          O_RDONLY | O_DIRECTORY);
}

/* Made by us, but we died before we could say for whom. */
static bool is_cut_short(int cgroup_fd)
{
	struct stat st;

	return errno == ENODATA && !fstat(cgroup_fd, &st) &&
	       (st.st_mode & 07777) == MODE;
}

bool cgroup_is_marked(int cgroup_fd, const char *mark)
{
	char value[256];
	ssize_t n = fgetxattr(cgroup_fd, MARK, value, sizeof(value));

	if (n < 0)
		return is_cut_short(cgroup_fd);
	return (size_t)n == strlen(mark) && !memcmp(value, mark, (size_t)n);
}

/* Does cgroup.events say so? 1, 0, or -errno. The descriptor polls POLLPRI when
 * that changes. */
static int has_event(int events_fd, const char *event)
{
	AUTO(buf) struct buf b = {0};
	int r;

	if (lseek(events_fd, 0, SEEK_SET) < 0)
		return -errno;
	r = file_read_fd(events_fd, FILE_BYTES_MAX, &b);
	return r < 0 ? r : strstr(buf_text(&b), event) != NULL;
}

static int open_events(int cgroup_fd)
{
	int fd = openat(cgroup_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Wait until an event is, or is no more. */
static int await(int events_fd, const char *event, bool wanted)
{
	struct pollfd p = {.fd = events_fd, .events = POLLPRI};
	int r;

	while ((r = has_event(events_fd, event)) == !wanted) {
		r = poll(&p, 1, EVENT_MS);
		if (r <= 0)
			return r < 0 ? -errno : -ETIMEDOUT;
	}
	return r < 0 ? r : 0;
}

int cgroup_is_populated(int cgroup_fd)
{
	AUTO(fd) int events_fd = open_events(cgroup_fd);

	return events_fd < 0 ? events_fd : has_event(events_fd, "populated 1");
}

int cgroup_kill(int cgroup_fd)
{
	AUTO(fd) int events_fd = open_events(cgroup_fd);
	int r = events_fd < 0 ? events_fd : has_event(events_fd, "populated 1");

	if (r <= 0)
		return r;
	r = file_write(cgroup_fd, "cgroup.kill", "1");
	return r < 0 ? r : await(events_fd, "populated 1", false);
}

int cgroup_is_frozen(int cgroup_fd)
{
	AUTO(fd) int events_fd = open_events(cgroup_fd);

	return events_fd < 0 ? events_fd : has_event(events_fd, "frozen 1");
}

int cgroup_freeze(int cgroup_fd, bool frozen)
{
	AUTO(fd) int events_fd = open_events(cgroup_fd);
	int r = events_fd < 0 ? events_fd
	                      : file_write(cgroup_fd, "cgroup.freeze",
	                                   frozen ? "1" : "0");

	if (!r)
		r = await(events_fd, "frozen 1", frozen);
	if (r < 0 && frozen) /* none of it, rather than some */
		file_write(cgroup_fd, "cgroup.freeze", "0");
	return r;
}

/* Call each with every cgroup made below fd; the deepest first. */
static int walk(int fd, int (*each)(int parent_fd, const char *name, void *arg),
                void *arg)
{
	AUTO(fd) int copy_fd = openat(fd, ".", dir_flags);
	struct dirent *e;
	DIR *dir;
	int r = 0;

	dir = copy_fd < 0 ? NULL : fdopendir(copy_fd);
	if (!dir)
		return -errno;
	fd_take(&copy_fd);
	while (!r && (e = readdir(dir))) {
		AUTO(fd) int sub_fd = -1;

		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		sub_fd = openat(fd, e->d_name, dir_flags);
		r = sub_fd < 0 ? -errno : walk(sub_fd, each, arg);
		if (!r)
			r = each(fd, e->d_name, arg);
	}
	closedir(dir);
	return r;
}

static int move_from(int fd, int to_fd)
{
	AUTO(buf) struct buf b = {0};
	char *pid, *rest;
	int r = file_read(fd, "cgroup.procs", FILE_BYTES_MAX, &b);

	rest = b.data;
	while (!r && rest && (pid = strsep(&rest, "\n")))
		if (*pid)
			r = file_write(to_fd, "cgroup.procs", pid);
	return r == -ESRCH ? 0 : r; /* it has ended */
}

static int move_one(int parent_fd, const char *name, void *arg)
{
	AUTO(fd) int fd = openat(parent_fd, name, dir_flags);

	return fd < 0 ? -errno : move_from(fd, *(int *)arg);
}

int cgroup_move_all(int from_fd, int to_fd)
{
	int r = move_from(from_fd, to_fd);

	return r < 0 ? r : walk(from_fd, move_one, &to_fd);
}

static int count_lines(int fd, size_t *count)
{
	AUTO(buf) struct buf b = {0};
	int r = file_read(fd, "cgroup.procs", FILE_BYTES_MAX, &b);

	for (size_t i = 0; !r && i < b.len; i++)
		*count += b.data[i] == '\n';
	return r;
}

static int count_one(int parent_fd, const char *name, void *arg)
{
	AUTO(fd) int fd = openat(parent_fd, name, dir_flags);

	return fd < 0 ? -errno : count_lines(fd, arg);
}

int cgroup_count(int cgroup_fd, size_t *ret_count)
{
	size_t count = 0;
	int r = count_lines(cgroup_fd, &count);

	if (!r)
		r = walk(cgroup_fd, count_one, &count);
	if (!r)
		*ret_count = count;
	return r;
}

static int list_one(int parent_fd, const char *name, void *arg)
{
	AUTO(fd) int fd = openat(parent_fd, name, dir_flags);

	return fd < 0 ? -errno
	              : file_read(fd, "cgroup.procs", FILE_BYTES_MAX, arg);
}

int cgroup_list(int cgroup_fd, struct buf *pids)
{
	int r = file_read(cgroup_fd, "cgroup.procs", FILE_BYTES_MAX, pids);

	return r < 0 ? r : walk(cgroup_fd, list_one, pids);
}

int cgroup_number(int cgroup_fd, const char *file, uint64_t *ret_number)
{
	AUTO(buf) struct buf b = {0};
	int r = file_read(cgroup_fd, file, 64, &b);

	if (r < 0)
		return r;
	*ret_number = strtoull(buf_text(&b), NULL, 10);
	return 0;
}

int cgroup_delegate(int cgroup_fd, unsigned uid)
{
	static const char *const files[] = {".", "cgroup.procs",
	                                    "cgroup.threads",
	                                    "cgroup.subtree_control"};

	int r = file_write(cgroup_fd, "cgroup.max.depth", DEPTH);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (fchownat(cgroup_fd, files[i], uid, uid,
		             AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
	return 0;
}

static int remove_one(int parent_fd, const char *name, void *arg)
{
	(void)arg;
	return unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

void cgroup_remove_parent(int root_fd, const char *parent)
{
	unlinkat(root_fd, parent, AT_REMOVEDIR);
}

int cgroup_remove(int root_fd, const char *parent, const char *name)
{
	AUTO(fd) int parent_fd = openat(root_fd, parent, dir_flags);
	AUTO(fd) int fd = -1;
	int r = 0;

	if (parent_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
		fd = openat(parent_fd, name, dir_flags);
		r = fd < 0 ? -errno : walk(fd, remove_one, NULL);
		if (!r)
			r = remove_one(parent_fd, name, NULL);
	}
	if (!r)
		cgroup_remove_parent(root_fd, parent);
	return r;
}
