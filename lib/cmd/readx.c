// SPDX-License-Identifier: GPL-2.0-or-later
/* readx: memory as it is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/address.h"
#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/leads_to.h"
#include "records/readx.h"

#define WORDS_DEFAULT 8u
#define TEXT_DEFAULT  4096u

/*
 * struct readx - a run
 * @bytes: to be read at each address
 * @nth: of the CPUs, the next one
 * @failed: why there is no answer, or no more of it
 */
struct readx {
	struct mmx_readx x;
	struct mmx_run *run;
	struct mmx_addresses addresses;
	struct mmx_address at;
	enum mmx_peek_space space;
	uint64_t mm;
	int32_t pid;
	unsigned int word;
	uint64_t bytes;
	size_t nth;
	uint64_t known, missing; /* bytes, of all that was read */
	struct mmx_err failed;
};

static int take_count(struct readx *x, struct mmx_err *err)
{
	const char *word = x->run->option['w'];
	uint64_t size = 8, count = WORDS_DEFAULT;

	if (x->run->option['t'] && word)
		return mmx_fail(err, MMX_EUSAGE, "a text has no words: -t or -w");
	if (word &&
	    (mmx_number(word, NULL, true, &size) || size > 8 || __builtin_popcountll(size) != 1))
		return mmx_fail(err, MMX_EUSAGE, "a word has 1, 2, 4 or 8 bytes, not %s", word);
	x->word = x->run->option['t'] ? 0 : (unsigned int)size;
	if (!x->word)
		size = 1, count = TEXT_DEFAULT;
	else if (size < 8)
		count = 64 / size;
	if (x->run->n_operands > 1 &&
	    (mmx_number(x->run->operand[1], NULL, x->run->option['d'], &count) || !count))
		return mmx_fail(err, MMX_EUSAGE, "%s is no count: a %s number from 1 on",
				x->run->operand[1], x->run->option['d'] ? "decimal" : "hex");
	if (count > MMX_PEEK_MAX / size)
		return mmx_fail(err, MMX_EUSAGE, "that is too much at once: at most %u bytes",
				MMX_PEEK_MAX);
	x->bytes = count * size;
	return 0;
}

static int take_address(struct readx *x, struct mmx_err *err)
{
	bool kernel = x->space == MMX_PEEK_KERNEL;

	if (!kernel && x->addresses.chosen)
		return mmx_fail(err, MMX_EUSAGE, "what each CPU has is at addresses of the kernel");
	if (mmx_address_find(&x->at, &x->addresses, x->run->operand[0], NULL, x->run->option['d'],
			     kernel, err))
		return -1;
	if (x->at.percpu && !x->addresses.chosen)
		return mmx_fail(err, MMX_EUSAGE, "%s is per-CPU: of which CPU? -C N, or -a for all",
				x->run->operand[0]);
	if (x->addresses.chosen && !x->at.percpu)
		return mmx_fail(err, MMX_EUSAGE, "%s is no per-CPU variable", x->run->operand[0]);
	return 0;
}

/* Of the whole text only what stands before its end counts: what is missing behind it does not. */
static void end_text(struct mmx_peek *p)
{
	const unsigned char *end = memchr(p->v, 0, p->n);
	size_t n = end ? (size_t)(end - p->v) : p->n;

	if (n == p->n || p->why[n])
		return;
	p->n = n + 1;
	p->coverage = (struct mmx_coverage){.found = p->n};
}

static void name_it(const struct readx *x, struct mmx_read_range *range)
{
	const struct mmx_kernel *k = x->run->kernel;
	uint64_t addr = range->peek.addr;
	const struct mmx_symbol *sym;
	char name[MMX_SYMBOL_NAME];

	range->at[0] = 0;
	if (!range->has_cpu && x->space == MMX_PEEK_KERNEL) {
		mmx_leads_to(x->run->view, addr, range->at, sizeof(range->at));
		return;
	}
	sym = range->has_cpu ? mmx_percpu_nearest(&x->addresses.areas, &k->symbols, x->at.addr)
			     : NULL;
	if (sym)
		snprintf(range->at, sizeof(range->at),
			 x->at.addr > sym->addr ? "%s+0x%" PRIx64 : "%s",
			 mmx_symbol_name(&k->symbols, sym, name), x->at.addr - sym->addr);
}

static bool next_range(struct mmx_readx *readx)
{
	struct readx *x = (struct readx *)readx;
	struct mmx_read_range *range = &readx->range;
	uint64_t addr = x->at.addr;

	if (x->nth)
		mmx_peek_free(&range->peek);
	if (x->nth >= (x->at.percpu ? x->addresses.cpus.n : 1))
		return false;
	*range = (struct mmx_read_range){.space = x->space, .pid = x->pid, .word = x->word};
	if (x->at.percpu) {
		range->has_cpu = true;
		range->cpu = x->addresses.cpus.v[x->nth].nr;
		addr += x->addresses.cpus.v[x->nth].offset;
	}
	x->nth++;
	if (mmx_peek(&range->peek, x->run->view, x->space, x->mm, addr, x->bytes, &x->failed))
		return false;
	if (!x->word)
		end_text(&range->peek);
	x->known += range->peek.coverage.found;
	x->missing += range->peek.n - range->peek.coverage.found;
	name_it(x, range);
	return true;
}

static enum mmx_exit cannot(struct mmx_run *run, const struct mmx_err *err)
{
	mmx_say(run, "%s", err->text);
	return err->code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT;
}

static enum mmx_exit readx(struct mmx_run *run)
{
	struct readx x = {.x = {.next = next_range}, .run = run};
	enum mmx_exit status;
	struct mmx_err err;

	if (mmx_addresses_begin(&x.addresses, run, &err))
		return cannot(run, &err);
	if (mmx_space_asked(run, &x.space, &x.pid, &x.mm, &err) || take_count(&x, &err) ||
	    take_address(&x, &err)) {
		mmx_addresses_end(&x.addresses);
		return cannot(run, &err);
	}
	status = mmx_run_show(run, &x.x, NULL);
	mmx_peek_free(&x.x.range.peek);
	mmx_addresses_end(&x.addresses);
	if (x.failed.code)
		return cannot(run, &x.failed);
	/* Where nothing is at all there is no part of an answer. */
	if (x.missing)
		status = mmx_worse(status, !x.known && status == MMX_EXIT_OK ? MMX_EXIT_CANNOT
									     : MMX_EXIT_PARTIAL);
	return status;
}

static const struct mmx_field fields[] = {
	{"ranges", MMX_LIST, "what was read, of per-CPU memory one for each CPU",
	 .record = &mmx_record_read_ranges},
	{0},
};

static const struct mmx_record document = {
	.name = "read",
	.doc = "memory as it is; the exit status is 3 where bytes of it are not known, and 2 where there is none at all",
	.version = 1,
	.fields = fields,
};

static const struct mmx_option options[] = {
	{'p', "physical", NULL, "ADDRESS is a physical address"},
	{'u', "user", "PID", "ADDRESS is a user address of that process or thread"},
	{'w', "word", "BYTES", "words of 1, 2, 4 or 8 bytes; by default 8"},
	{'t', "text", NULL, "the text that stands there, up to its NUL; COUNT is what it may have"},
	MMX_ADDRESS_OPTIONS,
	{'d', "decimal", NULL, "numbers are decimal"},
	{0},
};

const struct mmx_command mmx_cmd_readx = {
	.name = "readx",
	.summary = "memory as it is: words, bytes or text",
	.operands = "ADDRESS [COUNT]",
	.help = "Reads COUNT words (hex, as all numbers; by default 64 bytes) at an address of the kernel's: a\n"
		"number, or the name of a symbol, with +OFFSET behind it or not. A word of eight bytes that points\n"
		"into the kernel's image or a module has the symbol beside it.\n"
		"\n"
		"User memory is read as the process would: out of its frames, out of the page cache where it has\n"
		"mapped a file and not touched it, or out of the swap cache, zswap or zram, decompressed.\n"
		"Bytes that the dump has not are shown as --, with the reason, and the exit status is 3 then. Of a per-CPU variable, -C or -a say whose; of a number they take it for a\n"
		"per-CPU pointer.\n"
		"\n"
		"    mmx -c vmcore readx init_task+20 10\n"
		"    mmx -c vmcore readx -t linux_banner\n"
		"    mmx -c vmcore readx -w 1 -u 1 7ffff7dd5a10 80",
	.example = "readx init_task 8",
	.options = options,
	.document = &document,
	.symbols = true,
	.min_operands = 1,
	.max_operands = 2,
	.run = readx,
};
