// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_take.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "take.skel.h"

/* An iterator that is loaded for one pair of maps. */
struct loaded {
	struct take_bpf *skeleton;
	struct bpf_link *link;
	int sockets;            /* fd of the map that it writes */
};

static struct loaded loaded[2]; /* TCP, UDP */

static struct loaded *of(uint8_t protocol)
{
	return &loaded[protocol == IPPROTO_UDP];
}

static void unload(struct loaded *iterator)
{
	bpf_link__destroy(iterator->link);
	take_bpf__destroy(iterator->skeleton);
	*iterator = (struct loaded){};
}

void steer_take_end(void)
{
	unload(&loaded[0]);
	unload(&loaded[1]);
}

/* maps NULL: with maps of its own. */
static int share(const struct take_bpf *skeleton, const struct steer_take_maps *maps)
{
	int err = maps ? bpf_map__reuse_fd(skeleton->maps.steer_sockets, maps->sockets) : 0;

	if (!err && maps && maps->marks >= 0)
		err = bpf_map__reuse_fd(skeleton->maps.steer_marks, maps->marks);
	return err;
}

static int try_load(struct loaded *iterator, uint8_t protocol, const struct steer_take_maps *maps,
		    bool marks)
{
	struct take_bpf *skeleton = take_bpf__open();
	struct bpf_program *program;
	int err;

	if (!skeleton)
		return -ENOMEM;
	iterator->skeleton = skeleton;
	program = protocol == IPPROTO_UDP ? skeleton->progs.take_udp : skeleton->progs.take_tcp;
	bpf_program__set_autoload(skeleton->progs.take_udp, protocol == IPPROTO_UDP);
	bpf_program__set_autoload(skeleton->progs.take_tcp, protocol != IPPROTO_UDP);
	skeleton->rodata->marks = marks;
	bpf_map__set_autocreate(skeleton->maps.steer_rules, false);
	bpf_map__set_autocreate(skeleton->maps.steer_stats, false);
	err = share(skeleton, maps);
	err = err ?: take_bpf__load(skeleton);
	if (!err) {
		iterator->link = bpf_program__attach_iter(program, NULL);
		err = iterator->link ? 0 : -errno;
	}
	if (err)
		unload(iterator);
	return err;
}

/* Before Linux 5.11 an iterator cannot mark a socket: then connections to it are steered, but not
 * counted. */
static int load(struct loaded *iterator, uint8_t protocol, const struct steer_take_maps *maps)
{
	bool marks = protocol != IPPROTO_UDP && (!maps || maps->marks >= 0);
	int err = -ENOTSUP;

	if (marks)
		err = try_load(iterator, protocol, maps, true);
	if (err)
		err = try_load(iterator, protocol, maps, false);
	if (!err && maps)
		iterator->sockets = maps->sockets;
	return err;
}

bool steer_take_can(uint8_t protocol)
{
	static enum { UNKNOWN, CANNOT, CAN } known[2];
	bool udp = protocol == IPPROTO_UDP;
	struct loaded tried = {};

	if (known[udp] == UNKNOWN) {
		known[udp] = load(&tried, protocol, NULL) ? CANNOT : CAN;
		unload(&tried);
	}
	return known[udp] == CAN;
}

/* One byte ends the walk. */
static int walk(const struct loaded *iterator)
{
	scoped_fd int fd = bpf_iter_create(bpf_link__fd(iterator->link));
	char byte;

	return fd < 0 || read(fd, &byte, sizeof(byte)) < 0 ? -errno :
	       iterator->skeleton->bss->result;
}

/* Returns 1; 0 if the socket was not met, as it was closed; or a negative errno, silent. */
static int put_by_cookie(const struct steer_take_maps *maps, const struct steer_socket *socket,
			 uint32_t place, uint64_t flags)
{
	struct loaded *iterator = of(socket->protocol);
	int err = 0;

	if (iterator->link && iterator->sockets != maps->sockets)
		unload(iterator);
	if (!iterator->link)
		err = load(iterator, socket->protocol, maps);
	if (err)
		return err;
	iterator->skeleton->bss->cookie = socket->cookie;
	iterator->skeleton->bss->mark = socket->mark;
	iterator->skeleton->bss->place = place;
	iterator->skeleton->bss->flags = flags;
	iterator->skeleton->bss->result = 0;
	return walk(iterator);
}

int steer_take_put(const struct steer_take_maps *maps, const struct steer_socket *socket,
		   uint32_t place, bool is_free)
{
	uint64_t flags = is_free ? BPF_NOEXIST : BPF_ANY;
	__u64 value = socket->fd;
	int err;

	if (socket->fd < 0)
		err = put_by_cookie(maps, socket, place, flags);
	else
		err = bpf_map_update_elem(maps->sockets, &place, &value, flags) ? -errno : 0;
	if (err >= 0 || (is_free && err == -EEXIST))
		return err < 0 ? err : 0;
	/* By its fd, this would have been told before anything was changed. */
	if (socket->fd < 0 && err == -EOPNOTSUPP) {
		log_warning("a listener's socket is an MPTCP socket, to which the kernel steers "
			    "nothing: have it listen with TCP");
		return 0;
	}
	return log_error(err, "cannot put a listener's socket into map steer_sockets: %s%s",
			 strerror(-err), err == -EOPNOTSUPP ? "; is it an MPTCP socket? It must "
			 "be a TCP socket that listens, or a UDP socket without a peer" : "");
}

void steer_take_mark(const struct steer_take_maps *maps, const struct steer_socket *socket)
{
	if (maps->marks < 0 || socket->fd < 0 ||
	    !bpf_map_update_elem(maps->marks, &socket->fd, &socket->mark, BPF_ANY))
		return;
	log_warning("cannot mark a listener's socket in map steer_marks: %s; connections are "
		    "steered to it, but not counted", strerror(errno));
}
