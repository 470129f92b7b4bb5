// SPDX-License-Identifier: BSD-2-Clause
/*
 * faults.c - a library for LD_PRELOAD, with which one call of a program fails, or the program is
 * stopped or killed there. Of libc and of bpf(2) those calls are counted that belong to a class:
 *
 *	memory  what allocates, and maps no file
 *	bpf     bpf(2), with any command
 *	file    what names, opens, reads, writes or changes a file, and sockets
 *
 *	FAULT_CLASS=CLASS   which calls are counted
 *	FAULT_AT=N          the N-th of them is struck, counted from 1; 0 or unset: none
 *	FAULT_PIN=PATH      of bpf(2), calls alone that open this pin or ask what it is are counted
 *	FAULT_ERRNO=NUMBER  the error that it fails with; else one that is usual in its class
 *	FAULT_HOW=HOW       stop (SIGSTOP, and the call is done) or kill (SIGKILL); else it fails
 *	FAULT_COUNT=FILE    the number of calls is written there when the program ends
 *	FAULT_TRACE=1       who made the call that is struck is written to standard error
 *
 * What the C library calls of itself is not seen, but for allocations.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum class {
	NONE,
	MEMORY,
	BPF,
	FILES,
};

static struct {
	enum class class;       /* NONE until the program's own constructors are about to run */
	unsigned long at, calls;
	int error;
	const char *pin;        /* NULL, or the path of the pin whose calls are counted alone */
	long pin_fd;            /* by which it was opened last; -1: by none */
	bool stop, kill, trace;
} fault;

static unsigned long number_of(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *class = getenv("FAULT_CLASS") ?: "", *how = getenv("FAULT_HOW") ?: "";
	void *warm[1];

	fault.at = number_of("FAULT_AT");
	fault.error = number_of("FAULT_ERRNO");
	fault.trace = number_of("FAULT_TRACE");
	fault.pin = getenv("FAULT_PIN");
	fault.pin_fd = -1;
	fault.stop = !strcmp(how, "stop");
	fault.kill = !strcmp(how, "kill");
	/* The first backtrace allocates. */
	backtrace(warm, 1);
	fault.class = !strcmp(class, "memory") ? MEMORY : !strcmp(class, "bpf") ? BPF :
		      !strcmp(class, "file") ? FILES : NONE;
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("FAULT_COUNT");
	FILE *file;

	fault.class = NONE;
	file = path ? fopen(path, "w") : NULL;
	if (file) {
		fprintf(file, "%lu\n", fault.calls);
		fclose(file);
	}
}

static void trace(const char *function)
{
	void *frames[32];
	int count = backtrace(frames, 32);

	dprintf(STDERR_FILENO, "fault: %s\n", function);
	backtrace_symbols_fd(frames, count, STDERR_FILENO);
}

/* Whether this call is to fail; then errno is set. */
static bool strikes(enum class class, const char *function, int error)
{
	if (class != fault.class || ++fault.calls != fault.at)
		return false;
	/* What follows is not counted, so that it can be compared with a run without a fault. */
	fault.class = NONE;
	if (fault.trace)
		trace(function);
	fault.class = class;
	if (fault.kill)
		raise(SIGKILL);
	if (fault.stop)
		raise(SIGSTOP);
	errno = fault.error ?: error;
	return !fault.stop;
}

/* The C library's own allocators, by which dlsym() can allocate before it has found them. */
/* NOLINTBEGIN(bugprone-reserved-identifier): they are the C library's. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
/* NOLINTEND(bugprone-reserved-identifier) */

void *malloc(size_t size)
{
	return strikes(MEMORY, "malloc", ENOMEM) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return strikes(MEMORY, "calloc", ENOMEM) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
	return strikes(MEMORY, "realloc", ENOMEM) ? NULL : __libc_realloc(at, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return strikes(MEMORY, "aligned_alloc", ENOMEM) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **at, size_t alignment, size_t size)
{
	if (strikes(MEMORY, "posix_memalign", ENOMEM))
		return ENOMEM;
	*at = __libc_memalign(alignment, size);
	return *at ? 0 : ENOMEM;
}

/* The function that this library stands before. */
#define REAL(name) ((typeof(&name))real(#name))

static void *real(const char *name)
{
	enum class class = fault.class;
	void *found;

	fault.class = NONE;
	found = dlsym(RTLD_NEXT, name);
	fault.class = class;
	return found;
}

/* A function whose words are all given, and what it returns when it fails. */
#define WRAP(type, failure, error, name, words, given)			\
	type name words							\
	{								\
		return strikes(FILES, #name, error) ? failure : REAL(name) given; \
	}

static void *map(const char *name, void *at, size_t size, int protection, int flags, int fd,
		 off_t from)
{
	void *(*next)(void *, size_t, int, int, int, off_t);

	if (strikes(flags & MAP_ANONYMOUS ? MEMORY : FILES, name, ENOMEM))
		return MAP_FAILED;
	next = real(name);
	return next(at, size, protection, flags, fd, from);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t from)
{
	return map("mmap", at, size, protection, flags, fd, from);
}

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t from)
{
	return map("mmap64", at, size, protection, flags, fd, from);
}

static bool opens_pin(long command, const union bpf_attr *words)
{
	return command == BPF_OBJ_GET && fault.pin &&
	       !strcmp((const char *)(uintptr_t)words->pathname, fault.pin);
}

static bool is_counted(long command, const union bpf_attr *words)
{
	return !fault.pin || opens_pin(command, words) ||
	       (command == BPF_OBJ_GET_INFO_BY_FD && words->info.bpf_fd == fault.pin_fd);
}

static long call_bpf(long (*next)(long number, ...), const long word[3])
{
	const union bpf_attr *words = (const void *)word[1];
	long result;

	if (is_counted(word[0], words) && strikes(BPF, "bpf", ENOMEM))
		return -1;
	result = next(SYS_bpf, word[0], word[1], word[2]);
	if (opens_pin(word[0], words))
		fault.pin_fd = result;
	else if (word[0] == BPF_OBJ_GET && result == fault.pin_fd)
		fault.pin_fd = -1;
	return result;
}

long syscall(long number, ...)
{
	static long (*next)(long number, ...);
	long word[6];
	va_list words;

	va_start(words, number);
	for (int i = 0; i < 6; i++)
		word[i] = va_arg(words, long);
	va_end(words);
	next = next ?: real("syscall");
	if (number == SYS_bpf)
		return call_bpf(next, word);
	return next(number, word[0], word[1], word[2], word[3], word[4], word[5]);
}

/* The mode of a file that is to be made. */
#define MODE(flags)							\
	({								\
		mode_t mode_ = 0;					\
		va_list words_;						\
									\
		if ((flags) & (O_CREAT | O_TMPFILE)) {			\
			va_start(words_, flags);			\
			mode_ = va_arg(words_, mode_t);			\
			va_end(words_);					\
		}							\
		mode_;							\
	})

int open(const char *path, int flags, ...)
{
	mode_t mode = MODE(flags);

	return strikes(FILES, "open", EMFILE) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = MODE(flags);

	return strikes(FILES, "open64", EMFILE) ? -1 : REAL(open64)(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = MODE(flags);

	return strikes(FILES, "openat", EMFILE) ? -1 : REAL(openat)(dir, path, flags, mode);
}

/* What the C library sets for ferror(), which tells an error from the end of a file. */
#define SEEN_ERROR 0x20

size_t fread(void *to, size_t size, size_t count, FILE *file)
{
	if (!strikes(FILES, "fread", EIO))
		return REAL(fread)(to, size, count, file);
	file->_flags |= SEEN_ERROR;
	return 0;
}

static int control(const char *name, int fd, int command, void *word)
{
	int (*next)(int, int, ...) = real(name);

	/* Of what fcntl() does this alone takes a new descriptor. */
	if (command == F_DUPFD_CLOEXEC && strikes(FILES, name, EMFILE))
		return -1;
	return next(fd, command, word);
}

int fcntl(int fd, int command, ...)
{
	va_list words;
	void *word;

	va_start(words, command);
	word = va_arg(words, void *);
	va_end(words);
	return control("fcntl", fd, command, word);
}

int fcntl64(int fd, int command, ...)
{
	va_list words;
	void *word;

	va_start(words, command);
	word = va_arg(words, void *);
	va_end(words);
	return control("fcntl64", fd, command, word);
}

WRAP(FILE *, NULL, EMFILE, fopen, (const char *path, const char *mode), (path, mode))
WRAP(FILE *, NULL, EMFILE, fopen64, (const char *path, const char *mode), (path, mode))
WRAP(ssize_t, -1, EIO, read, (int fd, void *to, size_t size), (fd, to, size))
WRAP(ssize_t, -1, EIO, pread, (int fd, void *to, size_t size, off_t at), (fd, to, size, at))
WRAP(ssize_t, -1, ENOSPC, write, (int fd, const void *from, size_t size), (fd, from, size))
WRAP(ssize_t, -1, ENOSPC, pwrite, (int fd, const void *from, size_t size, off_t at),
     (fd, from, size, at))
WRAP(int, -1, EIO, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, -1, ENOLCK, flock, (int fd, int how), (fd, how))
WRAP(int, -1, EIO, fstat, (int fd, struct stat *to), (fd, to))
WRAP(int, -1, EIO, stat, (const char *path, struct stat *to), (path, to))
WRAP(int, -1, EIO, lstat, (const char *path, struct stat *to), (path, to))
WRAP(int, -1, EIO, statfs, (const char *path, struct statfs *to), (path, to))
WRAP(int, -1, EIO, statfs64, (const char *path, struct statfs64 *to), (path, to))
WRAP(int, -1, ENOSPC, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, -1, EIO, rmdir, (const char *path), (path))
WRAP(int, -1, EIO, unlink, (const char *path), (path))
WRAP(int, -1, EIO, remove, (const char *path), (path))
WRAP(int, -1, EIO, rename, (const char *from, const char *to), (from, to))
WRAP(int, -1, EIO, renameat2, (int a, const char *from, int b, const char *to, unsigned int how),
     (a, from, b, to, how))
WRAP(int, -1, ENOSPC, symlink, (const char *to, const char *path), (to, path))
WRAP(ssize_t, -1, EIO, readlink, (const char *path, char *to, size_t size), (path, to, size))
WRAP(char *, NULL, EIO, realpath, (const char *path, char *to), (path, to))
WRAP(int, -1, EIO, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(int, -1, EIO, chown, (const char *path, uid_t user, gid_t group), (path, user, group))
WRAP(int, -1, EIO, mount, (const char *what, const char *where, const char *type,
			   unsigned long flags, const void *data), (what, where, type, flags, data))
WRAP(DIR *, NULL, EMFILE, opendir, (const char *path), (path))
WRAP(int, -1, ENOMEM, scandir, (const char *path, struct dirent ***to,
				int (*filter)(const struct dirent *),
				int (*order)(const struct dirent **, const struct dirent **)),
     (path, to, filter, order))
WRAP(int, -1, EMFILE, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(ssize_t, -1, ENOBUFS, send, (int fd, const void *from, size_t size, int flags),
     (fd, from, size, flags))
WRAP(ssize_t, -1, ENOBUFS, recvmsg, (int fd, struct msghdr *to, int flags), (fd, to, flags))
WRAP(ssize_t, -1, ENOBUFS, sendto, (int fd, const void *from, size_t size, int flags,
				    const struct sockaddr *to, socklen_t length),
     (fd, from, size, flags, to, length))
