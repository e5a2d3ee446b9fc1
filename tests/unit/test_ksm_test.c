// SPDX-License-Identifier: GPL-2.0-or-later
/* The test for KSM as compilers made it of "mapping & 3" and "(mapping & 3) == 3". */
#include <string.h>

#include "proc/ksm_test.h"
#include "unit.h"

static const struct {
	const char *name;
	enum mmx_ksm_test test;
	const char *code;
	size_t len;
} answers[] = {
#define CODE(text) text, sizeof(text) - 1
	/* or $0x201000, %rax; or $0x10, %dh; and $3, %ecx; cmove %rdx, %rax */
	{"gcc -O2: either bit", MMX_KSM_EITHER_BIT,
	 CODE("\x48\x0d\x00\x10\x20\x00\x80\xce\x10\x83\xe1\x03\x48\x0f\x44\xc2")},
	/* not %rsi; or $0x201000, %rax; or $0x10, %ch; and $3, %esi; cmovne %rcx, %rax */
	{"gcc -O2: both bits, inverted", MMX_KSM_BOTH_BITS,
	 CODE("\x48\xf7\xd6\x48\x0d\x00\x10\x20\x00\x80\xcd\x10\x83\xe6\x03\x48\x0f\x45\xc1")},
	/* and $3, %ebp; or $0x201000, %rdx; or $0x10, %ah; cmp $3, %rbp; cmovne %rax, %rdx */
	{"gcc -O2: both bits, compared", MMX_KSM_BOTH_BITS,
	 CODE("\x83\xe5\x03\x48\x81\xca\x00\x10\x20\x00\x80\xcc\x10\x48\x83\xfd\x03\x48\x0f\x45\xd0")},
	/* and $3, %bpl; jne 1f; or $0x10, %dh; jmp 2f; 1: or $0x201000, %rdx; 2: */
	{"gcc -Os: either bit", MMX_KSM_EITHER_BIT,
	 CODE("\x40\x80\xe5\x03\x75\x05\x80\xce\x10\xeb\x07\x48\x81\xca\x00\x10\x20\x00")},
	/* and $3, %ebp; cmp $3, %rbp; je 1f; or $0x10, %dh; jmp 2f; 1: or $0x201000, %rdx; 2: */
	{"gcc -Os: both bits", MMX_KSM_BOTH_BITS,
	 CODE("\x83\xe5\x03\x48\x83\xfd\x03\x74\x05\x80\xce\x10\xeb\x07\x48\x81\xca\x00\x10\x20\x00")},
	/* xor %edx, %edx; test $3, %r14b; setne %dl; shl $21, %edx; or $0x1000, %edx */
	{"clang -O2: either bit", MMX_KSM_EITHER_BIT,
	 CODE("\x31\xd2\x41\xf6\xc6\x03\x0f\x95\xc2\xc1\xe2\x15\x81\xca\x00\x10\x00\x00")},
	/* not %ebx; xor %edx, %edx; test $3, %bl; sete %dl; shl $21, %edx; or $0x1000, %edx */
	{"clang -O2: both bits", MMX_KSM_BOTH_BITS,
	 CODE("\xf7\xd3\x31\xd2\xf6\xc3\x03\x0f\x94\xc2\xc1\xe2\x15\x81\xca\x00\x10\x00\x00")},
	/* not %edx; neg %edi; test %esi, %esi; setg %bl; xor %esi, %esi; shl $11, %rbx; test $3, %dl;
	 * mov $0x10000, %edx; sete %sil; shl $21, %esi; or $0x1000, %esi */
	{"clang -O2 -march=znver3: both bits", MMX_KSM_BOTH_BITS,
	 CODE("\xf7\xd2\xf7\xdf\x85\xf6\x0f\x9f\xc3\x31\xf6\x48\xc1\xe3\x0b\xf6\xc2\x03\xba\x00\x00"
	      "\x01\x00\x40\x0f\x94\xc6\xc1\xe6\x15\x81\xce\x00\x10\x00\x00")},
	/* the same without not, and setne */
	{"clang -O2 -march=znver3: either bit", MMX_KSM_EITHER_BIT,
	 CODE("\xf7\xdf\x85\xf6\x0f\x9f\xc3\x31\xf6\x48\xc1\xe3\x0b\xf6\xc2\x03\xba\x00\x00\x01\x00"
	      "\x40\x0f\x95\xc6\xc1\xe6\x15\x81\xce\x00\x10\x00\x00")},
	/* not %rsi, far from the rest, which is as of "either bit" but for the truth of cmov */
	{"inverted long before", MMX_KSM_UNKNOWN,
	 CODE("\x48\xf7\xd6\x0f\x1f\x84\x00\x00\x00\x00\x00\x0f\x1f\x84\x00\x00\x00\x00\x00\x0f\x1f"
	      "\x84\x00\x00\x00\x00\x00\x48\x0d\x00\x10\x20\x00\x80\xcd\x10\x83\xe6\x03\x48\x0f\x45"
	      "\xc1")},
	/* test $3, %bl; sete %dl; shl $21, %edx: that none of the two is there */
	{"neither bit", MMX_KSM_UNKNOWN,
	 CODE("\xf6\xc3\x03\x0f\x94\xc2\xc1\xe2\x15\x81\xca\x00\x10\x00\x00")},
	/* shl $21, %rcx, which moves a flag to its place, near a test of something else */
	{"a flag that is moved", MMX_KSM_UNKNOWN, CODE("\xf6\xc3\x03\x48\xc1\xe1\x15\x90\x90\x90")},
	{"no mask", MMX_KSM_UNKNOWN, CODE("\x48\x0d\x00\x10\x20\x00\x90\x90")},
	{"nothing", MMX_KSM_UNKNOWN, CODE("\xcc\xcc\xcc\xcc")},
	{"no bytes", MMX_KSM_UNKNOWN, CODE("")},
#undef CODE
};

static void known_answers(void)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		enum mmx_ksm_test found =
			mmx_ksm_test((const unsigned char *)answers[i].code, answers[i].len);

		CHECK(found == answers[i].test, "%s: %d", answers[i].name, found);
	}
}

/* Two places that contradict each other tell nothing. */
static void contradiction(void)
{
	unsigned char code[128];

	memset(code, 0x90, sizeof(code));
	memcpy(code, answers[0].code, answers[0].len);
	CHECK(mmx_ksm_test(code, sizeof(code)) == MMX_KSM_EITHER_BIT, "one");
	memcpy(code + 64, answers[1].code, answers[1].len);
	CHECK(mmx_ksm_test(code, sizeof(code)) == MMX_KSM_UNKNOWN, "both");
}

int main(void)
{
	RUN(known_answers);
	RUN(contradiction);
	return unit_end();
}
