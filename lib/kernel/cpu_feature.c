// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"
#include "kernel/cpu_feature.h"
#include "kernel/kernel.h"
#include "kernel/member.h"

int mmx_cpu_feature(struct mmx_view *view, unsigned int feature, bool *has, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_cpuinfo_x86_x86_capability};
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char word[4];
	uint64_t cpu;

	if (mmx_layout_require(l, need, 1, err))
		return -1;
	if (!mmx_symbol_addr(&view->kernel->symbols, "boot_cpu_data", &cpu))
		return mmx_fail(err, MMX_EMISSING, "symbol boot_cpu_data is needed");
	cpu += mmx_off(l, M_cpuinfo_x86_x86_capability) + feature / 32 * 4;
	if (mmx_kread_ok(view, cpu, word, sizeof(word), "boot_cpu_data", err))
		return -1;
	*has = mmx_le32(word) >> feature % 32 & 1;
	return 0;
}
