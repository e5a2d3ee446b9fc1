// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An image is where bytes come from: physical memory, each page of which is present, excluded by
 * a filter, absent (no memory there), or unreadable. One backend a file. Everything above this
 * layer asks for physical addresses and never knows which format answers.
 *
 * To add a backend: fill a struct mmx_image_ops, write a function that opens it and fills the
 * rest of struct mmx_image, and offer it in the front end's table of backends.
 */
#ifndef MMX_IMAGE_IMAGE_H
#define MMX_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/err.h"
#include "base/range.h"

/** enum mmx_read - what became of a read; anything but MMX_READ_OK leaves no value */
enum mmx_read {
	MMX_READ_OK = 0,
	MMX_READ_EXCLUDED,   /* memory that a filter left out of the dump */
	MMX_READ_ABSENT,     /* no memory at that address, as far as the dump tells */
	MMX_READ_UNREADABLE, /* it should be there, and reading it failed */
	MMX_READ_UNMAPPED,   /* a virtual address that no page table maps */
};

struct mmx_image;

/**
 * struct mmx_image_ops - what a backend does
 * @name: for messages: "libkdumpfile", "/proc/kcore", "crash"
 * @reader_new: a handle with which one thread may read; NULL and @err when that fails
 * @reader_free: releases it
 * @read: reads physical bytes that all lie in one present range of the image
 * @read_alone: the same where nobody will ask for what lies beside them; or NULL
 * @moved: of a running kernel: whether memory lies elsewhere than when it was opened; or NULL
 * @close: releases what opening made, behind image->priv
 */
struct mmx_image_ops {
	const char *name;
	void *(*reader_new)(struct mmx_image *image, struct mmx_err *err);
	void (*reader_free)(void *reader);
	enum mmx_read (*read)(void *reader, uint64_t phys, void *buf, size_t len);
	enum mmx_read (*read_alone)(void *reader, uint64_t phys, void *buf, size_t len);
	bool (*moved)(struct mmx_image *image);
	void (*close)(struct mmx_image *image);
};

/**
 * struct mmx_registers - of a CPU, as whoever ran the machine saw them: QEMU's notes
 * @gs: the base in force, and the one that swapgs brings: one of the two is where the kernel has the CPU's own memory
 */
struct mmx_registers {
	uint64_t cr3, cr4;
	uint64_t gs[2];
};

/**
 * struct mmx_image - one open dump or live kernel
 * @format: what the backend found, for people: "ELF dump", "compressed kdump (zlib)"
 * @machine: the architecture as uname -m prints it; only "x86_64" is ever opened so far
 * @notice: something the user should know about how it was opened, or NULL
 * @live: contents move while being read
 * @presence_known: @present tells which pages can be read; without it only reading tells
 * @present: physical bytes whose contents are there
 * @ram: physical bytes that were memory when the dump was made, present or excluded; empty
 *       when the format does not say
 * @vmcoreinfo: the VMCOREINFO text, NUL-terminated, or NULL when the format carries none
 * @vmcoreinfo_from: where that text was, for people; NULL for a note in the dump
 * @registers: of CPUs, in no order that a kernel need share; none where the format has none
 * @stop, @stop_arg: whether what is being done is to end, or NULL. A front end that lets its user
 *                   interrupt a command sets it; it is asked in any thread, and costs next to nothing
 */
struct mmx_image {
	const struct mmx_image_ops *ops;
	void *priv;
	char format[80];
	char machine[16];
	char *notice;
	bool live;
	bool presence_known;
	struct mmx_ranges present;
	struct mmx_ranges ram;
	char *vmcoreinfo;
	size_t vmcoreinfo_len;
	const char *vmcoreinfo_from;
	struct {
		MMX_ARRAY(struct mmx_registers);
	} registers;
	bool (*stop)(void *arg);
	void *stop_arg;
};

/** struct mmx_reader - one thread's way to read an image */
struct mmx_reader {
	struct mmx_image *image;
	void *handle;
	uint64_t present; /* mmx_memory_present() once it was asked; 0 before */
};

struct mmx_reader *mmx_reader_new(struct mmx_image *image, struct mmx_err *err);
void mmx_reader_free(struct mmx_reader *reader);

/**
 * mmx_stopped() - whether what is being done is to end
 * From then on every read fails, so that whatever is going on comes to its end by itself and nothing
 * is left half-way; what it says by then is worth nothing. Long walks ask between their steps.
 */
static inline bool mmx_stopped(const struct mmx_image *image)
{
	return image->stop && image->stop(image->stop_arg);
}

/**
 * mmx_phys_presence() - how the page at a physical address stands, without reading it
 * Returns MMX_READ_OK (present or, where the backend cannot tell, perhaps present),
 * MMX_READ_EXCLUDED or MMX_READ_ABSENT.
 */
enum mmx_read mmx_phys_presence(const struct mmx_image *image, uint64_t phys);

/**
 * mmx_phys_read() - read physical memory
 * All of it or nothing: the first byte that cannot be read decides the result, and @buf is then
 * undefined. Any length; crosses from one present range into the next where they touch.
 */
enum mmx_read mmx_phys_read(struct mmx_reader *reader, uint64_t phys, void *buf, size_t len);

/** mmx_phys_read_alone() - the same of a word here and a word there, with nothing read beside it */
enum mmx_read mmx_phys_read_alone(struct mmx_reader *reader, uint64_t phys, void *buf, size_t len);

/**
 * mmx_memory_present() - how many bytes of memory are present
 * Summed up once: a dump may have as many ranges as pages, and this bounds every walk.
 */
uint64_t mmx_memory_present(struct mmx_reader *reader);

/**
 * mmx_image_moved() - whether memory was plugged in or taken away since the image was opened
 * What is read from then on need not be what was asked for: /proc/kcore has all memory at other places.
 */
bool mmx_image_moved(struct mmx_image *image);

/** mmx_image_note_live() - the notice that memory changes while it is read; -1 without memory */
int mmx_image_note_live(struct mmx_image *image, struct mmx_err *err);

/** mmx_image_note() - add a sentence to image->notice; -1 without memory */
int mmx_image_note(struct mmx_image *image, struct mmx_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** mmx_image_close() - close the image and free it; readers must be gone already */
void mmx_image_close(struct mmx_image *image);

/** mmx_read_name() - "excluded", "absent", "unreadable", ... for messages */
const char *mmx_read_name(enum mmx_read r);

/**
 * mmx_read_code() - the error that a pointer makes when what it points to was not read
 * What a filter left out is absent; a pointer to where nothing is mapped contradicts the dump.
 */
static inline enum mmx_code mmx_read_code(enum mmx_read r)
{
	return r == MMX_READ_UNMAPPED ? MMX_ECORRUPT : MMX_EABSENT;
}

/** enum mmx_backend - who reads the dump's format */
enum mmx_backend {
	MMX_BACKEND_ANY,       /* mmx itself where it can, and else libkdumpfile */
	MMX_BACKEND_OWN,       /* mmx itself: ELF, compressed kdumps */
	MMX_BACKEND_KDUMPFILE, /* libkdumpfile, as good as it can: docs/libkdumpfile.md */
};

/**
 * mmx_open_dump() - open any dump: ELF, what libkdumpfile reads, or a flattened form of either
 * @paths: one file, or the parts of a split dump in any order
 */
struct mmx_image *mmx_open_dump(const char *const *paths, size_t n, enum mmx_backend backend,
				struct mmx_err *err);

/** mmx_open_kcore() - open the running kernel's memory; @path is /proc/kcore but for tests */
struct mmx_image *mmx_open_kcore(const char *path, struct mmx_err *err);

#endif
