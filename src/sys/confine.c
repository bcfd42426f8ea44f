/* SPDX-License-Identifier: MIT */

#include "sys/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAPABILITIES 64 /* as many as the kernel's two words hold */

struct capabilities {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct words[2];
};

static int get(struct capabilities *c)
{
	*c = (struct capabilities){.header.version =
	                                   _LINUX_CAPABILITY_VERSION_3};
	return syscall(SYS_capget, &c->header, c->words) < 0 ? -errno : 0;
}

static int set(struct capabilities *c)
{
	return syscall(SYS_capset, &c->header, c->words) < 0 ? -errno : 0;
}

static int raise_permitted(void)
{
	struct capabilities c;
	int r = get(&c);

	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++)
		c.words[i].effective = c.words[i].permitted;
	return set(&c);
}

int confine_act_as(uid_t id)
{
	setfsgid(id);
	setfsuid(id);
	if ((uid_t)setfsuid((uid_t)-1) != id)
		return -EPERM;
	return raise_permitted();
}

int confine_be_charged_to(uid_t id)
{
	if (setresgid((gid_t)-1, id, (gid_t)-1) < 0 ||
	    setresuid((uid_t)-1, id, (uid_t)-1) < 0)
		return -errno;
	return raise_permitted();
}

int confine_become(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups)
{
	if (setgroups(n_groups, groups) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return -errno;
	return 0;
}

int confine_capabilities(uint64_t kept)
{
	struct capabilities c;
	int r;

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int cap = 0; cap < CAPABILITIES; cap++) {
		if (kept >> cap & 1 || !prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			continue;
		if (errno == EINVAL)
			break; /* past the last one this kernel knows */
		return -errno;
	}
	r = get(&c);
	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++) {
		c.words[i].permitted &= (uint32_t)(kept >> (32 * i));
		c.words[i].effective = c.words[i].permitted;
		c.words[i].inheritable = 0;
	}
	return set(&c);
}

int confine_filter(const void *program, size_t n)
{
	struct sock_fprog p = {
		.len = (unsigned short)n,
		.filter = (struct sock_filter *)(uintptr_t)program,
	};

	if (n > BPF_MAXINSNS)
		return -E2BIG;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p) < 0 ? -errno
	                                                                : 0;
}
