// SPDX-License-Identifier: GPL-2.0-or-later
/* The program of a process, as the dynamic linker sees it. */
#include <inttypes.h>
#include <stdio.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/programs/program.h"
#include "mm/programs/sources.h"
#include "records/vma/vma.h"

/* A process's, and what is asked of its mm_struct. */
struct shown {
	const struct mmx_user_space *of;
	struct mmx_program program;
	struct mmx_err nomem;
};

static bool has_programs(struct mmx_rows *r)
{
	return mmx_vmax_of(r)->program && !mmx_vmax_of(r)->by_address;
}

static const void *next_program(struct mmx_rows *r)
{
	const struct mmx_vmax *asked = mmx_vmax_of(r);
	struct shown *s = r->state;

	mmx_program_free(&s->program);
	if (r->nth >= asked->spaces.n)
		return NULL;
	*s = (struct shown){.of = &asked->spaces.v[r->nth]};
	if (s->of->mm && mmx_program_find(&s->program, r->view, s->of->mm, &s->nomem))
		mmx_cover_fail(r->coverage, &s->nomem);
	mmx_cover_inherit(r->coverage, &s->program.coverage);
	return s;
}

static void close_programs(struct mmx_rows *r)
{
	mmx_program_free(&((struct shown *)r->state)->program);
}

static const struct shown *of(const struct mmx_rows *r)
{
	return r->row;
}

static const struct mmx_program *program_of(const struct mmx_rows *r)
{
	return &of(r)->program;
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_user_space *s = of(r)->of;

	if (s->task)
		snprintf(text, 64, "Program of %d (%s)", s->task->pid, s->task->comm);
	else
		snprintf(text, 64, "Program of %s %" PRIx64, s->name ? s->name : "address space",
			 s->mm);
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	if (of(r)->of->task)
		v->word = of(r)->of->task->pid;
	else
		mmx_value_none(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	if (of(r)->of->task)
		v->text = of(r)->of->task->comm;
	else
		mmx_value_none(v);
}

static void memory(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->of->memory;
}

/* Of a program that there is. */
static bool is_there(struct mmx_rows *r, struct mmx_value *v)
{
	if (!program_of(r)->auxv.n)
		mmx_value_none(v);
	return program_of(r)->auxv.n;
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = program_of(r)->kind;
	if (!of(r)->of->mm)
		mmx_value_none(v);
}

static void bits(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_there(r, v))
		v->word = program_of(r)->auxv.is_32 ? 32 : 64;
}

static void of_auxv(struct mmx_rows *r, struct mmx_value *v, uint64_t type)
{
	if (is_there(r, v) && !mmx_auxv_has(&program_of(r)->auxv, type, &v->word))
		mmx_value_none(v);
}

static void entry(struct mmx_rows *r, struct mmx_value *v)
{
	of_auxv(r, v, MMX_AT_ENTRY);
}

static void vdso(struct mmx_rows *r, struct mmx_value *v)
{
	of_auxv(r, v, MMX_AT_SYSINFO_EHDR);
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	uint64_t at;

	if (!is_there(r, v))
		return;
	if (!mmx_auxv_has(&program_of(r)->auxv, MMX_AT_EXECFN, &at) || !at)
		mmx_value_none(v);
	else if (mmx_user_string(r->view, of(r)->of->mm, at, v->scratch->text,
				 sizeof(v->scratch->text), &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
	else
		v->text = v->scratch->text;
}

static void bias(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = program_of(r)->bias;
	if (is_there(r, v) && !program_of(r)->has_bias)
		mmx_value_null(v);
}

static void linking(struct mmx_rows *r, struct mmx_value *v)
{
	static const char *const words[] = {"nothing", "adding to its list", "removing from it"};
	const struct mmx_program *p = program_of(r);

	if (p->kind != MMX_PROGRAM_DYNAMIC)
		mmx_value_none(v);
	else if (!p->debug)
		v->text = "it has not told where its list is: it has not got that far, or does not";
	else if (p->state < sizeof(words) / sizeof(*words))
		v->text = words[p->state];
	else
		mmx_value_textf(v, "state %u", p->state);
}

/*
 * What its mm_struct says of where things are.
 */

struct place {
	const char *name;
	enum mmx_layout_member start, end;
};

static const struct place places[] = {
	{"code", M_mm_struct_start_code, M_mm_struct_end_code},
	{"data", M_mm_struct_start_data, M_mm_struct_end_data},
	{"heap (brk)", M_mm_struct_start_brk, M_mm_struct_brk},
	{"arguments", M_mm_struct_arg_start, M_mm_struct_arg_end},
	{"environment", M_mm_struct_env_start, M_mm_struct_env_end},
	{"stack began", M_mm_struct_start_stack, M_mm_struct_start_stack},
};

static const void *next_place(struct mmx_rows *r)
{
	const struct shown *s = r->above->row;

	return s->program.auxv.n && r->nth < sizeof(places) / sizeof(*places) ? &places[r->nth]
									      : NULL;
}

static void place_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = ((const struct place *)r->row)->name;
}

static void place_end(struct mmx_rows *r, struct mmx_value *v, enum mmx_layout_member id)
{
	const struct shown *s = r->above->row;

	if (mmx_kget(r->view, s->of->mm, id, &v->word, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
}

static void start(struct mmx_rows *r, struct mmx_value *v)
{
	place_end(r, v, ((const struct place *)r->row)->start);
}

static void end(struct mmx_rows *r, struct mmx_value *v)
{
	const struct place *p = r->row;

	if (p->start == p->end)
		mmx_value_null(v);
	else
		place_end(r, v, p->end);
}

static const struct mmx_field place_fields[] = {
	{"what", MMX_TEXT, "what is there", .width = 11, .get = place_name},
	{"start", MMX_ADDR, "its first address", .width = 12, .may = MMX_OR_UNKNOWN, .get = start},
	{"end", MMX_ADDR, "the first one behind it", .width = 12,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = end},
	{0},
};

static const struct mmx_record place_record = {
	.name = "place",
	.doc = "where the kernel has put parts of the program",
	.fields = place_fields,
	.next = next_place,
};

/*
 * auxv.
 */

static const void *next_pair(struct mmx_rows *r)
{
	const struct shown *s = r->above->row;

	return r->nth < s->program.auxv.n ? &s->program.auxv.v[r->nth] : NULL;
}

static void pair_name(struct mmx_rows *r, struct mmx_value *v)
{
	const char *words;

	v->text = mmx_auxv_name(((const struct mmx_auxv_pair *)r->row)->type, &words);
	if (!v->text)
		mmx_value_null(v);
}

static bool is_string(uint64_t type)
{
	return type == MMX_AT_PLATFORM || type == MMX_AT_BASE_PLATFORM || type == MMX_AT_EXECFN;
}

static void pair_words(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_auxv_pair *pair = r->row;
	const struct shown *s = r->above->row;
	char text[256];

	if (!mmx_auxv_name(pair->type, &v->text))
		mmx_value_null(v);
	else if (is_string(pair->type) && pair->value &&
		 !mmx_user_string(r->view, s->of->mm, pair->value, text, sizeof(text), NULL))
		mmx_value_textf(v, "%s: %s", v->text, text);
}

static const struct mmx_field pair_fields[] = {
	{"type", MMX_COUNT, "its number", .width = 4, AT(struct mmx_auxv_pair, type)},
	{"name", MMX_TEXT, "its name, AT_PHDR as PHDR; null where mmx knows none", .width = 17,
	 .may = MMX_OR_NULL, .get = pair_name},
	{"value", MMX_HEX, "as the program was given it", .width = 16,
	 AT(struct mmx_auxv_pair, value)},
	{"means", MMX_TEXT, "what that is", .may = MMX_OR_NULL, .get = pair_words},
	{0},
};

static const struct mmx_record pair_record = {
	.name = "auxiliary value",
	.doc = "what the kernel told the program when it started",
	.fields = pair_fields,
	.next = next_pair,
};

/*
 * Program headers.
 */

static const void *next_segment(struct mmx_rows *r)
{
	const struct shown *s = r->above->row;

	return r->nth < s->program.elf.n ? &s->program.elf.segment[r->nth] : NULL;
}

static const struct mmx_elf_segment *segment_of(const struct mmx_rows *r)
{
	return r->row;
}

static void segment_type(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_elf_segment_name(segment_of(r)->type);
	if (!v->text)
		mmx_value_textf(v, "0x%x", segment_of(r)->type);
}

static void segment_at(struct mmx_rows *r, struct mmx_value *v)
{
	const struct shown *s = r->above->row;

	v->word = s->program.bias + segment_of(r)->vaddr;
	if (!s->program.has_bias)
		mmx_value_null(v);
}

static void segment_flags(struct mmx_rows *r, struct mmx_value *v)
{
	uint32_t flags = segment_of(r)->flags;

	mmx_value_textf(v, "%c%c%c", flags & 4 ? 'r' : '-', flags & 2 ? 'w' : '-',
			flags & 1 ? 'x' : '-');
}

static const struct mmx_field segment_fields[] = {
	{"type", MMX_TEXT, "its type", .width = 12, .get = segment_type},
	{"offset", MMX_HEX, "where it is in the file", .width = 9,
	 AT(struct mmx_elf_segment, offset)},
	{"vaddr", MMX_ADDR, "its address, as the file has it", .width = 12,
	 AT(struct mmx_elf_segment, vaddr)},
	{"address", MMX_ADDR, "where it is; null where that is not known", .width = 12,
	 .may = MMX_OR_NULL, .get = segment_at},
	{"filesz", MMX_HEX, "bytes of the file", .width = 9, AT(struct mmx_elf_segment, filesz)},
	{"memsz", MMX_HEX, "and of memory", .width = 9, AT(struct mmx_elf_segment, memsz)},
	{"flags", MMX_TEXT, "read, write, execute", .width = 5, .get = segment_flags},
	{0},
};

static const struct mmx_record segment_record = {
	.name = "segment",
	.doc = "a program header, as it is in the program's memory",
	.fields = segment_fields,
	.next = next_segment,
};

/*
 * What was linked.
 */

static const void *next_linked(struct mmx_rows *r)
{
	const struct shown *s = r->above->row;

	return r->nth < s->program.linked.n ? &s->program.linked.v[r->nth] : NULL;
}

static const struct mmx_linked *linked_of(const struct mmx_rows *r)
{
	return r->row;
}

static void linked_base(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = linked_of(r)->base;
	if (!v->word)
		mmx_value_null(v);
}

static void linked_name(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_value_textf(v, "%s", linked_of(r)->name);
}

static void linked_file(struct mmx_rows *r, struct mmx_value *v)
{
	if (linked_of(r)->file && linked_of(r)->file[0] && linked_of(r)->state != MMX_LINKED_SAME)
		mmx_value_textf(v, "%s", linked_of(r)->file);
	else
		mmx_value_null(v);
}

static const struct mmx_field linked_fields[] = {
	{"list", MMX_COUNT, "which of the linker's lists: a program can have several", .width = 4,
	 AT(struct mmx_linked, space)},
	{"bias", MMX_HEX, "what is added to addresses of the file (l_addr)", .width = 12,
	 AT(struct mmx_linked, bias)},
	{"base", MMX_ADDR, "where the file begins in memory; null where that is not known",
	 .width = 12, .may = MMX_OR_NULL, .get = linked_base},
	{"dynamic", MMX_ADDR, "its dynamic section (l_ld)", .width = 12,
	 AT(struct mmx_linked, dynamic)},
	{"link_map", MMX_ADDR, "the linker's own struct", .title = "LINK_MAP", .width = 12,
	 AT(struct mmx_linked, at)},
	{"maps", MMX_WORD,
	 "what is mapped there: its file, one of that name by another path or that was deleted since, ...",
	 .width = 10, AT(struct mmx_linked, state),
	 WORDS(MMX_LINKED_STATE_COUNT, mmx_linked_words)},
	{"name", MMX_TEXT, "as the linker has it; empty for the program", .may = MMX_OR_EMPTY,
	 .get = linked_name},
	{"file", MMX_TEXT, "as maps has what is mapped there; null where that is its name, or none",
	 .may = MMX_OR_NULL, .get = linked_file},
	{"wrong", MMX_TROUBLE, "what cannot be", AT(struct mmx_linked, wrong)},
	{0},
};

static const struct mmx_record linked_record = {
	.name = "library",
	.doc = "what the dynamic linker has in its list, and what the mappings say of it",
	.fields = linked_fields,
	.next = next_linked,
};

static const void *next_unlisted(struct mmx_rows *r)
{
	const struct shown *s = r->above->row;

	return r->nth < s->program.files.n ? &s->program.files.v[r->nth] : NULL;
}

static void unlisted_file(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_value_textf(v, "%s", ((const struct mmx_unlisted *)r->row)->file);
}

static const struct mmx_field unlisted_fields[] = {
	{"start", MMX_ADDR, "where it is mapped", .width = 12, AT(struct mmx_unlisted, start)},
	{"file", MMX_TEXT, "as maps has it", .may = MMX_OR_EMPTY, .get = unlisted_file},
	{0},
};

static const struct mmx_record unlisted_record = {
	.name = "file",
	.doc = "code of a file that is mapped, and that the dynamic linker has not in its lists",
	.fields = unlisted_fields,
	.next = next_unlisted,
};

static void missing(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = &program_of(r)->coverage.first;
	if (!v->err->code)
		mmx_value_none(v);
}

static void interpreter(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = program_of(r)->interpreter;
	if (!v->text[0])
		mmx_value_none(v);
}

static void base(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = program_of(r)->base;
	if (!v->word)
		mmx_value_none(v);
}

static void debug(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = program_of(r)->debug;
	if (!v->word)
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"pid", MMX_COUNT, "of the task that was asked for, or the first that has it",
	 .may = MMX_OR_NONE, .get = pid},
	{"name", MMX_TEXT, "its name", .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = comm},
	{"memory", MMX_WORD, "whose memory it is in, or why there is none",
	 WORDS(MMX_USER_MEMORY_COUNT, mmx_user_memory_words), .get = memory},
	{"kind", MMX_WORD, "how it is linked", WORDS(MMX_PROGRAM_KIND_COUNT, mmx_program_words),
	 .may = MMX_OR_NONE, .get = kind},
	{"bits", MMX_COUNT, "of its words", .may = MMX_OR_NONE, .get = bits},
	{"path", MMX_TEXT,
	 "that was started, as the program was told: it may have written there since",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN | MMX_OR_EMPTY, .get = path},
	{"entry", MMX_ADDR, "where it begins", .may = MMX_OR_NONE, .get = entry},
	{"bias", MMX_HEX, "what is added to addresses of its file; null where that is not known",
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = bias},
	{"interpreter", MMX_TEXT, "the dynamic linker, as the program names it", .may = MMX_OR_NONE,
	 .get = interpreter},
	{"interpreter_base", MMX_ADDR, "where that is", .may = MMX_OR_NONE, .get = base},
	{"vdso", MMX_ADDR, "the kernel's own library for it", .may = MMX_OR_NONE, .get = vdso},
	{"r_debug", MMX_ADDR, "where the dynamic linker's list begins", .may = MMX_OR_NONE,
	 .get = debug},
	{"linker_does", MMX_TEXT, "what the dynamic linker was doing to its list",
	 .may = MMX_OR_NONE, .get = linking},
	{"missing", MMX_TROUBLE, "why not all of this is known", .get = missing},
	{"places", MMX_TABLE, "where the kernel has put parts of it", .title = "Places",
	 .may = MMX_OR_NONE, .record = &place_record},
	{"auxv", MMX_TABLE, "what the kernel told it", .title = "Auxiliary vector",
	 .may = MMX_OR_NONE, .record = &pair_record},
	{"segments", MMX_TABLE, "its program headers", .title = "Segments", .may = MMX_OR_NONE,
	 .record = &segment_record},
	{"linked", MMX_TABLE, "what the dynamic linker has linked", .title = "Linked",
	 .may = MMX_OR_NONE, .record = &linked_record},
	{"unlisted", MMX_TABLE, "code of files that it does not have in its lists",
	 .title = "Not in its lists", .may = MMX_OR_NONE, .record = &unlisted_record},
	{0},
};

const struct mmx_record mmx_record_vma_programs = {
	.name = "program",
	.doc = "a process's program, as the dynamic linker sees it",
	.fields = fields,
	.state_size = sizeof(struct shown),
	.has = has_programs,
	.next = next_program,
	.close = close_programs,
	.heading = heading,
};
