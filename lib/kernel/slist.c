// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/slist.h"

/* The pointer at @at, which is @what; without it the walk is over. */
static bool follow(struct mmx_slist *s, uint64_t at, const char *what)
{
	enum mmx_read read = mmx_kread_u64(s->view, at, &s->next);

	if (!read)
		return true;
	s->next = 0;
	mmx_cover_failf(&s->coverage, mmx_read_code(read),
			"the list at 0x%" PRIx64 " breaks off: %s 0x%" PRIx64 " is %s", s->head,
			what, at, mmx_read_name(read));
	return false;
}

void mmx_slist_begin(struct mmx_slist *s, struct mmx_view *view, uint64_t head, uint64_t limit)
{
	*s = (struct mmx_slist){.view = view, .head = head, .limit = limit};
	follow(s, head, "its head");
}

bool mmx_slist_next(struct mmx_slist *s)
{
	uint64_t n = s->coverage.found;

	s->node = s->next;
	if (!s->node)
		return false;
	if (s->node == s->met) {
		mmx_cover_failf(&s->coverage, MMX_ECORRUPT,
				"the list at 0x%" PRIx64 " runs in a circle through 0x%" PRIx64,
				s->head, s->node);
		return false;
	}
	if (n == s->limit) {
		mmx_cover_failf(&s->coverage, MMX_ECORRUPT,
				"the list at 0x%" PRIx64 " has no end after %" PRIu64 " nodes",
				s->head, s->limit);
		return false;
	}
	if (!(n & (n - 1)))
		s->met = s->node;
	if (!follow(s, s->node + s->link, "node"))
		return false;
	s->coverage.found++;
	return true;
}
