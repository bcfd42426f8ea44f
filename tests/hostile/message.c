/* SPDX-License-Identifier: MIT */
/* message HOW [N]: abuse /.syscmd in one way. Says "ready" when it has done its
 * worst once; those that stay go on until they are killed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define BOX      "/.syscmd/"
#define EXCHANGE 2 /* RENAME_EXCHANGE */

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void stay(void)
{
	for (;;)
		pause();
}

static void put(const char *name, const void *bytes, size_t n)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	if (fd < 0 || write(fd, bytes, n) < 0)
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
	close(fd);
}

/* Made elsewhere, moved there: so it is looked at. */
static void move(const char *to)
{
	if (rename("/made", to) < 0)
		fprintf(stderr, "%s: %s\n", to, strerror(errno));
}

static void kinds(int n)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX,
	                              .sun_path = "/made"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	mkfifo("/made", 0666);
	move(BOX "caston.fifo");
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)) < 0 ||
	    listen(fd, 1) < 0)
		perror("socket");
	move(BOX "caston.socket");
	/* Zero, the terminal, a console: where it may make them. */
	if (!mknod("/made", S_IFCHR | 0666, makedev(1, 5)))
		move(BOX "caston.zero");
	if (!mknod("/made", S_IFCHR | 0666, makedev(5, 0)))
		move(BOX "caston.tty");
	if (!mknod("/made", S_IFBLK | 0666, makedev(7, 0)))
		move(BOX "caston.loop");
	if (symlink("/etc/shadow", "/made"))
		perror("symlink");
	move(BOX "caston.absolute");
	if (symlink("../../../../../../etc/shadow", "/made"))
		perror("symlink");
	move(BOX "caston.relative");
	if (symlink("/proc/1/root/etc/shadow", "/made"))
		perror("symlink");
	move(BOX "caston.magic");
	if (symlink("/proc/self/fd/0", "/made"))
		perror("symlink");
	move(BOX "caston.self");
	if (symlink("caston.dangling", "/made"))
		perror("symlink");
	move(BOX "caston.dangling");
	put("/other", "x\n", 2);
	if (link("/other", "/made"))
		perror("link");
	move(BOX "caston.hard");
	mkdir("/made", 0755);
	mkdir("/made/below", 0755);
	put("/made/below/caston.1", "x\n", 2);
	move(BOX "caston.directory");
	ready();
	stay();
}

static void sparse(int n)
{
	int fd = open("/made", O_CREAT | O_WRONLY, 0644);

	/* As large as the filesystem lets it be. */
	for (int bits = 63; bits > 20; bits--)
		if (!ftruncate(fd, (off_t)((1ull << bits) - 1)))
			break;
	close(fd);
	move(BOX "caston.sparse");
	ready();
	stay();
}

/* Held open for writing, by ever more bytes. */
static void grow(int n)
{
	int fd = open(BOX "caston.grow", O_CREAT | O_WRONLY | O_APPEND, 0644);
	int again;

	ready();
	for (int i = 0; i < n; i++) {
		if (write(fd, "/srv/a\n", 7) < 0)
			perror("write");
		/* Somebody else's writing ends every time. */
		again = open(BOX "caston.grow", O_WRONLY);
		close(again);
		usleep(1000);
	}
	close(fd);
	puts("done");
	fflush(stdout);
	stay();
}

/* Its length changes all the time, by path: nobody has it open. */
static void change(int n)
{
	char a[2001], b[1001];

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	a[2000] = b[1000] = '\n';
	for (int i = 0; i < n; i++) {
		if (!fork()) {
			for (int k = 0; k < 200; k++)
				if (truncate(BOX "castoff.change", k * 11))
					break;
			_exit(0);
		}
		put(BOX "castoff.change", i % 2 ? a : b,
		    i % 2 ? sizeof(a) : sizeof(b));
		usleep(500);
	}
	ready();
	stay();
}

static void lease(int n)
{
	int fd;

	signal(SIGIO, SIG_IGN);
	for (int i = 0; i < n; i++) {
		char name[64];

		put("/made", "104:/srv/a\n", 11);
		fd = open("/made", O_RDWR);
		if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
			perror("lease");
		snprintf(name, sizeof(name), BOX "caston.lease%d", i);
		move(name);
	}
	ready();
	stay();
}

/* Every lock there is, which nobody asks for. */
static void locks(int n)
{
	struct flock whole = {.l_type = F_RDLCK};
	int fd;

	put("/made", "\n", 1);
	fd = open("/made", O_RDONLY);
	if (flock(fd, LOCK_EX) < 0 || fcntl(fd, F_SETLK, &whole) < 0 ||
	    fcntl(open("/made", O_RDONLY), F_OFD_SETLK, &whole) < 0)
		perror("lock");
	move(BOX "showcast.locks");
	ready();
	stay();
}

/* Messages and other files, as fast as they can be made. */
static void flood(int n)
{
	char name[64];

	for (int i = 0; !n || i < n; i++) {
		snprintf(name, sizeof(name), BOX "%s.%d",
		         i % 2 ? "showcast" : "no", i % 20000);
		put(name, "\n", 1);
		if (i == 20000)
			ready();
	}
	ready();
	stay();
}

/* The same file, and files in the root. */
static void busy(int n)
{
	for (;;) {
		put(BOX "no", "", 0);
		put("/file", "", 0);
		unlink("/file");
	}
}

static void names(int n)
{
	static const char base[] = BOX "showcast.x";

	for (int c = 1; c < 256; c++) {
		char name[64], body[64] = "";
		int len;

		for (size_t at = sizeof(BOX) - 1; at < sizeof(base); at++) {
			strcpy(name, base);
			name[at] = (char)c;
			if (at + 1 == sizeof(base))
				name[at + 1] = '\0';
			if (c != '/')
				put(name, "\n", 1);
		}
		snprintf(name, sizeof(name), BOX "castoff.b%d", c);
		len = snprintf(body, sizeof(body), "/a%c/b %c\n", c, c);
		put(name, body, (size_t)len);
	}
	put(BOX "castoff.b0", "/a\0/b\n", 6);
	ready();
	stay();
}

/* The folder is another one all the time. */
static void replace(int n)
{
	mkdir("/b", 0755);
	symlink("/proc/1/root", "/c");
	for (int i = 0; i < n; i++) {
		syscall(SYS_renameat2, AT_FDCWD, "/.syscmd", AT_FDCWD,
		        i % 3 ? "/b" : "/c", EXCHANGE);
		put(BOX "showcast.r", "\n", 1);
	}
	ready();
	stay();
}

/* A message that is never finished: open, empty. */
static void unfinished(int n)
{
	int fd = open(BOX "caston.unfinished", O_CREAT | O_WRONLY, 0644);
	int c;

	ready();
	c = getchar();
	if (c == EOF || write(fd, "/none\n", 6) < 0)
		perror("write");
	close(fd);
	stay();
}

struct way {
	const char *name;
	void (*go)(int n);
};

int main(int argc, char **argv)
{
	static const struct way ways[] = {
		{"kinds", kinds},
		{"sparse", sparse},
		{"grow", grow},
		{"change", change},
		{"lease", lease},
		{"locks", locks},
		{"flood", flood},
		{"busy", busy},
		{"names", names},
		{"replace", replace},
		{"unfinished", unfinished},
		{NULL, NULL},
	};

	signal(SIGCHLD, SIG_IGN);
	for (const struct way *w = ways; w->name && argc > 1; w++)
		if (!strcmp(w->name, argv[1]))
			w->go(argc > 2 ? atoi(argv[2]) : 0);
	return 2;
}
