// SPDX-License-Identifier: GPL-2.0-or-later
/* What a fault would do, of sites made by hand: a table of known answers, by the kernel's own order of asking. */
#include "../fake_memory.h"
#include "mm/processes/fault.h"
#include "mm/processes/task.h"
#include "unit.h"

#define ADDR  0x7f0000003000ULL
#define START 0x7f0000001000ULL
#define END   0x7f0000009000ULL
#define RW    (MMX_VM_READ | MMX_VM_WRITE)
#define RX    (MMX_VM_READ | MMX_VM_EXEC)
#define USER  MMX_PTE_USER
#define ALL   (MMX_PTE_USER | MMX_PTE_WRITE | MMX_PTE_EXEC)

#define OUT   MMX_SITE_OUTSIDE
#define IN    MMX_SITE_INSIDE
#define BELOW MMX_SITE_BELOW

/* A site, and what reading, writing and executing come to: letters of answers[]. */
struct known {
	const char *what;
	uint64_t vm_flags;
	enum mmx_site_place place;
	enum mmx_site_backing backing;
	enum mmx_site_cached cached;
	enum mmx_user_kind entry;
	unsigned int rights, entry_flags, marker;
	bool beyond;
	const char *answers;
};

static const struct {
	char letter;
	enum mmx_fault_kind kind;
	unsigned int signal;
	int code;
} answers[] = {
	{'-', MMX_FAULT_NONE, 0, 0},         {'z', MMX_FAULT_ZERO_PAGE, 0, 0},
	{'d', MMX_FAULT_DEMAND_ZERO, 0, 0},  {'c', MMX_FAULT_CACHED, 0, 0},
	{'r', MMX_FAULT_READ, 0, 0},         {'w', MMX_FAULT_COPY, 0, 0},
	{'s', MMX_FAULT_SHARED_WRITE, 0, 0}, {'n', MMX_FAULT_NUMA_HINT, 0, 0},
	{'m', MMX_FAULT_MIGRATION, 0, 0},    {'u', MMX_FAULT_UFFD, 0, 0},
	{'f', MMX_FAULT_FUNCTION, 0, 0},     {'V', MMX_FAULT_NO_VMA, 11, 1},
	{'P', MMX_FAULT_PERMISSION, 11, 2},  {'G', MMX_FAULT_GUARD, 11, 1},
	{'B', MMX_FAULT_BEYOND, 7, 2},       {'H', MMX_FAULT_POISON, 7, 4},
	{'N', MMX_FAULT_NO_PAGE, 7, 2},      {'L', MMX_FAULT_LOST, 7, 2},
};

#define ANON       IN, MMX_BACKED_BY_NOTHING, MMX_SITE_NOT_CACHED
#define CACHED     IN, MMX_BACKED_BY_CACHE, MMX_SITE_CACHED
#define UNREAD     IN, MMX_BACKED_BY_CACHE, MMX_SITE_NOT_CACHED
#define SHMEM      IN, MMX_BACKED_BY_SHMEM, MMX_SITE_NOT_CACHED
#define HUGE       IN, MMX_BACKED_BY_HUGETLB, MMX_SITE_NOT_CACHED
#define SHARED     (MMX_VM_SHARED | MMX_VM_MAYSHARE)
#define NONE       MMX_USER_NONE, 0, 0, 0, false
#define GONE(kind) kind, 0, 0, 0, false

static const struct known known[] = {
	{"no VMA", 0, OUT, 0, 0, NONE, "VVV"},
	{"mapped where no VMA is", 0, OUT, 0, 0, MMX_USER_MAPPED, ALL, 0, 0, false, "---"},
	{"never touched", RW, ANON, NONE, "zdP"},
	{"never touched, and executable", RW | MMX_VM_EXEC, ANON, NONE, "zdz"},
	{"never touched, read-only", MMX_VM_READ, ANON, NONE, "zPP"},
	{"PROT_NONE", 0, ANON, NONE, "PPP"},
	{"only executable: read as any", MMX_VM_EXEC, ANON, NONE, "zPz"},
	{"PROT_NONE, touched before", 0, ANON, GONE(MMX_USER_NO_ACCESS), "PPP"},
	{"a NUMA hint", RW, ANON, GONE(MMX_USER_NO_ACCESS), "nnP"},
	{"mapped", RW, ANON, MMX_USER_MAPPED, USER | MMX_PTE_WRITE, 0, 0, false, "--P"},
	{"mapped for the kernel alone", MMX_VM_READ, ANON, MMX_USER_MAPPED, MMX_PTE_WRITE, 0, 0,
	 false, "PPP"},
	{"a table above allows no writing", RX | MMX_VM_WRITE | SHARED, CACHED, MMX_USER_MAPPED,
	 USER | MMX_PTE_EXEC, 0, 0, false, "-s-"},
	{"shared, first write", RW | SHARED, CACHED, MMX_USER_MAPPED, USER, 0, 0, false, "-sP"},
	{"a file's page, cached", RX, CACHED, NONE, "cPc"},
	{"a file's page, private and writable", RW, CACHED, NONE, "cwP"},
	{"a file's page, to be read", RW, UNREAD, NONE, "rrP"},
	{"behind the end of a file, not executable", RW, UNREAD, MMX_USER_NONE, 0, 0, 0, true,
	 "BBB"},
	{"behind the end of a file, not writable", MMX_VM_READ, UNREAD, MMX_USER_NONE, 0, 0, 0,
	 true, "BPB"},
	{"a hole of a file in memory", RW | SHARED, SHMEM, NONE, "ddP"},
	{"behind the end of a file in memory", RW | SHARED, SHMEM, MMX_USER_NONE, 0, 0, 0, true,
	 "BBB"},
	{"shared memory without operations", RW | SHARED, ANON, NONE, "NNN"},
	{"a driver's", RW | SHARED, IN, MMX_BACKED_BY_FUNCTION, 0, NONE, "fff"},
	{"a hole that a driver left", RW | SHARED, IN, MMX_BACKED_BY_NO_FUNCTION, 0, NONE, "NNN"},
	{"of the pool", RW, HUGE, NONE, "ddP"},
	{"under migration", RW, ANON, GONE(MMX_USER_MIGRATION), "mmP"},
	{"poisoned", RW, ANON, GONE(MMX_USER_HWPOISON), "HHH"},
	{"lost by swap", RW, ANON, GONE(MMX_USER_SWAP_ERROR), "LLL"},
	{"a guard region", RW, ANON, MMX_USER_MARKER, 0, 0, MMX_MARKER_GUARD, false, "GGG"},
	{"a guard region, not writable", MMX_VM_READ, ANON, MMX_USER_MARKER, 0, 0, MMX_MARKER_GUARD,
	 false, "GPG"},
	{"a poison marker goes first", RW, ANON, MMX_USER_MARKER, 0, 0,
	 MMX_MARKER_GUARD | MMX_MARKER_POISONED, false, "HHH"},
	{"a marker that says nothing", RW, ANON, MMX_USER_MARKER, 0, 0, 8, false, "NNN"},
	{"to be protected", RW | MMX_VM_UFFD_WP, ANON, MMX_USER_MARKER, 0, 0, MMX_MARKER_UFFD_WP,
	 false, "zdP"},
	{"missing, and userfaultfd wants to know", RW | MMX_VM_UFFD_MISSING, ANON, NONE, "uuu"},
	{"protected by userfaultfd", RW | MMX_VM_UFFD_WP, ANON, MMX_USER_MAPPED, USER,
	 MMX_PTE_UFFD_WP, 0, false, "-uP"},
	{"below a stack", RW | MMX_VM_GROWSDOWN, BELOW, MMX_BACKED_BY_NOTHING, 0, NONE, "zdP"},
};

static struct fake_memory *m;

static struct mmx_fault_site site_of(const struct known *k)
{
	struct mmx_fault_site site = {
		.mm = 1,
		.addr = ADDR,
		.entry = {.kind = k->entry,
			  .flags = k->entry_flags | MMX_PTE_PROTNONE,
			  .marker = k->marker,
			  .pte = {.level = 1}},
		.rights = k->rights,
		.place = k->place,
		.backing = k->backing,
		.cached = k->cached,
		.beyond = k->beyond,
		.fault = "a_fault",
	};

	if (k->place == MMX_SITE_INSIDE)
		site.vma = (struct mmx_vma){.start = START, .end = END, .flags = k->vm_flags};
	else if (k->place == MMX_SITE_BELOW)
		site.vma = (struct mmx_vma){
			.start = END, .end = END + 0x1000, .flags = k->vm_flags, .pgoff = 100};
	return site;
}

static bool is_answer(const struct mmx_fault *f, char letter)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		if (answers[i].letter == letter)
			return f->kind == answers[i].kind && f->signal == answers[i].signal &&
			       f->code == answers[i].code;
	}
	return false;
}

static void setup(void)
{
	m = fake_memory_new(1 << 16);
	fake_no_types(m);
}

static void faults_are_judged(void)
{
	setup();
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct mmx_fault_site site = site_of(&known[i]);
		struct mmx_fault f;

		for (unsigned int a = 0; a < MMX_ACCESSES; a++) {
			mmx_fault_tell(&f, m->view, &site, a);
			CHECK(is_answer(&f, known[i].answers[a]), "%s, %s: %s: %s", known[i].what,
			      mmx_access_word(a), mmx_fault_word(f.kind), f.text);
			CHECK(f.grows == (site.place == MMX_SITE_BELOW && !f.signal), "%s",
			      known[i].what);
		}
	}
	fake_memory_free(m);
}

static enum mmx_fault_kind read_at(uint64_t addr, enum mmx_access access, int *code)
{
	struct mmx_fault_site site = {.mm = 1, .addr = addr};
	struct mmx_fault f;

	mmx_fault_tell(&f, m->view, &site, access);
	*code = f.code;
	return f.kind;
}

static void addresses_of_nobody(void)
{
	int code;

	setup();
	CHECK(read_at(0x7fffffffefff, MMX_ACCESS_READ, &code) == MMX_FAULT_NO_VMA && code == 1,
	      "the last page of user space");
	CHECK(read_at(0x7ffffffff000, MMX_ACCESS_READ, &code) == MMX_FAULT_NO_USER && code == 1,
	      "the page behind it");
	CHECK(read_at(0x800000000000, MMX_ACCESS_READ, &code) == MMX_FAULT_NO_USER && code == 128,
	      "not canonical");
	CHECK(read_at(0xffff7fffffffffff, MMX_ACCESS_READ, &code) == MMX_FAULT_NO_USER &&
		      code == 128,
	      "nor at the other side");
	CHECK(read_at(0xffff800000000000, MMX_ACCESS_WRITE, &code) == MMX_FAULT_NO_USER &&
		      code == 1,
	      "the kernel's");
	CHECK(read_at(0xffffffffff600400, MMX_ACCESS_EXECUTE, &code) == MMX_FAULT_VSYSCALL,
	      "vsyscall");
	CHECK(read_at(0xffffffffff600400, MMX_ACCESS_READ, &code) == MMX_FAULT_NO_USER && code == 1,
	      "which is not to be read");
	m->mem.kernel.paging.levels = 5;
	CHECK(read_at(0x800000000000, MMX_ACCESS_READ, &code) == MMX_FAULT_NO_VMA && code == 1,
	      "five levels have more");
	fake_memory_free(m);
}

static void stacks_grow_so_far(void)
{
	struct known k = known[sizeof(known) / sizeof(*known) - 1];
	struct mmx_fault_site site = site_of(&k);
	struct mmx_fault f;
	uint64_t lowest = ADDR + 1;

	setup();
	site.before = ADDR - 0xfffff;
	site.before_flags = RW;
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_WRITE);
	CHECK(f.kind == MMX_FAULT_NO_GROWTH && f.signal == 11 && f.code == 1, "%s", f.text);
	site.before_flags = 0;
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_WRITE);
	CHECK(f.kind == MMX_FAULT_DEMAND_ZERO && f.grows, "next to PROT_NONE: %s", f.text);
	site.vma.pgoff = 3;
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_WRITE);
	CHECK(f.kind == MMX_FAULT_NO_GROWTH, "no pages left: %s", f.text);
	site.vma.pgoff = 100;
	fake_symbol(m, "mmap_min_addr", fake_put(m, &lowest, 8));
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_WRITE);
	CHECK(f.kind == MMX_FAULT_NO_GROWTH, "below the lowest address: %s", f.text);
	fake_memory_free(m);
}

static void keys_are_the_threads(void)
{
	struct known k = known[9];
	struct mmx_fault_site site = site_of(&k);
	struct mmx_task task = {0};
	uint32_t words[2] = {0, 8}; /* on no CPU; key 1 is not to be written through */
	struct mmx_fault f;

	setup();
	fake_member(m, M_task_struct_on_cpu, 0, 4, 0);
	fake_member(m, M_task_struct_pkru, 4, 4, 0);
	task.addr = fake_put(m, words, sizeof(words));
	site.entry.pte = (struct mmx_pte){.kind = MMX_PTE_LEAF, .level = 1, .raw = 1ULL << 59};
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_WRITE);
	CHECK(f.kind == MMX_FAULT_NONE && strstr(f.text, "denies key 1"), "no thread: %s", f.text);
	site.task = &task;
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_READ);
	CHECK(f.kind == MMX_FAULT_NONE && !strstr(f.text, "key"), "%s", f.text);
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_WRITE);
	CHECK(f.kind == MMX_FAULT_PERMISSION && f.code == 4, "%s", f.text);
	/* Nothing is mapped yet, and the VMA has the key. */
	site.entry = (struct mmx_user_entry){.kind = MMX_USER_NONE};
	site.vma.flags |= 1ULL << 32;
	mmx_fault_tell(&f, m->view, &site, MMX_ACCESS_WRITE);
	CHECK(f.kind == MMX_FAULT_PERMISSION && f.code == 4, "%s", f.text);
	fake_memory_free(m);
}

int main(void)
{
	RUN(faults_are_judged);
	RUN(addresses_of_nobody);
	RUN(stacks_grow_so_far);
	RUN(keys_are_the_threads);
	return unit_end();
}
