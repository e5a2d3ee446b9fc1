// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kallsyms tables that were right once. The input says how they are encoded, and then spoils them, and
 * the VMCOREINFO that leads to them, byte by byte.
 */
#include "../fake_kallsyms.h"
#include "kernel/symbols.h"
#include "kernel/vmcoreinfo.h"

#define MEMORY       (64u << 10)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct fake_symbol kernel[] = {
	{0xffffffff81000000, 'T', "_stext"},
	{0xffffffff81000000, 'T', "startup_64"},
	{0xffffffff81000040, 't', "a_token_of_more_than_sixteen_characters"},
	{0xffffffff81000080, 't', "twin"},
	{0xffffffff81000100, 't', "twin"},
	{0xffffffff81800000, 'D', "init_uts_ns"},
};

/* Three bytes of input are a place, in the tables or behind them in the text, and a byte for it. */
static void spoil(struct fake_memory *m, struct fake_kallsyms *k, const uint8_t *data, size_t size)
{
	size_t text = strlen(k->vmcoreinfo);

	for (; size >= 3; data += 3, size -= 3) {
		size_t place = (data[0] | data[1] << 8) % (m->used + text);

		if (place < m->used)
			m->bytes[place] = data[2];
		else
			k->vmcoreinfo[place - m->used] = data[2];
	}
}

static void ask(struct mmx_symbols *s)
{
	char text[64], name[MMX_SYMBOL_NAME];

	if (mmx_symbols_finish(s, NULL))
		return;
	for (size_t i = 0; i < mmx_symbols_count(s); i++) {
		const struct mmx_symbol *sym = mmx_symbols_at(s, i);

		mmx_symbol_name(s, sym, name);
		if (sym->type != 'U' && !mmx_symbols_find(s, name))
			abort();
		mmx_symbol_format(s, sym->addr + 1, text, sizeof(text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	uint8_t how = size ? data[0] : 0;
	struct fake_kallsyms k = fake_kallsyms_put(m, kernel, COUNT(kernel), how % 3, how / 3 % 2);
	struct mmx_symbols s = {0};
	struct mmx_vmcoreinfo vi;

	if (size)
		spoil(m, &k, data + 1, size - 1);
	if (!mmx_vmcoreinfo_parse(&vi, k.vmcoreinfo, strlen(k.vmcoreinfo), NULL)) {
		if (!mmx_symbols_from_kallsyms(&s, m->view, &vi, NULL))
			ask(&s);
		else if (size < 4)
			abort();
	}
	mmx_symbols_free(&s);
	mmx_vmcoreinfo_free(&vi);
	fake_memory_free(m);
	return 0;
}
