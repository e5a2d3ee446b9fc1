// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets with data that nobody takes: every queue that a packet can wait in, every kind of page it can be in. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab.h"

#define CHUNK       (64UL << 10)
#define MANY        256
#define DATAGRAM    (24UL << 10)
#define QUEUED_FILE TMPFS_DIR "/queued"
#define FILE_PAGES  32

/* SO_ZEROCOPY and MSG_ZEROCOPY, which libc's headers may lack. */
#define ZEROCOPY_OPTION 60
#define ZEROCOPY_FLAG   0x4000000

/* A device is down until somebody asks for it. Without IPv6 it says nothing by itself. */
static void raise_device(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	write_text("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		give_up("%s: %s", name, strerror(errno));
	close(fd);
}

static void raise_loopback(void)
{
	raise_device("lo");
}

/* The driver of a network card has buffers for what may come in. */
static void nic_buffers(void)
{
	raise_device("eth0");
	made("nic_buffers", NULL, 0, ",\"device\":\"eth0\"");
}

static int queued(int fd, unsigned long which)
{
	int bytes = -1;

	return ioctl(fd, which, &bytes) ? -1 : bytes;
}

static int port_of(int fd)
{
	struct sockaddr_in address = {0};
	socklen_t len = sizeof(address);

	getsockname(fd, (struct sockaddr *)&address, &len);
	return ntohs(address.sin_port);
}

static int bound_socket(int type, struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){.sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, len) ||
	    getsockname(fd, (struct sockaddr *)address, &len))
		give_up("a socket: %s", strerror(errno));
	return fd;
}

static int connected_to(int type, const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		give_up("connect: %s", strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* A TCP connection over loopback: fd[0] is the one that takes nothing, fd[1] the one that sends. */
static void tcp_pair(int fd[2])
{
	struct sockaddr_in address;
	int listening;

	raise_loopback();
	listening = bound_socket(SOCK_STREAM, &address);
	if (listen(listening, 4))
		give_up("listen: %s", strerror(errno));
	fd[1] = connected_to(SOCK_STREAM, &address);
	fd[0] = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	if (fd[0] < 0)
		give_up("accept: %s", strerror(errno));
	close(listening);
}

/* What is sent moves on by itself for a while, until the receiver's window is shut. */
static size_t send_until_full(int fd, const void *area, int flags)
{
	size_t total = 0;
	ssize_t n;

	for (int pause = 0; pause < 10; pause++) {
		while ((n = send(fd, area, CHUNK, flags | MSG_DONTWAIT)) > 0)
			total += n;
		usleep(50000);
	}
	return total;
}

static void tell_tcp(const char *name, const int fd[2], size_t bytes, void *area, size_t len)
{
	made(name, area, len,
	     ",\"fd\":%d,\"sender_fd\":%d,\"port\":%d,\"sender_port\":%d,\"bytes\":%zu,"
	     "\"received\":%d,\"unsent\":%d",
	     fd[0], fd[1], port_of(fd[0]), port_of(fd[1]), bytes, queued(fd[0], SIOCINQ),
	     queued(fd[1], SIOCOUTQ));
}

static void tcp_queued(void)
{
	char *area = map_anon(CHUNK);
	size_t bytes;
	int fd[2];

	tcp_pair(fd);
	fill(area, CHUNK, 1);
	bytes = send_until_full(fd[1], area, 0);
	tell_tcp("tcp_queued", fd, bytes, NULL, 0);
}

static void tcp_zerocopy(void)
{
	char *area = map_anon(CHUNK);
	int fd[2], one = 1;
	size_t bytes;

	tcp_pair(fd);
	fill(area, CHUNK, 1);
	if (setsockopt(fd[1], SOL_SOCKET, ZEROCOPY_OPTION, &one, sizeof(one)))
		give_up("SO_ZEROCOPY: %s", strerror(errno));
	bytes = send_until_full(fd[1], area, ZEROCOPY_FLAG);
	if (!bytes)
		give_up("MSG_ZEROCOPY: %s", strerror(errno));
	tell_tcp("tcp_zerocopy", fd, bytes, area, CHUNK);
}

/* Pages of a file in a socket's queue, which no one maps. */
static void tcp_sendfile(void)
{
	int file = make_file(QUEUED_FILE, FILE_PAGES);
	size_t total = 0;
	int fd[2];

	tcp_pair(fd);
	for (int i = 0; i < MANY; i++) {
		off_t from = 0;
		ssize_t n = sendfile(fd[1], file, &from, FILE_PAGES * PAGE);

		if (n <= 0)
			usleep(10000);
		else
			total += n;
	}
	tell_tcp("tcp_sendfile", fd, total, NULL, 0);
}

/* Connections that nobody accepts, with data: their sockets are in no table of open files. */
static void tcp_unaccepted(void)
{
	char *area = map_anon(CHUNK);
	struct sockaddr_in address;
	size_t bytes = 0;
	int listening, fd = -1;

	raise_loopback();
	fill(area, CHUNK, 1);
	listening = bound_socket(SOCK_STREAM, &address);
	if (listen(listening, 4))
		give_up("listen: %s", strerror(errno));
	for (int i = 0; i < 3; i++) {
		fd = connected_to(SOCK_STREAM, &address);
		bytes += send_until_full(fd, area, 0);
	}
	made("tcp_unaccepted", NULL, 0,
	     ",\"fd\":%d,\"sender_fd\":%d,\"port\":%d,\"connections\":3,\"bytes\":%zu", listening,
	     fd, port_of(listening), bytes);
}

static size_t send_datagrams(int fd, const void *area)
{
	size_t total = 0;
	ssize_t n;

	for (int i = 0; i < MANY; i++) {
		n = send(fd, area, DATAGRAM, MSG_DONTWAIT);
		total += n > 0 ? n : 0;
	}
	return total;
}

static void udp_queued(void)
{
	char *area = map_anon(DATAGRAM);
	struct sockaddr_in address;
	size_t bytes;
	int fd[2];

	raise_loopback();
	fill(area, DATAGRAM, 1);
	fd[0] = bound_socket(SOCK_DGRAM, &address);
	fd[1] = connected_to(SOCK_DGRAM, &address);
	bytes = send_datagrams(fd[1], area);
	made("udp_queued", NULL, 0,
	     ",\"fd\":%d,\"sender_fd\":%d,\"port\":%d,\"bytes\":%zu,\"received\":%d", fd[0], fd[1],
	     port_of(fd[0]), bytes, queued(fd[0], SIOCINQ));
}

static void unix_pair(int type, int fd[2])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd))
		give_up("socketpair: %s", strerror(errno));
}

static void unix_datagrams(void)
{
	char *area = map_anon(DATAGRAM);
	size_t bytes;
	int fd[2];

	unix_pair(SOCK_DGRAM, fd);
	fill(area, DATAGRAM, 1);
	bytes = send_datagrams(fd[1], area);
	made("unix_datagrams", NULL, 0, ",\"fd\":%d,\"sender_fd\":%d,\"bytes\":%zu", fd[0], fd[1],
	     bytes);
}

static void pass(int over, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	if (sendmsg(over, &message, 0) != 1)
		give_up("SCM_RIGHTS: %s", strerror(errno));
}

/* A socket full of data that is open nowhere: it is on its way in another one's queue. */
static void unix_in_flight(void)
{
	char *area = map_anon(CHUNK);
	int carrier[2], cargo[2];
	size_t bytes;

	unix_pair(SOCK_STREAM, carrier);
	unix_pair(SOCK_STREAM, cargo);
	fill(area, CHUNK, 1);
	bytes = send_until_full(cargo[1], area, 0);
	pass(carrier[1], cargo[0]);
	close(cargo[0]);
	close(cargo[1]);
	made("unix_in_flight", NULL, 0, ",\"fd\":%d,\"sender_fd\":%d,\"bytes\":%zu", carrier[0],
	     carrier[1], bytes);
}

/* The active objects of a cache, as the kernel counts them; -1 of one that is not there. */
static long count_objects(const char *cache)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	char line[512], name[64];
	long active, found = -1;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %ld", name, &active) == 2 && !strcmp(name, cache))
			found = active;
	if (file)
		fclose(file);
	return found;
}

#define OBJECTS 20

/* A cache that nothing else uses, so that its line of slabinfo is known: it is never merged with another. */
static void fill_cache(void)
{
	static const char cache[] = "TCPv6";
	char path[64], target[64];
	long before = count_objects(cache), after;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s", cache);
	if (before || readlink(path, target, sizeof(target)) >= 0)
		give_up("the cache %s has %ld objects, or others in it", cache, before);
	for (int i = 0; i < OBJECTS; i++)
		if (socket(AF_INET6, SOCK_STREAM, 0) < 0)
			give_up("a TCPv6 socket: %s", strerror(errno));
	after = count_objects(cache);
	if (after < OBJECTS)
		give_up("the cache %s has %ld objects", cache, after);
	made("slab_filled", NULL, 0,
	     ",\"cache\":\"%s\",\"objects\":%d,\"before\":%ld,\"after\":%ld", cache, OBJECTS,
	     before, after);
}

const struct situation net_family[] = {
	{"nic_buffers", nic_buffers, "nic_buffers"},
	{"slab_filled", fill_cache, "slab_filled"},
	{"tcp_queued", tcp_queued, "tcp_queued"},
	{"tcp_zerocopy", tcp_zerocopy, "tcp_zerocopy"},
	{"tcp_sendfile", tcp_sendfile, "tcp_sendfile"},
	{"tcp_unaccepted", tcp_unaccepted, "tcp_unaccepted"},
	{"udp_queued", udp_queued, "udp_queued"},
	{"unix_datagrams", unix_datagrams, "unix_datagrams"},
	{"unix_in_flight", unix_in_flight, "unix_in_flight"},
	{0},
};
