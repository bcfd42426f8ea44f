/* SPDX-License-Identifier: MIT */
/*
 * The other half of the floor: what is left when floor-start has returned is
 * taken away, the overlay and the network namespace.
 *
 *	floor-stop DIRECTORY
 */
#include <fcntl.h>
#include <sys/mount.h>

#include "floor.h"

/* By descriptor, as everything that a guest could have renamed. */
static void detach_live(const struct place *place)
{
	char path[32];
	int live_fd = need(open(place->live, O_PATH | O_NOFOLLOW | O_CLOEXEC),
	                   "open live");

	snprintf(path, sizeof(path), "/proc/self/fd/%d", live_fd);
	need(umount2(path, MNT_DETACH), "detach live");
	close(live_fd);
}

static void forget_netns(const struct place *place)
{
	need(umount2(place->netns, MNT_DETACH | UMOUNT_NOFOLLOW),
	     "detach the network namespace");
	need(unlink(place->netns), "remove the network namespace's name");
}

int main(int argc, char **argv)
{
	static struct place place;

	if (argc != 2) {
		dprintf(2, "usage: floor-stop DIRECTORY\n");
		return 2;
	}
	place_init(&place, argv[1]);
	detach_live(&place);
	forget_netns(&place);
	return 0;
}
