/* SPDX-License-Identifier: MIT */
/* reboot WHAT: by reboot(2), and say so when that works. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned command;
} commands[] = {
	{"restart", 0x01234567}, {"halt", 0xcdef0123}, {"poweroff", 0x4321fedc},
	{"cad-on", 0x89abcdef},  {"cad-off", 0},       {"kexec", 0x45584543},
	{"suspend", 0xd000fce2},
};

int main(int argc, char **argv)
{
	for (int i = 0; argc == 2 && i < 7; i++)
		if (!strcmp(argv[1], commands[i].name) &&
		    !syscall(SYS_reboot, 0xfee1dead, 672274793,
		             commands[i].command, 0))
			printf("%s works\n", argv[1]);
	return 0;
}
