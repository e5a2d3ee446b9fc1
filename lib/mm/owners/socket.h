// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets: the packets in their queues, the page that each takes the next piece of data from, and rings that they
 * share with their users. They are found through open files; from there on through queues of connections that
 * nobody accepted and of files on their way; and in the hash of TCP connections, which has those that nobody
 * has open any more as well.
 */
#ifndef MMX_MM_SOCKET_H
#define MMX_MM_SOCKET_H

#include "mm/owners/held.h"

/** struct mmx_sockets - all of them, and what they hold */
struct mmx_sockets {
	MMX_HOLDINGS;
};

/** mmx_sockets_find() - what all sockets hold: mmx_know_sockets() keeps it */
int mmx_sockets_find(struct mmx_sockets *sockets, struct mmx_view *view, struct mmx_err *err);
void mmx_sockets_free(struct mmx_sockets *sockets);

/** struct mmx_sock - what a struct sock says of itself */
struct mmx_sock {
	uint16_t family, type, protocol;
	uint8_t state;
};

/** mmx_sock_name() - "tcp 127.0.0.1:80 to 10.0.0.2:4711", "unix stream /run/socket" */
void mmx_sock_name(struct mmx_view *view, uint64_t addr, const struct mmx_sock *sock, char *buf,
		   size_t size);

/** mmx_sock_protocol() - "tcp", "unix": a constant; "other" for what has no word here */
const char *mmx_sock_protocol(const struct mmx_sock *sock);

#endif
