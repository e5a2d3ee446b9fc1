// SPDX-License-Identifier: GPL-2.0-or-later
/* How page_cgroup_ino() begins: with the page itself, or with the head that its link leads to. */
#include "kernel/calls.h"
#include "unit.h"

static const struct {
	const char *name;
	bool takes;
	const char *code;
	size_t len;
} answers[] = {
#define CODE(text) text, sizeof(text) - 1
	/* mov 0x38(%rdi), %rdx; mov %rdx, %rcx; and $1, %ecx; jne */
	{"gcc, 6.2: the page", false, CODE("\x48\x8b\x57\x38\x48\x89\xd1\x83\xe1\x01\x75\x36")},
	/* mov 8(%rdi), %rax; test $1, %al; jne 0; mov 0x38(%rdi), %rdx */
	{"the page, unless it is a tail", false,
	 CODE("\x48\x8b\x47\x08\xa8\x01\x75\x52\x48\x8b\x57\x38")},
	/* mov 8(%rdi), %rax; test $1, %al; jne 1f; ...; 1: lea -1(%rax), %rdi */
	{"gcc, 6.5: the folio", true,
	 CODE("\x48\x8b\x47\x08\xa8\x01\x75\x52\x48\x8b\x57\x38\x48\x8d\x78\xff\xeb\xb2")},
	/* mov %rdx, %rax; and $1, %eax; sub $1, %rax; or %rdx, %rax; and %rax, %rbx */
	{"gcc, 7.3: the folio by a mask", true,
	 CODE("\x48\x89\xd0\x83\xe0\x01\x48\x83\xe8\x01\x48\x09\xd0\x48\x21\xc3")},
	/* mov 8(%rdi), %r8; test $1, %r8b; je; dec %r8 */
	{"clang: the folio", true,
	 CODE("\x4c\x8b\x47\x08\x41\xf6\xc0\x01\x74\x03\x49\xff\xc8\x90")},
	/* lea -1(%rax,%rcx), which is another form; sub $2 */
	{"other numbers", false, CODE("\x48\x8d\x44\x08\xff\x48\x83\xe8\x02\x90\x90\x90")},
	{"no bytes", false, CODE("")},
#undef CODE
};

static void known_answers(void)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		CHECK(mmx_code_takes_one((const unsigned char *)answers[i].code, answers[i].len) ==
			      answers[i].takes,
		      "%s", answers[i].name);
}

int main(void)
{
	RUN(known_answers);
	return unit_end();
}
