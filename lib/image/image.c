// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/image.h"

struct mmx_reader *mmx_reader_new(struct mmx_image *image, struct mmx_err *err)
{
	struct mmx_reader *reader = calloc(1, sizeof(*reader));

	if (!reader) {
		mmx_fail_nomem(err);
		return NULL;
	}
	reader->image = image;
	reader->handle = image->ops->reader_new(image, err);
	if (!reader->handle) {
		free(reader);
		return NULL;
	}
	return reader;
}

void mmx_reader_free(struct mmx_reader *reader)
{
	if (!reader)
		return;
	reader->image->ops->reader_free(reader->handle);
	free(reader);
}

enum mmx_read mmx_phys_presence(const struct mmx_image *image, uint64_t phys)
{
	if (!image->presence_known || mmx_ranges_has(&image->present, phys, 1))
		return MMX_READ_OK;
	return mmx_ranges_has(&image->ram, phys, 1) ? MMX_READ_EXCLUDED : MMX_READ_ABSENT;
}

/* Whether a backend may be asked for that. */
static enum mmx_read may_read(const struct mmx_image *image, uint64_t phys, size_t len)
{
	if (mmx_stopped(image))
		return MMX_READ_UNREADABLE;
	if (phys + (len - 1) < phys)
		return MMX_READ_ABSENT;
	if (image->presence_known && !mmx_ranges_has(&image->present, phys, len)) {
		const struct mmx_range *in = mmx_ranges_find(&image->present, phys);
		uint64_t first = in && in->start <= phys ? in->end : phys;

		return mmx_phys_presence(image, first);
	}
	return MMX_READ_OK;
}

enum mmx_read mmx_phys_read(struct mmx_reader *reader, uint64_t phys, void *buf, size_t len)
{
	enum mmx_read read = len ? may_read(reader->image, phys, len) : MMX_READ_OK;

	return read || !len ? read : reader->image->ops->read(reader->handle, phys, buf, len);
}

enum mmx_read mmx_phys_read_alone(struct mmx_reader *reader, uint64_t phys, void *buf, size_t len)
{
	const struct mmx_image_ops *ops = reader->image->ops;
	enum mmx_read read = len ? may_read(reader->image, phys, len) : MMX_READ_OK;

	if (read || !len)
		return read;
	return (ops->read_alone ? ops->read_alone : ops->read)(reader->handle, phys, buf, len);
}

uint64_t mmx_memory_present(struct mmx_reader *reader)
{
	if (!reader->present)
		reader->present = mmx_ranges_total(&reader->image->present);
	return reader->present;
}

int mmx_image_note(struct mmx_image *image, struct mmx_err *err, const char *fmt, ...)
{
	char *sentence = NULL, *both = NULL;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = vasprintf(&sentence, fmt, ap);
	va_end(ap);
	if (ret < 0)
		return mmx_fail_nomem(err);
	if (!image->notice) {
		image->notice = sentence;
		return 0;
	}
	ret = asprintf(&both, "%s; %s", image->notice, sentence);
	free(sentence);
	if (ret < 0)
		return mmx_fail_nomem(err);
	free(image->notice);
	image->notice = both;
	return 0;
}

bool mmx_image_moved(struct mmx_image *image)
{
	return image->live && image->ops->moved && image->ops->moved(image);
}

int mmx_image_note_live(struct mmx_image *image, struct mmx_err *err)
{
	return mmx_image_note(image, err,
			      "live and inconsistent: the kernel runs while its memory is read, "
			      "and an answer is of more than one moment");
}

void mmx_image_close(struct mmx_image *image)
{
	if (!image)
		return;
	if (image->ops && image->ops->close)
		image->ops->close(image);
	mmx_ranges_free(&image->present);
	mmx_ranges_free(&image->ram);
	mmx_array_free(&image->registers);
	free(image->vmcoreinfo);
	free(image->notice);
	free(image);
}

const char *mmx_read_name(enum mmx_read r)
{
	static const char *const names[] = {
		[MMX_READ_OK] = "present",        [MMX_READ_EXCLUDED] = "excluded",
		[MMX_READ_ABSENT] = "absent",     [MMX_READ_UNREADABLE] = "unreadable",
		[MMX_READ_UNMAPPED] = "unmapped",
	};

	return names[r];
}
