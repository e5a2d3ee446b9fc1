// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory as crash reads it, a page at a time. Which pages there are only reading tells. crash is no
 * place for threads, so there is one reader and it is the session.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext.h"

#define PAGE           4096
#define VMCOREINFO_MAX (1u << 20)

static void *reader_new(struct mmx_image *image, struct mmx_err *err)
{
	(void)err;
	return image->priv;
}

static void reader_free(void *reader)
{
	(void)reader;
}

/* readmem() says only that it failed; what it calls says why. */
static enum mmx_read why(uint64_t phys)
{
	char byte;

	switch (pc->readmem(ACTIVE() ? pc->mfd : pc->dfd, &byte, 1, 0, phys)) {
	case PAGE_EXCLUDED:
		return MMX_READ_EXCLUDED;
	case SEEK_ERROR:
		return MMX_READ_ABSENT;
	default:
		return MMX_READ_UNREADABLE;
	}
}

static enum mmx_read read_phys(void *reader, uint64_t phys, void *buf, size_t len)
{
	for (size_t done = 0, n; done < len; done += n) {
		n = PAGE - (phys + done) % PAGE;
		if (n > len - done)
			n = len - done;
		if (session_cut(reader))
			return MMX_READ_UNREADABLE;
		if (!readmem(phys + done, PHYSADDR, (char *)buf + done, (long)n, "mmx",
			     RETURN_ON_ERROR | QUIET))
			return why(phys + done);
	}
	return MMX_READ_OK;
}

static const struct mmx_image_ops crash_ops = {
	.name = "crash",
	.reader_new = reader_new,
	.reader_free = reader_free,
	.read = read_phys,
};

static bool kernel_word(const char *symbol, uint64_t *word)
{
	return symbol_exists((char *)symbol) &&
	       readmem(symbol_value((char *)symbol), KVADDR, word, sizeof(*word), "mmx",
		       RETURN_ON_ERROR | QUIET);
}

/* The kernel keeps the text in its memory, and crash knows where; else the library looks for it. */
static void read_vmcoreinfo(struct mmx_image *image)
{
	uint64_t addr, len;
	char *text;

	if (!kernel_word("vmcoreinfo_data", &addr) || !kernel_word("vmcoreinfo_size", &len) ||
	    !len || len > VMCOREINFO_MAX)
		return;
	text = calloc(1, len + 1);
	if (!text)
		return;
	if (!readmem(addr, KVADDR, text, (long)len, "mmx", RETURN_ON_ERROR | QUIET)) {
		free(text);
		return;
	}
	image->vmcoreinfo = text;
	image->vmcoreinfo_len = len;
	image->vmcoreinfo_from = "symbol vmcoreinfo_data, found by crash";
}

struct mmx_image *crash_image(struct session *s, struct mmx_err *err)
{
	struct mmx_image *image = calloc(1, sizeof(*image));

	if (!image) {
		mmx_fail_nomem(err);
		return NULL;
	}
	image->ops = &crash_ops;
	image->priv = s;
	image->live = ACTIVE();
	snprintf(image->format, sizeof(image->format), "%s opened by crash %s",
		 image->live ? "running kernel" : "dump", build_version);
	snprintf(image->machine, sizeof(image->machine), "%s",
		 STREQ(pc->machine_type, "X86_64") ? "x86_64" : pc->machine_type);
	if (*diskdump_flags & ZERO_EXCLUDED &&
	    mmx_image_note(image, err, "crash was told to read what is excluded as zeros")) {
		mmx_image_close(image);
		return NULL;
	}
	read_vmcoreinfo(image);
	return image;
}
