// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a fault would do: the verdict on an access that user mode would make to an address, as the kernel's own
 * fault handlers would come to it (do_user_addr_fault(), handle_mm_fault() and what these call). It is of the
 * moment of the dump, and holds as long as memory can be had: out of memory is nowhere considered.
 */
#ifndef MMX_MM_FAULT_H
#define MMX_MM_FAULT_H

#include "mm/processes/fault_site.h"

enum mmx_access { MMX_ACCESS_READ, MMX_ACCESS_WRITE, MMX_ACCESS_EXECUTE, MMX_ACCESSES };

/* "read", "write", "execute" */
const char *mmx_access_word(unsigned int access);

/* FAULT(entry, "word"): what comes of it, the signals last */
#define MMX_FAULTS(FAULT)                            \
	FAULT(NONE, "no fault")                      \
	FAULT(ZERO_PAGE, "zero page")                \
	FAULT(DEMAND_ZERO, "demand-zero")            \
	FAULT(CACHED, "file page, cached")           \
	FAULT(READ, "file page, to be read")         \
	FAULT(SWAP_CACHED, "swap in, still cached")  \
	FAULT(SWAP_IN, "swap in")                    \
	FAULT(COPY, "copy on write")                 \
	FAULT(COPY_OR_TAKE, "copied, or taken over") \
	FAULT(TAKE, "made writable")                 \
	FAULT(SHARED_WRITE, "made writable, shared") \
	FAULT(NUMA_HINT, "NUMA hint")                \
	FAULT(SPLITTING, "waits for a split")        \
	FAULT(MIGRATION, "waits for migration")      \
	FAULT(DEVICE, "fetched from a device")       \
	FAULT(EXCLUSIVE, "back from a device")       \
	FAULT(UFFD, "userfaultfd is asked")          \
	FAULT(FUNCTION, "a function decides")        \
	FAULT(VSYSCALL, "vsyscall, emulated")        \
	FAULT(NO_VMA, "SIGSEGV: no VMA")             \
	FAULT(NO_GROWTH, "SIGSEGV: cannot grow")     \
	FAULT(NO_USER, "SIGSEGV: no user space")     \
	FAULT(PERMISSION, "SIGSEGV: permission")     \
	FAULT(GUARD, "SIGSEGV: guard")               \
	FAULT(BEYOND, "SIGBUS: behind the end")      \
	FAULT(POISON, "SIGBUS: poison")              \
	FAULT(LOST, "SIGBUS: lost")                  \
	FAULT(REAPED, "SIGBUS: reaped by OOM")       \
	FAULT(NO_PAGE, "SIGBUS: no page")            \
	FAULT(UNKNOWN, "not known")

enum mmx_fault_kind {
#define FAULT(id, word) MMX_FAULT_##id,
	MMX_FAULTS(FAULT)
#undef FAULT
		MMX_FAULT_KIND_COUNT
};

const char *mmx_fault_word(unsigned int kind);

#define MMX_FAULT_TEXT 400

/**
 * struct mmx_fault - a verdict
 * @signal, @code: what the process would get, SIGSEGV 11 or SIGBUS 7, and its si_code; 0 where it gets none
 * @grows: the VMA grows down to the address first
 * @has_pfn: @pfn is the frame that is mapped, copied from, or cached
 * @has_slot: @type and @offset are a page of a swap area
 * @text: the same in a sentence, with what it rests on
 * @why: UNKNOWN: what is not known
 */
struct mmx_fault {
	enum mmx_fault_kind kind;
	unsigned int signal;
	int code;
	bool grows, has_pfn, has_slot;
	uint64_t pfn, offset;
	unsigned int type;
	char text[MMX_FAULT_TEXT];
	struct mmx_err why;
};

/** mmx_fault_tell() - what an access would do there */
void mmx_fault_tell(struct mmx_fault *fault, struct mmx_view *view,
		    const struct mmx_fault_site *site, enum mmx_access access);

#endif
