// SPDX-License-Identifier: GPL-2.0-or-later
/* VMCOREINFO of any bytes: as a note, and lying in memory at the start of a page. */
#include <stdio.h>

#include "../fake_memory.h"
#include "kernel/vmcoreinfo.h"

#define MEMORY (64u << 10)
#define PLACE  0x1000u

static void ask(const struct mmx_vmcoreinfo *vi)
{
	char name[300];
	uint64_t u;
	int64_t n;

	for (size_t i = 0; i < vi->n; i++) {
		const char *line = vi->v[i].name;
		const char *open = strchr(line, '(');

		if (mmx_vmcoreinfo_text(vi, line) != vi->v[i].value)
			abort();
		mmx_vmcoreinfo_hex(vi, line, &u);
		snprintf(name, sizeof(name), "%s", open ? open + 1 : line);
		name[strcspn(name, ")")] = 0;
		mmx_vmcoreinfo_symbol(vi, name, &u);
		mmx_vmcoreinfo_number(vi, name, &n);
		mmx_vmcoreinfo_size(vi, name, &u);
		mmx_vmcoreinfo_offset(vi, name, &u);
		mmx_vmcoreinfo_length(vi, name, &u);
	}
}

static void scan(const uint8_t *data, size_t size)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	struct mmx_vmcoreinfo vi;
	uint64_t at;

	memcpy(m->bytes + PLACE, data, size < MEMORY - PLACE ? size : MEMORY - PLACE);
	if (!mmx_vmcoreinfo_scan(&vi, m->view->reader, 0, &at, NULL))
		ask(&vi);
	mmx_vmcoreinfo_free(&vi);
	fake_memory_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mmx_vmcoreinfo vi;

	if (!mmx_vmcoreinfo_parse(&vi, (const char *)data, size, NULL))
		ask(&vi);
	mmx_vmcoreinfo_free(&vi);
	scan(data, size);
	return 0;
}
