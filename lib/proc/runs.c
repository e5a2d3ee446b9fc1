// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of words as runs of equal ones. */
#include "kernel/kernel.h"
#include "kernel/view.h"
#include "proc/proc.h"

struct run {
	uint64_t pfn, frames, word;
	enum mmx_read read;
};

/* The run that was given last, and what is left of the piece that it ended in. */
struct runs {
	struct run run;
	struct mmx_proc_words words;
};

/* Takes the words that go on with the run; whether that were all of the piece. */
static bool take_equal(struct mmx_proc_words *words, struct run *run)
{
	if (words->same && words->n) {
		uint64_t n = words->n;

		/* As if it were one word, which then counts for all. */
		words->n = 1;
		words->same = false;
		if (!take_equal(words, run)) {
			words->n = n;
			words->same = true;
			return false;
		}
		run->frames += n - 1;
		return true;
	}
	for (; words->n; words->n--, words->first++, words->word++, words->read++) {
		uint64_t word = le64toh(*words->word);

		if (!run->frames)
			*run = (struct run){
				.pfn = words->first, .word = word, .read = *words->read};
		else if (word != run->word || *words->read != run->read)
			return false;
		run->frames++;
	}
	return true;
}

static const void *next_run(struct mmx_rows *r)
{
	struct mmx_proc *p = r->arg;
	struct runs *runs = r->state;
	int ret = 1;

	runs->run = (struct run){0};
	while (ret > 0 && take_equal(&runs->words, &runs->run))
		ret = mmx_proc_words(p, &runs->words, &p->err);
	return runs->run.frames ? &runs->run : NULL;
}

static void value(struct mmx_rows *r, struct mmx_value *v)
{
	const struct run *run = r->row;

	v->word = run->word;
	mmx_value_absent(v, run->read);
}

/* Whose words they are. */
enum { OF_FRAMES, OF_PAGES };
static const char *const variants[] = {"frames", "pages", NULL};

static unsigned int variant(struct mmx_rows *r)
{
	const struct mmx_proc *p = r->arg;

	return p->entry->by == MMX_BY_ADDRESS ? OF_PAGES : OF_FRAMES;
}

static void vaddr(struct mmx_rows *r, struct mmx_value *v)
{
	const struct run *run = r->row;

	v->word = run->pfn << r->view->kernel->arch->page_shift;
}

static const struct mmx_field run_fields[] = {
	{"pfn", MMX_PFN, "the first frame", .of = 1 << OF_FRAMES, AT(struct run, pfn)},
	{"frames", MMX_COUNT, "how many frames have this word", .of = 1 << OF_FRAMES, .min = 1,
	 AT(struct run, frames)},
	{"vaddr", MMX_ADDR, "the first page's address in the process", .of = 1 << OF_PAGES,
	 .get = vaddr},
	{"pages", MMX_COUNT, "how many pages have this word", .of = 1 << OF_PAGES, .min = 1,
	 AT(struct run, frames)},
	{"value", MMX_HEX,
	 "the word; absent when a struct page that it rests on is not in the dump: the exit status is 3 then",
	 .may = MMX_OR_ABSENT, .get = value},
	{0},
};

static const struct mmx_record runs = {
	.name = "run",
	.doc = "frames or pages in a row whose words are equal; in order and without a gap",
	.fields = run_fields,
	.by = 1 << MMX_BY_PFN | 1 << MMX_BY_ADDRESS,
	.variants = variants,
	.variant = variant,
	.state_size = sizeof(struct runs),
	.next = next_run,
};

/* All words were taken when these are asked for. */
static void unknown_bits(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_proc *p = r->row;

	v->word = p->unknown_bits;
}

static void unknown_because(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_proc *p = r->row;

	v->text = p->unknown_because.text;
	if (!p->unknown_bits)
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"entry", MMX_WORD, "its name", WORDS(MMX_PROC_COUNT, mmx_proc_entry_name),
	 AT(struct mmx_proc, nr)},
	{"frames", MMX_COUNT, "words that the file has", AT(struct mmx_proc, size)},
	{"runs", MMX_TABLE,
	 "its words, one for each page frame or page of a process, as runs of equal ones",
	 .record = &runs},
	{"unknown_bits", MMX_HEX,
	 "bits that may be set in words where they are not: the exit status is 3 then",
	 .zero = MMX_OR_NONE, .get = unknown_bits},
	{"unknown_because", MMX_TEXT, "why nothing tells", .may = MMX_OR_NONE,
	 .get = unknown_because},
	{0},
};

const struct mmx_record mmx_proc_document = {
	.name = "proc",
	.doc = "a file of words, as kpageflags and kpagecount are",
	.version = 1,
	.fields = fields,
};
