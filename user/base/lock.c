// SPDX-License-Identifier: BSD-2-Clause
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "base/text.h"

#define PAUSE_NS 20000000

/* Who asks whether a lock is held holds it for a moment. */
#define ASKED_TRIES 10

/* Most commands are done sooner, and a wait for these is not logged. */
#define SILENT_NS NS_PER_SECOND

/* Bytes of what a holder writes, and of what is told of it. */
#define NAME_SIZE 96
#define NOTE_SIZE (NAME_SIZE + LOCK_SAID_SIZE)
#define TOLD_SIZE (NOTE_SIZE + 64)

static char own_name[TEXT_QUOTE_SIZE] = "a command";
static uint64_t wait_ns = LOCK_WAIT_NS;
static bool never_waits;

void lock_introduce(const char *verb, const char *word, uint64_t wait)
{
	snprintf(own_name, sizeof(own_name), "%s%s%s", verb, word ? " " : "", word ?: "");
	wait_ns = wait;
}

void lock_never_wait(void)
{
	never_waits = true;
}

/* The note helps who waits, and a lock without one is held as well: nothing depends on it. */
static void write_note(int fd)
{
	char note[NAME_SIZE];
	int length = snprintf(note, sizeof(note), "%d %" PRIu64 " %s\n", getpid(),
			      clock_monotonic_ns(), own_name);

	if (ftruncate(fd, 0) || pwrite(fd, note, length, 0) != length)
		log_debug("cannot write into a lock who holds it: %s", strerror(errno));
}

/* A note is a line with who the holder is, which stays, and one with what it says. */
void lock_say(int fd, const char *line)
{
	char note[NOTE_SIZE];
	ssize_t length = pread(fd, note, NAME_SIZE, 0);
	const char *end = length > 0 ? memchr(note, '\n', length) : NULL;

	if (!end)
		return;
	length = end + 1 - note;
	if (ftruncate(fd, length) || pwrite(fd, line, strlen(line), length) < 0)
		log_debug("cannot write into a lock: %s", strerror(errno));
}

/* Reads who holds the lock, as far as the file tells, and returns where in the note its name is;
 * 0: it is not known. Until this holder has written it, it names the one before, which is not told
 * if that is gone. */
static int read_holder(int fd, char note[NOTE_SIZE], struct lock_holder *holder)
{
	ssize_t length = pread(fd, note, NOTE_SIZE - 1, 0);
	char *end;
	int at = 0;

	note[length > 0 ? length : 0] = 0;
	*holder = (struct lock_holder){};
	end = strchr(note, '\n');
	if (end) {
		*end = 0;
		snprintf(holder->said, sizeof(holder->said), "%s", end + 1);
	}
	if (sscanf(note, "%d %" SCNu64 " %n", &holder->pid, &holder->since_ns, &at) == 2 && at &&
	    holder->pid > 0 && (!kill(holder->pid, 0) || errno != ESRCH))
		return at;
	*holder = (struct lock_holder){};
	return 0;
}

/* Words that were typed are not printed raw. */
static const char *read_note(int fd, char told[TOLD_SIZE])
{
	char note[NOTE_SIZE], quoted[TEXT_QUOTE_SIZE];
	struct clock_moment now = clock_now();
	struct lock_holder holder;
	int at = read_holder(fd, note, &holder);
	struct text name;

	if (!at)
		return "";
	name = text_trim((struct text){ note + at, note + strlen(note) });
	snprintf(told, TOLD_SIZE, ": process %d, `%s`, for %" PRIu64 "s", holder.pid,
		 text_quote(name, quoted), clock_seconds_ago(&now, holder.since_ns));
	return told;
}

static int give_up(int fd, const char *what)
{
	char told[TOLD_SIZE];

	return log_error(-ETIMEDOUT, "another ecdn-xdp is at work in %s%s; nothing was changed; "
			 "--wait DURATION waits for it longer than %llus", what,
			 read_note(fd, told), wait_ns / NS_PER_SECOND);
}

static int wait_for(int fd, const char *what)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	uint64_t from_ns = clock_monotonic_ns(), waited_ns = 0;
	bool silent = true;
	char told[TOLD_SIZE];

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return log_error(-errno, "cannot lock %s: %s", what, strerror(errno));
		if (never_waits)
			return -EAGAIN;
		if (waited_ns >= wait_ns)
			return give_up(fd, what);
		if (silent && waited_ns >= SILENT_NS) {
			log_warning("waiting for another ecdn-xdp to finish in %s%s", what,
				    read_note(fd, told));
			silent = false;
		}
		nanosleep(&pause, NULL);
		waited_ns = clock_monotonic_ns() - from_ns;
	}
	return 0;
}

static int refuse(const char *dir, const char *name, int err)
{
	const char *advice = err == EACCES || err == EPERM ? "; run as root" :
		err == EROFS || err == ENOENT ? "; commands that change something take their "
		"locks there: mount a tmpfs that can be written, as hosts have at /run" : "";

	return log_error(-err, "cannot make or open %s%s%s: %s%s", dir, name ? "/" : "",
			 name ?: "", strerror(err), advice);
}

/* /run is root's, but who looks may have put anything there before. */
static int check_dir(const char *dir, int fd)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return log_error(-errno, "cannot look at %s: %s", dir, strerror(errno));
	if ((stat.st_uid && stat.st_uid != geteuid()) || stat.st_mode & 022)
		return log_error(-EPERM, "%s can be changed by users other than root, who could "
				 "keep every command from working; remove it", dir);
	return 0;
}

static int open_file(const char *dir, const char *name)
{
	scoped_fd int at = -1;
	int err, fd;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return refuse(dir, NULL, errno);
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (at < 0)
		return refuse(dir, NULL, errno);
	err = check_dir(dir, at);
	if (err)
		return err;
	fd = openat(at, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? refuse(dir, name, errno) : fd;
}

/* Whether the file that was waited for has been removed by who held it. */
static bool is_removed(int fd)
{
	struct stat stat;

	return !fstat(fd, &stat) && !stat.st_nlink;
}

int lock_take(const char *dir, const char *name, const char *what)
{
	for (;;) {
		scoped_fd int fd = open_file(dir, name);
		int err = fd < 0 ? fd : wait_for(fd, what);

		if (err)
			return err;
		if (is_removed(fd))
			continue;
		write_note(fd);
		return take_fd(&fd);
	}
}

int lock_try(const char *dir, const char *name, const char *what, struct lock_holder *holder)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	char note[NOTE_SIZE];
	scoped_fd int fd = open_file(dir, name);

	*holder = (struct lock_holder){};
	if (fd < 0)
		return fd;
	for (int i = 0; i < ASKED_TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB)) {
			write_note(fd);
			return take_fd(&fd);
		}
		if (errno != EWOULDBLOCK)
			return log_error(-errno, "cannot lock %s: %s", what, strerror(errno));
		nanosleep(&pause, NULL);
	}
	read_holder(fd, note, holder);
	return -EBUSY;
}

bool lock_is_held(const char *dir, const char *name, struct lock_holder *holder)
{
	char path[PATH_MAX], note[NOTE_SIZE];
	scoped_fd int fd = -1;

	*holder = (struct lock_holder){};
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || !flock(fd, LOCK_SH | LOCK_NB))
		return false;
	return read_holder(fd, note, holder);
}

void lock_remove(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}
