// SPDX-License-Identifier: BSD-2-Clause
/*
 * Attachments that no part uses yet, with the smallest program there is: TC egress by tcx
 * and clsact, and a cgroup. What is attached acts, an upgrade replaces it, an undo puts the
 * old one back, and nothing is left behind.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/pkt_cls.h>

#include "attach/cgroup_link.h"
#include "attach/cgroup_open.h"
#include "attach/tc_link.h"
#include "attach/tc_note.h"
#include "attach/tc_remove.h"
#include "harness.h"
#include "kernel/features.h"
#include "kernel/pins_publish.h"

#define IFACE "lo"
#define PORT 9

static struct pins pins;

static void expect(const char *name, bool good, const char *why)
{
	report(name, good ? "" : why);
}

/* A program that returns a number. */
static int program(enum bpf_prog_type type, enum bpf_attach_type attach, int result)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = result },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach);

	return bpf_prog_load(type, "test", "GPL", code, sizeof(code) / sizeof(code[0]), &options);
}

static void begin(void)
{
	pins_remove(pins.dir);
	pins_remove(pins.next);
	if (pins_make(pins.next))
		exit(1);
}

/* Whether a datagram to this host itself arrives. */
static bool arrives(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval wait = { .tv_usec = 100000 };
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
	char byte = 0;
	bool got;

	setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	got = !bind(in, (struct sockaddr *)&to, sizeof(to)) &&
	      sendto(out, &byte, 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1 &&
	      recv(in, &byte, 1, 0) == 1;
	close(in);
	close(out);
	return got;
}

static void set_up_loopback(void)
{
	struct ifreq request = { .ifr_name = IFACE, .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (unshare(CLONE_NEWNET) || ioctl(fd, SIOCSIFFLAGS, &request))
		exit(1);
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		exit(1);
	close(fd);
}

static void check_tc(enum tc_kind kind, bool egress)
{
	const struct tc_hook hook = { "test", "test", "test", "note", "index", egress };
	int drop = program(BPF_PROG_TYPE_SCHED_CLS, 0, TC_ACT_SHOT);
	int pass = program(BPF_PROG_TYPE_SCHED_CLS, 0, TC_ACT_UNSPEC);
	struct tc_link link, again;
	char name[96];

#define NAME(what) (snprintf(name, sizeof(name), "%s %s: %s", tc_link_kind_name(kind), \
			     egress ? "egress" : "ingress", what), name)
	begin();
	expect(NAME("it is attached"), !tc_link_attach(&link, &hook, &pins, IFACE, IFACE, kind, drop) &&
	       link.created, "it is not");
	expect(NAME("it acts"), !arrives(), "a datagram arrived");
	tc_link_close(&link);
	expect(NAME("its pins are published"), !pins_publish(&pins) &&
	       tc_note_is_pinned(&hook, pins.dir, IFACE), "they are not");
	if (pins_make(pins.next))
		exit(1);
	expect(NAME("another program takes its place"),
	       !tc_link_attach(&again, &hook, &pins, IFACE, IFACE, TC_AUTO, pass) && again.replaced,
	       "it does not");
	expect(NAME("which lets datagrams pass"), arrives(), "none arrived");
	tc_link_undo(&again, drop);
	expect(NAME("an undo puts the first one back"), !arrives(), "a datagram arrived");
	pins_remove(pins.next);
	expect(NAME("it comes off"), !tc_remove(&hook, pins.dir, IFACE) && arrives() &&
	       !tc_note_is_pinned(&hook, pins.dir, IFACE), "it does not");
#undef NAME
	close(drop);
	close(pass);
}

/* Where a cgroup2 is mounted. */
static bool find_cgroup2(char path[256])
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct mntent *entry;
	bool found = false;

	while (mounts && !found && (entry = getmntent(mounts)))
		if ((found = !strcmp(entry->mnt_type, "cgroup2")))
			snprintf(path, 256, "%.200s/ecdn-test-%d", entry->mnt_dir, getpid());
	if (mounts)
		endmntent(mounts);
	return found;
}

/* The id of the one program of that type on a cgroup; 0: there is none. */
static __u32 program_on(const char *path, enum bpf_attach_type type)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	__u32 ids[4] = {}, count = 4;

	if (bpf_prog_query(fd, type, 0, NULL, ids, &count))
		count = 0;
	close(fd);
	return count == 1 ? ids[0] : 0;
}

static __u32 id_of(int fd)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &length) ? 0 : info.id;
}

static void check_cgroup(const char *path, enum bpf_prog_type type, enum bpf_attach_type attach,
			 const char *what)
{
	const struct pinned_link_hook hook = { "test", "the cgroup", "test", "prog/test", attach,
		NULL };
	int first = program(type, attach, 1), second = program(type, attach, 1);
	struct pinned_link link = PINNED_LINK_NONE, again = PINNED_LINK_NONE;
	char name[96];

#define NAME(text) (snprintf(name, sizeof(name), "cgroup, %s: %s", what, text), name)
	begin();
	expect(NAME("a path that is no cgroup is refused"),
	       cgroup_link_attach(&link, &hook, &pins, "/tmp", first) == -EINVAL, "it is not");
	expect(NAME("it is attached"), !cgroup_link_attach(&link, &hook, &pins, path, first) &&
	       program_on(path, attach) == id_of(first), "it is not");
	pinned_link_close(&link);
	if (pins_put(pins.next, hook.program_pin, first) || pins_publish(&pins) ||
	    pins_make(pins.next))
		exit(1);
	expect(NAME("another program takes its place"),
	       !cgroup_link_attach(&again, &hook, &pins, path, second) && again.replaced &&
	       program_on(path, attach) == id_of(second), "it does not");
	pinned_link_undo(&again, &hook, pins.dir);
	expect(NAME("an undo puts the first one back"), program_on(path, attach) == id_of(first),
	       "it does not");
	expect(NAME("it comes off"), !pinned_link_stop(&hook, pins.dir) &&
	       !program_on(path, attach) && !pins_has(pins.dir, hook.pin), "it does not");
#undef NAME
	close(first);
	close(second);
}

/* Whether a cgroup is opened, and is the root of the hierarchy. */
static bool opens_root(void)
{
	char why[CGROUP_WHY_SIZE];
	int fd = cgroup_open(NULL, why);
	struct stat of;
	bool root = fd >= 0 && !fstat(fd, &of) && of.st_ino == 1;

	if (fd >= 0)
		close(fd);
	return root;
}

/* Where a process sees no mount of the hierarchy, not even that of the first process. */
static bool opens_root_unmounted(void)
{
	int status = 1;
	pid_t child = fork();

	if (!child) {
		char path[256];
		bool done = !unshare(CLONE_NEWNS) &&
			    !mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL);

		while (done && find_cgroup2(path)) {
			*strstr(path, "/ecdn-test-") = 0;
			done = !umount2(path, MNT_DETACH);
		}
		_exit(!(done && !mount("none", "/proc/1", "tmpfs", 0, NULL) && opens_root()));
	}
	waitpid(child, &status, 0);
	return !status;
}

static void check_cgroup_choice(const char *path)
{
	char why[CGROUP_WHY_SIZE] = "", below[300];
	int fd;

	expect("cgroup: without a path the root", opens_root(), "it is not");
	expect("cgroup: the root, although it is not mounted", opens_root_unmounted(), "it is not");
	snprintf(below, sizeof(below), "%s/below", path);
	if (mkdir(below, 0755) || chown(path, 65534, 0))
		exit(1);
	expect("cgroup: another user's is refused", cgroup_open(path, why) == -EPERM, "it is not");
	expect("cgroup: and it is said why", strstr(why, "others than root"), why);
	expect("cgroup: one below another user's is refused", cgroup_open(below, why) == -EPERM,
	       "it is not");
	if (chown(path, 0, 0))
		exit(1);
	fd = cgroup_open(below, why);
	expect("cgroup: root's is opened", fd >= 0, why);
	close(fd);
	rmdir(below);
}

static void check_cgroups(void)
{
	char path[256];

	if (!find_cgroup2(path) || mkdir(path, 0755)) {
		skip("cgroup", "no cgroup2 is mounted here");
		return;
	}
	check_cgroup(path, BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS, "sock_ops");
	check_cgroup(path, BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, "skb ingress");
	check_cgroup(path, BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS, "skb egress");
	check_cgroup_choice(path);
	rmdir(path);
}

int main(void)
{
	char dir[64];

	snprintf(dir, sizeof(dir), "/sys/fs/bpf/ecdn-test-attach-%d", getpid());
	if (pins_init(&pins, dir))
		return 1;
	set_up_loopback();
	for (int egress = 0; egress < 2; egress++) {
		if (features_tcx())
			check_tc(TC_TCX, egress);
		check_tc(TC_CLSACT, egress);
	}
	check_cgroups();
	pins_remove(pins.dir);
	pins_remove(pins.next);
	return report_end();
}
