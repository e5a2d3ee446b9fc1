// SPDX-License-Identifier: GPL-2.0-or-later
/* What was built in: what proves an option, what proves that it is off, and what proves nothing. */
#include <string.h>
#include <zlib.h>

#include "../fake_memory.h"
#include "kernel/config.h"
#include "unit.h"

/* Types of a kernel whose tasks have an area for the stack, and nothing else of what is asked for. */
static bool struct_size(void *priv, const char *name, uint64_t *size)
{
	(void)priv;
	*size = 64;
	return !strcmp(name, "task_struct") || !strcmp(name, "cpumask");
}

static bool member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	(void)priv;
	*m = (struct mmx_member){.size = 8};
	return !strcmp(name, "task_struct") && !strcmp(path, "stack_vm_area");
}

static bool enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	(void)priv;
	(void)of;
	*value = 0;
	return !strcmp(name, "ZONE_DMA");
}

static bool each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	(void)priv;
	if (strcmp(of, "zone_type") != 0)
		return false;
	fn(arg, "ZONE_DMA", 0);
	return true;
}

static const struct mmx_types_ops ops = {.struct_size = struct_size,
					 .member = member,
					 .enumerator = enumerator,
					 .each_enumerator = each_enumerator};

static struct fake_memory *m;

static void add_symbol(const char *name, uint64_t addr)
{
	struct mmx_err err;

	if (mmx_symbols_add(&m->mem.kernel.symbols, name, strlen(name), addr, 'T', 0) ||
	    mmx_symbols_finish(&m->mem.kernel.symbols, &err))
		abort();
}

/* @functions, @variables: those are there that every kernel has */
static void begin(bool functions, bool variables, bool assumed)
{
	struct mmx_kernel *k;

	m = fake_memory_new(1 << 20);
	k = &m->mem.kernel;
	k->types.n = 1;
	k->types.provider[0] = (struct mmx_types_provider){.ops = &ops, .assumed = assumed};
	mmx_fact_set(&k->facts, FACT_SYMBOLS, MMX_FACT_CHECKED, "test", "ok");
	strcpy(k->banner, "Linux version 9 (me@#1 SMP) #1 SMP PREEMPT_DYNAMIC Fri\n");
	if (functions) {
		add_symbol("vsnprintf", FAKE_VA + 0x1000);
		add_symbol("schedule_timeout", FAKE_VA + 0x1100);
		add_symbol("kthread_create_on_node", FAKE_VA + 0x1200);
	}
	if (variables) {
		add_symbol("init_mm", FAKE_VA + 0x2000);
		add_symbol("system_state", FAKE_VA + 0x2100);
	}
	add_symbol("memory_failure", FAKE_VA + 0x1300);
}

static void end(void)
{
	mmx_symbols_free(&m->mem.kernel.symbols);
	fake_memory_free(m);
}

static struct mmx_config_option option(const char *name, const struct mmx_ikconfig *own)
{
	static const struct mmx_ikconfig none;
	struct mmx_config_option o;

	for (size_t i = 0; i < mmx_config_options(); i++) {
		mmx_config_infer(&o, i, m->view, own ? own : &none);
		if (!strncmp(o.name, name, strlen(name)) && strchr("|", o.name[strlen(name)]))
			return o;
	}
	CHECK(false, "there is no option %s", name);
	return o;
}

static void is(const char *name, const char *value)
{
	struct mmx_config_option o = option(name, NULL);

	CHECK(!strcmp(o.value, value), "%s is \"%s\" and not \"%s\": %s", name, o.value, value,
	      o.evidence);
	CHECK(*o.evidence, "%s is without evidence", name);
}

static void what_exists_proves(void)
{
	begin(true, true, false);
	is("MEMORY_FAILURE", "y");
	is("KSM", "n");
	is("KALLSYMS_ALL", "y");
	is("ZSWAP", "n");
	is("VMAP_STACK", "y");
	is("KCOV", "n");
	is("ZONE_DMA", "y");
	is("ZONE_DEVICE", "n");
	is("NR_CPUS", "449 to 512");
	is("PREEMPT_DYNAMIC", "y");
	is("PREEMPT_RT", "n");
	end();
}

/* Without variables among the symbols, functions prove as before. */
static void without_variables_their_absence_proves_nothing(void)
{
	begin(true, false, false);
	is("KSM", "n");
	is("ZSWAP", "");
	is("IKCONFIG", "");
	end();
}

static void few_symbols_prove_nothing_by_absence(void)
{
	begin(false, true, false);
	is("MEMORY_FAILURE", "y");
	is("KSM", "");
	is("ZSWAP", "");
	end();
}

/* A struct that is not known at all, an enum, a banner that is excluded, and types of another kernel. */
static void what_is_not_known_proves_nothing(void)
{
	begin(true, true, false);
	is("LRU_GEN", "");
	is("CMA", "");
	m->mem.kernel.banner[0] = 0;
	is("PREEMPT_RT", "");
	end();
	begin(true, true, true);
	is("VMAP_STACK", "");
	is("KCOV", "");
	is("ZONE_DMA", "");
	is("NR_CPUS", "");
	end();
}

static void a_module_is_a_module(void)
{
	struct mmx_err err;
	uint16_t module;

	begin(true, true, false);
	module = mmx_symbols_add_module(&m->mem.kernel.symbols, "ksm");
	CHECK(!mmx_symbols_add(&m->mem.kernel.symbols, "ksm_madvise", 11, FAKE_VA + 0x9000, 't',
			       module) &&
		      !mmx_symbols_finish(&m->mem.kernel.symbols, &err),
	      "not added");
	is("KSM", "m");
	end();
}

/*
 * The kernel's own.
 */

static char config[] = "# CONFIG_KSM is not set\nCONFIG_VMAP_STACK=y\nCONFIG_NR_CPUS=500\n"
		       "CONFIG_KCOV=y\nCONFIG_PAGE_TABLE_ISOLATION=y\nCONFIG_ZSWAP_X=y\n";

static void options_are_held_against_it(void)
{
	const struct mmx_ikconfig own = {.text = config, .len = sizeof(config) - 1};
	struct mmx_config_option o;

	begin(true, true, false);
	CHECK(!option("VMAP_STACK", &own).disagrees && !option("NR_CPUS", &own).disagrees, "so");
	CHECK(!option("KSM", &own).disagrees && !option("ZSWAP", &own).disagrees, "not set");
	CHECK(option("KCOV", &own).disagrees && option("MEMORY_FAILURE", &own).disagrees,
	      "no disagreement");
	CHECK(option("MITIGATION_PAGE_TABLE_ISOLATION", &own).disagrees, "its former name");
	o = option("LRU_GEN", &own);
	CHECK(!strcmp(o.value, "n") && !o.disagrees, "%s", o.value);
	strcpy(strstr(config, "500"), "448");
	CHECK(option("NR_CPUS", &own).disagrees, "448 of 449 to 512");
	end();
}

/* As gzip packs; returns its length. */
static size_t pack(void *to, size_t room, const char *text, size_t len)
{
	z_stream z = {.next_in = (void *)text, .avail_in = len, .next_out = to, .avail_out = room};

	if (deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return z.total_out;
}

static int read_it(struct mmx_ikconfig *own, size_t len)
{
	add_symbol("kernel_config_data", FAKE_VA + 0x8000);
	add_symbol("kernel_config_data_end", FAKE_VA + 0x8000 + len);
	mmx_ikconfig_read(own, m->view);
	return own->text ? 0 : -1;
}

static void it_is_unpacked(void)
{
	struct mmx_ikconfig own;
	char *text = malloc(300000);
	size_t len;

	for (unsigned int i = 0; i < 300000; i++)
		text[i] = "CONFIG_A=y\n"[i % 11];
	begin(true, true, false);
	len = pack(m->bytes + 0x8000, 100000, text, 300000);
	CHECK(!read_it(&own, len) && own.len == 300000 && !memcmp(own.text, text, own.len), "%s",
	      own.why.text);
	mmx_ikconfig_free(&own);
	end();
	free(text);
}

static void what_cannot_be_unpacked_is_refused(void)
{
	struct mmx_ikconfig own;
	size_t len;

	begin(true, true, false);
	mmx_ikconfig_read(&own, m->view);
	CHECK(!own.text && own.why.code == MMX_ENOTFOUND, "%d", own.why.code);
	len = pack(m->bytes + 0x8000, 1000, config, sizeof(config) - 1);
	CHECK(read_it(&own, len - 12) && own.why.code == MMX_ECORRUPT, "cut off");
	end();
	begin(true, true, false);
	memset(m->bytes + 0x8000, 0x5a, 4096);
	CHECK(read_it(&own, 4096) && own.why.code == MMX_ECORRUPT, "no gzip");
	end();
	begin(true, true, false);
	CHECK(read_it(&own, 1ULL << 40) && own.why.code == MMX_ECORRUPT, "a TiB");
	end();
}

/* Packed a thousandfold, it would take all memory. */
static void it_has_a_bound(void)
{
	struct mmx_ikconfig own;
	size_t size = 64u << 20;
	char *text = calloc(1, size);

	memset(text, 'y', size);
	begin(true, true, false);
	CHECK(read_it(&own, pack(m->bytes + 0x8000, 900000, text, size)) &&
		      own.why.code == MMX_ECORRUPT,
	      "%zu bytes", own.len);
	end();
	free(text);
}

int main(void)
{
	RUN(what_exists_proves);
	RUN(without_variables_their_absence_proves_nothing);
	RUN(few_symbols_prove_nothing_by_absence);
	RUN(what_is_not_known_proves_nothing);
	RUN(a_module_is_a_module);
	RUN(options_are_held_against_it);
	RUN(it_is_unpacked);
	RUN(what_cannot_be_unpacked_is_refused);
	RUN(it_has_a_bound);
	return unit_end();
}
