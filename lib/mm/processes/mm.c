// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/member.h"
#include "mm/knowledge.h"
#include "mm/mem.h"
#include "mm/processes/mm.h"

/* Up to 6.15 the one for patching is poking_mm. */
static const struct {
	const char *symbol;
	bool pointer;
} kernel_mms[MMX_KERNEL_MMS] = {{"efi_mm", false}, {"poking_mm", true}, {"text_poke_mm", true}};

/* One that was never made has no root. */
static uint64_t kernel_mm(struct mmx_mms *m, size_t i)
{
	enum mmx_read read = MMX_READ_OK;
	uint64_t mm, pgd;

	if (!mmx_symbol_addr(&m->view->kernel->symbols, kernel_mms[i].symbol, &mm))
		return 0;
	if (kernel_mms[i].pointer)
		read = mmx_kread_u64(m->view, mm, &mm);
	if (read) {
		mmx_cover_failf(&m->coverage, mmx_read_code(read), "%s is %s", kernel_mms[i].symbol,
				mmx_read_name(read));
		return 0;
	}
	return mmx_kread_member(m->view, mm, M_mm_struct_pgd, &pgd) || pgd ? mm : 0;
}

/*
 * x86 keeps all roots on a list, through their struct pages. A list of none where that is not known:
 * the coverage has said so.
 */
static void begin_roots(struct mmx_mms *m)
{
	const struct mmx_kernel *k = m->view->kernel;
	struct mmx_err err;
	uint64_t head;

	m->roots = (struct mmx_list){0};
	if (mmx_fact_require(&k->facts, FACT_VMEMMAP, &err))
		mmx_cover_fail(&m->coverage, &err);
	else if (!mmx_symbol_addr(&k->symbols, "pgd_list", &head) ||
		 !mmx_has(&k->layout, M_ptdesc_pt_mm) || !mmx_has(&k->layout, M_page_lru) ||
		 !mmx_has(&k->layout, M_mm_struct_pgd))
		mmx_cover_failf(
			&m->coverage, MMX_EMISSING,
			"there may be address spaces that no task has (of KVM, vhost, AIO): without "
			"pgd_list they cannot be found");
	else
		mmx_list_begin(&m->roots, m->view, head, mmx_ranges_total(&mmx_mem(k)->sparse.pfn));
}

void mmx_mms_begin(struct mmx_mms *m, struct mmx_view *view)
{
	*m = (struct mmx_mms){.view = view, .tasks = mmx_know_tasks(view)};
	for (size_t i = 0; i < MMX_KERNEL_MMS; i++)
		m->kernel[i] = kernel_mm(m, i);
	mmx_cover_inherit(&m->coverage, &m->tasks->coverage);
	begin_roots(m);
}

static bool is_kernel(const struct mmx_mms *m, uint64_t mm)
{
	for (size_t i = 0; i < MMX_KERNEL_MMS; i++) {
		if (m->kernel[i] == mm)
			return true;
	}
	return false;
}

static bool take(struct mmx_mms *m, uint64_t mm, const char *name)
{
	m->mm = mm;
	m->name = name;
	m->users = name ? NULL : mmx_mm_users(m->tasks, mm, &m->n_users);
	m->n_users = m->users ? m->n_users : 0;
	m->coverage.found++;
	return true;
}

/* A root's struct page names its mm, whose root it must be: so no two of them name the same. */
static int read_root(struct mmx_view *view, uint64_t page, uint64_t *mm, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t pgd, phys, pfn;
	enum mmx_read read;

	if (mmx_kget(view, page, M_ptdesc_pt_mm, mm, err) ||
	    mmx_kget(view, *mm, M_mm_struct_pgd, &pgd, err))
		return -1;
	read = mmx_kphys(view, pgd, &phys);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the root 0x%" PRIx64 " is %s", pgd,
				mmx_read_name(read));
	if (!mmx_page_pfn(k, page, &pfn) || phys >> k->arch->page_shift != pfn)
		return mmx_fail(err, MMX_ECORRUPT, "it is of no root of an mm");
	return 0;
}

/* The next of those that no task has. */
static bool next_root(struct mmx_mms *m)
{
	const struct mmx_layout *l = &m->view->kernel->layout;
	size_t users;

	while (m->roots.view && mmx_list_next(&m->roots)) {
		uint64_t page = m->roots.node - mmx_off(l, M_page_lru), mm;
		struct mmx_err err;

		if (read_root(m->view, page, &mm, &err)) {
			mmx_fail_prefix(&err, "struct page 0x%" PRIx64 " of pgd_list", page);
			mmx_cover_fail(&m->coverage, &err);
		} else if (!is_kernel(m, mm) && !mmx_mm_users(m->tasks, mm, &users)) {
			return take(m, mm, NULL);
		}
	}
	mmx_cover_inherit(&m->coverage, &m->roots.coverage);
	m->roots = (struct mmx_list){0};
	return false;
}

bool mmx_mms_next(struct mmx_mms *m)
{
	while (m->next_kernel < MMX_KERNEL_MMS) {
		size_t i = m->next_kernel++;

		if (m->kernel[i])
			return take(m, m->kernel[i], kernel_mms[i].symbol);
	}
	/* Processes stand there by their mm. */
	while (m->next_user < m->tasks->users.n) {
		uint64_t mm = m->tasks->users.v[m->next_user].mm;
		size_t n;

		mmx_mm_users(m->tasks, mm, &n);
		m->next_user += n;
		if (!is_kernel(m, mm))
			return take(m, mm, NULL);
	}
	return next_root(m);
}

/* Of a rw_semaphore's count: a writer, and readers; not who waits. */
#define LOCK_HELD (~(UINT64_C(6) | 1ULL << 63))

bool mmx_mm_is_locked(struct mmx_view *view, uint64_t mm)
{
	uint64_t lock;

	return !mmx_kread_member(view, mm, M_mm_struct_mmap_lock, &lock) && lock & LOCK_HELD;
}
