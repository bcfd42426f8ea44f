/* SPDX-License-Identifier: MIT */

#include "sub/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"

#define DEV "/dev/"

void device_list_done(struct device_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].name);
	free(list->v);
	*list = (struct device_list){0};
}

/* word is "/dev/NAME[:rw]", as config was found to say. */
static int take(const char *word, struct device *d, struct err *err)
{
	AUTO(mem) char *path = mem_copy(word);
	char *access = strchr(path, ':');
	struct stat st;

	if (access)
		*access++ = '\0';
	if (stat(path, &st) < 0)
		return err_set(err, -errno, "cannot give it the device %s",
		               path);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_say(err, -ENODEV, "%s, of DEVICES, is no device",
		               path);
	d->name = mem_copy(path + strlen(DEV));
	d->mode = st.st_mode;
	d->number = st.st_rdev;
	d->read = !access || strchr(access, 'r');
	d->write = !access || strchr(access, 'w');
	return 0;
}

int device_list_take(const struct words *words, struct device_list *ret_list,
                     struct err *err)
{
	AUTO(device_list)
	struct device_list list = {
		.v = mem_new0((words->n + 1) * sizeof(*list.v))};
	int r = 0;

	for (size_t i = 0; !r && i < words->n; i++) {
		r = take(words->v[i], &list.v[i], err);
		list.n += !r;
	}
	if (r < 0)
		return r;
	*ret_list = list;
	list = (struct device_list){0};
	return 0;
}
