// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/log.h"
#include "kernel/member.h"
#include "kernel/texts.h"

/* A descriptor's word: its number, and in the two top bits what became of it. */
#define STATE_SHIFT 62
#define ID_MASK     (~(uint64_t)0 >> 2)

enum state { RESERVED, COMMITTED, FINALIZED, REUSABLE };

/* Places of a text that has no bytes: an empty line, and one that there was no room for. */
#define EMPTY_LINE 3u

/* More than any kernel can be made to have: the log takes 2 GiB then. */
#define COUNT_BITS_MAX 28u
#define SIZE_BITS_MAX  31u

struct descriptor {
	uint64_t state, begin, next;
};

static const struct mmx_wanted wanted_ring[] = {
	MMX_WANT(struct mmx_log, ring.count_bits, prb_desc_ring, count_bits),
	MMX_WANT(struct mmx_log, ring.descs, prb_desc_ring, descs),
	MMX_WANT(struct mmx_log, ring.infos, prb_desc_ring, infos),
	MMX_WANT(struct mmx_log, ring.head, prb_desc_ring, head_id),
	MMX_WANT(struct mmx_log, ring.tail, prb_desc_ring, tail_id),
};
static const struct mmx_decode decode_ring = MMX_DECODE("prb_desc_ring", wanted_ring);

static const struct mmx_wanted wanted_data[] = {
	MMX_WANT(struct mmx_log, data.size_bits, prb_data_ring, size_bits),
	MMX_WANT(struct mmx_log, data.bytes, prb_data_ring, data),
};
static const struct mmx_decode decode_data = MMX_DECODE("prb_data_ring", wanted_data);

static const struct mmx_wanted wanted_descriptor[] = {
	MMX_WANT(struct descriptor, state, prb_desc, state_var),
	MMX_WANT(struct descriptor, begin, prb_desc, begin),
	MMX_WANT(struct descriptor, next, prb_desc, next),
};
static const struct mmx_decode decode_descriptor = MMX_DECODE("prb_desc", wanted_descriptor);

static const struct mmx_wanted wanted_info[] = {
	MMX_WANT(struct mmx_log_record, seq, printk_info, seq),
	MMX_WANT(struct mmx_log_record, ts_nsec, printk_info, ts_nsec),
	MMX_WANT(struct mmx_log_record, text_len, printk_info, text_len),
	MMX_WANT(struct mmx_log_record, facility, printk_info, facility),
	MMX_WANT(struct mmx_log_record, level, printk_info, level),
	MMX_WANT(struct mmx_log_record, caller, printk_info, caller_id),
	MMX_WANT_TEXT(struct mmx_log_record, subsystem, printk_info, subsystem),
	MMX_WANT_TEXT(struct mmx_log_record, device, printk_info, device),
	MMX_WANT_TEXT_IF(struct mmx_log_record, comm, printk_info, comm),
};
static const struct mmx_decode decode_info = MMX_DECODE("printk_info", wanted_info);

static int need_layout(const struct mmx_layout *l, struct mmx_err *err)
{
	static const enum mmx_layout_member rings[] = {M_printk_ringbuffer_desc_ring,
						       M_printk_ringbuffer_text_data_ring};

	if (!mmx_has_struct(l, S_prb_desc) || !mmx_has_struct(l, S_printk_info))
		return mmx_fail(err, MMX_EMISSING, "struct %s is needed, and this kernel has none",
				mmx_has_struct(l, S_prb_desc) ? "printk_info" : "prb_desc");
	return mmx_layout_require(l, rings, 2, err) ||
	       mmx_decode_require(&decode_descriptor, l, err) ||
	       mmx_decode_require(&decode_info, l, err);
}

static int read_rings(struct mmx_log *log, struct mmx_err *err)
{
	const struct mmx_layout *l = &log->view->kernel->layout;
	uint64_t prb;
	enum mmx_read read = mmx_kread_variable(log->view, "prb", sizeof(prb), &prb);

	if (read)
		return mmx_fail(err, mmx_read_code(read), "the log's variable prb is %s",
				mmx_read_name(read));
	if (mmx_decode_read(&decode_ring, log->view,
			    prb + mmx_off(l, M_printk_ringbuffer_desc_ring), log, err) ||
	    mmx_decode_read(&decode_data, log->view,
			    prb + mmx_off(l, M_printk_ringbuffer_text_data_ring), log, err))
		return -1;
	if (log->ring.count_bits > COUNT_BITS_MAX || log->data.size_bits > SIZE_BITS_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"the log's rings of 2^%" PRIu32 " records and 2^%" PRIu32
				" bytes make no sense",
				log->ring.count_bits, log->data.size_bits);
	log->n = ((log->ring.head - log->ring.tail) & ID_MASK) + 1;
	if (log->n > 1ULL << log->ring.count_bits)
		return mmx_fail(err, MMX_ECORRUPT,
				"the log's ring of 2^%" PRIu32 " records cannot have %" PRIu64
				" from 0x%" PRIx64 " to 0x%" PRIx64,
				log->ring.count_bits, log->n, log->ring.tail, log->ring.head);
	return 0;
}

int mmx_log_begin(struct mmx_log *log, struct mmx_view *view, struct mmx_err *err)
{
	*log = (struct mmx_log){.view = view};
	if (need_layout(&view->kernel->layout, err))
		return -1;
	return read_rings(log, err);
}

/*
 * Text.
 */

/* A block that ends where the ring does, or before that, lies where it begins; another one at the ring's start. */
static int find_block(const struct mmx_log *log, const struct descriptor *d, uint64_t *at,
		      uint64_t *size)
{
	uint64_t ring = 1ULL << log->data.size_bits;
	uint64_t turns = ((d->next - 1) >> log->data.size_bits) - (d->begin >> log->data.size_bits);

	*at = turns ? 0 : d->begin & (ring - 1);
	*size = turns ? d->next & (ring - 1) : d->next - d->begin;
	return turns > 1 || d->begin % sizeof(uint64_t) || d->next % sizeof(uint64_t) ||
	       *size <= sizeof(uint64_t) || *size > ring;
}

static int read_text(struct mmx_log *log, uint64_t id, const struct descriptor *d,
		     struct mmx_err *err)
{
	struct mmx_log_record *r = &log->record;
	uint64_t at, size, owner;

	if (find_block(log, d, &at, &size))
		return mmx_fail(err, MMX_ECORRUPT,
				"message %" PRIu64 " of the log has its text from 0x%" PRIx64
				" to 0x%" PRIx64 ", which cannot be",
				r->seq, d->begin, d->next);
	at += log->data.bytes;
	if (mmx_kread_ok(log->view, at, &owner, sizeof(owner), "a block of the log", err))
		return -1;
	if (owner != id || r->text_len > size - sizeof(owner))
		return mmx_fail(err, MMX_ECORRUPT,
				"message %" PRIu64
				" of the log, of %u letters, has a block of %" PRIu64
				" bytes at 0x%" PRIx64 " that is of descriptor 0x%" PRIx64
				", not 0x%" PRIx64,
				r->seq, r->text_len, size, at, owner, id);
	r->len = r->text_len;
	return mmx_kread_ok(log->view, at + sizeof(owner), r->text, r->len, "the text of a message",
			    err);
}

/* Whether there is one, though it may not be known: the kernel passes over what had no room. */
static bool take_text(struct mmx_log *log, uint64_t id, const struct descriptor *d)
{
	struct mmx_log_record *r = &log->record;

	r->len = 0;
	r->why = (struct mmx_err){0};
	log->text.n = 0;
	if (!mmx_array_grow(&log->text, r->text_len + 1)) {
		r->text = NULL;
		mmx_fail_nomem(&r->why);
		return true;
	}
	r->text = log->text.v;
	if (d->begin & 1 && d->next & 1) {
		bool empty = d->begin == EMPTY_LINE && d->next == EMPTY_LINE;

		log->lost += !empty;
		return empty;
	}
	if (read_text(log, id, d, &r->why))
		r->len = 0;
	return true;
}

/*
 * Records.
 */

/* Whether that descriptor has a message; @d is what it says. */
static bool take_descriptor(struct mmx_log *log, uint64_t id, struct descriptor *d)
{
	const struct mmx_layout *l = &log->view->kernel->layout;
	uint64_t nr = id & ((1ULL << log->ring.count_bits) - 1);
	struct mmx_err err;

	if (mmx_decode_read(&decode_descriptor, log->view,
			    log->ring.descs + nr * mmx_size(l, S_prb_desc), d, &err) ||
	    mmx_decode_read(&decode_info, log->view,
			    log->ring.infos + nr * mmx_size(l, S_printk_info), &log->record,
			    &err)) {
		mmx_cover_fail(&log->coverage, &err);
		return false;
	}
	/* One that is made ready for a new message has the number of the one before it in the ring. */
	if (d->state >> STATE_SHIFT == REUSABLE)
		return false;
	if ((d->state & ID_MASK) != id) {
		mmx_cover_failf(&log->coverage, MMX_ECORRUPT,
				"descriptor 0x%" PRIx64 " of the log says that it is 0x%" PRIx64,
				id, d->state & ID_MASK);
		return false;
	}
	log->unfinished += d->state >> STATE_SHIFT == RESERVED;
	return d->state >> STATE_SHIFT != RESERVED;
}

bool mmx_log_next(struct mmx_log *log)
{
	struct descriptor d;

	while (log->nth < log->n && !mmx_stopped(log->view->kernel->image)) {
		uint64_t id = (log->ring.tail + log->nth++) & ID_MASK;

		if (!take_descriptor(log, id, &d) || !take_text(log, id, &d))
			continue;
		mmx_cover_fail(&log->coverage, &log->record.why);
		if (log->record.text)
			log->record.text[log->record.len] = '\0';
		log->coverage.found++;
		return true;
	}
	return false;
}

void mmx_log_end(struct mmx_log *log)
{
	mmx_array_free(&log->text);
}

const char *mmx_log_level_name(unsigned int level)
{
	static const char *const names[MMX_LOG_LEVELS] = {"emerg", "alert",  "crit", "err",
							  "warn",  "notice", "info", "debug"};

	return level < MMX_LOG_LEVELS ? names[level] : NULL;
}

int mmx_log_shows_callers(struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_text caller = {.begins = "[%6s]"};

	if (mmx_texts_find(view, &caller, 1, err))
		return -1;
	return !strcmp(caller.text, caller.begins);
}
