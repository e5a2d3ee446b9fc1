// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/marks.h"

uint64_t mmx_mark_of(const char *text)
{
	uint64_t mark = 0xcbf29ce484222325ULL;

	for (; *text; text++)
		mark = (mark ^ (unsigned char)*text) * 0x100000001b3ULL;
	return mark;
}

/* Where it stands, or would stand. */
static uint32_t place(const struct mmx_marks *m, uint64_t mark)
{
	uint32_t i = 0;

	while (i < m->n && m->v[i] < mark)
		i++;
	return i;
}

void mmx_marks_add(struct mmx_marks *m, uint64_t mark)
{
	uint32_t i = place(m, mark);

	if (i == MMX_MARKS_MAX || (i < m->n && m->v[i] == mark))
		return;
	if (m->n < MMX_MARKS_MAX)
		m->n++;
	memmove(&m->v[i + 1], &m->v[i], (m->n - 1 - i) * sizeof(*m->v));
	m->v[i] = mark;
}

void mmx_marks_add_all(struct mmx_marks *m, const struct mmx_marks *more)
{
	for (uint32_t i = 0; i < more->n; i++)
		mmx_marks_add(m, more->v[i]);
}
