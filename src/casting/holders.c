/* SPDX-License-Identifier: MIT */
/*
 * The copies of a mount that a guest has are known by their ids, the ones that
 * /proc/PID/mountinfo and /proc/PID/fdinfo/N show: a mount that is taken off
 * keeps its id for as long as anybody holds it.
 */
#include "casting/holders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "casting/peer.h"
#include "sys/cgroup.h"
#include "sys/kernel.h"
#include "sys/mounts.h"
#include "sys/process.h"

#define PARENT    "subhost" /* of cgroups; and the instance's tag */
#define SHOWN     4         /* holders named; of the others how many */
#define INFO_MAX  4096
#define TABLE_MAX (16 << 20)
#define END_MS    10000 /* how long the killed may take to be gone */

void holders_done(struct holders *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->v[i].what);
	free(h->v);
	free(h->mounts);
	*h = (struct holders){0};
}

/* The pids of a sub host's processes, a line each; NULL: of all. */
static int list_processes(const struct places *places, const char *name,
                          struct buf *pids)
{
	AUTO(fd) int root_fd = cgroup_open_root();
	AUTO(fd) int fd = -1;
	char tag[10], parent[32];

	if (root_fd < 0)
		return root_fd;
	places_tag(places, tag);
	snprintf(parent, sizeof(parent), PARENT "%s", tag);
	fd = cgroup_open(root_fd, name ? parent : ".", name ? name : parent);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return cgroup_list(fd, pids);
}

static struct watched *find(const struct holders *h, int id)
{
	for (size_t i = 0; i < h->n_mounts; i++)
		if (h->mounts[i].id == id)
			return &h->mounts[i];
	return NULL;
}

static void watch(struct holders *h, int id, unsigned major, unsigned minor)
{
	if (find(h, id))
		return;
	h->mounts = mem_resize(h->mounts, h->n_mounts + 1, sizeof(*h->mounts));
	h->mounts[h->n_mounts++] =
		(struct watched){.id = id, .major = major, .minor = minor};
}

/* Is that id another mount's by now? One that is taken off is in no table. */
struct reuse {
	const struct watched *watched;
	bool is_other;
};

static void look_for_reuse(void *arg, const struct mount_line *line)
{
	struct reuse *reuse = arg;

	if (line->id == reuse->watched->id)
		reuse->is_other = line->major != reuse->watched->major ||
		                  line->minor != reuse->watched->minor;
}

static bool is_watched(struct holders *h, pid_t pid, int id)
{
	struct watched *watched = find(h, id);
	struct reuse reuse = {.watched = watched};

	if (!watched || mounts_each(pid, look_for_reuse, &reuse) < 0 ||
	    reuse.is_other)
		return false;
	watched->is_held = true;
	return true;
}

/* The id of the mount that a descriptor lies on, in the way of /proc. */
static int mount_of(const char *fdinfo)
{
	AUTO(buf) struct buf info = {0};
	const char *id;

	if (file_read(AT_FDCWD, fdinfo, INFO_MAX, &info) < 0)
		return -1;
	id = strstr(buf_text(&info), "mnt_id:");
	return id ? (int)strtol(id + strlen("mnt_id:"), NULL, 10) : -1;
}

static int mount_of_fd(int fd)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return mount_of(path);
}

static int mount_of_link(const char *link)
{
	AUTO(fd) int fd = open(link, O_PATH | O_CLOEXEC);

	return fd < 0 ? -1 : mount_of_fd(fd);
}

/* What mounts show the same files as the cast does. */
struct likeness {
	struct holders *holders;
	int id; /* of ours, in our table */
	bool is_known;
	unsigned major, minor;
	struct buf root;
};

static void learn(void *arg, const struct mount_line *line)
{
	struct likeness *like = arg;

	if (line->id != like->id)
		return;
	like->is_known = true;
	like->major = line->major;
	like->minor = line->minor;
	buf_puts(&like->root, line->root);
}

static bool is_below(const char *path, const char *root)
{
	size_t n = strcmp(root, "/") ? strlen(root) : 0;

	return !strncmp(path, root, n) && (!path[n] || path[n] == '/');
}

static void look_alike(void *arg, const struct mount_line *line)
{
	struct likeness *like = arg;

	if (line->major == like->major && line->minor == like->minor &&
	    is_below(line->root, buf_text(&like->root)))
		watch(like->holders, line->id, line->major, line->minor);
}

/* Each mount table of the receiver's processes once. */
static int watch_tables(struct likeness *like, struct buf *pids)
{
	ino_t seen[64];
	size_t n = 0;
	char *rest = pids->data, *pid;

	while (rest && (pid = strsep(&rest, "\n"))) {
		char path[48];
		struct stat st;
		bool again = false;

		snprintf(path, sizeof(path), "/proc/%.10s/ns/mnt", pid);
		if (!*pid || stat(path, &st) < 0)
			continue;
		for (size_t i = 0; i < n; i++)
			again |= seen[i] == st.st_ino;
		if (again || n == sizeof(seen) / sizeof(*seen))
			continue;
		seen[n++] = st.st_ino;
		mounts_each(atoi(pid), look_alike, like);
	}
	return 0;
}

int holders_watch(struct holders *h, const struct peer *receiver, int fd)
{
	struct likeness like = {.holders = h, .id = mount_of_fd(fd)};
	AUTO(buf) struct buf pids = {0};
	int r = list_processes(receiver->sub.places, receiver->sub.name, &pids);

	if (r < 0)
		return r;
	if (!pids.len)
		return 0;
	r = mounts_each(getpid(), learn, &like);
	if (!r && like.is_known)
		r = watch_tables(&like, &pids);
	buf_done(&like.root);
	return r;
}

static void add(struct holders *h, pid_t pid, const char *how, const char *path)
{
	AUTO(buf) struct buf what = {0};

	process_describe(pid, &what);
	buf_puts(&what, how);
	buf_escape(&what, path);
	h->v = mem_resize(h->v, h->n + 1, sizeof(*h->v));
	h->v[h->n++] = (struct holder){.pid = pid, .what = buf_take(&what)};
}

static void add_link(struct holders *h, pid_t pid, const char *how,
                     const char *link)
{
	char path[4096];
	ssize_t n = readlink(link, path, sizeof(path) - 1);

	path[n < 0 ? 0 : n] = '\0';
	add(h, pid, how, path);
}

static bool holds_link(struct holders *h, pid_t pid, const char *name,
                       const char *how)
{
	char link[48];

	snprintf(link, sizeof(link), "/proc/%d/%s", pid, name);
	if (!is_watched(h, pid, mount_of_link(link)))
		return false;
	add_link(h, pid, how, link);
	return true;
}

/* Call fn for each entry of /proc/PID/FOLDER until it says yes. */
static bool any_entry(struct holders *h, pid_t pid, const char *folder,
                      bool (*fn)(struct holders *h, pid_t pid,
                                 const char *name))
{
	struct dirent *e;
	char path[48];
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, folder);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			found = fn(h, pid, e->d_name);
	if (dir)
		closedir(dir);
	return found;
}

static bool holds_open(struct holders *h, pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.20s", pid, name);
	if (!is_watched(h, pid, mount_of(path)))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/fd/%.20s", pid, name);
	add_link(h, pid, " has open ", path);
	return true;
}

static bool holds_map(struct holders *h, pid_t pid, const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "/proc/%d/map_files/%.40s", pid, name);
	if (!is_watched(h, pid, mount_of_link(path)))
		return false;
	add_link(h, pid, " has mapped ", path);
	return true;
}

/* One reason for each process is enough. */
static void look_at(struct holders *h, pid_t pid)
{
	if (holds_link(h, pid, "cwd", " works in ") ||
	    holds_link(h, pid, "root", " has its root in ") ||
	    any_entry(h, pid, "fd", holds_open))
		return;
	any_entry(h, pid, "map_files", holds_map);
}

int holders_find(struct holders *h, const struct places *places,
                 const char *receiver)
{
	AUTO(buf) struct buf pids = {0};
	char *rest, *pid;
	int r;

	for (size_t i = 0; i < h->n; i++)
		free(h->v[i].what);
	h->n = 0;
	for (size_t i = 0; i < h->n_mounts; i++)
		h->mounts[i].is_held = false;
	if (!h->n_mounts)
		return 0;
	r = list_processes(places, receiver, &pids);
	rest = pids.data;
	while (!r && rest && (pid = strsep(&rest, "\n")))
		if (*pid)
			look_at(h, atoi(pid));
	return r;
}

int holders_kill(struct holders *h, struct err *err)
{
	for (size_t i = 0; i < h->n; i++) {
		AUTO(fd) int fd = k_pidfd_open(h->v[i].pid);

		if (fd < 0)
			continue; /* it has ended */
		if (k_pidfd_send_signal(fd, SIGKILL) < 0 && errno != ESRCH)
			return err_set(err, -errno, "cannot end %s",
			               h->v[i].what);
		if (process_await(fd, END_MS) < 0)
			return err_say(err, -ETIMEDOUT, "%s does not end",
			               h->v[i].what);
	}
	return 0;
}

void holders_print(const struct holders *h, struct buf *b)
{
	for (size_t i = 0; i < h->n && i < SHOWN; i++)
		buf_printf(b, "%s%s", i ? ", " : "", h->v[i].what);
	if (h->n > SHOWN)
		buf_printf(b, " and %zu more", h->n - SHOWN);
}

/* No sub host can have such a name. */
static void name_file(const char *name, char file[static NAME_BYTES + 8])
{
	snprintf(file, NAME_BYTES + 8, ".%s.held", name);
}

void holders_save(const struct holders *h, int folder_fd, const char *name)
{
	AUTO(buf) struct buf text = {0};
	char file[NAME_BYTES + 8];

	name_file(name, file);
	for (size_t i = 0; i < h->n_mounts; i++)
		if (h->mounts[i].is_held)
			buf_printf(&text, "%d %u %u\n", h->mounts[i].id,
			           h->mounts[i].major, h->mounts[i].minor);
	if (text.len)
		file_replace(folder_fd, file, text.data);
	else
		unlinkat(folder_fd, file, 0);
}

void holders_load(struct holders *h, int folder_fd, const char *name)
{
	AUTO(buf) struct buf text = {0};
	char file[NAME_BYTES + 8], *rest, *line;

	name_file(name, file);
	if (file_read(folder_fd, file, TABLE_MAX, &text) < 0)
		return;
	rest = text.data;
	while (rest && (line = strsep(&rest, "\n"))) {
		unsigned major, minor;
		int id;

		if (sscanf(line, "%d %u %u", &id, &major, &minor) == 3)
			watch(h, id, major, minor);
	}
}

void holders_merge(struct holders *h, const struct holders *other)
{
	for (size_t i = 0; i < other->n_mounts; i++)
		watch(h, other->mounts[i].id, other->mounts[i].major,
		      other->mounts[i].minor);
}
