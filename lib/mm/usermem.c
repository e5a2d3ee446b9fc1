// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/usermem.h"

int mmx_user_phys(struct mmx_view *view, int32_t pid, uint64_t addr, uint64_t *phys,
		  struct mmx_err *err)
{
	(void)view;
	(void)pid;
	(void)addr;
	(void)phys;
	return mmx_fail(err, MMX_EMISSING, "user addresses are not there yet");
}
