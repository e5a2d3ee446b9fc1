// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's log in a ring of eight descriptors and 256 bytes: blocks that go around its end or up to it,
 * empty lines, texts without room, descriptors that are free or being written; and rings that lie.
 */
#include "../fake_log.h"
#include "kernel/log.h"
#include "unit.h"

#define COUNT_BITS 3
#define SIZE_BITS  8
#define COUNT      (1u << COUNT_BITS)
#define SIZE       (1u << SIZE_BITS)
#define MEMORY     (1u << 16)

static struct fake_memory *m;
static struct fake_log ring;

static void setup(uint64_t printed, uint64_t lpos)
{
	m = fake_memory_new(MEMORY);
	fake_log_new(&ring, m, COUNT_BITS, SIZE_BITS, printed, lpos);
}

static void give(enum fake_log_state state, uint64_t begin, uint64_t next, size_t len)
{
	fake_log_give(&ring, state, begin, next, len);
}

static void print(const char *text)
{
	fake_log_print(&ring, text);
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
	CHECK(!memcmp(ring.data + 8, "not so far", 10) && is("not so far|", MMX_OK),
	      "one that would end behind it");
	fake_memory_free(m);
}

static void what_is_no_message_is_passed_over(void)
{
	struct mmx_log log;

	setup(40, 0);
	give(REUSABLE, 1, 1, 0);
	ring.desc[0].state -= COUNT;
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
	ring.desc[1].begin = 0;
	ring.desc[1].next = 16;
	CHECK(is("first|?|", MMX_ECORRUPT), "a block of another's");
	ring.desc[1].begin = 16;
	ring.desc[1].next = 16 + 4 * SIZE;
	CHECK(is("first|?|", MMX_ECORRUPT), "one of several rings");
	ring.desc[1].next = 24;
	CHECK(is("first|?|", MMX_ECORRUPT), "one without a byte");
	ring.desc[1].next = 36;
	CHECK(is("first|?|", MMX_ECORRUPT), "one of odd length");
	ring.desc[1].next = 8;
	CHECK(is("first|?|", MMX_ECORRUPT), "one that ends before it begins");
	ring.desc[1].next = 32;
	ring.info[1].text_len = 60000;
	CHECK(is("first|?|", MMX_ECORRUPT), "a text that is longer than its block");
	fake_memory_free(m);
}

static void rings_that_cannot_be_are_refused(void)
{
	struct mmx_log log;
	struct mmx_err err;

	setup(8, 0);
	print("first");
	ring.desc[0].state += COUNT;
	CHECK(is("", MMX_ECORRUPT), "a descriptor with another number");
	ring.rings->tail = ring.rings->head - COUNT;
	CHECK(mmx_log_begin(&log, m->view, &err) && err.code == MMX_ECORRUPT, "too many");
	ring.rings->tail = ring.rings->head - 1;
	ring.rings->count_bits = 62;
	CHECK(mmx_log_begin(&log, m->view, &err) && err.code == MMX_ECORRUPT, "a giant");
	ring.rings->count_bits = COUNT_BITS;
	ring.rings->size_bits = 64;
	CHECK(mmx_log_begin(&log, m->view, &err) && err.code == MMX_ECORRUPT, "another");
	ring.rings->size_bits = SIZE_BITS;
	ring.rings->infos = FAKE_VA + MEMORY;
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
