// SPDX-License-Identifier: BSD-2-Clause
/*
 * client.c - libecdn-xdp by hand: a question a line on standard input, the answer
 * on standard output. What the library says goes to standard error.
 *
 *	ready               ready ERRNO
 *	verdict ADDR        pass|limited|blocked ID NAME
 *	info ADDR           pass|limited|blocked NAME STATE REASON RETRY-AFTER
 *	node ADDR           node 0|1
 *	count ID STATUS     count ERRNO
 *	calls N ADDR        calls N: system calls of N verdicts, each counted, and of N answers of
 *	                    that origin; 100: or more
 *
 * --uid drops privileges once the client is open, as a proxy's worker does. --no-bpf
 * does what kernels before 5.19 do without CAP_BPF: bpf(2) is not permitted.
 */
#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/options.h"
#include "base/address.h"
#include "ecdn-xdp.h"

#define CALLS_MAX 100

static bool socket_address(const char *text, struct sockaddr_storage *socket)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)socket;
	struct sockaddr_in *in = (struct sockaddr_in *)socket;
	struct address address;

	memset(socket, 0, sizeof(*socket));
	if (address_parse(text, &address))
		return false;
	socket->ss_family = address.family;
	if (address.family == AF_INET)
		in->sin_addr.s_addr = htonl(address.bits >> 96);
	for (int i = 0; i < 16 && address.family == AF_INET6; i++)
		in6->sin6_addr.s6_addr[i] = address.bits >> (120 - 8 * i);
	return true;
}

static const char *const name[] = {
	[ECDN_XDP_PASS] = "pass",
	[ECDN_XDP_LIMITED] = "limited",
	[ECDN_XDP_BLOCKED] = "blocked",
};

static void info(struct ecdn_xdp_client *client, const struct sockaddr *address)
{
	struct ecdn_xdp_info info = { .size = sizeof(info) };

	ecdn_xdp_verdict_info(client, address, &info);
	printf("%s %s %s %d %u\n", name[info.verdict], info.region.name, info.state, info.reason,
	       info.retry_after);
}

static void verdict(struct ecdn_xdp_client *client, const struct sockaddr *address)
{
	struct ecdn_xdp_region region;
	enum ecdn_xdp_verdict is = ecdn_xdp_verdict(client, address, &region);

	printf("%s %u %s\n", name[is], region.id, region.name);
}

static volatile sig_atomic_t calls;

static void count_call(int signal)
{
	(void)signal;
	calls++;
}

/* Every system call but the end becomes a signal, and is not done. */
static int trap_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	signal(SIGSYS, count_call);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void child_calls(struct ecdn_xdp_client *client, const struct sockaddr *address,
			unsigned int count)
{
	struct ecdn_xdp_region region;

	if (trap_calls())
		_exit(CALLS_MAX);
	while (count--) {
		struct ecdn_xdp_info info = { .size = sizeof(info) };

		ecdn_xdp_verdict(client, address, &region);
		ecdn_xdp_verdict_info(client, address, &info);
		ecdn_xdp_count(client, region.id, 200);
		ecdn_xdp_origin_count(client, address, ECDN_XDP_RESULT_ANSWERED, 200);
	}
	_exit(calls < CALLS_MAX ? calls : CALLS_MAX);
}

static void count_calls(struct ecdn_xdp_client *client, const struct sockaddr *address,
			unsigned int count)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		child_calls(client, address, count);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		status = CALLS_MAX << 8;
	printf("calls %d\n", WEXITSTATUS(status));
}

static void answer(struct ecdn_xdp_client *client, const char *line)
{
	struct sockaddr_storage socket;
	struct sockaddr *address = (struct sockaddr *)&socket;
	char text[ADDRESS_TEXT_SIZE];
	unsigned int number;
	int status;

	if (!strcmp(line, "ready\n"))
		printf("ready %d\n", ecdn_xdp_ready(client));
	else if (sscanf(line, "count %u %d", &number, &status) == 2)
		printf("count %d\n", ecdn_xdp_count(client, number, status));
	else if (sscanf(line, "verdict %45s", text) == 1 && socket_address(text, &socket))
		verdict(client, address);
	else if (sscanf(line, "info %45s", text) == 1 && socket_address(text, &socket))
		info(client, address);
	else if (sscanf(line, "node %45s", text) == 1 && socket_address(text, &socket))
		printf("node %d\n", ecdn_xdp_is_node(client, address));
	else if (sscanf(line, "calls %u %45s", &number, text) == 2 &&
		 socket_address(text, &socket))
		count_calls(client, address, number);
	else
		printf("what?\n");
}

static int refuse_bpf(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int drop(unsigned int uid, bool no_bpf)
{
	if (uid && (setgroups(0, NULL) || setgid(uid) || setuid(uid)))
		return log_error(1, "cannot become user %u: %s", uid, strerror(errno));
	if (no_bpf && refuse_bpf())
		return log_error(1, "cannot install a filter: %s", strerror(errno));
	return 0;
}

int main(int argc, char **argv)
{
	const char *pin_dir = NULL;
	unsigned int uid = 0;
	bool no_bpf = false;
	const struct option_row rows[] = {
		{ "pin-dir", 0, OPTION_TEXT, &pin_dir, "DIR", "", 0 },
		{ "uid", 0, OPTION_COUNT, &uid, "N", "", 0 },
		{ "no-bpf", 0, OPTION_FLAG, &no_bpf, NULL, "", 0 },
	};
	struct ecdn_xdp_client *client;
	char line[256];

	if (options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), NULL))
		return 2;
	client = ecdn_xdp_open(pin_dir, NULL, NULL);
	if (!client)
		return log_error(1, "cannot open a client: %s", strerror(errno));
	if (drop(uid, no_bpf))
		return 1;
	setlinebuf(stdout);
	while (fgets(line, sizeof(line), stdin))
		answer(client, line);
	ecdn_xdp_close(client);
	return 0;
}
