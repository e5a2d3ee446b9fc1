// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of what was built into the kernel. */
#ifndef MMX_RECORDS_CONFIG_H
#define MMX_RECORDS_CONFIG_H

#include "kernel/config.h"
#include "records/record.h"

/** struct mmx_config_asked - the records' r->arg; @text: the configuration itself is shown as well */
struct mmx_config_asked {
	struct mmx_ikconfig own;
	bool text;
};

/** mmx_config_trouble() - a getter: why the configuration that is there cannot be told */
void mmx_config_trouble(struct mmx_rows *r, struct mmx_value *v);

extern const struct mmx_record mmx_record_config_options, mmx_record_config_lines;

#endif
