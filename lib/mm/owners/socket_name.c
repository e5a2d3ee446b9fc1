// SPDX-License-Identifier: GPL-2.0-or-later
/* What people know a socket by. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/printable.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/socket.h"

/* Numbers of the socket interface, which do not change. */
#define FAMILY_UNIX    1
#define FAMILY_INET    2
#define FAMILY_INET6   10
#define FAMILY_NETLINK 16
#define FAMILY_PACKET  17
#define FAMILY_VSOCK   40
#define FAMILY_XDP     44

struct word {
	unsigned int number;
	const char *word;
};

static const struct word families[] = {
	{FAMILY_UNIX, "unix"},     {FAMILY_INET, "ip"},
	{FAMILY_INET6, "ip6"},     {FAMILY_NETLINK, "netlink"},
	{FAMILY_PACKET, "packet"}, {FAMILY_VSOCK, "vsock"},
	{FAMILY_XDP, "xdp"},       {0},
};

static const struct word protocols[] = {
	{1, "icmp"},   {6, "tcp"},       {17, "udp"},    {33, "dccp"}, {58, "icmpv6"},
	{132, "sctp"}, {136, "udplite"}, {262, "mptcp"}, {0},
};

static const struct word types[] = {
	{1, "stream"}, {2, "datagram"}, {3, "raw"}, {5, "seqpacket"}, {0},
};

static const char *word_of(const struct word *words, unsigned int number)
{
	for (; words->word; words++) {
		if (words->number == number)
			return words->word;
	}
	return NULL;
}

static bool read_port(struct mmx_view *view, uint64_t sk, enum mmx_layout_member id,
		      bool big_endian, unsigned int *port)
{
	uint64_t value;

	if (mmx_kread_member(view, sk, id, &value))
		return false;
	*port = big_endian ? (value & 0xff) << 8 | (value >> 8 & 0xff) : value & 0xffff;
	return true;
}

/* Groups of 16 bits, without the shortening of zeros but for an address that is all of them. */
static int print_ip6(char *buf, size_t size, const unsigned char *a)
{
	static const unsigned char none[16], mapped[12] = {[10] = 0xff, [11] = 0xff};
	int n = 0;

	if (!memcmp(a, none, sizeof(none)))
		return snprintf(buf, size, "[::]");
	if (!memcmp(a, mapped, sizeof(mapped)))
		return snprintf(buf, size, "%u.%u.%u.%u", a[12], a[13], a[14], a[15]);
	for (unsigned int i = 0; i < 16 && n >= 0 && (size_t)n < size; i += 2)
		n += snprintf(buf + n, size - n, "%s%x", i ? ":" : "[", a[i] << 8 | a[i + 1]);
	if ((size_t)n < size)
		n += snprintf(buf + n, size - n, "]");
	return n;
}

/* One end; nothing when it is not there to be read. */
static void print_end(struct mmx_view *view, uint64_t sk, bool v6, bool far, char *buf, size_t size)
{
	static const enum mmx_layout_member address[2][2] = {
		{M_sock_common_rcv_saddr, M_sock_common_daddr},
		{M_sock_common_v6_rcv_saddr, M_sock_common_v6_daddr}};
	const struct mmx_layout *l = &view->kernel->layout;
	enum mmx_layout_member id = address[v6][far];
	unsigned char bytes[16];
	unsigned int port;
	int n;

	*buf = 0;
	if (!mmx_has(l, id) || mmx_kread(view, sk + mmx_off(l, id), bytes, v6 ? 16 : 4) ||
	    !read_port(view, sk, far ? M_sock_common_dport : M_sock_common_num, far, &port))
		return;
	n = v6 ? print_ip6(buf, size, bytes)
	       : snprintf(buf, size, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
	if (n > 0 && (size_t)n < size)
		snprintf(buf + n, size - n, ":%u", port);
}

static void name_ip(struct mmx_view *view, uint64_t sk, const struct mmx_sock *sock, char *buf,
		    size_t size)
{
	const char *protocol = word_of(protocols, sock->protocol);
	bool v6 = sock->family == FAMILY_INET6;
	char near[56], far[56];
	unsigned int port;

	print_end(view, sk, v6, false, near, sizeof(near));
	print_end(view, sk, v6, true, far, sizeof(far));
	if (!protocol)
		protocol = "ip";
	/* Without a port at the other end it is not connected. */
	if (!read_port(view, sk, M_sock_common_dport, true, &port) || !port)
		snprintf(buf, size, "%s %s", protocol, near);
	else
		snprintf(buf, size, "%s %s to %s", protocol, near, far);
}

/* An address that begins with a NUL is abstract, and shown with an @ in its place. */
static void name_unix(struct mmx_view *view, uint64_t sk, const char *type, char *buf, size_t size)
{
	const struct mmx_layout *l = &view->kernel->layout;
	char path[64] = "";
	uint64_t address, at;
	bool abstract = false;

	if (!mmx_kread_member(view, sk, M_unix_sock_addr, &address) && address &&
	    mmx_has(l, M_unix_address_name)) {
		/* Behind the family of struct sockaddr_un. */
		at = address + mmx_off(l, M_unix_address_name) + 2;
		if (!mmx_kread(view, at, path, 1))
			abstract = !path[0];
		if (mmx_kread_str(view, at + abstract, path, sizeof(path), NULL))
			path[0] = 0;
		mmx_make_printable(path);
	}
	snprintf(buf, size, "unix %s%s%s%s", type, path[0] ? " " : "",
		 path[0] && abstract ? "@" : "", path);
}

const char *mmx_sock_protocol(const struct mmx_sock *sock)
{
	bool ip = sock->family == FAMILY_INET || sock->family == FAMILY_INET6;
	const char *word = ip ? word_of(protocols, sock->protocol) : NULL;

	if (!word)
		word = word_of(families, sock->family);
	return word ? word : "other";
}

void mmx_sock_name(struct mmx_view *view, uint64_t addr, const struct mmx_sock *sock, char *buf,
		   size_t size)
{
	const char *family = word_of(families, sock->family), *type = word_of(types, sock->type);

	if (!type)
		type = "socket";
	if (sock->family == FAMILY_INET || sock->family == FAMILY_INET6)
		name_ip(view, addr, sock, buf, size);
	else if (sock->family == FAMILY_UNIX)
		name_unix(view, addr, type, buf, size);
	else if (family)
		snprintf(buf, size, "%s %s", family, type);
	else
		snprintf(buf, size, "family %u %s", sock->family, type);
}
