// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"
#include "kernel/member.h"
#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/processes/smaps_lines.h"

enum { KSM, THP_NARROW, KEY, TEXTS };

/* The processor's keys, as the kernel has found and switched them on: a bit of its words of capabilities. */
#define OSPKE_WORD 16
#define OSPKE_BIT  4

static int has_keys(struct mmx_view *view, bool *has, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char word[4];
	uint64_t cpu;

	if (!mmx_has(l, M_cpuinfo_x86_x86_capability) ||
	    !mmx_symbol_addr(&view->kernel->symbols, "boot_cpu_data", &cpu))
		return mmx_fail(
			err, MMX_EMISSING,
			"boot_cpu_data tells whether the processor has protection keys, and "
			"it is not known");
	cpu += mmx_off(l, M_cpuinfo_x86_x86_capability) + OSPKE_WORD * 4;
	if (mmx_kread_ok(view, cpu, word, sizeof(word), "boot_cpu_data", err))
		return -1;
	*has = mmx_le32(word) >> OSPKE_BIT & 1;
	return 0;
}

int mmx_smaps_lines_find(struct mmx_smaps_lines *lines, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_text text[TEXTS] = {
		[KSM] = {.begins = " kB\nKSM:            "},
		[THP_NARROW] = {.begins = "THPeligible:    %d\n"},
		[KEY] = {.begins = "ProtectionKey:  %8u\n"},
	};

	if (mmx_texts_find(view, text, TEXTS, err))
		return -1;
	lines->ksm = *text[KSM].text;
	lines->thp_narrow = *text[THP_NARROW].text;
	return *text[KEY].text ? has_keys(view, &lines->keys, err) : 0;
}

void mmx_smaps_lines_free(struct mmx_smaps_lines *lines)
{
	(void)lines;
}
