// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printk's rings of any content: the walk ends, has no message twice, and no text that is longer than the ring. Some
 * messages are printed as the kernel does it; what follows in the input is laid over the rings, each time a place
 * and a word.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "fake_log.h"
#include "kernel/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER   20
#define DAMAGE   10
#define MEMORY   (1u << 16)
#define SHIFT_AT 5 /* of the second byte: how far the first is shifted */

/* Just before or behind 0, where they wrap, or any. */
static uint64_t number(const uint8_t *data)
{
	int64_t near = (int8_t)data[0];

	return data[1] & 1 ? mmx_le64(data) : (uint64_t)near << (data[1] >> SHIFT_AT);
}

static void print_some(struct fake_log *log, uint8_t n, uint8_t len)
{
	char text[256];

	for (unsigned int i = 0; i < n % 64; i++) {
		size_t this = (len * (i + 1)) % (log->size / 2);

		this = this < sizeof(text) ? this : sizeof(text) - 1;
		memset(text, 'a' + i % 26, this);
		text[this] = '\0';
		fake_log_print(log, text);
		/* What the next one overwrites, and what has no descriptor any more, is given up. */
		while (log->rings->head - log->rings->tail >= log->count - 1)
			log->rings->tail++;
	}
}

static void damage(struct fake_memory *m, const uint8_t *data, size_t size)
{
	for (; size >= DAMAGE; data += DAMAGE, size -= DAMAGE) {
		uint64_t word = mmx_le64(data + 2);

		memcpy(m->bytes + (data[0] | data[1] << 8) % (MEMORY / 8) * 8, &word, sizeof(word));
	}
}

static void walk(struct mmx_view *view)
{
	struct mmx_log log;
	struct mmx_err err = {0};
	uint64_t n = 0;

	if (mmx_log_begin(&log, view, &err)) {
		if (!err.text[0])
			abort();
	} else {
		while (mmx_log_next(&log)) {
			const struct mmx_log_record *r = &log.record;

			if (++n > log.n || r->level >= MMX_LOG_LEVELS || r->len > r->text_len ||
			    r->len > 1ULL << log.data.size_bits || (r->why.code && r->len) ||
			    (r->text && r->text[r->len]))
				abort();
		}
		if (log.coverage.found != n || n + log.unfinished + log.lost > log.n)
			abort();
	}
	mmx_log_end(&log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_memory *m;
	struct fake_log log;

	if (size < HEADER)
		return 0;
	m = fake_memory_new(MEMORY);
	fake_log_new(&log, m, data[0] % 6, 5 + data[1] % 8, number(data + 2),
		     number(data + 10) & ~7ULL);
	print_some(&log, data[18], data[19]);
	damage(m, data + HEADER, size - HEADER);
	walk(m->view);
	fake_memory_free(m);
	return 0;
}
