// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel has found its processors to have, and left switched on. */
#ifndef MMX_KERNEL_CPU_FEATURE_H
#define MMX_KERNEL_CPU_FEATURE_H

#include <stdbool.h>

#include "base/err.h"

struct mmx_view;

/*
 * Words of boot_cpu_data's capabilities that are as the processor's own registers have them, and so have not moved; the
 * kernel's own words get other bits with every release, and have no place here.
 */
#define MMX_CPU_PCID  (4 * 32 + 17) /* CPUID 1, ECX */
#define MMX_CPU_OSPKE (16 * 32 + 4) /* CPUID 7, ECX */

/** mmx_cpu_feature() - whether the kernel counts on a feature: MMX_CPU_*; -1 when that is not known */
int mmx_cpu_feature(struct mmx_view *view, unsigned int feature, bool *has, struct mmx_err *err);

#endif
