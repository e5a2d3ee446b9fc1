// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's log in a ring of eight descriptors and 256 bytes: blocks that go around its end or up to it,
 * empty lines, texts without room, descriptors that are free or being written; and rings that lie.
 */
#include "../fake_memory.h"
#include "kernel/log.h"
#include "unit.h"

#define COUNT_BITS 3
#define SIZE_BITS  8
#define COUNT      (1u << COUNT_BITS)
#define SIZE       (1u << SIZE_BITS)
#define MEMORY     (1u << 16)
#define ID_MASK    (~(uint64_t)0 >> 2)

enum { RESERVED, COMMITTED, FINALIZED, REUSABLE };

struct desc {
	uint64_t state, begin, next;
};

struct info {
	uint64_t seq, ts_nsec;
	uint16_t text_len;
	uint8_t facility, bits;
	uint32_t caller;
	char subsystem[16], device[48];
};

struct rings {
	uint32_t count_bits, pad;
	uint64_t descs, infos, head, tail;
	uint32_t size_bits, pad2;
	uint64_t data;
};

static struct fake_memory *m;
static struct rings *rings;
static struct desc *desc;
static struct info *info;
static char *data;
static uint64_t next_id, next_lpos;

static void make_types(void)
{
	fake_no_types(m);
	fake_member(m, M_printk_ringbuffer_desc_ring, 0, 40, 0);
	fake_member(m, M_printk_ringbuffer_text_data_ring, offsetof(struct rings, size_bits), 16,
		    0);
	FAKE_MEMBER(m, M_prb_desc_ring_count_bits, rings, count_bits);
	FAKE_MEMBER(m, M_prb_desc_ring_descs, rings, descs);
	FAKE_MEMBER(m, M_prb_desc_ring_infos, rings, infos);
	FAKE_MEMBER(m, M_prb_desc_ring_head_id, rings, head);
	FAKE_MEMBER(m, M_prb_desc_ring_tail_id, rings, tail);
	fake_member(m, M_prb_data_ring_size_bits, 0, 4, 0);
	fake_member(m, M_prb_data_ring_data, 8, 8, 0);
	fake_struct(m, S_prb_desc, sizeof(struct desc));
	FAKE_MEMBER(m, M_prb_desc_state_var, desc, state);
	FAKE_MEMBER(m, M_prb_desc_begin, desc, begin);
	FAKE_MEMBER(m, M_prb_desc_next, desc, next);
	fake_struct(m, S_printk_info, sizeof(struct info));
	FAKE_MEMBER(m, M_printk_info_seq, info, seq);
	FAKE_MEMBER(m, M_printk_info_ts_nsec, info, ts_nsec);
	FAKE_MEMBER(m, M_printk_info_text_len, info, text_len);
	FAKE_MEMBER(m, M_printk_info_facility, info, facility);
	FAKE_MEMBER(m, M_printk_info_caller_id, info, caller);
	fake_member(m, M_printk_info_subsystem, offsetof(struct info, subsystem), 16, 16);
	fake_member(m, M_printk_info_device, offsetof(struct info, device), 48, 48);
	m->mem.kernel.layout.member[M_printk_info_level].provider = 0;
	m->mem.kernel.layout.member[M_printk_info_level].m = (struct mmx_member){
		.bit_off = 8 * offsetof(struct info, bits) + 5, .bit_size = 3, .bitfield = true};
}

/* As a kernel that has printed @printed messages before those that the test makes. */
static void setup(uint64_t printed, uint64_t lpos)
{
	static const char zeros[COUNT * sizeof(struct info)];
	uint64_t at[4];

	m = fake_memory_new(MEMORY);
	make_types();
	at[0] = fake_put(m, zeros, sizeof(struct rings));
	at[1] = fake_put(m, zeros, COUNT * sizeof(struct desc));
	at[2] = fake_put(m, zeros, COUNT * sizeof(struct info));
	at[3] = fake_put(m, zeros, SIZE);
	rings = fake_at(m, at[0]);
	desc = fake_at(m, at[1]);
	info = fake_at(m, at[2]);
	data = fake_at(m, at[3]);
	*rings = (struct rings){.count_bits = COUNT_BITS,
				.descs = at[1],
				.infos = at[2],
				.head = (printed - 1) & ID_MASK,
				.tail = (printed - 1) & ID_MASK,
				.size_bits = SIZE_BITS,
				.data = at[3]};
	/* Behind the oldest message there is always one that is free. */
	desc[rings->head % COUNT].state = (uint64_t)REUSABLE << 62 | rings->head;
	fake_symbol(m, "prb", fake_put(m, &at[0], sizeof(at[0])));
	next_id = printed;
	next_lpos = lpos;
}

static void give(unsigned int state, uint64_t begin, uint64_t next, size_t len)
{
	uint64_t id = next_id++ & ID_MASK;

	desc[id % COUNT] = (struct desc){(uint64_t)state << 62 | id, begin, next};
	info[id % COUNT] = (struct info){
		.seq = id, .ts_nsec = 1000 * id, .text_len = len, .bits = 6 << 5, .device = "+x:1"};
	rings->head = id;
}

/* A text, as the kernel places it: one that does not fit before the ring's end is at its start. */
static void print(const char *text)
{
	size_t len = strlen(text), size = 8 + ((len + 7) & ~(size_t)7);
	uint64_t begin = next_lpos, next = begin + size, id = next_id & ID_MASK;
	char *block = data + begin % SIZE;

	if ((begin ^ (next - 1)) / SIZE) {
		next = (begin / SIZE + 1) * SIZE + size;
		block = data;
	}
	memcpy(block, &id, 8);
	memcpy(block + 8, text, len);
	next_lpos = next;
	give(FINALIZED, begin, next, len);
}

/* All texts behind each other, with a bar behind each; what is not known is a question mark. */
static const char *log_is(struct mmx_log *log)
{
	static char all[4096];
	struct mmx_err err;
	size_t n = 0;

	all[0] = '\0';
	if (mmx_log_begin(log, m->view, &err))
		snprintf(all, sizeof(all), "%s", err.text);
	else
		while (mmx_log_next(log))
			n += snprintf(all + n, sizeof(all) - n, "%s|",
				      log->record.why.code ? "?" : log->record.text);
	mmx_log_end(log);
	return all;
}

static bool is(const char *want, enum mmx_code code)
{
	struct mmx_log log;
	const char *got = log_is(&log);
	bool good = !strcmp(got, want) && log.coverage.first.code == code;

	if (!good)
		fprintf(stderr, "%s (%s)\n", got, log.coverage.first.text);
	return good;
}

static void messages_come_in_their_order(void)
{
	struct mmx_log log;
	struct mmx_err err;

	setup(0, 0);
	CHECK(mmx_log_begin(&log, m->view, &err) == 0 && !mmx_log_next(&log), "none yet: %s",
	      err.text);
	mmx_log_end(&log);
	print("first");
	print("two\nlines");
	give(COMMITTED, 3, 3, 0);
	print("last, of 13..");
	CHECK(is("first|two\nlines||last, of 13..|", MMX_OK), "all");
	CHECK(!mmx_log_begin(&log, m->view, &err) && mmx_log_next(&log), "%s", err.text);
	CHECK(log.record.seq == 0 && log.record.level == 6 && !log.record.facility &&
		      !strcmp(log.record.device, "+x:1") && !*log.record.subsystem,
	      "what is known of one");
	mmx_log_end(&log);
	fake_memory_free(m);
}

/* Numbers of descriptors and places go on around both rings, and begin just before they wrap. */
static void rings_go_around(void)
{
	setup(-5ULL, -64ULL);
	for (unsigned int i = 0; i < 5; i++)
		print("a text of 24 letters ...");
	CHECK(is("a text of 24 letters ...|a text of 24 letters ...|a text of 24 letters ...|"
		 "a text of 24 letters ...|a text of 24 letters ...|",
		 MMX_OK),
	      "numbers");
	fake_memory_free(m);
	setup(0, SIZE - 16);
	print("up to it");
	CHECK(is("up to it|", MMX_OK), "a block that ends with the ring");
	fake_memory_free(m);
	setup(0, SIZE - 16);
	print("not so far");
	CHECK(!memcmp(data + 8, "not so far", 10) && is("not so far|", MMX_OK),
	      "one that would end behind it");
	fake_memory_free(m);
}

static void what_is_no_message_is_passed_over(void)
{
	struct mmx_log log;

	setup(40, 0);
	give(REUSABLE, 1, 1, 0);
	desc[0].state -= COUNT;
	give(FINALIZED, 1, 1, 9);
	print("here");
	give(RESERVED, 64, 96, 20);
	CHECK(is("here|", MMX_OK), "one of four");
	log_is(&log);
	CHECK(log.lost == 1 && log.unfinished == 1, "%d lost, %d unfinished", (int)log.lost,
	      (int)log.unfinished);
	fake_memory_free(m);
}

static void texts_that_cannot_be_are_not_shown(void)
{
	setup(8, 0);
	print("first");
	print("second");
	desc[1].begin = 0;
	desc[1].next = 16;
	CHECK(is("first|?|", MMX_ECORRUPT), "a block of another's");
	desc[1].begin = 16;
	desc[1].next = 16 + 4 * SIZE;
	CHECK(is("first|?|", MMX_ECORRUPT), "one of several rings");
	desc[1].next = 24;
	CHECK(is("first|?|", MMX_ECORRUPT), "one without a byte");
	desc[1].next = 36;
	CHECK(is("first|?|", MMX_ECORRUPT), "one of odd length");
	desc[1].next = 8;
	CHECK(is("first|?|", MMX_ECORRUPT), "one that ends before it begins");
	desc[1].next = 32;
	info[1].text_len = 60000;
	CHECK(is("first|?|", MMX_ECORRUPT), "a text that is longer than its block");
	fake_memory_free(m);
}

static void rings_that_cannot_be_are_refused(void)
{
	struct mmx_log log;
	struct mmx_err err;

	setup(8, 0);
	print("first");
	desc[0].state += COUNT;
	CHECK(is("", MMX_ECORRUPT), "a descriptor with another number");
	rings->tail = rings->head - COUNT;
	CHECK(mmx_log_begin(&log, m->view, &err) && err.code == MMX_ECORRUPT, "too many");
	rings->tail = rings->head - 1;
	rings->count_bits = 62;
	CHECK(mmx_log_begin(&log, m->view, &err) && err.code == MMX_ECORRUPT, "a giant");
	rings->count_bits = COUNT_BITS;
	rings->size_bits = 64;
	CHECK(mmx_log_begin(&log, m->view, &err) && err.code == MMX_ECORRUPT, "another");
	rings->size_bits = SIZE_BITS;
	rings->infos = FAKE_VA + MEMORY;
	CHECK(is("", MMX_EABSENT) || is("", MMX_ECORRUPT), "nothing known of any");
	m->mem.kernel.layout.strct[S_printk_info].provider = -1;
	CHECK(mmx_log_begin(&log, m->view, &err) && err.code == MMX_EMISSING, "an old kernel");
	fake_memory_free(m);
}

int main(void)
{
	RUN(messages_come_in_their_order);
	RUN(rings_go_around);
	RUN(what_is_no_message_is_passed_over);
	RUN(texts_that_cannot_be_are_not_shown);
	RUN(rings_that_cannot_be_are_refused);
	return unit_end();
}
