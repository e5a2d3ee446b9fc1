// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options, and what tells of each. A thing that exists proves an option; that it does not exist proves that the option
 * is off only where it could have been seen: functions always, variables when kallsyms has those at all (KALLSYMS_ALL),
 * members when their struct is known from the kernel's own types.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/config.h"
#include "kernel/jiffies.h"
#include "kernel/kernel.h"
#include "kernel/member.h"

enum how { NOTHING, FUNCTION, VARIABLE, MEMBER, ENUMERATOR, BANNER };

/* @of: the struct or enum; @name: what is in it, or the symbol */
struct evidence {
	enum how how;
	const char *name, *of;
};

#define EVIDENCES 3

/**
 * struct rule - an option
 * @name: as mmx_ikconfig_value() has names
 * @by: any of them proves it, none of them that it is off
 * @value: finds another value than y, m or n, with its evidence
 * @key, @flag: the static key, or the variable of one byte, that is not 0 when it is on
 * @now: what it was set to, where that is neither
 */
struct rule {
	const char *name;
	struct evidence by[EVIDENCES];
	void (*value)(struct mmx_config_option *o, struct mmx_view *view);
	const char *key, *flag;
	void (*now)(struct mmx_config_option *o, struct mmx_view *view);
};

/*
 * Evidence.
 */

/* That something is not among the symbols says nothing where those are few: functions that every kernel has tell. */
static bool has_functions(const struct mmx_kernel *k)
{
	return mmx_symbols_find(&k->symbols, "vsnprintf") &&
	       mmx_symbols_find(&k->symbols, "schedule_timeout") &&
	       mmx_symbols_find(&k->symbols, "kthread_create_on_node");
}

/* Kernels without KALLSYMS_ALL have no variables among their symbols: some that every kernel has tell. */
static bool has_variables(const struct mmx_kernel *k)
{
	return mmx_symbols_find(&k->symbols, "init_mm") &&
	       mmx_symbols_find(&k->symbols, "system_state");
}

/* 1, 0, or -1 when it is not known; with words for it. */
static int symbol_exists(const struct mmx_kernel *k, const struct evidence *e, char *words,
			 bool *module)
{
	const char *what = e->how == FUNCTION ? "function" : "variable";
	const struct mmx_symbol *sym = mmx_symbols_find(&k->symbols, e->name);

	if (sym) {
		*module = sym->module;
		snprintf(words, MMX_CONFIG_TEXT, "%s %s", what, e->name);
		return 1;
	}
	if (!mmx_fact_usable(&k->facts, FACT_SYMBOLS) || !has_functions(k)) {
		snprintf(words, MMX_CONFIG_TEXT, "not all symbols are known");
		return -1;
	}
	if (e->how == VARIABLE && !has_variables(k)) {
		snprintf(words, MMX_CONFIG_TEXT, "symbols of variables are not in the dump");
		return -1;
	}
	snprintf(words, MMX_CONFIG_TEXT, "no %s %s", what, e->name);
	return 0;
}

/* Whether it is the kernel's own types that have answered. */
static bool is_own(const struct mmx_kernel *k, int provider)
{
	return provider >= 0 && !k->types.provider[provider].assumed;
}

static int member_exists(const struct mmx_kernel *k, const struct evidence *e, char *words)
{
	struct mmx_member m;
	uint64_t size;

	if (is_own(k, mmx_types_member(&k->types, e->of, e->name, &m))) {
		snprintf(words, MMX_CONFIG_TEXT, "member %s.%s", e->of, e->name);
		return 1;
	}
	if (is_own(k, mmx_types_struct_size(&k->types, e->of, &size))) {
		snprintf(words, MMX_CONFIG_TEXT, "struct %s has no %s", e->of, e->name);
		return 0;
	}
	snprintf(words, MMX_CONFIG_TEXT, "what struct %s has is not known", e->of);
	return -1;
}

static bool has_one(void *arg, const char *name, int64_t value)
{
	(void)name;
	(void)value;
	*(bool *)arg = true;
	return false;
}

static int enumerator_exists(const struct mmx_kernel *k, const struct evidence *e, char *words)
{
	bool any = false;
	int64_t value;

	if (is_own(k, mmx_types_enumerator(&k->types, e->of, e->name, &value))) {
		snprintf(words, MMX_CONFIG_TEXT, "enumerator %s", e->name);
		return 1;
	}
	if (is_own(k, mmx_types_each_enumerator(&k->types, e->of, has_one, &any)) && any) {
		snprintf(words, MMX_CONFIG_TEXT, "enum %s has no %s", e->of, e->name);
		return 0;
	}
	snprintf(words, MMX_CONFIG_TEXT, "what enum %s has is not known", e->of);
	return -1;
}

/* A word of what `uname -v` prints, whose words between are the kernel's own: #1 SMP PREEMPT_DYNAMIC Debian ... */
static int in_banner(const struct mmx_kernel *k, const struct evidence *e, char *words)
{
	const char *at = strrchr(k->banner, '#');
	size_t len = strlen(e->name);
	bool found = false;

	if (!*k->banner || !at) {
		snprintf(words, MMX_CONFIG_TEXT, "the kernel's banner is not in the dump");
		return -1;
	}
	for (; !found && (at = strchr(at, ' ')); at++)
		found = !strncmp(at + 1, e->name, len) && (at[1 + len] == ' ' || !at[1 + len]);
	snprintf(words, MMX_CONFIG_TEXT, "the banner says%s %s", found ? "" : " nothing of",
		 e->name);
	return found;
}

static int exists(const struct mmx_kernel *k, const struct evidence *e, char *words, bool *module)
{
	switch (e->how) {
	case FUNCTION:
	case VARIABLE:
		return symbol_exists(k, e, words, module);
	case MEMBER:
		return member_exists(k, e, words);
	case ENUMERATOR:
		return enumerator_exists(k, e, words);
	case BANNER:
		return in_banner(k, e, words);
	case NOTHING:
		break;
	}
	return -1;
}

static void infer(struct mmx_config_option *o, const struct rule *rule, const struct mmx_kernel *k)
{
	bool unknown = false;

	for (unsigned int i = 0; i < EVIDENCES && rule->by[i].how; i++) {
		char words[MMX_CONFIG_TEXT] = "";
		bool module = false;
		int is = exists(k, &rule->by[i], words, &module);

		if (is > 0 || !i || (is < 0 && !unknown))
			memcpy(o->evidence, words, sizeof(words));
		unknown |= is < 0;
		if (is > 0) {
			snprintf(o->value, sizeof(o->value), module ? "m" : "y");
			return;
		}
	}
	if (!unknown)
		snprintf(o->value, sizeof(o->value), "n");
}

/*
 * Values.
 */

/* Bits of a bitmap, which is a whole number of words. */
static void bits_of(struct mmx_config_option *o, const struct mmx_kernel *k, const char *type,
		    const char *word)
{
	uint64_t size;

	if (!is_own(k, mmx_types_struct_size(&k->types, type, &size)) || !size || size % 8) {
		snprintf(o->evidence, sizeof(o->evidence), "the size of %s is not known", type);
		return;
	}
	snprintf(o->evidence, sizeof(o->evidence), "%s has %" PRIu64 " bits", type, size * 8);
	snprintf(o->value, sizeof(o->value), "%" PRIu64 "%s%" PRIu64, size * 8 - 63, word,
		 size * 8);
}

static void nr_cpus(struct mmx_config_option *o, struct mmx_view *view)
{
	bits_of(o, view->kernel, "cpumask", " to ");
}

/* So many nodes as a power of two: as many bits as the map has, unless it is one word. */
static void nodes_shift(struct mmx_config_option *o, struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t size;

	if (!is_own(k, mmx_types_struct_size(&k->types, "nodemask_t", &size)) || size < 8 ||
	    size & (size - 1)) {
		snprintf(o->evidence, sizeof(o->evidence), "the size of nodemask_t is not known");
		return;
	}
	snprintf(o->evidence, sizeof(o->evidence), "nodemask_t has %" PRIu64 " bits", size * 8);
	if (size == 8)
		snprintf(o->value, sizeof(o->value), "0 to 6");
	else
		snprintf(o->value, sizeof(o->value), "%d", __builtin_ctzll(size * 8));
}

static void hz(struct mmx_config_option *o, struct mmx_view *view)
{
	struct mmx_jiffies j;
	struct mmx_err err;

	if (mmx_jiffies_read(&j, view, &err) || !j.tick_ns || j.tick_ns > 1000000000) {
		snprintf(o->evidence, sizeof(o->evidence), "how long a tick is, is not known");
		return;
	}
	snprintf(o->value, sizeof(o->value), "%" PRIu64, (1000000000 + j.tick_ns / 2) / j.tick_ns);
	snprintf(o->evidence, sizeof(o->evidence), "a tick is %" PRIu64 " ns", j.tick_ns);
}

/* An image that was moved proves it; nokaslr leaves one where it is as well. */
static void randomize_base(struct mmx_config_option *o, struct mmx_view *view)
{
	uint64_t by = view->kernel->kaslr_offset;

	snprintf(o->value, sizeof(o->value), "%s", by ? "y" : "");
	if (by)
		snprintf(o->evidence, sizeof(o->evidence), "the image was moved by %" PRIx64, by);
	else
		snprintf(o->evidence, sizeof(o->evidence),
			 "the image was not moved, as with nokaslr");
}

/*
 * What was set when it ran.
 */

static void put_now(struct mmx_config_option *o, const char *text)
{
	snprintf(o->now, sizeof(o->now), "%s", text);
}

/* A static key begins with the count of who enabled it. */
static void on_or_off(struct mmx_config_option *o, struct mmx_view *view, const struct rule *rule)
{
	uint64_t value;

	if (!mmx_kread_variable(view, rule->key ? rule->key : rule->flag, rule->key ? 4 : 1,
				&value))
		put_now(o, value ? "on" : "off");
}

static void pti_now(struct mmx_config_option *o, struct mmx_view *view)
{
	if (mmx_fact_usable(&view->kernel->facts, FACT_ISOLATION))
		put_now(o, view->kernel->isolation.on ? "on" : "off");
}

static void thp_now(struct mmx_config_option *o, struct mmx_view *view)
{
	const struct mmx_types *types = &view->kernel->types;
	int64_t always, advised;
	uint64_t flags;

	if (mmx_types_enumerator(types, "transparent_hugepage_flag", "TRANSPARENT_HUGEPAGE_FLAG",
				 &always) < 0 ||
	    mmx_types_enumerator(types, "transparent_hugepage_flag",
				 "TRANSPARENT_HUGEPAGE_REQ_MADV_FLAG", &advised) < 0 ||
	    always > 63 || advised > 63 || always < 0 || advised < 0 ||
	    mmx_kread_variable(view, "transparent_hugepage_flags", 8, &flags))
		return;
	put_now(o, flags >> always & 1 ? "always" : flags >> advised & 1 ? "madvise" : "never");
}

/* A word of the command line; the rest of it is nobody's business here. */
static bool on_command_line(struct mmx_view *view, const char *word)
{
	uint64_t line;
	char text[4096];
	const char *at;

	if (mmx_kread_variable(view, "saved_command_line", 8, &line) ||
	    mmx_kread_str(view, line, text, sizeof(text), NULL))
		return false;
	at = strstr(text, word);
	return at && (at == text || at[-1] == ' ') &&
	       (!at[strlen(word)] || at[strlen(word)] == ' ');
}

static void memcg_now(struct mmx_config_option *o, struct mmx_view *view)
{
	if (on_command_line(view, "cgroup_disable=memory"))
		put_now(o, "off, by the command line");
}

static void kfence_now(struct mmx_config_option *o, struct mmx_view *view)
{
	uint64_t interval;

	if (mmx_kread_variable(view, "kfence_sample_interval", 8, &interval))
		return;
	if (interval)
		snprintf(o->now, sizeof(o->now), "%" PRIu64 " ms", interval);
	else
		put_now(o, "off");
}

static void ksm_now(struct mmx_config_option *o, struct mmx_view *view)
{
	static const char *const runs[] = {"off", "on", "unmerges"};
	uint64_t run;

	if (!mmx_kread_variable(view, "ksm_run", 4, &run) && run < sizeof(runs) / sizeof(*runs))
		put_now(o, runs[run]);
}

static void preempt_now(struct mmx_config_option *o, struct mmx_view *view)
{
	static const char *const modes[] = {"none", "voluntary", "full", "lazy"};
	uint64_t mode;

	if (!mmx_kread_variable(view, "preempt_dynamic_mode", 4, &mode) &&
	    mode < sizeof(modes) / sizeof(*modes))
		put_now(o, modes[mode]);
}

/*
 * The options.
 */

#define F(symbol)                      \
	{                              \
		FUNCTION, symbol, NULL \
	}
#define V(symbol)                      \
	{                              \
		VARIABLE, symbol, NULL \
	}
#define M(strct, member)              \
	{                             \
		MEMBER, member, strct \
	}
#define E(of, enumerator)                  \
	{                                  \
		ENUMERATOR, enumerator, of \
	}
#define B(word)                    \
	{                          \
		BANNER, word, NULL \
	}

static const struct rule rules[] = {
	/* The kernel as a whole. */
	{.name = "SMP", .by = {B("SMP")}},
	{.name = "PREEMPT_DYNAMIC", .by = {B("PREEMPT_DYNAMIC")}, .now = preempt_now},
	{.name = "PREEMPT_RT", .by = {B("PREEMPT_RT")}},
	{.name = "HZ", .value = hz},
	{.name = "NR_CPUS", .value = nr_cpus},
	{.name = "NODES_SHIFT", .value = nodes_shift},
	{.name = "KALLSYMS_ALL", .by = {V("system_state")}},
	{.name = "IKCONFIG", .by = {V("kernel_config_data")}},
	{.name = "RANDOMIZE_BASE", .value = randomize_base},
	{.name = "RANDOMIZE_MEMORY", .by = {F("kernel_randomize_memory")}},
	{.name = "THREAD_INFO_IN_TASK", .by = {M("task_struct", "thread_info")}},
	{.name = "VMAP_STACK", .by = {M("task_struct", "stack_vm_area")}},
	/* Memory and its frames. */
	{.name = "SPARSEMEM_VMEMMAP", .by = {F("vmemmap_populate")}},
	{.name = "NUMA", .by = {M("zone", "node")}},
	{.name = "NUMA_BALANCING",
	 .by = {M("task_struct", "numa_preferred_nid")},
	 .key = "sched_numa_balancing"},
	{.name = "ZONE_DMA", .by = {E("zone_type", "ZONE_DMA")}},
	{.name = "ZONE_DMA32", .by = {E("zone_type", "ZONE_DMA32")}},
	{.name = "ZONE_DEVICE", .by = {E("zone_type", "ZONE_DEVICE")}},
	{.name = "MEMORY_HOTPLUG", .by = {F("online_pages")}},
	{.name = "MEMORY_HOTREMOVE", .by = {F("offline_pages")}},
	{.name = "MEMORY_FAILURE", .by = {F("memory_failure")}},
	{.name = "MIGRATION", .by = {F("migrate_pages")}},
	{.name = "COMPACTION", .by = {F("try_to_compact_pages")}},
	{.name = "CMA", .by = {E("migratetype", "MIGRATE_CMA")}},
	{.name = "UNACCEPTED_MEMORY", .by = {E("zone_stat_item", "NR_UNACCEPTED")}},
	{.name = "PAGE_REPORTING", .by = {F("page_reporting_register")}},
	{.name = "PAGE_EXTENSION", .by = {F("page_ext_get")}},
	{.name = "MMU_NOTIFIER", .by = {M("mm_struct", "notifier_subscriptions")}},
	{.name = "HMM_MIRROR", .by = {F("hmm_range_fault")}},
	{.name = "AMD_MEM_ENCRYPT", .by = {V("sme_me_mask")}},
	/* Reclaim and swap. */
	{.name = "SWAP", .by = {F("si_swapinfo")}},
	{.name = "ZSWAP", .by = {V("zswap_enabled")}, .flag = "zswap_enabled"},
	{.name = "LRU_GEN", .by = {M("lruvec", "lrugen")}, .key = "lru_gen_caps"},
	{.name = "DAMON", .by = {F("damon_start")}},
	{.name = "PSI", .by = {M("task_struct", "psi_flags")}},
	{.name = "KSM", .by = {F("ksm_madvise")}, .now = ksm_now},
	{.name = "MEMCG", .by = {F("mem_cgroup_from_task")}, .now = memcg_now},
	/* Huge pages. */
	{.name = "TRANSPARENT_HUGEPAGE", .by = {F("do_huge_pmd_anonymous_page")}, .now = thp_now},
	{.name = "CGROUP_HUGETLB", .by = {F("hugetlb_cgroup_charge_cgroup")}},
	{.name = "READ_ONLY_THP_FOR_FS", .by = {M("address_space", "nr_thps")}},
	{.name = "HUGETLB_PAGE", .by = {F("hugetlb_fault")}},
	{.name = "HUGETLB_PAGE_OPTIMIZE_VMEMMAP",
	 .by = {V("vmemmap_optimize_enabled")},
	 .flag = "vmemmap_optimize_enabled"},
	/* Processes. */
	{.name = "USERFAULTFD", .by = {F("handle_userfault")}},
	{.name = "PER_VMA_LOCK",
	 .by = {M("vm_area_struct", "vm_lock_seq"), M("vm_area_struct", "vm_refcnt")}},
	{.name = "ANON_VMA_NAME", .by = {F("anon_vma_name_free")}},
	{.name = "SECRETMEM", .by = {F("secretmem_active")}},
	/* Slab. */
	{.name = "SLUB_DEBUG", .by = {M("kmem_cache_node", "nr_slabs")}},
	{.name = "SLUB_CPU_PARTIAL", .by = {M("kmem_cache", "cpu_partial")}},
	{.name = "SLAB_FREELIST_RANDOM", .by = {M("kmem_cache", "random_seq")}},
	{.name = "SLAB_FREELIST_HARDENED", .by = {M("kmem_cache", "random")}},
	{.name = "RANDOM_KMALLOC_CACHES", .by = {V("random_kmalloc_seed")}},
	/* Hardening. */
	{.name = "MITIGATION_PAGE_TABLE_ISOLATION|PAGE_TABLE_ISOLATION",
	 .by = {F("pti_init")},
	 .now = pti_now},
	{.name = "STACKPROTECTOR", .by = {M("task_struct", "stack_canary")}},
	{.name = "HARDENED_USERCOPY", .by = {F("__check_object_size")}},
	{.name = "FORTIFY_SOURCE", .by = {F("__fortify_panic"), F("fortify_panic")}},
	{.name = "LIST_HARDENED", .by = {F("__list_add_valid_or_report")}},
	{.name = "SHUFFLE_PAGE_ALLOCATOR",
	 .by = {V("page_alloc_shuffle_key")},
	 .key = "page_alloc_shuffle_key"},
	{.name = "RANDOMIZE_KSTACK_OFFSET",
	 .by = {V("randomize_kstack_offset")},
	 .key = "randomize_kstack_offset"},
	{.name = "KSTACK_ERASE|GCC_PLUGIN_STACKLEAK", .by = {M("task_struct", "lowest_stack")}},
	{.name = "CFI|CFI_CLANG", .by = {F("report_cfi_failure")}},
	{.name = "X86_USER_SHADOW_STACK", .by = {M("thread_struct", "shstk")}},
	{.name = "X86_KERNEL_IBT", .by = {F("ibt_save")}},
	{.name = "INIT_ON_ALLOC_DEFAULT_ON", .key = "init_on_alloc"},
	{.name = "INIT_ON_FREE_DEFAULT_ON", .key = "init_on_free"},
	/* Debugging. */
	{.name = "KFENCE", .by = {V("__kfence_pool")}, .now = kfence_now},
	{.name = "KASAN", .by = {F("kasan_report")}},
	{.name = "DEBUG_KMEMLEAK", .by = {F("kmemleak_alloc")}},
	{.name = "KCSAN", .by = {M("task_struct", "kcsan_ctx")}},
	{.name = "KMSAN", .by = {M("task_struct", "kmsan_ctx")}},
	{.name = "KCOV", .by = {M("task_struct", "kcov_mode")}},
	{.name = "UBSAN", .by = {F("__ubsan_handle_out_of_bounds")}},
	{.name = "PAGE_POISONING",
	 .by = {F("__kernel_poison_pages")},
	 .key = "_page_poisoning_enabled"},
	{.name = "DEBUG_PAGEALLOC",
	 .by = {F("__kernel_map_pages")},
	 .key = "_debug_pagealloc_enabled"},
	{.name = "PAGE_OWNER", .by = {F("__set_page_owner")}, .key = "page_owner_inited"},
	{.name = "PAGE_TABLE_CHECK", .by = {F("__page_table_check_zero")}},
	{.name = "MEM_ALLOC_PROFILING",
	 .by = {M("task_struct", "alloc_tag")},
	 .key = "mem_alloc_profiling_key"},
	{.name = "DEBUG_VM", .by = {F("dump_vma")}},
};

size_t mmx_config_options(void)
{
	return sizeof(rules) / sizeof(*rules);
}

/* A value that is known only to lie between two. */
static bool is_within(const char *value, const char *range)
{
	uint64_t number = 0, first, last;

	/* What has no number has a single node. */
	if (!strcmp(value, "n"))
		value = "0";
	return sscanf(range, "%" SCNu64 " to %" SCNu64, &first, &last) == 2 &&
	       sscanf(value, "%" SCNu64, &number) == 1 && number >= first && number <= last;
}

static void hold(struct mmx_config_option *o, const char *names, const struct mmx_ikconfig *c)
{
	mmx_ikconfig_value(c, names, o->says);
	if (*o->value) {
		o->disagrees = strcmp(o->value, o->says) && !is_within(o->says, o->value);
		return;
	}
	snprintf(o->value, sizeof(o->value), "%s", o->says);
	snprintf(o->evidence, sizeof(o->evidence), "the kernel's own configuration");
}

void mmx_config_infer(struct mmx_config_option *o, size_t i, struct mmx_view *view,
		      const struct mmx_ikconfig *c)
{
	const struct rule *rule = &rules[i];

	*o = (struct mmx_config_option){.name = rule->name};
	if (rule->value)
		rule->value(o, view);
	else if (rule->by[0].how)
		infer(o, rule, view->kernel);
	else
		snprintf(o->evidence, sizeof(o->evidence), "nothing that is built in tells");
	if (c->text)
		hold(o, rule->name, c);
	/* What has a default only can be set all the same. */
	if (!strcmp(o->value, "n") && rule->by[0].how)
		return;
	if (rule->key || rule->flag)
		on_or_off(o, view, rule);
	if (rule->now)
		rule->now(o, view);
}
