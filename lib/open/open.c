// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "mm/mem.h"
#include "mm/frames/page_check.h"
#include "open/open.h"

/* What the kernel's memory is; each step rests on those before it. */
static void find_memory(struct mmx_kernel *k)
{
	mmx_sparse_find(k);
	mmx_vmemmap_find(k);
	mmx_kernel_drop_refuted(k);
	mmx_zones_find(k);
	mmx_online_find(k);
	mmx_flags_find(k);
	mmx_pages_find(k);
}

struct mmx_kernel *mmx_open(struct mmx_image *image, const struct mmx_open_options *options,
			    struct mmx_err *err)
{
	static const struct mmx_open_options nothing;
	struct mmx_mem *mem = calloc(1, sizeof(*mem));

	if (!mem) {
		mmx_image_close(image);
		mmx_fail_nomem(err);
		return NULL;
	}
	mem->knowledge = mmx_knowledge_new(err);
	if (mmx_kernel_init(&mem->kernel, image, options ? options : &nothing, err) ||
	    !mem->knowledge) {
		mmx_close(&mem->kernel);
		return NULL;
	}
	find_memory(&mem->kernel);
	return &mem->kernel;
}

/*
 * An image without a byte.
 */

static void *nothing_reader(struct mmx_image *image, struct mmx_err *err)
{
	(void)err;
	return image;
}

static void nothing_free(void *reader)
{
	(void)reader;
}

static enum mmx_read nothing_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	(void)reader;
	(void)phys;
	(void)buf;
	(void)len;
	return MMX_READ_ABSENT;
}

struct mmx_kernel *mmx_open_nothing(struct mmx_err *err)
{
	static const struct mmx_image_ops nothing = {
		.name = "nothing",
		.reader_new = nothing_reader,
		.reader_free = nothing_free,
		.read = nothing_read,
	};
	struct mmx_mem *mem = calloc(1, sizeof(*mem));
	struct mmx_image *image = calloc(1, sizeof(*image));

	if (!mem || !image) {
		free(image);
		free(mem);
		mmx_fail_nomem(err);
		return NULL;
	}
	image->ops = &nothing;
	mem->kernel.image = image;
	mem->kernel.jobs = 1;
	mem->knowledge = mmx_knowledge_new(err);
	mem->kernel.view = mmx_view_new(&mem->kernel, err);
	if (mem->knowledge && mem->kernel.view)
		return &mem->kernel;
	mmx_close(&mem->kernel);
	return NULL;
}

void mmx_close(struct mmx_kernel *kernel)
{
	struct mmx_mem *mem;

	if (!kernel)
		return;
	mem = mmx_mem(kernel);
	mmx_knowledge_free(mem->knowledge);
	mmx_zones_free(&mem->zones);
	mmx_vmemmap_free(&mem->vmemmap);
	mmx_sparse_free(&mem->sparse);
	mmx_kernel_fini(&mem->kernel);
	free(mem);
}
