// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printk's log in a fake memory: rings of few descriptors and bytes, and messages put into them as the kernel
 * does it.
 */
#ifndef MMX_TESTS_FAKE_LOG_H
#define MMX_TESTS_FAKE_LOG_H

#include <string.h>

#include "fake_memory.h"

#define FAKE_LOG_ID_MASK (~(uint64_t)0 >> 2)

enum fake_log_state { RESERVED, COMMITTED, FINALIZED, REUSABLE };

struct fake_log_desc {
	uint64_t state, begin, next;
};

struct fake_log_info {
	uint64_t seq, ts_nsec;
	uint16_t text_len;
	uint8_t facility, bits;
	uint32_t caller;
	char subsystem[16], device[48];
};

struct fake_log_rings {
	uint32_t count_bits, pad;
	uint64_t descs, infos, head, tail;
	uint32_t size_bits, pad2;
	uint64_t data;
};

/** struct fake_log - the rings of a log, as they lie in memory; @count and @size: how long they are */
struct fake_log {
	struct fake_log_rings *rings;
	struct fake_log_desc *desc;
	struct fake_log_info *info;
	char *data;
	uint64_t count, size, next_id, next_lpos;
};

static inline void fake_log_types(struct fake_memory *m)
{
	fake_no_types(m);
	fake_member(m, M_printk_ringbuffer_desc_ring, 0, 40, 0);
	fake_member(m, M_printk_ringbuffer_text_data_ring,
		    offsetof(struct fake_log_rings, size_bits), 16, 0);
	FAKE_MEMBER(m, M_prb_desc_ring_count_bits, fake_log_rings, count_bits);
	FAKE_MEMBER(m, M_prb_desc_ring_descs, fake_log_rings, descs);
	FAKE_MEMBER(m, M_prb_desc_ring_infos, fake_log_rings, infos);
	FAKE_MEMBER(m, M_prb_desc_ring_head_id, fake_log_rings, head);
	FAKE_MEMBER(m, M_prb_desc_ring_tail_id, fake_log_rings, tail);
	fake_member(m, M_prb_data_ring_size_bits, 0, 4, 0);
	fake_member(m, M_prb_data_ring_data, 8, 8, 0);
	fake_struct(m, S_prb_desc, sizeof(struct fake_log_desc));
	FAKE_MEMBER(m, M_prb_desc_state_var, fake_log_desc, state);
	FAKE_MEMBER(m, M_prb_desc_begin, fake_log_desc, begin);
	FAKE_MEMBER(m, M_prb_desc_next, fake_log_desc, next);
	fake_struct(m, S_printk_info, sizeof(struct fake_log_info));
	FAKE_MEMBER(m, M_printk_info_seq, fake_log_info, seq);
	FAKE_MEMBER(m, M_printk_info_ts_nsec, fake_log_info, ts_nsec);
	FAKE_MEMBER(m, M_printk_info_text_len, fake_log_info, text_len);
	FAKE_MEMBER(m, M_printk_info_facility, fake_log_info, facility);
	FAKE_MEMBER(m, M_printk_info_caller_id, fake_log_info, caller);
	fake_member(m, M_printk_info_subsystem, offsetof(struct fake_log_info, subsystem), 16, 16);
	fake_member(m, M_printk_info_device, offsetof(struct fake_log_info, device), 48, 48);
	m->mem.kernel.layout.member[M_printk_info_level].provider = 0;
	m->mem.kernel.layout.member[M_printk_info_level].m =
		(struct mmx_member){.bit_off = 8 * offsetof(struct fake_log_info, bits) + 5,
				    .bit_size = 3,
				    .bitfield = true};
}

/** fake_log_new() - as a kernel has it that printed @printed messages before, up to place @lpos of its texts */
static inline void fake_log_new(struct fake_log *log, struct fake_memory *m,
				unsigned int count_bits, unsigned int size_bits, uint64_t printed,
				uint64_t lpos)
{
	uint64_t at[4], count = 1ULL << count_bits;
	const size_t sizes[4] = {sizeof(struct fake_log_rings),
				 count * sizeof(struct fake_log_desc),
				 count * sizeof(struct fake_log_info), 1ULL << size_bits};
	void *zeros = calloc(1, sizes[0] + sizes[1] + sizes[2] + sizes[3]);

	fake_log_types(m);
	for (unsigned int i = 0; i < 4; i++)
		at[i] = fake_put(m, zeros, sizes[i]);
	free(zeros);
	*log = (struct fake_log){.rings = fake_at(m, at[0]),
				 .desc = fake_at(m, at[1]),
				 .info = fake_at(m, at[2]),
				 .data = fake_at(m, at[3]),
				 .count = count,
				 .size = sizes[3],
				 .next_id = printed,
				 .next_lpos = lpos};
	*log->rings = (struct fake_log_rings){.count_bits = count_bits,
					      .descs = at[1],
					      .infos = at[2],
					      .head = (printed - 1) & FAKE_LOG_ID_MASK,
					      .tail = (printed - 1) & FAKE_LOG_ID_MASK,
					      .size_bits = size_bits,
					      .data = at[3]};
	/* Behind the oldest message there is always one that is free. */
	log->desc[log->rings->head % count].state = (uint64_t)REUSABLE << 62 | log->rings->head;
	fake_symbol(m, "prb", fake_put(m, &at[0], sizeof(at[0])));
}

/** fake_log_give() - a descriptor, the next one, with whatever in it */
static inline void fake_log_give(struct fake_log *log, enum fake_log_state state, uint64_t begin,
				 uint64_t next, size_t len)
{
	uint64_t id = log->next_id++ & FAKE_LOG_ID_MASK;

	log->desc[id % log->count] =
		(struct fake_log_desc){(uint64_t)state << 62 | id, begin, next};
	log->info[id % log->count] = (struct fake_log_info){
		.seq = id, .ts_nsec = 1000 * id, .text_len = len, .bits = 6 << 5, .device = "+x:1"};
	log->rings->head = id;
}

/** fake_log_print() - a text, as the kernel places it: one that does not fit before the ring's end is at its start */
static inline void fake_log_print(struct fake_log *log, const char *text)
{
	size_t len = strlen(text), size = 8 + ((len + 7) & ~(size_t)7);
	uint64_t begin = log->next_lpos, next = begin + size, id = log->next_id & FAKE_LOG_ID_MASK;
	char *block = log->data + begin % log->size;

	if ((begin ^ (next - 1)) / log->size) {
		next = (begin / log->size + 1) * log->size + size;
		block = log->data;
	}
	memcpy(block, &id, 8);
	memcpy(block + 8, text, len);
	log->next_lpos = next;
	fake_log_give(log, FINALIZED, begin, next, len);
}

#endif
