// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own texts and code: a text begins behind the end of another, one that is cut by the end of the
 * data is none, and what a function calls is looked for no further than it goes.
 */
#include <stdlib.h>

#include "../fake_memory.h"
#include "kernel/calls.h"
#include "kernel/texts.h"
#include "unit.h"

#define DATA  (3u << 20) /* more than is searched at once */
#define TYPES 4096u

static struct fake_memory *m;

static void setup(void)
{
	m = fake_memory_new(DATA + 4096);
	fake_symbol(m, "__start_rodata", FAKE_VA + 1);
	fake_symbol(m, "__end_rodata", FAKE_VA + DATA);
	fake_symbol(m, "__start_BTF", FAKE_VA + TYPES);
	fake_symbol(m, "__stop_BTF", FAKE_VA + 2 * TYPES);
	snprintf(m->image.machine, sizeof(m->image.machine), "x86_64");
}

static void put(size_t at, const char *text)
{
	memcpy(m->bytes + at, text, strlen(text));
}

static const char *find(const char *begins)
{
	static struct mmx_text text;
	static struct mmx_err err;

	text.begins = begins;
	return mmx_texts_find(m->view, &text, 1, &err) ? err.text : text.text;
}

static void texts_begin_behind_others(void)
{
	setup();
	put(100, "no cpu: %i");
	CHECK(!*find("cpu: "), "a text in the middle of another");
	put(200, "cpu: %i\nhigh: %i");
	CHECK(!strcmp(find("cpu: "), "cpu: %i\nhigh: %i"), "%s", find("cpu: "));
	CHECK(!*find("igh: %") && !strcmp(find("gh: %i"), "gh: %i"), "the end of another");
	put(TYPES + 10, "types");
	CHECK(!*find("types"), "found among the types");
	/* Where two pieces meet: the first one ends within it. */
	put((1 << 20) - 5, "at the border");
	CHECK(!strcmp(find("at the"), "at the border"), "%s", find("at the"));
	put(DATA - 3, "end");
	CHECK(!*find("end"), "a text that has no end");
	fake_memory_free(m);
}

static void data_that_make_no_sense_are_told(void)
{
	struct mmx_text text = {.begins = "x"};
	struct mmx_err err;

	setup();
	m->mem.kernel.direct_map.va_end -= DATA / 2;
	CHECK(mmx_texts_find(m->view, &text, 1, &err) < 0, "half of them are unmapped");
	fake_symbol(m, "__end_rodata", FAKE_VA);
	CHECK(mmx_texts_find(m->view, &text, 1, &err) < 0 && err.code == MMX_ECORRUPT,
	      "they end before they begin");
	fake_memory_free(m);
}

/* A call at @at that leads to @to. */
static void put_call(uint64_t at, uint64_t to)
{
	int32_t distance = (int32_t)(to - (at + 5));

	m->bytes[at] = 0xe8;
	memcpy(m->bytes + at + 1, &distance, 4);
}

static void calls_are_within_a_function(void)
{
	struct mmx_err err;
	bool calls;

	setup();
	fake_symbol(m, "prints", FAKE_VA + 0x100);
	fake_symbol(m, "follows", FAKE_VA + 0x140);
	fake_symbol(m, "folds", FAKE_VA + 0x80);
	put_call(0x141, 0x80);
	CHECK(!mmx_calls(m->view, "prints", "folds", &calls, &err) && !calls, "of the next one");
	put_call(0x13c, 0x80); /* its last byte is beyond */
	CHECK(!mmx_calls(m->view, "prints", "folds", &calls, &err) && !calls, "half of a call");
	put_call(0x123, 0x80);
	CHECK(!mmx_calls(m->view, "prints", "folds", &calls, &err) && calls, "its own");
	CHECK(mmx_calls(m->view, "prints", "nobody", &calls, &err) < 0 && err.code == MMX_EMISSING,
	      "nobody is there to be called");
	snprintf(m->image.machine, sizeof(m->image.machine), "arm64");
	CHECK(mmx_calls(m->view, "prints", "folds", &calls, &err) < 0, "another machine's code");
	fake_memory_free(m);
}

static void put_number(uint64_t at, uint64_t number)
{
	uint32_t low = (uint32_t)number;

	memcpy(m->bytes + at, &low, 4);
}

/* As a number, less than nothing, or from behind itself; the address of what is near is none of it. */
static void references_are_within_a_function(void)
{
	const uint64_t table = 0xffffffff81234560;
	struct mmx_err err;
	bool refers;

	setup();
	fake_symbol(m, "prints", FAKE_VA + 0x100);
	fake_symbol(m, "follows", FAKE_VA + 0x140);
	fake_symbol(m, "table", table);
	fake_symbol(m, "near", FAKE_VA + 0x800);
	put_number(0x141, table);
	put_number(0x110, table + 4);
	CHECK(!mmx_refers(m->view, "prints", "table", &refers, &err) && !refers, "of the next one");
	put_number(0x121, table);
	CHECK(!mmx_refers(m->view, "prints", "table", &refers, &err) && refers, "a number");
	put_number(0x121, -table);
	CHECK(!mmx_refers(m->view, "prints", "table", &refers, &err) && refers, "subtracted");
	CHECK(!mmx_refers(m->view, "prints", "near", &refers, &err) && !refers, "not yet");
	put_number(0x121, 0x800 - 0x125);
	CHECK(!mmx_refers(m->view, "prints", "near", &refers, &err) && refers, "from here");
	CHECK(mmx_refers(m->view, "prints", "nobody", &refers, &err) < 0,
	      "there is no such symbol");
	fake_memory_free(m);
}

static bool asks_for(const void *code, size_t len, uint32_t mask)
{
	struct mmx_err err;
	bool masks;

	memset(m->bytes + 0x100, 0x90, 0x40);
	memcpy(m->bytes + 0x120, code, len);
	CHECK(!mmx_masks(m->view, "prints", mask, &masks, &err), "%s", err.text);
	return masks;
}

/* The whole number, or its second byte where that has a register; nothing like it in another place. */
static void bits_that_are_asked_for(void)
{
	struct mmx_err err;
	bool masks;

	setup();
	fake_symbol(m, "prints", FAKE_VA + 0x100);
	fake_symbol(m, "follows", FAKE_VA + 0x140);
	CHECK(asks_for("\x81\xe1\x02\x04\x00\x00", 6, 0x402), "and $0x402,%%ecx");
	CHECK(asks_for("\x25\x02\x04\x00\x00", 5, 0x402), "and $0x402,%%eax");
	CHECK(asks_for("\xf7\xc2\x00\x90\x00\x00", 6, 0x9000), "test $0x9000,%%edx");
	CHECK(asks_for("\x80\xe6\x90", 3, 0x9000), "and $0x90,%%dh");
	CHECK(!asks_for("\x80\xe6\x10", 3, 0x9000), "and $0x10,%%dh");
	CHECK(!asks_for("\x80\xe2\x90", 3, 0x9000), "and $0x90,%%dl");
	CHECK(!asks_for("\x81\xf9\x02\x04\x00\x00", 6, 0x402), "cmp $0x402,%%ecx");
	CHECK(mmx_masks(m->view, "nobody", 1, &masks, &err) < 0, "there is no such function");
	fake_memory_free(m);
}

static bool loads(const void *code, size_t len, uint64_t offset)
{
	struct mmx_err err;
	bool is;

	memset(m->bytes + 0x100, 0x90, 0x40);
	memcpy(m->bytes + 0x120, code, len);
	CHECK(!mmx_loads(m->view, "prints", offset, &is, &err), "%s", err.text);
	return is;
}

/* 32 bits, and not 64; with one register or two that lead there. */
static void members_that_are_read(void)
{
	struct mmx_err err;
	bool is;

	setup();
	fake_symbol(m, "prints", FAKE_VA + 0x100);
	fake_symbol(m, "follows", FAKE_VA + 0x140);
	CHECK(loads("\x8b\x50\x34", 3, 0x34), "mov 0x34(%%rax),%%edx");
	CHECK(loads("\x41\x8b\x4c\x24\x20", 5, 0x20), "mov 0x20(%%r12),%%ecx");
	CHECK(loads("\x83\x78\x34\x01", 4, 0x34), "cmpl $1,0x34(%%rax)");
	CHECK(!loads("\x48\x8b\x40\x20", 4, 0x20), "mov 0x20(%%rax),%%rax");
	CHECK(!loads("\x8b\x50\x30", 3, 0x34), "another one");
	CHECK(!loads("\x89\x50\x34", 3, 0x34), "written");
	CHECK(mmx_loads(m->view, "prints", 128, &is, &err) < 0, "too far off");
	fake_memory_free(m);
}

int main(void)
{
	RUN(texts_begin_behind_others);
	RUN(data_that_make_no_sense_are_told);
	RUN(calls_are_within_a_function);
	RUN(references_are_within_a_function);
	RUN(bits_that_are_asked_for);
	RUN(members_that_are_read);
	return unit_end();
}
