// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The workload's main program for a machine with thousands of processes: behind all situations there is a
 * parent whose children have its heap, a library and fifty mappings each, as those of a server that forks for
 * its clients do. What is captured of all others is captured of each of them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "lab.h"

#define LIBRARY EXT4_DIR "/library"
#define PIECES  20 /* of the library and of the heap, a mapping each */
#define LIB_PIECE \
	50 /* pages; each has the first page of the next one as well, as segments of a library do */
#define HEAP_PIECE 200
#define LIB_PAGES  (PIECES * LIB_PIECE + 1)
#define HEAP_PAGES (PIECES * HEAP_PIECE)

struct crowd {
	char *heap, *data, *piece[PIECES];
	long number;
};

static void map_library(struct crowd *c)
{
	close(make_file(LIBRARY, LIB_PAGES));
	for (size_t i = 0; i < PIECES; i++)
		c->piece[i] = map_file(LIBRARY, i * LIB_PIECE * PAGE, (LIB_PIECE + 1) * PAGE,
				       i % 2 ? PROT_READ | PROT_EXEC : PROT_READ, MAP_PRIVATE);
	c->data = map_file(LIBRARY, 0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	fill(c->data, PAGE, 1);
}

static void make_heap(struct crowd *c)
{
	c->heap = map_anon(HEAP_PAGES * PAGE);
	madvise(c->heap, HEAP_PAGES * PAGE, MADV_NOHUGEPAGE);
	fill(c->heap, HEAP_PAGES * PAGE, 1);
	for (size_t i = 1; i < PIECES; i += 2)
		mprotect(c->heap + i * HEAP_PIECE * PAGE, HEAP_PIECE * PAGE, PROT_READ);
}

/* A child reads the library, and has a page of its data and one of the heap for itself. */
static void be_child(void *arg)
{
	const struct crowd *c = arg;
	long piece = c->number % (PIECES / 2) * 2, page = c->number / (PIECES / 2) % HEAP_PIECE;

	for (size_t i = 0; i < PIECES; i++)
		touch(c->piece[i], (LIB_PIECE + 1) * PAGE);
	fill(c->data, PAGE, 2);
	fill(c->heap + (piece * HEAP_PIECE + page) * PAGE, PAGE, 2);
}

static void be_parent(long processes)
{
	struct crowd c = {0};
	char pfns[512];

	if (machine_no_ext4())
		give_up("%s", machine_no_ext4());
	map_library(&c);
	make_heap(&c);
	for (c.number = 0; c.number < processes; c.number++)
		spawn("thousands_c", be_child, &c);
	for (size_t i = 0; i < PIECES; i++)
		touch(c.piece[i], (LIB_PIECE + 1) * PAGE);
	list_pfns(pfns, sizeof(pfns), c.heap + HEAP_PIECE * PAGE, 4 * PAGE);
	made("thousands", c.heap, HEAP_PAGES * PAGE,
	     ",\"processes\":%ld,\"read_only_page\":%d,\"shared\":%s,\"path\":\"%s\",\"library\":\"0x%lx\"",
	     processes, HEAP_PIECE, pfns, LIBRARY, (unsigned long)c.piece[0]);
}

/* What the parent reports is the last of the situations. */
static char *make_crowd(char *situations, size_t *len)
{
	size_t before = *len, size = before + (32 << 10);
	char *all = realloc(situations, size);
	int from_parent[2];
	ssize_t n;

	if (!all || pipe(from_parent))
		_exit(4);
	line_say("making thousands");
	if (!fork()) {
		prctl(PR_SET_NAME, "thousands");
		report_to(from_parent[1]);
		be_parent(command_line_number("mmx.thousands"));
		sleep_for_ever();
	}
	do {
		n = read(from_parent[0], all + *len, size - *len - 1);
		*len += n > 0 ? n : 0;
	} while (n > 0 && all[*len - 1] != '\n');
	all[*len] = 0;
	if (all[before] != '{') {
		line_say("failed thousands: %s", all + before);
		sleep_for_ever();
	}
	return all;
}

int main(void)
{
	size_t len;
	char *lines;

	machine_mount();
	line_open();
	machine_load_modules();
	line_say("booted");
	capture_prepare(command_line_number("mmx.buffer") << 20);
	lines = make_crowd(run_situations(&len), &len);
	machine_settle();
	capture_add("situations", lines, len);
	capture_once(lines);
	capture_publish("once");
	capture_state(0);
	capture_publish("rehearsal");
	sleep(1);
	capture_state(0);
	capture_publish("before");
	capture_state(1);
	capture_publish("after");
	reboot(RB_POWER_OFF);
	sleep_for_ever();
}
