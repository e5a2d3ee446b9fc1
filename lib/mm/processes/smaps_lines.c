// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/cpu_feature.h"
#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/processes/smaps_lines.h"

enum { KSM, THP_NARROW, KEY, TEXTS };

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
	return *text[KEY].text ? mmx_cpu_feature(view, MMX_CPU_OSPKE, &lines->keys, err) : 0;
}

void mmx_smaps_lines_free(struct mmx_smaps_lines *lines)
{
	(void)lines;
}
