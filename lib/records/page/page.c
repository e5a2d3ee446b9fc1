// SPDX-License-Identifier: GPL-2.0-or-later
/* A page: which it is, where it lies, what it is used for; what that has to say stands in the subjects' files. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/frames/flagnames.h"
#include "mm/frames/page_steps.h"
#include "mm/owners/owner.h"
#include "records/page/page.h"
#include "records/steps.h"

_Static_assert(MMX_FLAG_NAMES_MAX <= MMX_SCRATCH_NAMES, "names of flags need room");

enum { PAGE, MISSING, UNINITIALISED };

#define OF(variant) (1u << (variant))

static const char *const variants[] = {"page", "missing", "uninitialised", NULL};

static unsigned int variant(struct mmx_rows *r)
{
	const struct mmx_pages *p = r->row;

	if (p->walk.read)
		return MISSING;
	return p->verdict.class == CLASS_UNINITIALISED ? UNINITIALISED : PAGE;
}

/*
 * The rows.
 */

static int open_pages(struct mmx_rows *r, struct mmx_err *err)
{
	struct mmx_pages *p = r->arg;

	(void)err;
	mmx_classifier_find(&p->classifier, r->view, false);
	return 0;
}

static void close_pages(struct mmx_rows *r)
{
	struct mmx_pages *p = r->arg;

	mmx_tail_free(&p->tail);
	mmx_steps_free(&p->steps);
}

static const void *next_page(struct mmx_rows *r)
{
	struct mmx_pages *p = r->arg;

	if (!p->next(p))
		return NULL;
	p->user_known = p->hugetlb_known = false;
	p->verdict = mmx_classify_fully(&p->classifier, &p->walk);
	mmx_page_cover_owners(p, r->view, r->coverage);
	if (p->explained)
		mmx_page_steps(&p->steps, &p->walk, p->found, &p->verdict);
	if (p->walk.read) {
		p->missing(p);
		mmx_cover_failf(r->coverage, MMX_EABSENT,
				"the struct page of PFN 0x%" PRIx64 " is %s", p->walk.pfn,
				mmx_read_name(p->walk.read));
	}
	return p;
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_pages *p = r->row;

	snprintf(text, 64, "PFN %" PRIx64, p->walk.pfn);
}

/*
 * Which page it is.
 */

static void address(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->word = p->address;
	if (!p->has_address)
		mmx_value_none(v);
}

static uint64_t struct_page(const struct mmx_rows *r)
{
	const struct mmx_pages *p = r->row;

	return mmx_step_page_of_pfn(NULL, r->view->kernel, mmx_plain(p->walk.pfn)).v;
}

static void page(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = struct_page(r);
}

static void page_phys(struct mmx_rows *r, struct mmx_value *v)
{
	if (mmx_kphys(r->view, struct_page(r), &v->word))
		mmx_value_null(v);
}

static void phys(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->word = mmx_step_phys_of_pfn(NULL, r->view->kernel, mmx_plain(p->walk.pfn)).v;
}

/*
 * Its flags word.
 */

static uint64_t flags_of(const struct mmx_rows *r)
{
	const struct mmx_pages *p = r->row;

	return mmx_word(p->walk.bytes, mmx_page_format_of(r)->flags);
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	if (mmx_value_absent(v, p->walk.read))
		return;
	v->word = flags_of(r);
	v->names = v->scratch->names;
	if (r->variant == PAGE)
		v->n_names = mmx_flag_names(&p->walk, v->scratch->names);
}

static unsigned int flag_field(const struct mmx_rows *r, enum mmx_flag_field_id id)
{
	const struct mmx_kernel *k = r->view->kernel;

	return mmx_mem(k)->flags.field[id].width
		       ? mmx_step_flag_field(NULL, k, mmx_plain(flags_of(r)), id).v
		       : 0;
}

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = flag_field(r, FIELD_NODE);
}

static void zone(struct mmx_rows *r, struct mmx_value *v)
{
	unsigned int index = flag_field(r, FIELD_ZONE);
	const struct mmx_zone *found =
		mmx_zone_of(&mmx_mem(r->view->kernel)->zones, flag_field(r, FIELD_NODE), index);

	if (found)
		v->text = found->name;
	else
		mmx_value_textf(v, "%u", index);
}

static void section(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->word = mmx_step_section(NULL, r->view->kernel, mmx_plain(p->walk.pfn)).v;
}

static void generation(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_flag_field *field = &mmx_mem(r->view->kernel)->flags.field[FIELD_LRU_GEN];
	unsigned int stored = field->known && field->width ? flag_field(r, FIELD_LRU_GEN) : 0;

	v->word = stored - 1;
	if (!stored)
		mmx_value_none(v);
}

/*
 * What it is used for.
 */

static void meaning(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->text = mmx_class_words(p->verdict.class);
}

static void arm(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_pages *p = mmx_page_of(r);
	const char *members = mmx_class_arm(p->verdict.class, &p->walk);
	bool typed = mmx_arm_typed(&p->walk);

	if (members != p->arm.members || typed != p->arm.typed || !members)
		mmx_arm_names(members, &p->walk, p->arm.names, sizeof(p->arm.names));
	p->arm.members = members;
	p->arm.typed = typed;
	v->text = p->arm.names[0] ? p->arm.names
				  : "none that is known: only flags and the counts hold";
}

/*
 * Its struct page as it stands.
 */

struct word {
	uint64_t offset, word;
};

static bool has_words(struct mmx_rows *r)
{
	return r->above->variant == UNINITIALISED || !mmx_page_of(r)->drawn;
}

static const void *next_word(struct mmx_rows *r)
{
	struct word *word = r->state;

	word->offset = r->nth * 8;
	if (word->offset + 8 > mmx_page_format_of(r)->size)
		return NULL;
	word->word = mmx_word(mmx_page_of(r)->walk.bytes, word->offset);
	return word;
}

static const struct mmx_field word_fields[] = {
	{"offset", MMX_HEX, "from its start", .width = 6, AT(struct word, offset)},
	{"word", MMX_HEX, "the 64 bits there", AT(struct word, word)},
	{0},
};

static const struct mmx_record words = {
	.name = "word",
	.doc = "a word of the struct page as it stands",
	.fields = word_fields,
	.state_size = sizeof(struct word),
	.has = has_words,
	.next = next_word,
};

/*
 * How all of that follows.
 */

static const struct mmx_steps *derivation(const struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);

	return p->explained ? &p->steps : NULL;
}

MMX_STEPS_RECORD(steps, derivation);

static const struct mmx_field fields[] = {
	{"pfn", MMX_PFN, "the frame", AT(struct mmx_pages, walk.pfn)},
	{"address", MMX_ADDR,
	 "only when a kernel or user address was asked for: that one, or the page's in a range",
	 .may = MMX_OR_NONE, .get = address},
	{"page", MMX_ADDR, "address of its struct page", .get = page},
	{"page_phys", MMX_ADDR, "where that struct page itself lies", .of = OF(PAGE),
	 .may = MMX_OR_NULL, .get = page_phys},
	{"phys", MMX_ADDR, "the frame's physical address", .get = phys},
	{"flags", MMX_FLAGS,
	 "the page's own flags word; names by the page's state (swapcache or checked, ...)",
	 .may = MMX_OR_ABSENT, .get = flags},
	{"node", MMX_COUNT, "from the flags word", .of = OF(PAGE), .get = node},
	{"zone", MMX_TEXT,
	 "its name; a bare number when no zone with frames has it, as on reserved pages that no zone spans",
	 .of = OF(PAGE), .get = zone},
	{"section", MMX_HEX, "the memory section", .of = OF(PAGE), .get = section},
	{"generation", MMX_COUNT, "only on pages of the multi-generational LRU", .of = OF(PAGE),
	 .may = MMX_OR_NONE, .get = generation},
	{"class", MMX_WORD, "what the frame is used for", WORDS(MMX_CLASS_COUNT, mmx_class_name),
	 AT(struct mmx_pages, verdict.class)},
	{"meaning", MMX_TEXT, "the class in words", .of = OF(PAGE) | OF(UNINITIALISED),
	 .get = meaning},
	{"because", MMX_TEXT, "the test that decided the class", AT(struct mmx_pages, verdict.why)},
	{"arm", MMX_TEXT,
	 "the members of struct page that are in force, of its unions; of tails, those of the page itself",
	 .of = OF(PAGE), .get = arm},
#define SUBJECT(name) {#name, MMX_FIELDS, .of = OF(PAGE), .fields = mmx_page_fields_##name},
	MMX_PAGE_SUBJECTS(SUBJECT)
#undef SUBJECT
		{"words", MMX_TABLE, "the struct page as it stands; left out with `-v`",
		 .title = "words", .of = OF(PAGE) | OF(UNINITIALISED), .may = MMX_OR_NONE,
		 .record = &words},
	{"steps", MMX_TABLE, "with `-e`: how it follows, a step after the other",
	 .title = "derivation", .may = MMX_OR_NONE, .record = &steps},
	{0},
};

const struct mmx_record mmx_record_pages = {
	.name = "page",
	.doc = "a frame that was asked for and has a struct page",
	.fields = fields,
	.variants = variants,
	.variant = variant,
	.open = open_pages,
	.next = next_page,
	.close = close_pages,
	.heading = heading,
};
