// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The map of physical memory: a letter a cell. A capital is what most of a cell's used frames are, a small one the
 * same where more of the cell is free than used; with one class asked for, a digit says how much of the cell it is.
 */
#include <ctype.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/ledger/heat.h"
#include "records/census.h"

#define NOTHING ' ' /* no frame of the zones that are asked for */
#define FREE    '.'

/* What is seldom more than a few pages shares the kernel's letter. */
static const char letters[MMX_CLASS_COUNT] = {
	[CLASS_NO_PAGE] = NOTHING, [CLASS_MISSING] = '!',      [CLASS_UNINITIALISED] = 'U',
	[CLASS_DEVICE] = 'D',      [CLASS_RESERVED] = 'R',     [CLASS_FREE] = FREE,
	[CLASS_FREE_PCP] = FREE,   [CLASS_SLAB] = 'S',         [CLASS_LARGE_KMALLOC] = 'S',
	[CLASS_PAGE_TABLE] = 'T',  [CLASS_ANON] = 'A',         [CLASS_KSM] = 'A',
	[CLASS_SWAP_CACHE] = 'A',  [CLASS_FILE] = 'F',         [CLASS_SHMEM] = 'M',
	[CLASS_HUGETLB] = 'H',     [CLASS_VMALLOC] = 'V',      [CLASS_STACK] = 'V',
	[CLASS_BALLOON] = 'B',     [CLASS_OFFLINE] = 'O',      [CLASS_HWPOISON] = 'X',
	[CLASS_UNACCEPTED] = 'N',  [CLASS_UNATTRIBUTED] = 'Z',
};

static char letter_of(enum mmx_class class)
{
	return letters[class] ? letters[class] : 'K';
}

static bool is_free(enum mmx_class class)
{
	return letter_of(class) == FREE;
}

/* A poisoned page is worth being seen among whatever else. */
static char used_for(const struct mmx_heat *heat, uint64_t cell)
{
	uint64_t of[128] = {0}, used = 0, free = 0, most = 0;
	char letter = NOTHING;

	for (unsigned int class = 0; class < MMX_CLASS_COUNT; class ++) {
		uint64_t frames = mmx_heat_of(heat, cell, class);

		if (is_free(class))
			free += frames;
		else
			used += frames;
		of[(int)letter_of(class)] += frames;
	}
	if (of['X'])
		return 'X';
	for (char c = 'A'; c <= 'Z'; c++) {
		if (of[(int)c] > most) {
			most = of[(int)c];
			letter = c;
		}
	}
	if (of['!'] > most)
		return '!';
	if (!used)
		return free ? FREE : NOTHING;
	return free > used ? (char)tolower((unsigned char)letter) : letter;
}

/* Tenths of the cell's frames, rounded up: 0 is none at all, and shown as free memory is. */
static char share_of(const struct mmx_heat *heat, uint64_t cell, enum mmx_class class)
{
	uint64_t all = 0, frames = mmx_heat_of(heat, cell, class), tenths;

	for (unsigned int i = 0; i < MMX_CLASS_COUNT; i++)
		all += mmx_heat_of(heat, cell, i);
	if (!all)
		return NOTHING;
	if (!frames)
		return FREE;
	tenths = (frames * 10 + all - 1) / all;
	return tenths > 9 ? '#' : (char)('0' + tenths);
}

static char letter_at(const struct mmx_census *census, uint64_t cell)
{
	return census->map_class < MMX_CLASS_COUNT
		       ? share_of(census->heat, cell, (enum mmx_class)census->map_class)
		       : used_for(census->heat, cell);
}

/* A row: cells side by side that have no gap between them. */
struct row {
	size_t run;
	uint64_t at; /* the next cell within the run */
	uint64_t pfn, n;
	char cells[2 * MMX_MAP_WIDEST + 1];
};

static bool has_map(struct mmx_rows *r)
{
	return mmx_census_of(r)->heat;
}

/* Two lines of cells in one row lie below each other, so the lower one is filled up. */
static const void *next_row(struct mmx_rows *r)
{
	const struct mmx_census *census = mmx_census_of(r);
	const struct mmx_heat *heat = census->heat;
	uint64_t most = (uint64_t)census->map_width * (census->map_halves ? 2 : 1);
	struct row *row = r->state;
	const struct mmx_heat_run *run;

	while (row->run < heat->n && row->at == heat->v[row->run].n) {
		row->run++;
		row->at = 0;
	}
	if (row->run == heat->n)
		return NULL;
	run = &heat->v[row->run];
	row->pfn = run->pfn + (row->at << heat->shift);
	row->n = run->n - row->at < most ? run->n - row->at : most;
	memset(row->cells, NOTHING, sizeof(row->cells));
	for (uint64_t i = 0; i < row->n; i++)
		row->cells[i] = letter_at(census, run->cell + row->at + i);
	row->cells[census->map_halves ? most : row->n] = 0;
	row->at += row->n;
	return row;
}

static void cells(struct mmx_rows *r, struct mmx_value *v)
{
	const struct row *row = r->row;

	v->text = row->cells;
	v->cells = mmx_census_of(r)->map_halves ? 2 : 1;
}

static const struct mmx_field row_fields[] = {
	{"pfn", MMX_PFN, "the first frame of its first cell", AT(struct row, pfn)},
	{"n", MMX_COUNT, "how many cells", .title = "CELLS", .width = 5, AT(struct row, n)},
	{"cells", MMX_TEXT, "a letter a cell", .title = "", .get = cells},
	{0},
};

const struct mmx_record mmx_record_map = {
	.name = "map_row",
	.doc = "cells of physical memory side by side",
	.fields = row_fields,
	.state_size = sizeof(struct row),
	.has = has_map,
	.next = next_row,
};

/* The legend: letters of the map, each with what it stands for. */

static const struct {
	char letter;
	const char *words;
} legend[] = {
	{'.', "free"},
	{'R', "reserved: not the page allocator's, the kernel image and its tables among it"},
	{'A', "anonymous memory"},
	{'F', "page cache of files"},
	{'M', "shared memory"},
	{'H', "huge pages of hugetlb"},
	{'S', "slabs and large kmalloc"},
	{'T', "page tables"},
	{'V', "vmalloc and kernel stacks"},
	{'K', "other memory of the kernel"},
	{'Z', "unattributed"},
	{'D', "memory of a device"},
	{'O', "offline"},
	{'B', "balloon"},
	{'U', "struct pages that were never initialised"},
	{'N', "not accepted from the hypervisor yet"},
	{'X', "a poisoned page in it"},
	{'!', "struct pages that are not in the dump"},
};

static bool has_legend(struct mmx_rows *r)
{
	return has_map(r) && mmx_census_of(r)->map_class == MMX_CLASS_COUNT;
}

/* Those that the map has. */
static const void *next_letter(struct mmx_rows *r)
{
	const struct mmx_heat *heat = mmx_census_of(r)->heat;
	size_t *at = r->state;

	for (; *at < sizeof(legend) / sizeof(*legend); (*at)++) {
		for (uint64_t cell = 0; cell < heat->cells; cell++) {
			if (toupper((unsigned char)used_for(heat, cell)) == legend[*at].letter)
				return &legend[(*at)++];
		}
	}
	return NULL;
}

static void letter(struct mmx_rows *r, struct mmx_value *v)
{
	const char *row = r->row;

	mmx_value_textf(v, "%c", *row);
	v->cells = 1;
}

static void stands_for(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = ((const __typeof__(legend[0]) *)r->row)->words;
}

static const struct mmx_field legend_fields[] = {
	{"letter", MMX_TEXT, "small where more of the cell is free than used", .title = "",
	 .width = 1, .get = letter},
	{"words", MMX_TEXT, "what most of the cell's used frames are", .title = "",
	 .get = stands_for},
	{0},
};

const struct mmx_record mmx_record_map_legend = {
	.name = "letter",
	.doc = "a letter of the map",
	.fields = legend_fields,
	.state_size = sizeof(size_t),
	.has = has_legend,
	.next = next_letter,
};

/* The scale. */

static void cell_frames(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = 1ULL << mmx_census_of(r)->heat->shift;
}

static void cell_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = 1ULL << (mmx_census_of(r)->heat->shift + r->view->kernel->arch->page_shift);
}

static void class_shown(struct mmx_rows *r, struct mmx_value *v)
{
	unsigned int class = mmx_census_of(r)->map_class;

	if (class < MMX_CLASS_COUNT)
		v->text = mmx_class_name(class);
	else
		mmx_value_none(v);
}

static void digits(struct mmx_rows *r, struct mmx_value *v)
{
	v->text =
		"tenths of the cell's frames that are of it: . none, 1 up to a tenth, # more than nine";
	if (mmx_census_of(r)->map_class == MMX_CLASS_COUNT)
		mmx_value_none(v);
}

static const void *next_scale(struct mmx_rows *r)
{
	return r->nth ? NULL : r->arg;
}

static const struct mmx_field scale_fields[] = {
	{"cell_frames", MMX_COUNT, "frames of a cell", .get = cell_frames},
	{"cell_bytes", MMX_BYTES, "the same in bytes", .get = cell_bytes},
	{"class", MMX_TEXT, "the one class that is shown", .may = MMX_OR_NONE, .get = class_shown},
	{"digits", MMX_TEXT, "what digits say then", .may = MMX_OR_NONE, .get = digits},
	{0},
};

const struct mmx_record mmx_record_map_scale = {
	.name = "scale",
	.doc = "how much of memory a cell is",
	.fields = scale_fields,
	.has = has_map,
	.next = next_scale,
};
