// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/kcore: an ELF dump whose segments are not all memory. */
#include <fcntl.h>

#include "make_elf.h"
#include "make_kdump.h"

static struct mmx_image *open_kcore(const struct bytes *b, struct mmx_err *err)
{
	struct file f = save(b, b->n);
	struct mmx_image *image;

	*err = (struct mmx_err){0};
	image = mmx_open_kcore(f.path, err);
	unlink(f.path);
	return image;
}

static void kcore_is_memory_and_nothing_else(void)
{
	static const struct segment seg[] = {
		{UINT64_MAX, 0x2000, 0x2000}, /* vmalloc */
		{0x3000, 0x1000, 0x1000},     /* kernel text */
		{UINT64_MAX, 0x1000, 0x1000}, /* vmemmap */
		{0x1000, 0x8000, 0x8000},     {0x100000, 0x4000, 0x4000},
	};
	struct bytes b = make_elf(EM_X86_64, seg, ARRAY_SIZE(seg));
	struct mmx_err err;
	struct mmx_image *image = open_kcore(&b, &err);

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(image->live && image->notice && strstr(image->notice, "live and inconsistent"), "%s",
	      image->notice);
	CHECK(RANGES_ARE(&image->present, {0x1000, 0x9000}, {0x100000, 0x104000}), "%zu ranges",
	      image->present.n);
	CHECK(reads_right(image, 0x1000, 0x8000), "memory");
	CHECK(reads_right(image, 0x103ffc, 4), "the end of memory");
	CHECK(outcome(image, 0x9000, 1) == MMX_READ_ABSENT, "a hole");
	CHECK(image->vmcoreinfo && !strcmp(image->vmcoreinfo, vmcoreinfo), "\"%s\"",
	      image->vmcoreinfo);
	CHECK(!strcmp(image->ops->name, "/proc/kcore"), "%s", image->ops->name);
	mmx_image_close(image);

	/* The kernel's word on sizes is taken; a read that then fails says so. */
	b.n -= 0x1000;
	image = open_kcore(&b, &err);
	CHECK(image && mmx_ranges_total(&image->present) == 0xc000, "%s", err.text);
	CHECK(image && outcome(image, 0x103000, 8) == MMX_READ_UNREADABLE, "read");
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void memory_that_is_plugged_in_is_noticed(void)
{
	static const struct segment seg[] = {{0x1000, 0x8000, 0x8000}, {0x100000, 0x4000, 0x4000}};
	struct bytes b = make_elf(EM_X86_64, seg, ARRAY_SIZE(seg));
	Elf64_Phdr *load = (Elf64_Phdr *)(b.v + sizeof(Elf64_Ehdr));
	struct file f = save(&b, b.n);
	struct mmx_err err;
	struct mmx_image *image = mmx_open_kcore(f.path, &err);
	int fd = open(f.path, O_WRONLY);

	CHECK(image && !mmx_image_moved(image), "%s", err.text);
	load->p_offset = htole64(le64toh(load->p_offset) + 0x1000);
	CHECK(pwrite(fd, b.v, b.n, 0) == (ssize_t)b.n, "write");
	CHECK(image && mmx_image_moved(image), "not noticed");
	close(fd);
	unlink(f.path);
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void what_is_no_kcore_is_refused(void)
{
	struct bytes b = make_kdump(&small);
	struct mmx_err err;

	CHECK(!open_kcore(&b, &err) && err.code == MMX_ENOTDUMP, "%d: %s", err.code, err.text);
	b.n = 0;
	CHECK(!open_kcore(&b, &err) && err.code == MMX_EIO, "%d: %s", err.code, err.text);
	CHECK(!mmx_open_kcore("/nonexistent/kcore", &err) && err.code == MMX_EIO, "%s", err.text);
	CHECK(!mmx_open_kcore("/tmp", &err) && err.code == MMX_EIO, "%s", err.text);
	mmx_array_free(&b);
	b = make_elf(EM_AARCH64, plain, 4);
	CHECK(!open_kcore(&b, &err) && strstr(err.text, "x86_64"), "%s", err.text);
	mmx_array_free(&b);
}

int main(void)
{
	RUN(kcore_is_memory_and_nothing_else);
	RUN(memory_that_is_plugged_in_is_noticed);
	RUN(what_is_no_kcore_is_refused);
	return unit_end();
}
