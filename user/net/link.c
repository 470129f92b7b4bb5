// SPDX-License-Identifier: BSD-2-Clause
#include "net/link.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/scoped.h"

bool link_has_ethernet(const char *iface)
{
	struct ifreq request = {};
	scoped_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, iface);
	return fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request) ||
	       request.ifr_hwaddr.sa_family == ARPHRD_ETHER ||
	       request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
}
