// SPDX-License-Identifier: GPL-2.0-or-later
/* What changed between two moments; moments of boots; classes of frames. */
#include <inttypes.h>
#include <string.h>

#include "mm/moments/changes.h"
#include "unit.h"

static struct mmx_measured *add(struct mmx_moment *moment, enum mmx_subject subject, uint64_t key,
				const char *name, int64_t value)
{
	struct mmx_measured *m = mmx_moment_add(moment, subject, name);

	moment->of[subject].has = true;
	m->key[0] = key;
	mmx_measure(m, 0, value);
	return m;
}

static struct mmx_changes find(struct mmx_moment *a, struct mmx_moment *b)
{
	struct mmx_changes changes;
	struct mmx_err err;

	CHECK(!mmx_changes_find(&changes, a, b, &err), "%s", err.text);
	return changes;
}

static void end(struct mmx_changes *changes, struct mmx_moment *a, struct mmx_moment *b)
{
	mmx_changes_free(changes);
	mmx_moment_free(a);
	mmx_moment_free(b);
}

static void check(const struct mmx_change *c, const char *name, enum mmx_change_kind kind,
		  int64_t by)
{
	const struct mmx_measured *m = c->after ? c->after : c->before;
	int64_t is = 0;

	CHECK(!strcmp(m->name, name), "%s, not %s", m->name, name);
	CHECK(mmx_change_kind(c) == kind, "%s became %u", name, mmx_change_kind(c));
	CHECK(mmx_change_of(c, 0, &is) && is == by, "%s changed by %lld", name, (long long)is);
}

static void the_largest_change_is_first(void)
{
	struct mmx_moment a = {0}, b = {0};
	struct mmx_changes changes;

	add(&a, MMX_SUBJECT_CALLERS, 30, "gone", 7);
	add(&a, MMX_SUBJECT_CALLERS, 20, "less", 100);
	add(&a, MMX_SUBJECT_CALLERS, 10, "same", 5);
	add(&b, MMX_SUBJECT_CALLERS, 10, "same", 5);
	add(&b, MMX_SUBJECT_CALLERS, 20, "less", 40);
	add(&b, MMX_SUBJECT_CALLERS, 40, "come", 9);
	changes = find(&a, &b);
	CHECK(changes.of[MMX_SUBJECT_CALLERS].n == 3, "%zu", changes.of[MMX_SUBJECT_CALLERS].n);
	if (changes.of[MMX_SUBJECT_CALLERS].n == 3) {
		check(&changes.of[MMX_SUBJECT_CALLERS].v[0], "less", MMX_CHANGE_OTHER, -60);
		check(&changes.of[MMX_SUBJECT_CALLERS].v[1], "come", MMX_CHANGE_COME, 9);
		check(&changes.of[MMX_SUBJECT_CALLERS].v[2], "gone", MMX_CHANGE_GONE, -7);
	}
	CHECK(mmx_changes_any(&changes), "any");
	end(&changes, &a, &b);
}

static void nothing_is_nothing(void)
{
	struct mmx_moment a = {0}, b = {0};
	struct mmx_changes changes;

	add(&a, MMX_SUBJECT_COUNTERS, 0, "nr_free_pages", 7);
	add(&b, MMX_SUBJECT_COUNTERS, 0, "nr_free_pages", 7);
	changes = find(&a, &b);
	CHECK(!mmx_changes_any(&changes), "no change");
	end(&changes, &a, &b);
}

/* What one of the two does not have at all, or could not read, is no change. */
static void the_unknown_is_no_change(void)
{
	struct mmx_moment a = {0}, b = {0};
	struct mmx_changes changes;

	add(&a, MMX_SUBJECT_SITES, 1, "site", 7);
	add(&a, MMX_SUBJECT_COUNTERS, 0, "pgfault", 7);
	add(&b, MMX_SUBJECT_COUNTERS, 0, "pgfault", 9)->given = 0;
	changes = find(&a, &b);
	CHECK(!mmx_changes_any(&changes), "no change");
	end(&changes, &a, &b);
}

/* Lines of the same name, as those of several CPUs, are compared in their order. */
static void the_same_names_are_told_apart_by_order(void)
{
	struct mmx_moment a = {0}, b = {0};
	struct mmx_changes changes;

	add(&a, MMX_SUBJECT_VALUES, 0, "count", 1);
	add(&a, MMX_SUBJECT_VALUES, 0, "count", 2);
	add(&b, MMX_SUBJECT_VALUES, 0, "count", 1);
	add(&b, MMX_SUBJECT_VALUES, 0, "count", 5);
	add(&b, MMX_SUBJECT_VALUES, 0, "count", 4);
	changes = find(&a, &b);
	CHECK(changes.of[MMX_SUBJECT_VALUES].n == 2, "%zu", changes.of[MMX_SUBJECT_VALUES].n);
	if (changes.of[MMX_SUBJECT_VALUES].n == 2) {
		check(&changes.of[MMX_SUBJECT_VALUES].v[0], "count", MMX_CHANGE_COME, 4);
		check(&changes.of[MMX_SUBJECT_VALUES].v[1], "count", MMX_CHANGE_OTHER, 3);
	}
	end(&changes, &a, &b);
}

static void who_calls_exec_stays(void)
{
	struct mmx_moment a = {0}, b = {0};
	struct mmx_changes changes;

	add(&a, MMX_SUBJECT_PROCESSES, 300, "sh", 1)->mark = 0x1000;
	add(&b, MMX_SUBJECT_PROCESSES, 300, "sh", 1)->mark = 0x2000;
	changes = find(&a, &b);
	CHECK(changes.of[MMX_SUBJECT_PROCESSES].n == 1, "%zu", changes.of[MMX_SUBJECT_PROCESSES].n);
	if (changes.of[MMX_SUBJECT_PROCESSES].n == 1)
		check(&changes.of[MMX_SUBJECT_PROCESSES].v[0], "sh", MMX_CHANGE_MARK, 0);
	end(&changes, &a, &b);
}

static void boot(struct mmx_boot *b, const char *release, const char *slide, const char *start)
{
	memset(b, 0, sizeof(*b));
	strcpy(b->text[MMX_BOOT_RELEASE], release);
	strcpy(b->text[MMX_BOOT_SLIDE], slide);
	strcpy(b->text[MMX_BOOT_FIRST_PROCESS], start);
}

/* A slide that is alike proves nothing: kernels without KASLR all have it. */
static void boots_are_told_apart(void)
{
	enum mmx_boot_evidence by;
	struct mmx_boot a, b;

	boot(&a, "6.1.0", "0x0", "1000");
	boot(&b, "6.1.0", "0x0", "1000");
	CHECK(mmx_boots_compare(&a, &b, &by) == MMX_BOOT_SAME && by == MMX_BOOT_FIRST_PROCESS,
	      "same");
	boot(&b, "6.1.0", "0x0", "1001");
	CHECK(mmx_boots_compare(&a, &b, &by) == MMX_BOOT_OTHER && by == MMX_BOOT_FIRST_PROCESS,
	      "another boot");
	boot(&b, "6.1.1", "0x0", "1000");
	CHECK(mmx_boots_compare(&a, &b, &by) == MMX_BOOT_OTHER && by == MMX_BOOT_RELEASE,
	      "another kernel");
	boot(&b, "6.1.0", "0x0", "");
	CHECK(mmx_boots_compare(&a, &b, &by) == MMX_BOOT_UNKNOWN, "nothing tells");
}

/* The second may be the earlier one; ticks of another length are of another clock. */
static void time_between_has_a_sign(void)
{
	struct mmx_boot a = {.jiffies = 1000, .tick_ns = 4000000},
			b = {.jiffies = 1250, .tick_ns = 4000000};
	int64_t ns;

	CHECK(mmx_boot_elapsed(&a, &b, &ns) && ns == 1000000000, "a second");
	CHECK(mmx_boot_elapsed(&b, &a, &ns) && ns == -1000000000, "a second ago");
	b.tick_ns = 1000000;
	CHECK(!mmx_boot_elapsed(&a, &b, &ns), "another clock");
	b.tick_ns = a.tick_ns = 0;
	CHECK(!mmx_boot_elapsed(&a, &b, &ns), "no clock");
}

/* Memory that was plugged in between has a class in one of them only. */
static void frames_move_between_classes(void)
{
	struct mmx_class_run before[] = {{0, 4, 0}, {8, 10, 4}}, after[] = {{0, 4, 0}, {8, 12, 4}};
	uint8_t was[] = {CLASS_FREE, CLASS_FREE, CLASS_ANON, CLASS_SLAB, CLASS_FREE, CLASS_FILE};
	uint8_t is[] = {CLASS_FREE, CLASS_ANON, CLASS_FREE, CLASS_SLAB,
			CLASS_SLAB, CLASS_FILE, CLASS_FREE, CLASS_FREE};
	struct mmx_class_map a = {.v = before, .n = 2, .class = was},
			     b = {.v = after, .n = 2, .class = is};
	static struct mmx_class_moves moves;

	mmx_class_moves_count(&moves, &a, &b);
	CHECK(moves.frames[CLASS_FREE][CLASS_FREE] == 1, "stayed free");
	CHECK(moves.frames[CLASS_FREE][CLASS_ANON] == 1, "free to anon");
	CHECK(moves.frames[CLASS_ANON][CLASS_FREE] == 1, "anon to free");
	CHECK(moves.frames[CLASS_FREE][CLASS_SLAB] == 1, "free to slab");
	CHECK(moves.frames[CLASS_NO_PAGE][CLASS_FREE] == 2, "plugged in");
	mmx_class_moves_count(&moves, &b, &a);
	CHECK(moves.frames[CLASS_FREE][CLASS_NO_PAGE] == 2, "taken out");
}

/* A walk's step may reach over memory that has no struct page. */
static void classes_are_noted_where_there_are_pages(void)
{
	struct mmx_class_run runs[] = {{0, 4, 0}, {8, 10, 4}};
	uint8_t class[6] = {0};
	static const uint8_t wanted[] = {0, 0, CLASS_SLAB, CLASS_SLAB, CLASS_SLAB, 0};
	struct mmx_class_map map = {.v = runs, .n = 2, .class = class};

	mmx_class_map_set(&map, 2, 7, CLASS_SLAB);
	mmx_class_map_set(&map, 5, 2, CLASS_ANON);
	mmx_class_map_set(&map, 20, 2, CLASS_ANON);
	CHECK(!memcmp(class, wanted, sizeof(wanted)), "noted elsewhere");
	CHECK(mmx_class_map_get(&map, 3) == CLASS_SLAB && mmx_class_map_get(&map, 8) == CLASS_SLAB,
	      "not as noted");
	CHECK(mmx_class_map_get(&map, 5) == CLASS_NO_PAGE &&
		      mmx_class_map_get(&map, 10) == CLASS_NO_PAGE,
	      "a class where there is no page");
}

int main(void)
{
	RUN(the_largest_change_is_first);
	RUN(nothing_is_nothing);
	RUN(the_unknown_is_no_change);
	RUN(the_same_names_are_told_apart_by_order);
	RUN(who_calls_exec_stays);
	RUN(boots_are_told_apart);
	RUN(time_between_has_a_sign);
	RUN(frames_move_between_classes);
	RUN(classes_are_noted_where_there_are_pages);
	return unit_end();
}
