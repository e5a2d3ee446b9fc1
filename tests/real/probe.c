// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests on real dumps ask of the library, beside what commands print.
 *
 *	probe CORE symbols          every symbol as /proc/kallsyms prints it
 *	probe CORE memory           reads "p ADDRESS LENGTH" (physical) or "v ADDRESS LENGTH" lines
 *	                            from standard input; answers in hex bytes, or with why there are none
 *	probe CORE nearest          reads addresses; answers "name+0x10 [module]"
 *	probe CORE classes          how many frames are of each class, and every unattributed one
 *	probe CORE flags            PFN, flags word and their fields of every struct page, one a line
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "mm/frames/class.h"

static int symbols(const struct mmx_kernel *k)
{
	const struct mmx_symbols *s = &k->symbols;

	for (size_t i = 0; i < s->n; i++) {
		const char *module = mmx_symbol_module(s, &s->v[i]);

		printf("%016" PRIx64 " %c %s%s%s%s\n", s->v[i].addr, s->v[i].type,
		       mmx_symbol_name(s, &s->v[i]), module ? "\t[" : "", module ? module : "",
		       module ? "]" : "");
	}
	return 0;
}

static int memory(const struct mmx_kernel *k)
{
	static unsigned char bytes[1 << 20];
	uint64_t addr, len;
	char space;

	while (scanf(" %c %" SCNx64 " %" SCNu64, &space, &addr, &len) == 3) {
		enum mmx_read read;

		if (len > sizeof(bytes))
			return 1;
		read = space == 'p' ? mmx_phys_read(k->view->reader, addr, bytes, len)
				    : mmx_kread(k->view, addr, bytes, len);
		if (read) {
			printf("%s\n", mmx_read_name(read));
			continue;
		}
		for (uint64_t i = 0; i < len; i++)
			printf("%02x", bytes[i]);
		putchar('\n');
	}
	return 0;
}

static int nearest(const struct mmx_kernel *k)
{
	char text[512];
	uint64_t addr;

	while (scanf(" %" SCNx64, &addr) == 1) {
		mmx_symbol_format(&k->symbols, addr, text, sizeof(text));
		puts(text);
	}
	return 0;
}

static int flags(const struct mmx_kernel *k)
{
	static unsigned char pages[1 << 20];
	uint64_t size = mmx_mem(k)->vmemmap.page_size;

	mmx_for_each_range (r, &mmx_mem(k)->sparse.pfn) {
		uint64_t got = 0;

		for (uint64_t pfn = r->start; pfn < r->end; pfn += got) {
			uint64_t max = r->end - pfn < sizeof(pages) / size ? r->end - pfn
									   : sizeof(pages) / size;

			if (mmx_pages_read(k->view, pfn, max, pages, &got)) {
				printf("%" PRIx64 " absent %" PRIu64 "\n", pfn, got);
				continue;
			}
			for (uint64_t i = 0; i < got; i++) {
				uint64_t word = mmx_get(&k->layout, M_page_flags, pages + i * size);

				printf("%" PRIx64 " %" PRIx64, pfn + i, word);
				for (int f = 0; f < MMX_FLAG_FIELD_COUNT; f++)
					printf(" %u", mmx_flag_field(&mmx_mem(k)->flags, f, word));
				putchar('\n');
			}
		}
	}
	return 0;
}

static int classes(const struct mmx_kernel *k)
{
	uint64_t count[MMX_CLASS_COUNT] = {0},
		 end = mmx_mem(k)->sparse.pfn.v[mmx_mem(k)->sparse.pfn.n - 1].end;
	struct mmx_classifier c;
	struct mmx_page_walk w;
	struct mmx_err err;

	if (mmx_page_walk_begin(&w, k->view, 0, end, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	mmx_classifier_find(&c, k->view, true);
	while (mmx_page_walk_next(&w)) {
		struct mmx_verdict v = mmx_classify(&c, &w);

		count[v.class] += w.frames;
		if (v.class == CLASS_UNATTRIBUTED)
			printf("# %" PRIx64 " head %" PRIx64 " order %u flags %" PRIx64
			       " refcount %d private %" PRIx64 " %s\n",
			       w.pfn, w.folio.head, w.folio.order,
			       mmx_word(w.bytes, mmx_mem(k)->page_format.flags),
			       mmx_int(w.folio.bytes, mmx_mem(k)->page_format.refcount),
			       mmx_word(w.bytes, mmx_mem(k)->page_format.private), v.why);
	}
	for (int i = 0; i < MMX_CLASS_COUNT; i++)
		printf("%s %" PRIu64 "\n", mmx_class_name(i), count[i]);
	mmx_page_walk_end(&w);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct ask_question questions[] = {{"symbols", symbols},
							{"memory", memory},
							{"nearest", nearest},
							{"flags", flags},
							{"classes", classes}};

	return ask_main(argc, argv, questions, sizeof(questions) / sizeof(*questions));
}
