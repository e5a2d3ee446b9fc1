// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a file, whatever it is: what is refused, what another library reads, how reading stops. */
#include <errno.h>
#include <sys/stat.h>

#include "make_elf.h"

/* A segment of its own for the kernel's text lies in the middle of a segment of memory. */
static bool reads_left(void *arg)
{
	unsigned int *left = arg;

	return !*left || !--*left;
}

static void a_stopped_image_reads_nothing(void)
{
	struct bytes b = make_elf(EM_X86_64, plain, ARRAY_SIZE(plain));
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&b, b.n, &err);
	unsigned int left = 3;

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(!mmx_stopped(image), "stopped with nobody to say so");
	image->stop = reads_left;
	image->stop_arg = &left;
	CHECK(outcome(image, 0x1000, 8) == MMX_READ_OK, "not stopped yet");
	CHECK(!mmx_stopped(image), "not stopped yet");
	CHECK(outcome(image, 0x1000, 8) == MMX_READ_UNREADABLE, "read when stopped");
	CHECK(outcome(image, 0x9f7ff, 2) == MMX_READ_UNREADABLE, "told of presence when stopped");
	CHECK(mmx_stopped(image), "stopped");
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void put_section(struct bytes *b, size_t i, uint32_t name, uint64_t offset, uint64_t size)
{
	Elf64_Shdr sh = {.sh_name = name, .sh_offset = offset, .sh_size = size};

	put_at(b, PAGE + i * sizeof(sh), &sh, sizeof(sh));
}

static void check_own_refuses(const struct bytes *b)
{
	struct file f = save(b, b->n);
	const char *path = f.path;
	struct mmx_err err = {0};

	CHECK(!mmx_open_dump(&path, 1, MMX_BACKEND_OWN, &err), "opened by mmx itself");
	CHECK(err.code == MMX_ENOTDUMP && strstr(err.text, "backend kdumpfile"), "%d: %s", err.code,
	      err.text);
	unlink(f.path);
}

/* The dump of a Xen domain has no segments: its pages lie in one section, their numbers in another. */
static void other_formats_are_read_by_the_library(void)
{
	static const char names[] = "\0.shstrtab\0.xen_pages\0.xen_pfn";
	static const uint64_t frames[] = {5, 9};
	struct bytes b = {0};
	struct mmx_err err;
	struct mmx_image *image;

	put_ehdr(&b, EM_X86_64, 0);
	put_u64(&b, 40, PAGE); /* e_shoff, and e_shentsize, e_shnum, e_shstrndx */
	put_at(&b, 58, (uint16_t[]){sizeof(Elf64_Shdr), 4, 1}, 6);
	put_section(&b, 1, 1, 2 * PAGE, sizeof(names));
	put_section(&b, 2, 11, 4 * PAGE, 2 * PAGE);
	put_section(&b, 3, 22, 3 * PAGE, sizeof(frames));
	put_at(&b, 2 * PAGE, names, sizeof(names));
	put_at(&b, 3 * PAGE, frames, sizeof(frames));
	put_memory(&b, 4 * PAGE, 5 * PAGE, PAGE);
	put_memory(&b, 5 * PAGE, 9 * PAGE, PAGE);
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (!image)
		return;
	CHECK(!strcmp(image->ops->name, "libkdumpfile"), "%s", image->ops->name);
	CHECK(reads_right(image, 5 * PAGE, PAGE) && reads_right(image, 9 * PAGE + 100, 200),
	      "pages that are there");
	CHECK(outcome(image, 7 * PAGE, 8) != MMX_READ_OK, "a page that is not");
	mmx_image_close(image);
	check_own_refuses(&b);
	mmx_array_free(&b);
}

static void a_backend_is_chosen(void)
{
	static const char *const names[] = {
		[MMX_BACKEND_ANY] = "ELF",
		[MMX_BACKEND_OWN] = "ELF",
		[MMX_BACKEND_KDUMPFILE] = "libkdumpfile",
	};
	struct bytes b = make_elf(EM_X86_64, plain, 4);
	struct file f = save(&b, b.n);
	const char *path = f.path;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct mmx_err err = {0};
		struct mmx_image *image = mmx_open_dump(&path, 1, i, &err);

		CHECK(image, "%s", err.text);
		if (!image)
			continue;
		CHECK(!strcmp(image->ops->name, names[i]), "%s", image->ops->name);
		CHECK(reads_right(image, 0x1000, 0x9e800), "a segment, by %s", names[i]);
		CHECK(image->vmcoreinfo, "VMCOREINFO, by %s", names[i]);
		mmx_image_close(image);
	}
	unlink(f.path);
	mmx_array_free(&b);
}

static void what_is_no_dump_is_refused(void)
{
	struct bytes b = {0};
	struct file f = save(&b, 0);

	check_path_refused(f.path, MMX_ETRUNC, "is empty");
	unlink(f.path);
	CHECK(!mkfifo(f.path, 0600), "%s", strerror(errno));
	check_path_refused(f.path, MMX_ENOTDUMP, "neither a file");
	unlink(f.path);
	check_path_refused(f.path, MMX_EIO, "No such file");
	check_path_refused("/tmp", MMX_ENOTDUMP, "directory");
	check_path_refused("/dev/zero", MMX_ENOTDUMP, "neither a file");
	check_path_refused("/proc/kcore", MMX_EUSAGE, "--live");

	put_at(&b, 0, "#!/bin/sh\necho hello\n", 21);
	check_refused(&b, b.n, MMX_ENOTDUMP, "is text");
	put_at(&b, 100000, "", 1);
	check_refused(&b, b.n, MMX_ENOTDUMP, "format");
	mmx_array_free(&b);
}

static void no_permission_is_told(void)
{
	struct bytes b = make_elf(EM_X86_64, plain, 4);
	struct file f = save(&b, b.n);
	bool root = !geteuid();
	struct mmx_err err;

	CHECK(!chmod(f.path, 0), "%s", strerror(errno));
	CHECK(!root || !seteuid(65534), "%s", strerror(errno));
	check_path_refused(f.path, MMX_EPERM, "ermission");
	CHECK(!mmx_open_kcore(f.path, &err) && err.code == MMX_EPERM, "%d: %s", err.code, err.text);
	CHECK(!root || !seteuid(0), "%s", strerror(errno));
	unlink(f.path);
	mmx_array_free(&b);
}

int main(void)
{
	RUN(a_stopped_image_reads_nothing);
	RUN(other_formats_are_read_by_the_library);
	RUN(a_backend_is_chosen);
	RUN(what_is_no_dump_is_refused);
	RUN(no_permission_is_told);
	return unit_end();
}
