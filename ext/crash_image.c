// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory as crash reads it, a page at a time. Which pages there are only reading tells. crash is no
 * place for threads, so there is one reader and it is the session.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ext.h"
#include "image/file.h"
#include "image/registers.h"

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

struct page {
	uint64_t phys;
	int why;
};

static void call_crash(void *arg)
{
	struct page *p = arg;
	char byte;

	p->why = pc->readmem(ACTIVE() ? pc->mfd : pc->dfd, &byte, 1, 0, p->phys);
}

/* readmem() says only that it failed; what it calls says why. */
static enum mmx_read why(struct session *s, uint64_t phys)
{
	struct page p = {.phys = phys};

	if (!session_call(s, call_crash, &p))
		return MMX_READ_UNREADABLE;
	switch (p.why) {
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
		if (!session_read(reader, phys + done, PHYSADDR, (char *)buf + done, n))
			return why(reader, phys + done);
	}
	return MMX_READ_OK;
}

static const struct mmx_image_ops crash_ops = {
	.name = "crash",
	.reader_new = reader_new,
	.reader_free = reader_free,
	.read = read_phys,
};

/*
 * The kernel keeps VMCOREINFO in its memory as the note that goes into dumps, and crash knows where.
 * (What it keeps beside it, vmcoreinfo_data, is moved out of the dump's reach by a panic.)
 */
static void read_vmcoreinfo(struct session *s, struct mmx_image *image)
{
	char *symbol = "vmcoreinfo_note", *text;
	Elf64_Nhdr note;
	uint64_t at;

	if (!symbol_exists(symbol) ||
	    !session_read(s, symbol_value(symbol), KVADDR, &at, sizeof(at)) ||
	    !session_read(s, at, KVADDR, &note, sizeof(note)) || !note.n_descsz ||
	    note.n_descsz > VMCOREINFO_MAX || note.n_namesz != sizeof("VMCOREINFO"))
		return;
	text = calloc(1, note.n_descsz + 1);
	if (!text)
		return;
	at += sizeof(note) + (note.n_namesz + 3) / 4 * 4;
	if (!session_read(s, at, KVADDR, text, note.n_descsz)) {
		free(text);
		return;
	}
	image->vmcoreinfo = text;
	image->vmcoreinfo_len = note.n_descsz;
	image->vmcoreinfo_from = "symbol vmcoreinfo_note, found by crash";
}

/* crash keeps what stands in notes to itself. */
static void read_registers(struct mmx_image *image)
{
	int fd = image->live || !pc->dumpfile ? -1 : mmx_file_open(pc->dumpfile, NULL);

	if (fd < 0)
		return;
	mmx_registers_find(image, fd, pc->dumpfile);
	close(fd);
}

static bool stop(void *session)
{
	return session_cut(session);
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
	image->stop = stop;
	image->stop_arg = s;
	snprintf(image->format, sizeof(image->format), "%s opened by crash %s",
		 image->live ? "running kernel" : "dump", build_version);
	snprintf(image->machine, sizeof(image->machine), "%s",
		 STREQ(pc->machine_type, "X86_64") ? "x86_64" : pc->machine_type);
	if ((image->live && mmx_image_note_live(image, err)) ||
	    (*diskdump_flags & ZERO_EXCLUDED &&
	     mmx_image_note(image, err, "crash was told to read what is excluded as zeros"))) {
		mmx_image_close(image);
		return NULL;
	}
	read_vmcoreinfo(s, image);
	read_registers(image);
	return image;
}
