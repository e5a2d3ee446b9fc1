// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/jiffies.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/moments/boot.h"
#include "mm/processes/task.h"

static const struct {
	const char *words;
	bool unique;
} evidence[MMX_BOOT_EVIDENCES] = {
#define EVIDENCE(id, words, unique) {words, unique},
	MMX_BOOT_EVIDENCE(EVIDENCE)
#undef EVIDENCE
};

const char *mmx_boot_words(unsigned int i)
{
	return i < MMX_BOOT_EVIDENCES ? evidence[i].words : NULL;
}

/* It is made when somebody first asks for it: until then it is zeros. */
static void read_boot_id(char text[MMX_BOOT_TEXT], struct mmx_view *view)
{
	static const unsigned char nothing[16];
	unsigned char id[16];
	uint64_t at;
	int n = 0;

	if (!mmx_symbol_addr(&view->kernel->symbols, "sysctl_bootid", &at) ||
	    mmx_kread(view, at, id, sizeof(id)) || !memcmp(id, nothing, sizeof(id)))
		return;
	for (unsigned int i = 0; i < sizeof(id); i++)
		n += snprintf(text + n, MMX_BOOT_TEXT - (size_t)n, "%s%02x",
			      i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
}

/* PIDs 1 and 2 live as long as the kernel does. */
static void read_start(char text[MMX_BOOT_TEXT], struct mmx_view *view, int32_t pid)
{
	const struct mmx_task *task = mmx_task_find(mmx_know_tasks(view), pid);
	uint64_t start;

	if (task && !mmx_kread_member(view, task->addr, M_task_struct_start_boottime, &start) &&
	    start)
		snprintf(text, MMX_BOOT_TEXT, "%" PRIu64, start);
}

void mmx_boot_read(struct mmx_boot *boot, struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_jiffies jiffies;
	struct mmx_err err;

	memset(boot, 0, sizeof(*boot));
	snprintf(boot->text[MMX_BOOT_RELEASE], MMX_BOOT_TEXT, "%s", k->release);
	snprintf(boot->text[MMX_BOOT_BUILD], MMX_BOOT_TEXT, "%s", k->build_id);
	snprintf(boot->text[MMX_BOOT_SLIDE], MMX_BOOT_TEXT, "0x%" PRIx64, k->kaslr_offset);
	if (k->direct_map.va_end)
		snprintf(boot->text[MMX_BOOT_DIRECT_MAP], MMX_BOOT_TEXT, "0x%" PRIx64,
			 k->direct_map.va_start);
	read_boot_id(boot->text[MMX_BOOT_BOOT_ID], view);
	read_start(boot->text[MMX_BOOT_FIRST_PROCESS], view, 1);
	read_start(boot->text[MMX_BOOT_KTHREADD], view, 2);
	if (!mmx_jiffies_read(&jiffies, view, &err)) {
		boot->jiffies = jiffies.now;
		boot->tick_ns = jiffies.tick_ns;
	}
}

enum mmx_same_boot mmx_boots_compare(const struct mmx_boot *a, const struct mmx_boot *b,
				     enum mmx_boot_evidence *by)
{
	enum mmx_same_boot same = MMX_BOOT_UNKNOWN;

	*by = 0;
	for (unsigned int i = 0; i < MMX_BOOT_EVIDENCES; i++) {
		if (!*a->text[i] || !*b->text[i])
			continue;
		if (strcmp(a->text[i], b->text[i])) {
			*by = i;
			return MMX_BOOT_OTHER;
		}
		if (evidence[i].unique && same == MMX_BOOT_UNKNOWN) {
			same = MMX_BOOT_SAME;
			*by = i;
		}
	}
	return same;
}

bool mmx_boot_elapsed(const struct mmx_boot *a, const struct mmx_boot *b, int64_t *ns)
{
	if (!a->tick_ns || a->tick_ns != b->tick_ns)
		return false;
	return !__builtin_mul_overflow((int64_t)(b->jiffies - a->jiffies), (int64_t)a->tick_ns, ns);
}
