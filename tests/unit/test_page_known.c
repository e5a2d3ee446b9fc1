// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Struct pages with known answers: words as kernels of the lab had them in memory, and what these kernels
 * and the program whose pages they were said of them. Only places are others: frames, and with them the
 * links of tails; and words that lead elsewhere (lists, cgroups) are left out. A folio's third page stands
 * for all behind it. tests/real/known_pages prints a dump's pages as they stand here.
 */
#include "../fake_memory.h"
#include "mm/frames/class.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/page_check.h"
#include "mm/frames/page_steps.h"
#include "mm/frames/page_walk.h"
#include "unit.h"

#define FRAMES 3072u
#define SIZE   64u                   /* of a struct page */
#define BASE   0xffffea0000000000ULL /* where PFN 0's would be */

struct field {
	enum mmx_layout_member id;
	unsigned int offset, size;
};

struct enumerator {
	enum mmx_layout_enumerator id;
	uint64_t value;
};

struct words {
	uint64_t pfn, word[SIZE / 8];
};

/* Every one of these kernels has these where they are. */
static const struct field always[] = {
	{M_page_flags, 0, 8},     {M_page_link, 8, 8},      {M_page_lru, 8, 16},
	{M_page_mapping, 24, 8},  {M_page_index, 32, 8},    {M_page_private, 40, 8},
	{M_page_mapcount, 48, 4}, {M_page_refcount, 52, 4}, {M_page_memcg_data, 56, 8},
};

static const struct kernel {
	const char *name;
	bool masks; /* links are called compound_info, and may be masks */
	struct field fields[8];
	struct enumerator enums[12];
	struct words pages[24];
} kernels[] = {
	{
		.name = "6.1",
		.fields = {{M_folio_dtor, 80, 1},
			   {M_folio_order, 81, 1},
			   {M_folio_entire_mapcount, 84, 4}},
		.enums = {{E_HUGETLB_PAGE_DTOR, 2},
			  {E_PG_head, 16},
			  {E_PG_slab, 9},
			  {E_PG_double_map, 6},
			  {E_PG_lru, 4},
			  {E_PG_swapbacked, 19}},
		.pages =
			{
				{0x20,
				 {0xfffffc00a0014, 0, 0, 0xffff89461e554681, 0, 0, 0x100000000}},
				{0xa0,
				 {0xfffffc008001e, 0, 0, 0xffff89461f7f74c3, 0, 0, 0x300000002}},
				{0x40, {0xfffffc0000000, 0, 0, 0, 0, 0x2, 0xffffff7f}},
				{0x60, {0xfffffc0000200, 0, 0, 0, 0, 0, 0x1ffffffff}},
				{0x80, {0xfffffc0000000, 0, 0, 0, 0, 0, 0x1fffffdff}},
				{0x200,
				 {0xfffffc00b0014, 0, 0, 0xffff89463ffcba91, 0, 0, 0x1ffffffff}},
				{0x201,
				 {0xfffffc0000000, 0xffffea0000008001, 0x40170903, 0x20000000000, 0,
				  0, 0xffffffff}},
				{0x202,
				 {0xfffffc0000000, 0xffffea0000008001, 0, 0, 0, 0, 0xffffffff}},
				{0x400,
				 {0xfffffc00b001c, 0, 0, 0xffff89463ffcb8f1, 0, 0, 0x20000000000}},
				{0x401,
				 {0xfffffc0020000, 0xffffea0000010001, 0xffffffff40180903,
				  0x20000000000}},
				{0x402, {0xfffffc0020000, 0xffffea0000010001}},
				{0x600,
				 {0xfffffc0030004, 0, 0, 0xffff89461ef1b411, 0, 0, 0x1ffffffff}},
				{0x601,
				 {0xfffffc0000000, 0xffffea0000018001, 0x401c0902, 0x20000000000, 0,
				  0, 0xffffffff}},
				{0x602,
				 {0xfffffc0000000, 0xffffea0000018001, 0, 0, 0, 0, 0xffffffff}},
				{0x800,
				 {0xfffffc009001c, 0, 0, 0xffff89461ef1b889, 0, 0, 0x20100000001}},
				{0x801,
				 {0xfffffc0000040, 0xffffea0000020001, 0x40190903, 0x20000000000, 0,
				  0, 0x1}},
				{0x802, {0xfffffc0000000, 0xffffea0000020001, 0, 0, 0, 0, 0x1}},
				{0xa00,
				 {0xfffffc009001c, 0, 0, 0xffff89460268dd98, 0, 0, 0x20100000000}},
				{0xa01,
				 {0xfffffc0000000, 0xffffea0000028001, 0x401b0903, 0x20000000000}},
				{0xa02, {0xfffffc0000000, 0xffffea0000028001}},
			},
	},
	{
		.name = "6.2",
		.fields = {{M_folio_dtor, 80, 1},
			   {M_folio_order, 81, 1},
			   {M_folio_entire_mapcount, 84, 4},
			   {M_folio_nr_pages_mapped, 88, 4}},
		.enums = {{E_HUGETLB_PAGE_DTOR, 2},
			  {E_PG_head, 16},
			  {E_PG_slab, 9},
			  {E_PG_lru, 4},
			  {E_PG_swapbacked, 19}},
		.pages =
			{
				{0x20,
				 {0xfff00000a0014, 0, 0, 0xffffa0b242fee271, 0, 0, 0x100000000}},
				{0xa0,
				 {0xfff000008001e, 0, 0, 0xffffa0b2477e9003, 0, 0, 0x300000002}},
				{0x40, {0xfff0000000000, 0, 0, 0, 0, 0x2, 0xffffff7f}},
				{0x60, {0xfff0000000200, 0, 0, 0, 0, 0, 0x1ffffffff}},
				{0x80, {0xfff0000000000, 0, 0, 0, 0, 0, 0x1fffffdff}},
				{0x200,
				 {0xfff00000b0014, 0, 0, 0xffffa0b242e715b1, 0, 0, 0x1ffffffff}},
				{0x201,
				 {0xfff0000000000, 0xffffea0000008001, 0x40180903, 0x800000, 0x200,
				  0, 0xffffffff}},
				{0x202,
				 {0xfff0000000000, 0xffffea0000008001, 0, 0, 0, 0, 0xffffffff}},
				{0x400,
				 {0xfff00000b001c, 0, 0, 0xffffa0b242e71681, 0, 0, 0x20000000000}},
				{0x401,
				 {0xfff0000020000, 0xffffea0000010001, 0xffffffff40190903, 0x200,
				  0x200}},
				{0x402, {0xfff0000020000, 0xffffea0000010001}},
				{0x600,
				 {0xfff0000030004, 0, 0, 0xffffa0b242f4f959, 0, 0, 0x1ffffffff}},
				{0x601,
				 {0xfff0000000000, 0xffffea0000018001, 0x401e0902, 0, 0x200, 0,
				  0xffffffff}},
				{0x602,
				 {0xfff0000000000, 0xffffea0000018001, 0, 0, 0, 0, 0xffffffff}},
				{0x800,
				 {0xfff000009001c, 0, 0, 0xffffa0b242f4f069, 0, 0, 0x20100000000}},
				{0x801,
				 {0xfff0000000000, 0xffffea0000020001, 0x401a0903, 0x800200,
				  0x200}},
				{0x802, {0xfff0000000000, 0xffffea0000020001}},
				{0xa00,
				 {0xfff000009001c, 0, 0, 0xffffa0b2427f5550, 0, 0, 0x201ffffffff}},
				{0xa01,
				 {0xfff0000000000, 0xffffea0000028001, 0x401b0903, 0x800000, 0x200,
				  0, 0xffffffff}},
				{0xa02,
				 {0xfff0000000000, 0xffffea0000028001, 0, 0, 0, 0, 0xffffffff}},
			},
	},
	{
		.name = "6.5",
		.fields = {{M_folio_dtor, 80, 1},
			   {M_folio_order, 81, 1},
			   {M_folio_entire_mapcount, 84, 4},
			   {M_folio_nr_pages_mapped, 88, 4}},
		.enums = {{E_HUGETLB_PAGE_DTOR, 2},
			  {E_PG_head, 16},
			  {E_PG_slab, 9},
			  {E_PG_lru, 4},
			  {E_PG_swapbacked, 19}},
		.pages =
			{
				{0x20,
				 {0x1ffe00000a0014, 0, 0, 0xffff9578c2b8e271, 0, 0, 0x100000000}},
				{0xa0,
				 {0x1ffe000008001e, 0, 0, 0xffff9578c9b82003, 0, 0, 0x300000002}},
				{0x40, {0x1ffe0000000000, 0, 0, 0, 0, 0x2, 0xffffff7f}},
				{0x60, {0x1ffe0000000200, 0, 0, 0, 0, 0, 0x1ffffffff}},
				{0x80, {0x1ffe0000000000, 0, 0, 0, 0, 0, 0x1fffffdff}},
				{0x200,
				 {0x1ffe00000b0014, 0, 0, 0xffff9578c2a13411, 0, 0, 0x1ffffffff}},
				{0x201,
				 {0x1ffe0000000000, 0xffffea0000008001, 0x401c0903, 0x800000, 0x200,
				  0, 0xffffffff}},
				{0x202,
				 {0x1ffe0000000000, 0xffffea0000008001, 0, 0, 0, 0, 0xffffffff}},
				{0x400,
				 {0x1ffe00000b001c, 0, 0, 0xffff9578c2a13681, 0, 0, 0x20000000000}},
				{0x401,
				 {0x1ffe0000020000, 0xffffea0000010001, 0xffffffff401d0903, 0x200,
				  0x200}},
				{0x402, {0x1ffe0000020000, 0xffffea0000010001}},
				{0x600,
				 {0x1ffe0000030004, 0, 0, 0xffff9578c2af5959, 0, 0, 0x1ffffffff}},
				{0x601,
				 {0x1ffe0000000000, 0xffffea0000018001, 0x40210902, 0, 0x200, 0,
				  0xffffffff}},
				{0x602,
				 {0x1ffe0000000000, 0xffffea0000018001, 0, 0, 0, 0, 0xffffffff}},
				{0x800,
				 {0x1ffe000009001c, 0, 0, 0xffff9578c2af5069, 0, 0, 0x20100000000}},
				{0x801,
				 {0x1ffe0000000000, 0xffffea0000020001, 0x401e0903, 0x800200,
				  0x200}},
				{0x802, {0x1ffe0000000000, 0xffffea0000020001}},
				{0xa00,
				 {0x1ffe000009001c, 0, 0, 0xffff9578c23f5550, 0, 0, 0x201ffffffff}},
				{0xa01,
				 {0x1ffe0000000000, 0xffffea0000028001, 0x401f0903, 0x800000, 0x200,
				  0, 0xffffffff}},
				{0xa02,
				 {0x1ffe0000000000, 0xffffea0000028001, 0, 0, 0, 0, 0xffffffff}},
			},
	},
	{
		.name = "6.8",
		.fields = {{M_folio_flags_1, 64, 8},
			   {M_folio_entire_mapcount, 88, 4},
			   {M_folio_nr_pages_mapped, 92, 4}},
		.enums = {{E_PG_head, 6},
			  {E_PG_slab, 11},
			  {E_PG_hugetlb, 8},
			  {E_PG_lru, 5},
			  {E_PG_swapbacked, 19}},
		.pages =
			{
				{0x20,
				 {0xfff00000a0028, 0, 0, 0xffff8d32c115b4e1, 0, 0, 0x100000000}},
				{0xa0,
				 {0xfff000008003c, 0, 0, 0xffff8d32c2399003, 0, 0, 0x300000002}},
				{0x40, {0xfff0000000000, 0, 0, 0, 0, 0x2, 0xffffff7f}},
				{0x60, {0xfff0000000800, 0, 0, 0, 0, 0, 0x1ffffffff}},
				{0x80, {0xfff0000000000, 0, 0, 0, 0, 0, 0x1fffffdff}},
				{0x200,
				 {0xfff00000a0068, 0, 0, 0xffff8d32c2aa2209, 0, 0, 0x1ffffffff}},
				{0x201,
				 {0xfff0000000209, 0xffffea0000008001, 0, 0x80000000000000,
				  0x20000000000, 0, 0xffffffff}},
				{0x202,
				 {0xfff0000000000, 0xffffea0000008001, 0, 0, 0, 0, 0xffffffff}},
				{0x400,
				 {0xfff00000a0078, 0, 0, 0xffff8d32c2aa2681, 0, 0, 0x20000000000}},
				{0x401,
				 {0xfff0000020209, 0xffffea0000010001, 0, 0x200ffffffff,
				  0x20000000000}},
				{0x402, {0xfff0000020000, 0xffffea0000010001}},
				{0x600,
				 {0xfff0000020048, 0, 0, 0xffff8d32c2ef9c31, 0, 0, 0x1ffffffff}},
				{0x601,
				 {0xfff0000000109, 0xffffea0000018001, 0, 0, 0x20000000000, 0,
				  0xffffffff}},
				{0x602,
				 {0xfff0000000000, 0xffffea0000018001, 0, 0, 0, 0, 0xffffffff}},
				{0x800,
				 {0xfff0000080078, 0, 0, 0xffff8d32c2ef9069, 0, 0, 0x20100000000}},
				{0x801,
				 {0xfff0000000209, 0xffffea0000020001, 0, 0x80020000000000,
				  0x20000000000}},
				{0x802, {0xfff0000000000, 0xffffea0000020001}},
				{0xa00,
				 {0xfff0000080078, 0, 0, 0xffff8d32c1ad7510, 0, 0, 0x201ffffffff}},
				{0xa01,
				 {0xfff0000000209, 0xffffea0000028001, 0, 0x80000000000000,
				  0x20000000000, 0, 0xffffffff}},
				{0xa02,
				 {0xfff0000000000, 0xffffea0000028001, 0, 0, 0, 0, 0xffffffff}},
			},
	},
	{
		.name = "6.12",
		.fields = {{M_folio_flags_1, 64, 8},
			   {M_folio_large_mapcount, 80, 4},
			   {M_folio_entire_mapcount, 84, 4},
			   {M_folio_nr_pages_mapped, 88, 4}},
		.enums = {{E_PG_head, 6},
			  {E_PGTY_buddy, 0xf0},
			  {E_PGTY_table, 0xf2},
			  {E_PGTY_hugetlb, 0xf4},
			  {E_PGTY_slab, 0xf5},
			  {E_PGTY_mapcount_underflow, 0xff},
			  {E_PG_lru, 5},
			  {E_PG_swapbacked, 17}},
		.pages =
			{
				{0x20,
				 {0xfffffe0020828, 0, 0, 0xffff889ead2f1c99, 0, 0, 0x100000000}},
				{0xa0,
				 {0xfffffe002003c, 0, 0, 0xffff889ead234643, 0, 0, 0x300000002}},
				{0x40, {0xfffffc0000000, 0, 0, 0, 0, 0x2, 0xf0000000}},
				{0x60, {0xfffffc0000000, 0, 0, 0, 0, 0, 0x1f5000000}},
				{0x80, {0xfffffc0000000, 0, 0, 0, 0, 0, 0x1f2000000}},
				{0x200,
				 {0xfffffe0020868, 0, 0, 0xffff889eac9fa681, 0, 0, 0x1ffffffff}},
				{0x201,
				 {0xfffffc0000209, 0xffffea0000008001, 0, 0x800000, 0x200, 0,
				  0xffffffff}},
				{0x202,
				 {0xfffffc0000000, 0xffffea0000008001, 0, 0, 0, 0, 0xffffffff}},
				{0x400,
				 {0xfffffe0020878, 0, 0, 0xffff889eac9fadd1, 0, 0, 0x20000000000}},
				{0x401,
				 {0xfffffc0000a09, 0xffffea0000010001, 0xffffffff000001ff, 0x200,
				  0x200}},
				{0x402, {0xfffffc0000800, 0xffffea0000010001}},
				{0x600,
				 {0xfffffc0000848, 0, 0, 0xffff889ead35c9c1, 0, 0, 0x1f4000000}},
				{0x601,
				 {0xfffffc0000009, 0xffffea0000018001, 0, 0, 0x200, 0, 0xffffffff}},
				{0x602,
				 {0xfffffc0000000, 0xffffea0000018001, 0, 0, 0, 0, 0xffffffff}},
				{0x800,
				 {0xfffffe0020078, 0, 0, 0xffff889ead35c7b9, 0, 0, 0x20100000000}},
				{0x801,
				 {0xfffffc0000209, 0xffffea0000020001, 0x200, 0x800200, 0x200}},
				{0x802, {0xfffffc0000000, 0xffffea0000020001}},
				{0xa00,
				 {0xfffffe0020078, 0, 0, 0xffff889e82512298, 0, 0, 0x201ffffffff}},
				{0xa01,
				 {0xfffffc0000209, 0xffffea0000028001, 0, 0x800000, 0x200, 0,
				  0xffffffff}},
				{0xa02,
				 {0xfffffc0000000, 0xffffea0000028001, 0, 0, 0, 0, 0xffffffff}},
			},
	},
	{
		.name = "6.18",
		.fields = {{M_folio_flags_1, 64, 8},
			   {M_folio_large_mapcount, 80, 4},
			   {M_folio_nr_pages_mapped, 84, 4},
			   {M_folio_entire_mapcount, 88, 4},
			   {M_folio_mm_ids, 104, 8}},
		.enums = {{E_PG_head, 6},
			  {E_PGTY_buddy, 0xf0},
			  {E_PGTY_table, 0xf2},
			  {E_PGTY_hugetlb, 0xf4},
			  {E_PGTY_slab, 0xf5},
			  {E_PGTY_mapcount_underflow, 0xff},
			  {E_PG_lru, 5},
			  {E_PG_swapbacked, 17}},
		.pages =
			{
				{0x20,
				 {0xfffffd8020828, 0, 0, 0xffff8ef246835dd1, 0, 0, 0x100000000}},
				{0xa0,
				 {0xfffffd802003c, 0, 0, 0xffff8ef246b1b7c3, 0, 0, 0x300000002}},
				{0x40, {0xfffffc0000000, 0, 0, 0, 0, 0x2, 0xf0000000}},
				{0x60, {0xfffffc0000000, 0, 0, 0, 0, 0, 0xf5000000}},
				{0x80, {0xfffffc0000004, 0, 0, 0, 0, 0, 0x1f2000000}},
				{0x200,
				 {0xfffffd8c20868, 0, 0, 0xffff8ef242374f71, 0, 0, 0x1ffffffff}},
				{0x201,
				 {0xfffffc0000209, 0xffffea0000008001, 0x80000000000000, 0,
				  0xffffffff00000000, 0x4, 0xffffffff, 0x200}},
				{0x202,
				 {0xfffffc0000000, 0xffffea0000008001, 0, 0, 0, 0, 0xffffffff}},
				{0x400,
				 {0xfffffd8c20878, 0, 0, 0xffff8ef242374069, 0, 0, 0x20000000000}},
				{0x401,
				 {0xfffffc0000a09, 0xffffea0000010001, 0x200000001ff, 0xffffffff,
				  0xffffffff000001ff, 0x3, 0, 0x200}},
				{0x402, {0xfffffc0000800, 0xffffea0000010001}},
				{0x600,
				 {0xfffffc0000848, 0, 0, 0xffff8ef242bc1681, 0, 0, 0x1f4000000}},
				{0x601,
				 {0xfffffc0000009, 0xffffea0000018001, 0, 0, 0xffffffffffffffff, 0,
				  0xffffffff, 0x200}},
				{0x602,
				 {0xfffffc0000000, 0xffffea0000018001, 0, 0, 0, 0, 0xffffffff}},
				{0x800,
				 {0xfffffd8c20078, 0, 0, 0xffff8ef242bc1139, 0, 0, 0x20100000000}},
				{0x801,
				 {0xfffffc0000209, 0xffffea0000020001, 0x80020000000200, 0,
				  0x1ff00000000, 0x8000000900000008, 0, 0x200}},
				{0x802, {0xfffffc0000000, 0xffffea0000020001}},
				{0xa00,
				 {0xfffffd8c20078, 0, 0, 0xffff8ef2422cff00, 0, 0, 0x201ffffffff}},
				{0xa01,
				 {0xfffffc0000209, 0xffffea0000028001, 0x80000000000000, 0,
				  0xffffffff00000000, 0xb, 0xffffffff, 0x200}},
				{0xa02,
				 {0xfffffc0000000, 0xffffea0000028001, 0, 0, 0, 0, 0xffffffff}},
			},
	},
	{
		.name = "7.2",
		.masks = true,
		.fields = {{M_folio_flags_1, 64, 8},
			   {M_folio_large_mapcount, 80, 4},
			   {M_folio_nr_pages_mapped, 84, 4},
			   {M_folio_entire_mapcount, 88, 4},
			   {M_folio_mm_ids, 104, 8}},
		.enums = {{E_PG_head, 6},
			  {E_PGTY_buddy, 0xf0},
			  {E_PGTY_table, 0xf2},
			  {E_PGTY_hugetlb, 0xf4},
			  {E_PGTY_slab, 0xf5},
			  {E_PGTY_mapcount_underflow, 0xff},
			  {E_PG_lru, 5},
			  {E_PG_swapbacked, 17}},
		.pages =
			{
				{0x20,
				 {0xfffffd802082c, 0, 0, 0xffff889f02db5a81, 0, 0, 0x100000000}},
				{0xa0,
				 {0xfffffda02003c, 0, 0, 0xffff889f0b8dec43, 0, 0, 0x300000002}},
				{0x40, {0xfffffc0000000, 0, 0, 0, 0, 0x2, 0xf0000000}},
				{0x60, {0xfffffc0000000, 0, 0, 0, 0, 0, 0xf5000000}},
				{0x80, {0xfffffc0000004, 0, 0, 0, 0, 0, 0x1f2000000}},
				{0x200,
				 {0xfffffd8c2086c, 0, 0, 0xffff889f027159c1, 0, 0, 0x1ffffffff}},
				{0x201,
				 {0xfffffc0000209, 0xffffffffffff8001, 0x80000000000000, 0,
				  0xffffffff00000000, 0x3, 0xffffffff, 0x200}},
				{0x202,
				 {0xfffffc0000000, 0xffffffffffff8001, 0, 0, 0, 0, 0xffffffff}},
				{0x400,
				 {0xfffffd802087c, 0, 0, 0xffff889f02715181, 0, 0, 0x20000000000}},
				{0x401,
				 {0xfffffc0000a09, 0xffffffffffff8001, 0x200000001ff, 0xffffffff,
				  0xffffffff000001ff, 0x4, 0, 0x200}},
				{0x402, {0xfffffc0000800, 0xffffffffffff8001}},
				{0x600,
				 {0xfffffc0000848, 0, 0, 0xffff889f02db5e41, 0, 0, 0x1f4000000}},
				{0x601,
				 {0xfffffc0000009, 0xffffffffffff8001, 0, 0, 0xffffffffffffffff, 0,
				  0xffffffff, 0x200}},
				{0x602,
				 {0xfffffc0000000, 0xffffffffffff8001, 0, 0, 0, 0, 0xffffffff}},
				{0x800,
				 {0xfffffd8c2007c, 0, 0, 0xffff889f02714961, 0, 0, 0x20100000000}},
				{0x801,
				 {0xfffffc0000209, 0xffffffffffff8001, 0x80020000000200, 0,
				  0x1ff00000000, 0x8000000900000008, 0, 0x200}},
				{0x802, {0xfffffc0000000, 0xffffffffffff8001}},
				{0xa00,
				 {0xfffffd8c2007c, 0, 0, 0xffff889f01fd5238, 0, 0, 0x201ffffffff}},
				{0xa01,
				 {0xfffffc0000209, 0xffffffffffff8001, 0x80000000000000, 0,
				  0xffffffff00000000, 0xb, 0xffffffff, 0x200}},
				{0xa02,
				 {0xfffffc0000000, 0xffffffffffff8001, 0, 0, 0, 0, 0xffffffff}},
			},
	},
};

/* All of them made the same situations: a line a page, how often it and its whole folio are mapped. */
static const char answers[] =
	"20: anon, order 0, mapped 1 of 1\n"
	"40: free, a block of 4\n"
	"60: slab\n"
	"80: page-table\n"
	"a0: ksm, order 0, mapped 3 of 3\n"
	"200: anon, order 9, mapped 1 of 1\n" /* a transparent huge page, by an entry for all of it */
	"201: anon, order 9, of 200, mapped 1 of 1\n"
	"3ff: anon, order 9, of 200, mapped 1 of 1\n"
	"400: anon, order 9, mapped 1 of 512\n" /* and one by an entry for each of its pages */
	"401: anon, order 9, of 400, mapped 1 of 512\n"
	"5ff: anon, order 9, of 400, mapped 1 of 512\n"
	"600: hugetlb, order 9, mapped 1 of 1\n"
	"601: hugetlb, order 9, of 600, mapped 1 of 1\n"
	"7ff: hugetlb, order 9, of 600, mapped 1 of 1\n"
	"800: anon, order 9, mapped 2 of 513\n" /* by one process as a whole, by another page by page */
	"801: anon, order 9, of 800, mapped 2 of 513\n"
	"9ff: anon, order 9, of 800, mapped 2 of 513\n"
	"a00: shmem, order 9, mapped 1 of 1\n" /* by an entry for all of it */
	"a01: shmem, order 9, of a00, mapped 1 of 1\n"
	"bff: shmem, order 9, of a00, mapped 1 of 1\n";

static void put_page(struct fake_memory *m, const struct words *page)
{
	memcpy(m->bytes + page->pfn * SIZE, page->word, SIZE);
	for (uint64_t pfn = page->pfn + 1; page->pfn % 512 == 2 && pfn % 512; pfn++)
		memcpy(m->bytes + pfn * SIZE, page->word, SIZE);
}

static struct fake_memory *memory_of(const struct kernel *k)
{
	struct fake_memory *m = fake_memory_new(FRAMES * SIZE);

	fake_no_types(m);
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		fake_member(m, always[i].id, always[i].offset, always[i].size, 0);
	for (const struct field *f = k->fields; f->size; f++)
		fake_member(m, f->id, f->offset, f->size, 0);
	for (const struct enumerator *e = k->enums; e->value; e++)
		fake_enum(m, e->id, e->value);
	fake_struct(m, S_page, SIZE);
	m->mem.kernel.layout.member[M_page_link].alt = k->masks;
	fake_pages(m, BASE, FRAMES, SIZE);
	mmx_region_set(&m->mem.kernel.regions, REGION_DIRECT_MAP, 0xffff800000000000,
		       0xffffc00000000000, "any of theirs");
	mmx_region_set(&m->mem.kernel.regions, REGION_VMEMMAP, BASE, BASE + FRAMES * SIZE,
		       "a test");
	mmx_fact_set(&m->mem.kernel.facts, FACT_VMEMMAP, MMX_FACT_CHECKED, "a test", "made");
	for (const struct words *page = k->pages; page->pfn; page++)
		put_page(m, page);
	mmx_pages_find(&m->mem.kernel);
	return m;
}

static bool is_asked(uint64_t pfn)
{
	return pfn < 512 ? pfn && pfn <= 0xa0 && pfn % 0x20 == 0
			 : pfn % 512 < 2 || pfn % 512 == 511;
}

static int describe(const struct mmx_classifier *classifier, struct mmx_page_walk *w, char *text,
		    size_t size)
{
	enum mmx_class class = mmx_classify(classifier, w).class;
	int len = snprintf(text, size, "%lx: %s", w->pfn, mmx_class_name(class));
	int64_t page = -1, folio = -1;

	if (class == CLASS_FREE)
		return len + snprintf(text + len, size - len, ", a block of %lu\n",
				      w->block_end - w->block_head);
	if (class == CLASS_SLAB || class == CLASS_PAGE_TABLE)
		return len + snprintf(text + len, size - len, "\n");
	len += snprintf(text + len, size - len, ", order %u", w->folio.order);
	if (w->tail)
		len += snprintf(text + len, size - len, ", of %lx", w->folio.head);
	if (mmx_page_mapcount(w, &page) || mmx_folio_mapcount(w, &folio))
		return len + snprintf(text + len, size - len, ", no counts\n");
	return len + snprintf(text + len, size - len, ", mapped %ld of %ld\n", page, folio);
}

/* How it follows comes to the same: the steps end in checks against what was told. */
static void check_steps(const struct mmx_classifier *classifier, struct mmx_page_walk *w,
			const char *name)
{
	const struct mmx_verdict verdict = mmx_classify(classifier, w);
	struct mmx_steps s = {0};

	mmx_page_steps(&s, w, mmx_step_given(&s, w->pfn, "PFN", "a test"), &verdict);
	CHECK(!s.failed && s.n > 30, "%s: PFN %lx: %u of %zu steps do not hold", name, w->pfn,
	      s.failed, s.n);
	for (size_t i = 0; i < s.n; i++)
		CHECK(!s.v[i].is_check || s.v[i].result.v, "%s: PFN %lx: %s", name, w->pfn,
		      s.v[i].what);
	mmx_steps_free(&s);
}

static void check_kernel(const struct kernel *k)
{
	struct fake_memory *m = memory_of(k);
	const struct mmx_fact *fact = &m->mem.kernel.facts.v[FACT_PAGES];
	struct mmx_classifier classifier = {.device_zone = ~0u, .huge_zero_pfn = ~0ULL};
	struct mmx_page_walk w;
	char text[4096] = "";
	size_t len = 0;
	struct mmx_err err;

	CHECK(fact->state == MMX_FACT_UNCHECKED, "%s: %s", k->name, fact->text);
	mmx_classifier_types(&classifier);
	CHECK(!mmx_page_walk_begin(&w, m->view, 0, FRAMES, &err), "%s: %s", k->name, err.text);
	while (w.buffer && mmx_page_walk_next(&w)) {
		if (!is_asked(w.pfn))
			continue;
		len += describe(&classifier, &w, text + len, sizeof(text) - len);
		check_steps(&classifier, &w, k->name);
	}
	mmx_page_walk_end(&w);
	CHECK(!strcmp(text, answers), "%s:\n%s", k->name, text);
	fake_memory_free(m);
}

static void pages_of_6_1(void)
{
	check_kernel(&kernels[0]);
}

static void pages_of_6_2(void)
{
	check_kernel(&kernels[1]);
}

static void pages_of_6_5(void)
{
	check_kernel(&kernels[2]);
}

static void pages_of_6_8(void)
{
	check_kernel(&kernels[3]);
}

static void pages_of_6_12(void)
{
	check_kernel(&kernels[4]);
}

static void pages_of_6_18(void)
{
	check_kernel(&kernels[5]);
}

static void pages_of_7_2(void)
{
	check_kernel(&kernels[6]);
}

int main(void)
{
	RUN(pages_of_6_1);
	RUN(pages_of_6_2);
	RUN(pages_of_6_5);
	RUN(pages_of_6_8);
	RUN(pages_of_6_12);
	RUN(pages_of_6_18);
	RUN(pages_of_7_2);
	return unit_end();
}
