// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a kernel's kpageflags tests a page for KSM. Until 6.9 both of the mapping's low bits had to be
 * set. With 6.10 the test became true for either of them, which is to say for all anonymous memory;
 * that was mended after 7.2-rc2 and in stable releases, so neither types nor a version tell. The
 * compiled test does.
 */
#ifndef MMX_PROC_KSM_TEST_H
#define MMX_PROC_KSM_TEST_H

#include <stddef.h>

enum mmx_ksm_test {
	MMX_KSM_UNKNOWN,
	MMX_KSM_BOTH_BITS,  /* of the mapping: pages that KSM merged */
	MMX_KSM_EITHER_BIT, /* the mistake: everything anonymous */
};

/** mmx_ksm_test() - which of the two the x86_64 code of stable_page_flags() has */
enum mmx_ksm_test mmx_ksm_test(const unsigned char *code, size_t len);

#endif
