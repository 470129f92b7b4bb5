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

	if (fd < 0 || strlen(iface) >= sizeof(request.ifr_name))
		return true;
	strcpy(request.ifr_name, iface);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		return true;
	return request.ifr_hwaddr.sa_family == ARPHRD_ETHER ||
	       request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
}
