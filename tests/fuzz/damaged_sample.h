/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sample dump in memory, which can be damaged and mended again. It is read from a file once; an
 * image of it is as cheap as a few ranges.
 */
#ifndef MMX_TESTS_DAMAGED_SAMPLE_H
#define MMX_TESTS_DAMAGED_SAMPLE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytes.h"
#include "image/image.h"

#define SAMPLE_PAGE    4096u
#define SAMPLE_KINDS   32
#define SAMPLE_DAMAGES 32
#define SAMPLE_LEFT    8 /* pages that can be left out at once */

/** struct sample_run - bytes that are worth damaging */
struct sample_run {
	uint64_t phys;
	size_t len;
};

struct sample_targets {
	MMX_ARRAY(struct sample_run);
};

/** struct sample_undo - what stood where something was written */
struct sample_undo {
	uint8_t *at;
	uint64_t before;
};

/**
 * struct sample - a dump
 * @image: as it was opened, for its ranges and texts
 * @bytes: all that is present, range by range; @offset of each range's first byte in it
 * @targets: where to damage it, a set for each kind of contents
 * @left_out: physical addresses of pages that the next image lacks
 */
struct sample {
	struct mmx_image *image;
	uint8_t *bytes;
	size_t *offset;
	char *vmcoreinfo; /* this one is damaged */
	struct sample_targets targets[SAMPLE_KINDS + 1];
	unsigned int kinds;
	struct sample_undo undo[2 * SAMPLE_DAMAGES];
	unsigned int damages;
	uint64_t left_out[SAMPLE_LEFT];
	unsigned int n_left_out;
};

static inline uint8_t *sample_at(const struct sample *s, uint64_t phys)
{
	const struct mmx_range *r = mmx_ranges_find(&s->image->present, phys);

	if (!r || phys < r->start)
		abort();
	return s->bytes + s->offset[r - s->image->present.v] + (phys - r->start);
}

/* Loading */

static inline void sample_read_bytes(struct sample *s)
{
	struct mmx_reader *reader = mmx_reader_new(s->image, NULL);
	size_t at = 0, i = 0;

	s->bytes = malloc(mmx_ranges_total(&s->image->present));
	s->offset = calloc(s->image->present.n, sizeof(*s->offset));
	if (!reader || !s->bytes || !s->offset)
		abort();
	mmx_for_each_range (r, &s->image->present) {
		s->offset[i++] = at;
		if (mmx_phys_read(reader, r->start, s->bytes + at, r->end - r->start))
			abort();
		at += r->end - r->start;
	}
	mmx_reader_free(reader);
}

static inline void sample_read_targets(struct sample *s, const char *path)
{
	FILE *file = fopen(path, "r");
	struct sample_run run;
	unsigned int kind;

	if (!file)
		abort();
	while (fscanf(file, "%u %" SCNx64 " %zx", &kind, &run.phys, &run.len) == 3) {
		if (kind >= SAMPLE_KINDS || run.len % 8 || !mmx_array_add(&s->targets[kind], run))
			abort();
		if (kind >= s->kinds)
			s->kinds = kind + 1;
	}
	fclose(file);
}

/** sample_load() - a sample by the name that its files begin with */
static inline void sample_load(struct sample *s, const char *name)
{
	char path[4096];
	const char *paths[] = {path};
	struct mmx_err err;

	snprintf(path, sizeof(path), "%s.vmcore", name);
	s->image = mmx_open_dump(paths, 1, MMX_BACKEND_ANY, &err);
	if (!s->image) {
		fprintf(stderr, "%s: %s\n", path, err.text);
		abort();
	}
	s->vmcoreinfo = strdup(s->image->vmcoreinfo);
	sample_read_bytes(s);
	snprintf(path, sizeof(path), "%s.targets", name);
	sample_read_targets(s, path);
}

/* Damaging */

/* The word that a kind, a run and a place in it stand for, as parts of 65536. The last kind is VMCOREINFO. */
static inline uint8_t *sample_word(const struct sample *s, unsigned int kind, uint16_t run,
				   uint16_t at)
{
	const struct sample_targets *targets = &s->targets[kind % (s->kinds + 1)];
	const struct sample_run *chosen;

	if (!targets->n)
		return (uint8_t *)s->vmcoreinfo + (s->image->vmcoreinfo_len - 8) * at / 65536;
	chosen = &targets->v[targets->n * run / 65536];
	return sample_at(s, chosen->phys) + chosen->len / 8 * at / 65536 * 8;
}

static inline void sample_put(struct sample *s, uint8_t *at, uint64_t value)
{
	if (s->damages == 2 * SAMPLE_DAMAGES)
		return;
	s->undo[s->damages++] = (struct sample_undo){at, mmx_le64(at)};
	memcpy(at, &value, sizeof(value));
}

/** sample_mend() - everything as it was */
static inline void sample_mend(struct sample *s)
{
	while (s->damages) {
		const struct sample_undo *undo = &s->undo[--s->damages];

		memcpy(undo->at, &undo->before, sizeof(undo->before));
	}
	s->n_left_out = 0;
}

/** sample_leave_out() - the page of a word is not in the next image */
static inline void sample_leave_out(struct sample *s, const uint8_t *at)
{
	size_t offset = at - s->bytes, i = 0;

	if (offset >= mmx_ranges_total(&s->image->present) || s->n_left_out == SAMPLE_LEFT)
		return;
	while (i + 1 < s->image->present.n && s->offset[i + 1] <= offset)
		i++;
	offset -= s->offset[i];
	s->left_out[s->n_left_out++] =
		s->image->present.v[i].start + offset / SAMPLE_PAGE * SAMPLE_PAGE;
}

/* An image of it */

static inline void *sample_reader_new(struct mmx_image *image, struct mmx_err *err)
{
	(void)err;
	return image->priv;
}

static inline void sample_reader_free(void *reader)
{
	(void)reader;
}

static inline enum mmx_read sample_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	memcpy(buf, sample_at(reader, phys), len);
	return MMX_READ_OK;
}

static inline void sample_close(struct mmx_image *image)
{
	(void)image;
}

/* A range, but for the pages that are left out. */
static inline bool sample_add_present(const struct sample *s, struct mmx_ranges *present,
				      struct mmx_range r)
{
	for (unsigned int i = 0; i < s->n_left_out; i++) {
		uint64_t page = s->left_out[i];

		if (page < r.start || page >= r.end)
			continue;
		return sample_add_present(s, present, (struct mmx_range){r.start, page}) &&
		       sample_add_present(s, present,
					  (struct mmx_range){page + SAMPLE_PAGE, r.end});
	}
	return r.start >= r.end || mmx_ranges_add(present, r.start, r.end);
}

/** sample_image() - an image of the sample as it is now, for whoever closes it */
static inline struct mmx_image *sample_image(struct sample *s)
{
	static const struct mmx_image_ops ops = {
		.name = "sample",
		.reader_new = sample_reader_new,
		.reader_free = sample_reader_free,
		.read = sample_read,
		.close = sample_close,
	};
	struct mmx_image *image = malloc(sizeof(*image));
	bool ok = image;

	if (!ok)
		abort();
	*image = *s->image;
	image->ops = &ops;
	image->priv = s;
	image->notice = NULL;
	image->vmcoreinfo = strdup(s->vmcoreinfo);
	image->present = image->ram = (struct mmx_ranges){0};
	mmx_for_each_range (r, &s->image->present)
		ok = ok && sample_add_present(s, &image->present, *r);
	mmx_for_each_range (r, &s->image->ram)
		ok = ok && mmx_ranges_add(&image->ram, r->start, r->end);
	mmx_ranges_normalise(&image->present);
	mmx_ranges_normalise(&image->ram);
	if (!ok || !image->vmcoreinfo)
		abort();
	image->vmcoreinfo_len = strlen(image->vmcoreinfo);
	return image;
}

#endif
