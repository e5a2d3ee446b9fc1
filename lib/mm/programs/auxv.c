// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/programs/auxv.h"

#define TYPES_END 0x100 /* above all types that there are */

struct type {
	uint8_t type;
	const char *name, *words;
};

static const struct type types[] = {
	{2, "EXECFD", "descriptor of the program"},
	{MMX_AT_PHDR, "PHDR", "program headers"},
	{MMX_AT_PHENT, "PHENT", "bytes of one of them"},
	{MMX_AT_PHNUM, "PHNUM", "how many"},
	{MMX_AT_PAGESZ, "PAGESZ", "bytes of a page"},
	{MMX_AT_BASE, "BASE", "where the interpreter is; 0: without one"},
	{8, "FLAGS", "flags"},
	{MMX_AT_ENTRY, "ENTRY", "where the program begins"},
	{11, "UID", "user"},
	{12, "EUID", "effective user"},
	{13, "GID", "group"},
	{14, "EGID", "effective group"},
	{MMX_AT_PLATFORM, "PLATFORM", "name of the processor's kind"},
	{16, "HWCAP", "features of the processor"},
	{17, "CLKTCK", "ticks of times() in a second"},
	{23, "SECURE", "1: the program has rights that its user has not"},
	{MMX_AT_BASE_PLATFORM, "BASE_PLATFORM", "name of the real processor's kind"},
	{25, "RANDOM", "where 16 random bytes are"},
	{26, "HWCAP2", "more features"},
	{27, "RSEQ_FEATURE_SIZE", "bytes of struct rseq"},
	{28, "RSEQ_ALIGN", "and its alignment"},
	{29, "HWCAP3", "more features"},
	{30, "HWCAP4", "more features"},
	{MMX_AT_EXECFN, "EXECFN", "path that was started"},
	{32, "SYSINFO", "entry of system calls"},
	{MMX_AT_SYSINFO_EHDR, "SYSINFO_EHDR", "the vDSO"},
	{51, "MINSIGSTKSZ", "least bytes of a signal's stack"},
};

const char *mmx_auxv_name(uint64_t type, const char **words)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (types[i].type == type) {
			*words = types[i].words;
			return types[i].name;
		}
	}
	return NULL;
}

int mmx_auxv_bytes(struct mmx_view *view, uint64_t mm, unsigned char bytes[MMX_AUXV_BYTES],
		   size_t *size, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mm_struct_saved_auxv};
	const struct mmx_layout *l = &view->kernel->layout;

	if (mmx_layout_require(l, need, 1, err))
		return -1;
	*size = l->member[M_mm_struct_saved_auxv].m.size;
	*size = *size < MMX_AUXV_BYTES ? *size : MMX_AUXV_BYTES;
	return mmx_kread_ok(view, mm + mmx_off(l, M_mm_struct_saved_auxv), bytes, *size,
			    "mm_struct.saved_auxv", err);
}

/* With words of that size; false when they make no vector: types too high, no end, not this machine's pages. */
static bool parse(struct mmx_auxv *auxv, const unsigned char *bytes, size_t size, unsigned int word,
		  unsigned int page_shift)
{
	uint64_t page;

	auxv->is_32 = word == 4;
	for (auxv->n = 0; (auxv->n + 1) * 2 * word <= size && auxv->n < MMX_AUXV_MAX; auxv->n++) {
		struct mmx_auxv_pair *pair = &auxv->v[auxv->n];

		pair->type = mmx_le(bytes + auxv->n * 2 * word, word);
		pair->value = mmx_le(bytes + auxv->n * 2 * word + word, word);
		if (!pair->type)
			return mmx_auxv_has(auxv, MMX_AT_PAGESZ, &page) && page == 1U << page_shift;
		if (pair->type >= TYPES_END)
			return false;
	}
	return false;
}

int mmx_auxv_read(struct mmx_auxv *auxv, struct mmx_view *view, uint64_t mm, struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	unsigned char bytes[MMX_AUXV_BYTES];
	bool any = false;
	size_t size;

	if (mmx_auxv_bytes(view, mm, bytes, &size, err))
		return -1;
	for (size_t i = 0; i < size; i++)
		any |= bytes[i];
	if (!any || parse(auxv, bytes, size, 8, shift) || parse(auxv, bytes, size, 4, shift)) {
		auxv->n = any ? auxv->n : 0;
		return 0;
	}
	auxv->n = 0;
	return mmx_fail(err, MMX_ECORRUPT,
			"saved_auxv of mm_struct 0x%llx is no auxiliary vector, of 64 bits or 32",
			(unsigned long long)mm);
}

bool mmx_auxv_has(const struct mmx_auxv *auxv, uint64_t type, uint64_t *value)
{
	for (unsigned int i = 0; i < auxv->n; i++) {
		if (auxv->v[i].type == type) {
			*value = auxv->v[i].value;
			return true;
		}
	}
	return false;
}
