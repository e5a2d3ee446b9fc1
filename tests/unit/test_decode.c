// SPDX-License-Identifier: GPL-2.0-or-later
/* Structs decoded by table: signs, bit-fields, texts, members that are not there, and what is not read. */
#include <string.h>

#include "../fake_memory.h"
#include "kernel/decode.h"
#include "unit.h"

/* The members of task_struct lend their names; where they lie is the tests' own choice. */
struct ours {
	int32_t pid;
	uint64_t mm;
	uint8_t flags;
	int64_t tgid;
	char comm[8];
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct ours, pid, task_struct, pid),
	MMX_WANT(struct ours, mm, task_struct, mm),
	MMX_WANT_IF(struct ours, flags, task_struct, flags),
	MMX_WANT(struct ours, tgid, task_struct, tgid),
	MMX_WANT_TEXT(struct ours, comm, task_struct, comm),
};

static const struct mmx_decode decode = MMX_DECODE("task_struct", wanted);
static struct fake_memory *m;

static void member(enum mmx_layout_member id, uint64_t bit_off, uint32_t size, uint32_t bits)
{
	m->mem.kernel.layout.member[id] =
		(struct mmx_layout_found){.provider = 0,
					  .m = {.bit_off = bit_off,
						.size = size,
						.bit_size = bits ? bits : size * 8,
						.bitfield = bits}};
}

static void setup(void)
{
	m = fake_memory_new(8192);
	member(M_task_struct_pid, 0, 4, 0);
	member(M_task_struct_mm, 8 * 8, 8, 0);
	member(M_task_struct_flags, 16 * 8 + 3, 4, 5);
	member(M_task_struct_tgid, 20 * 8, 2, 0);
	member(M_task_struct_comm, 4000 * 8, 16, 0);
}

static void every_kind_of_member_is_decoded(void)
{
	struct ours ours = {0};
	struct mmx_err err = {0};
	uint64_t at;

	setup();
	at = fake_put(m, &(int32_t){-7}, 4);
	memcpy(fake_at(m, at + 8), &(uint64_t){0x123456789abcdef0}, 8);
	memcpy(fake_at(m, at + 16), &(uint32_t){0xffffffa7}, 4);
	memcpy(fake_at(m, at + 20), &(int16_t){-2}, 2);
	memcpy(fake_at(m, at + 4000), "a name of 16 by", 16);
	CHECK(!mmx_decode_read(&decode, m->view, at, &ours, &err), "%s", err.text);
	CHECK(ours.pid == -7 && ours.tgid == -2, "%d %ld: signs", ours.pid, (long)ours.tgid);
	CHECK(ours.mm == 0x123456789abcdef0, "%lx", (unsigned long)ours.mm);
	CHECK(ours.flags == (0xa7 >> 3 & 31), "%x: five bits from the third on", ours.flags);
	CHECK(!strcmp(ours.comm, "a name "), "%s", ours.comm);
	fake_memory_free(m);
}

static void what_a_kernel_lacks_is_named_or_left_alone(void)
{
	struct ours ours = {.flags = 9};
	struct mmx_err err = {0};
	uint64_t at;

	setup();
	at = fake_put(m, &ours, sizeof(ours));
	m->mem.kernel.layout.member[M_task_struct_flags].provider = -1;
	CHECK(!mmx_decode_read(&decode, m->view, at, &ours, &err) && ours.flags == 9, "%s",
	      err.text);
	m->mem.kernel.layout.member[M_task_struct_mm].provider = -1;
	CHECK(mmx_decode_read(&decode, m->view, at, &ours, &err) && err.code == MMX_EMISSING &&
		      strstr(err.text, "task_struct.mm"),
	      "%s", err.text);
	fake_memory_free(m);
}

static void a_member_of_an_impossible_size_is_refused(void)
{
	struct ours ours;
	struct mmx_err err = {0};

	setup();
	member(M_task_struct_flags, 0, 4096, 0);
	CHECK(mmx_decode_read(&decode, m->view, FAKE_VA, &ours, &err) &&
		      strstr(err.text, "is no number"),
	      "%s", err.text);
	member(M_task_struct_flags, 16 * 8 + 3, 4, 5);
	member(M_task_struct_pid, 3, 4, 1);
	m->mem.kernel.layout.member[M_task_struct_pid].m.bit_size = 0;
	CHECK(mmx_decode_read(&decode, m->view, FAKE_VA, &ours, &err) &&
		      strstr(err.text, "task_struct.pid is no number"),
	      "a sign and no bits: %s", err.text);
	fake_memory_free(m);
}

/* The struct's last member ends where memory does, and nothing behind it may be asked for. */
static void nothing_behind_the_last_member_is_read(void)
{
	struct ours ours;
	struct mmx_err err = {0};

	setup();
	CHECK(!mmx_decode_read(&decode, m->view, FAKE_VA + 8192 - 4016, &ours, &err), "%s",
	      err.text);
	CHECK(mmx_decode_read(&decode, m->view, FAKE_VA + 8192 - 4015, &ours, &err) &&
		      strstr(err.text, "the task_struct at 0x"),
	      "%s", err.text);
	fake_memory_free(m);
}

static unsigned int reads;

static enum mmx_read counted_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	reads++;
	return fake_read(reader, phys, buf, len);
}

/* A table has the order that its reader likes, and a kernel's members another one. */
static void members_that_lie_together_are_read_at_once(void)
{
	struct ours ours;
	struct mmx_err err = {0};

	setup();
	m->ops.read = counted_read;
	member(M_task_struct_pid, 400 * 8, 4, 0);
	member(M_task_struct_comm, 300 * 8, 16, 0);
	reads = 0;
	CHECK(!mmx_decode_read(&decode, m->view, FAKE_VA, &ours, &err), "%s", err.text);
	CHECK(reads == 1, "%u reads", reads);
	fake_memory_free(m);
}

static void a_struct_within_the_one_that_is_read_is_decoded(void)
{
	static const struct mmx_wanted nested[] = {
		MMX_WANT(struct ours, mm, task_struct, mm),
		MMX_WANT_IN(struct ours, tgid, mount, mnt, vfsmount, mnt_root),
	};
	static const struct mmx_decode table = MMX_DECODE("mount", nested);
	struct ours ours = {0};
	struct mmx_err err = {0};

	setup();
	member(M_mount_mnt, 32 * 8, 64, 0);
	member(M_vfsmount_mnt_root, 16 * 8, 8, 0);
	memcpy(fake_at(m, FAKE_VA + 48), &(uint64_t){0x1234}, 8);
	CHECK(!mmx_decode_read(&table, m->view, FAKE_VA, &ours, &err), "%s", err.text);
	CHECK(ours.tgid == 0x1234, "%lx", (unsigned long)ours.tgid);
	m->mem.kernel.layout.member[M_mount_mnt].provider = -1;
	CHECK(mmx_decode_read(&table, m->view, FAKE_VA, &ours, &err) &&
		      strstr(err.text, "mount.mnt "),
	      "%s", err.text);
	fake_memory_free(m);
}

static void a_member_behind_the_bytes_is_refused(void)
{
	struct mmx_err err = {0};

	setup();
	CHECK(!mmx_decode_within(&decode, &m->mem.kernel.layout, 4016, &err), "%s", err.text);
	CHECK(mmx_decode_within(&decode, &m->mem.kernel.layout, 4015, &err) &&
		      err.code == MMX_ECORRUPT && strstr(err.text, "ends at 4016 of 4015 bytes"),
	      "%s", err.text);
	m->mem.kernel.layout.member[M_task_struct_mm].provider = -1;
	CHECK(mmx_decode_within(&decode, &m->mem.kernel.layout, 4016, &err) &&
		      err.code == MMX_EMISSING,
	      "%s", err.text);
	fake_memory_free(m);
}

static void whoever_has_a_sentence_of_his_own_is_told_how_it_reads(void)
{
	struct ours ours;

	setup();
	CHECK(!mmx_decode_into(&decode, m->view, FAKE_VA, &ours), "not read");
	CHECK(mmx_decode_into(&decode, m->view, FAKE_VA + 8192, &ours) == MMX_READ_UNMAPPED,
	      "read beyond memory");
	m->mem.kernel.layout.member[M_task_struct_mm].provider = -1;
	CHECK(mmx_decode_into(&decode, m->view, FAKE_VA, &ours) == MMX_READ_UNREADABLE,
	      "read without a member that is required");
	fake_memory_free(m);
}

int main(void)
{
	RUN(every_kind_of_member_is_decoded);
	RUN(what_a_kernel_lacks_is_named_or_left_alone);
	RUN(a_member_of_an_impossible_size_is_refused);
	RUN(nothing_behind_the_last_member_is_read);
	RUN(members_that_lie_together_are_read_at_once);
	RUN(a_struct_within_the_one_that_is_read_is_decoded);
	RUN(a_member_behind_the_bytes_is_refused);
	RUN(whoever_has_a_sentence_of_his_own_is_told_how_it_reads);
	return unit_end();
}
