/* SPDX-License-Identifier: MIT */
/*
 * The floor: the kernel's work of a cold start with MOUNTS=no,
 * PRIVATE_USERS=shared and NETWORK=private, and nothing else. No config, no
 * lock, no record, no seccomp filter, no masks on /proc, no undo: a failure
 * ends it where it stands. It returns when the command ends and leaves the
 * overlay and the network namespace, which `floor-start --wake` takes up again
 * and floor-stop removes.
 *
 *	floor-start [--wake] [--steps] [--cable BRIDGE[,ADDRESS/LEN]]
 *	            BASE DIRECTORY COMMAND [ARGUMENT...]
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "floor-cable.h"
#include "floor.h"
#include "sys/kernel.h"

#define GUEST_ID      524288
#define GUEST_MAP     "0 524288 65536\n"
#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

struct floor {
	struct place place;
	struct cable cable;
	const char *base;
	char **command;
	bool show_steps;
	char cgroup[PATH_MAX];
	int user_fd, net_fd, netlink_fd, cgroup_fd, pid_fd;
	pid_t pid;
	int status;
};

struct step {
	const char *name;
	void (*take)(struct floor *);
};

static void write_text(const char *path, const char *text)
{
	int fd = need(open(path, O_WRONLY | O_CLOEXEC), path);

	need((int)write(fd, text, strlen(text)), path);
	close(fd);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void take_steps(struct floor *floor, const struct step *steps, size_t n)
{
	double begin = floor->show_steps ? now_us() : 0, end;

	for (size_t i = 0; i < n; i++) {
		steps[i].take(floor);
		if (!floor->show_steps)
			continue;
		end = now_us();
		dprintf(2, "%7.0f us  %s\n", end - begin, steps[i].name);
		begin = now_us();
	}
}

/* -- the host's half: namespaces, root, cgroup ----------------------------- */

static int raise_loopback(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &lo);

	close(fd);
	return result;
}

/*
 * Runs as a process of its own that shares memory and descriptors with its
 * parent. Its user id is the guest's, so that what the guest will use up is
 * not charged to the host's root.
 */
static int make_namespaces(void *data)
{
	struct floor *floor = data;

	if (syscall(SYS_setresgid, -1, GUEST_ID, -1) < 0 ||
	    syscall(SYS_setresuid, -1, GUEST_ID, -1) < 0 ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return errno;
	floor->user_fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	floor->net_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (floor->cable.bridge[0] != '\0')
		floor->netlink_fd = cable_socket();
	return raise_loopback() < 0 ? errno : 0;
}

/* The maps of a namespace can be written while its maker is a zombie. */
static void take_namespaces(struct floor *floor)
{
	static char stack[16384] __attribute__((aligned(16)));
	char path[32];
	pid_t pid;
	int status;

	pid = need(clone(make_namespaces, stack + sizeof(stack),
	                 CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, floor),
	           "make a helper");
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	write_text(path, GUEST_MAP);
	path[strlen(path) - 7] = 'g';
	write_text(path, GUEST_MAP);
	need(waitpid(pid, &status, 0), "wait for the helper");
	errno = WEXITSTATUS(status);
	if (status != 0 || floor->user_fd < 0 || floor->net_fd < 0)
		fail("make the namespaces");
}

static void take_netns_name(struct floor *floor)
{
	char source[32];

	need(close(need(open(floor->place.netns,
	                     O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444),
	                "name the network namespace")),
	     "close");
	snprintf(source, sizeof(source), "/proc/self/fd/%d", floor->net_fd);
	need(mount(source, floor->place.netns, NULL, MS_BIND, NULL),
	     "keep the network namespace");
}

static void take_cable(struct floor *floor)
{
	if (floor->cable.bridge[0] != '\0')
		cable_make(&floor->cable, floor->net_fd, floor->netlink_fd);
}

static int idmapped_clone(const struct floor *floor, const char *path)
{
	struct k_mount_attr attr = {.attr_set = K_MOUNT_ATTR_IDMAP,
	                            .propagation = MS_PRIVATE,
	                            .userns_fd = (uint64_t)floor->user_fd};
	int fd = need(k_open_tree(AT_FDCWD, path,
	                          K_OPEN_TREE_CLONE | K_OPEN_TREE_CLOEXEC),
	              path);

	need(k_mount_setattr(fd, 0, &attr), "map the ids of a layer");
	return fd;
}

/* A changed fsuid costs the effective capabilities; what was comes back. */
static void become_overlay_owner(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3,
	                                          0};
	struct __user_cap_data_struct data[2];

	need((int)syscall(SYS_capget, &header, data), "read capabilities");
	setfsgid(GUEST_ID);
	setfsuid(GUEST_ID);
	need((int)syscall(SYS_capset, &header, data), "restore capabilities");
}

static int layer(int clone_fd, const char *name)
{
	return need(openat(clone_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC),
	            name);
}

/* Upper and work have to lie on one mount: the clone is of what holds both. */
static int make_overlay(const struct floor *floor)
{
	static const char *const options[][2] = {{"redirect_dir", "nofollow"},
	                                         {"metacopy", "off"},
	                                         {"index", "on"}};
	int lower_fd = idmapped_clone(floor, floor->base);
	int top_fd = idmapped_clone(floor, floor->place.directory);
	int upper_fd = layer(top_fd, "root"), work_fd = layer(top_fd, "work");
	int fs_fd, overlay_fd;

	become_overlay_owner();
	fs_fd = need(k_fsopen("overlay"), "open overlay");
	need(k_fsconfig(fs_fd, K_FSCONFIG_SET_STRING, "source",
	                floor->place.name, 0) |
	             k_fsconfig(fs_fd, K_FSCONFIG_SET_FD, "lowerdir+", NULL,
	                        lower_fd) |
	             k_fsconfig(fs_fd, K_FSCONFIG_SET_FD, "upperdir", NULL,
	                        upper_fd) |
	             k_fsconfig(fs_fd, K_FSCONFIG_SET_FD, "workdir", NULL,
	                        work_fd),
	     "give overlay its layers");
	for (size_t i = 0; i < LENGTH(options); i++)
		need(k_fsconfig(fs_fd, K_FSCONFIG_SET_STRING, options[i][0],
		                options[i][1], 0),
		     options[i][0]);
	need(k_fsconfig(fs_fd, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0),
	     "make the overlay");
	overlay_fd = need(k_fsmount(fs_fd, 0), "mount the overlay");
	setfsuid(0);
	setfsgid(0);
	k_close_range((unsigned)lower_fd, (unsigned)fs_fd);
	return overlay_fd;
}

static void take_overlay(struct floor *floor)
{
	struct k_mount_attr attr = {.propagation = MS_SHARED};
	int overlay_fd = make_overlay(floor);

	need(k_move_mount(overlay_fd, AT_FDCWD, floor->place.live, 0),
	     "attach the overlay");
	need(k_mount_setattr(overlay_fd, 0, &attr), "share the overlay");
	close(overlay_fd);
}

static void take_hibernated(struct floor *floor)
{
	floor->net_fd = need(open(floor->place.netns, O_RDONLY | O_CLOEXEC),
	                     floor->place.netns);
	floor->user_fd = need(ioctl(floor->net_fd, NS_GET_USERNS),
	                      "find the user namespace");
}

static void take_run(struct floor *floor)
{
	need(mount(floor->place.name, floor->place.run, "tmpfs",
	           MS_NOSUID | MS_NODEV, "mode=755,uid=524288,gid=524288"),
	     "mount the tmpfs on run");
}

/* One that was ever killed as a whole kills who enters it: always a new one. */
static void take_cgroup(struct floor *floor)
{
	const char *v2 = access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0
	                         ? "/sys/fs/cgroup"
	                         : "/sys/fs/cgroup/unified";
	int parent = snprintf(floor->cgroup, sizeof(floor->cgroup),
	                      "%s/" FLOOR_CGROUPS, v2);

	snprintf(floor->cgroup + parent, 80, "/%s", floor->place.name);
	if (mkdir(floor->cgroup, 0755) < 0 && errno == ENOENT) {
		floor->cgroup[parent] = '\0';
		need(mkdir(floor->cgroup, 0755), "make the floor's cgroups");
		floor->cgroup[parent] = '/';
		need(mkdir(floor->cgroup, 0755), "make a cgroup");
	}
	floor->cgroup_fd =
		need(open(floor->cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC),
	             floor->cgroup);
}

/* -- the child's half: what the command will see --------------------------- */

static void take_root(struct floor *floor)
{
	struct k_mount_attr attr = {.propagation = MS_SLAVE};
	const char *live = floor->place.live;
	int tree_fd = need(k_open_tree(AT_FDCWD, live,
	                               K_OPEN_TREE_CLONE | AT_RECURSIVE |
	                                       K_OPEN_TREE_CLOEXEC),
	                   "clone live");

	need(k_mount_setattr(tree_fd, AT_RECURSIVE, &attr), "enslave live");
	need(unshare(CLONE_NEWNS | CLONE_NEWCGROUP),
	     "make mount and cgroup namespaces");
	need(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL),
	     "enslave all mounts");
	need(setns(floor->net_fd, CLONE_NEWNET), "join the network namespace");
	need(k_move_mount(tree_fd, AT_FDCWD, live, 0), "attach the root");
	need(fchdir(tree_fd), "go to the root");
	close(tree_fd);
}

static void take_proc_sys(struct floor *floor)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	(void)floor;
	need(mount("proc", "proc", "proc", flags, NULL), "mount proc");
	need(mount("sysfs", "sys", "sysfs", flags | MS_RDONLY, NULL),
	     "mount sysfs");
	need(mount("cgroup2", "sys/fs/cgroup", "cgroup2", flags | MS_RDONLY,
	           NULL),
	     "mount cgroup2");
}

static void take_dev(struct floor *floor)
{
	static const struct {
		const char *path;
		unsigned major, minor;
	} nodes[] = {{"dev/null", 1, 3},    {"dev/zero", 1, 5},
	             {"dev/full", 1, 7},    {"dev/random", 1, 8},
	             {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
	static const char *const links[][2] = {
		{"/proc/self/fd", "dev/fd"},
		{"/proc/self/fd/0", "dev/stdin"},
		{"/proc/self/fd/1", "dev/stdout"},
		{"/proc/self/fd/2", "dev/stderr"},
		{"pts/ptmx", "dev/ptmx"}};

	(void)floor;
	umask(0);
	need(mount("dev", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC,
	           "mode=755,uid=524288,gid=524288"),
	     "mount dev");
	for (size_t i = 0; i < LENGTH(nodes); i++)
		need(mknod(nodes[i].path, S_IFCHR | 0666,
		           makedev(nodes[i].major, nodes[i].minor)),
		     nodes[i].path);
	for (size_t i = 0; i < LENGTH(links); i++)
		need(symlink(links[i][0], links[i][1]), links[i][1]);
	need(mkdir("dev/pts", 0755) | mkdir("dev/shm", 01777), "fill dev");
	need(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	           "newinstance,ptmxmode=0666,mode=0620,gid=524293"),
	     "mount devpts");
	umask(022);
}

static void take_pivot(struct floor *floor)
{
	(void)floor;
	need(k_pivot_root(".", "."), "pivot");
	need(umount2(".", MNT_DETACH), "detach the old root");
	need(chdir("/"), "go to the new root");
}

static void take_identity(struct floor *floor)
{
	need(setns(floor->user_fd, CLONE_NEWUSER), "join the user namespace");
	need(setgroups(0, NULL), "drop groups");
	need(setresgid(0, 0, 0) | setresuid(0, 0, 0), "become its root");
	need(unshare(CLONE_NEWUTS | CLONE_NEWIPC),
	     "make uts and ipc namespaces");
	need(sethostname(floor->place.name, strlen(floor->place.name)),
	     "set the host name");
	write_text("/proc/sys/user/max_user_namespaces", "0");
}

static void take_capabilities(struct floor *floor)
{
	static const int withheld[] = {
		CAP_SYS_RESOURCE, CAP_MAC_ADMIN,          CAP_MAC_OVERRIDE,
		CAP_SYS_TIME,     CAP_SYS_MODULE,         CAP_SYS_RAWIO,
		CAP_SYSLOG,       CAP_AUDIT_CONTROL,      CAP_BPF,
		CAP_PERFMON,      CAP_CHECKPOINT_RESTORE, CAP_WAKE_ALARM,
		CAP_BLOCK_SUSPEND};

	(void)floor;
	for (size_t i = 0; i < LENGTH(withheld); i++)
		need(prctl(PR_CAPBSET_DROP, withheld[i], 0, 0, 0),
		     "drop a capability");
}

static const struct step guest_steps[] = {
	{"child: mount, cgroup, network namespace; the root", take_root},
	{"child: /proc, /sys, cgroup2", take_proc_sys},
	{"child: /dev, devpts", take_dev},
	{"child: pivot", take_pivot},
	{"child: user, uts, ipc namespace", take_identity},
	{"child: capabilities", take_capabilities},
};

/* -- from the child's birth to the end of its cgroup ----------------------- */

static void take_child(struct floor *floor)
{
	struct k_clone_args args = {
		.flags = CLONE_NEWPID | K_CLONE_PIDFD | K_CLONE_INTO_CGROUP,
		.pidfd = (uint64_t)(uintptr_t)&floor->pid_fd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)floor->cgroup_fd,
	};

	floor->pid = need(k_clone3(&args), "make the child");
	if (floor->pid > 0)
		return;
	take_steps(floor, guest_steps, LENGTH(guest_steps));
	execv(floor->command[0], floor->command);
	fail(floor->command[0]);
}

static void take_wait(struct floor *floor)
{
	siginfo_t info;

	need(waitid(P_PIDFD, (id_t)floor->pid_fd, &info, WEXITED), "wait");
	floor->status = info.si_code == CLD_EXITED ? info.si_status
	                                           : 128 + info.si_status;
}

static void take_leave(struct floor *floor)
{
	need(rmdir(floor->cgroup), "remove the cgroup");
	need(umount2(floor->place.run, MNT_DETACH), "detach the tmpfs on run");
}

static const struct step cold_steps[] = {
	{"user and network namespace, lo up", take_namespaces},
	{"name of the network namespace", take_netns_name},
	{"cable", take_cable},
	{"idmapped layers, overlay on live", take_overlay},
};

static const struct step wake_steps[] = {
	{"namespaces found again", take_hibernated},
};

static const struct step run_steps[] = {
	{"tmpfs on run", take_run},
	{"cgroup", take_cgroup},
	{"clone3", take_child},
	{"waited for the child", take_wait},
	{"cgroup and tmpfs removed", take_leave},
};

int main(int argc, char **argv)
{
	static struct floor floor;
	const char *cable = NULL;
	bool wake = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		wake |= strcmp(argv[i], "--wake") == 0;
		floor.show_steps |= strcmp(argv[i], "--steps") == 0;
		if (strcmp(argv[i], "--cable") == 0)
			cable = argv[++i];
	}
	if (argc - i < 3) {
		dprintf(2, "usage: floor-start [--wake] [--steps] "
		           "[--cable BRIDGE[,ADDRESS/LEN]] BASE DIRECTORY "
		           "COMMAND [ARGUMENT...]\n");
		return 2;
	}
	floor.base = argv[i];
	place_init(&floor.place, argv[i + 1]);
	if (cable)
		cable_parse(&floor.cable, cable, floor.place.name);
	floor.command = argv + i + 2;
	if (wake)
		take_steps(&floor, wake_steps, LENGTH(wake_steps));
	else
		take_steps(&floor, cold_steps, LENGTH(cold_steps));
	take_steps(&floor, run_steps, LENGTH(run_steps));
	return floor.status;
}
