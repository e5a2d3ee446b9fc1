// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text of any bytes, read for reports. Lines of the kernel's are put into it, whole and damaged, so that reports
 * are found. What is told must fit its bounds, be printable, and come in the order of the text; and words, which are
 * the text's lines behind a kind's name, must have an answer or a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "mm/reports/explain.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const lines[] = {
	"[    1.000000] BUG: Bad page state in process a b  pfn:1245a\n",
	"page:00000000a1b2c3d4 refcount:0 mapcount:1 mapping:0000000000000000 index:0x7 pfn:0x1245a\n",
	"page: refcount:-1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x10c3f7\n",
	"head: order:9 mapcount:1 entire_mapcount:0 nr_pages_mapped:1 pincount:0\n",
	"memcg:ffff888100a30000\n",
	"aops:ext4_aops ino:4d2 dentry name(?):\"a\"\n",
	"anon flags: 0x17ffffc0004020(lru|slab|node=0|zone=2|lastcpupid=0x1fffff)\n",
	"page_type: f0(buddy)\n",
	"raw: 0017ffffc0004020 ffffea00043101c8 ffffea0004310209 dead000000000400\n",
	"head: 0017ffffc0004020 ffffea00043101c8 ffffea0004310208 0000000000000000\n",
	"page dumped because: nonzero mapcount\n",
	"page last allocated via order 0, migratetype Movable, gfp_mask 0xcc0(GFP_KERNEL), pid 1, tgid 1 (a), ts 5\n",
	"CPU: 0 UID: 0 PID: 88 Comm: kworker/u8:3 Tainted: G    B   6.14.0-15-generic #15\n",
	"Call Trace:\n",
	" free_unref_page+0x1b/0x180\n",
	"BUG: Bad page map in process nginx  pte:800fff812345e867 pmd:10431f067\n",
	"pgd:104300067 p4d:104300067 pud:104310067 pmd:104320067\n",
	"addr:00007f0012345000 vm_flags:08100073 anon_vma:ffff888104a3f1c0 mapping:0000000000000000 index:7f0\n",
	"BUG: Bad rss-counter state mm:00000000deadbeef type:MM_FILEPAGES val:-12\n",
	"BUG: non-zero pgtables_bytes on freeing mm: 4096\n",
	"a: page allocation failure: order:3, mode:0x40820(GFP_ATOMIC|__GFP_COMP), nodemask=(null),cpuset=/,mems_allowed=0\n",
	"Mem-Info:\n",
	"active_anon:100 inactive_anon:200000 isolated_anon:0\n free:12000 free_pcp:100 free_cma:0\n",
	"Node 0 active_anon:400kB inactive_anon:8kB kernel_stack:4000kB all_unreclaimable? yes Balloon:0kB\n",
	"Node 0 DMA32 free:9000kB boost:0kB min:38000kB low:47500kB high:57000kB managed:1945600kB free_cma:0kB\n",
	"lowmem_reserve[]: 0 0 1762 1762 1762\n",
	"Node 0 DMA32: 250*4kB (UME) 1000*8kB (UME) 0*16kB = 9000kB\n",
	"Node 0 hugepages_total=5 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB\n",
	"982908 pages RAM\n41586 pages reserved\nTotal swap = 0kB\n",
	"a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n",
	"memory: usage 102400kB, limit 102400kB, failcnt 64\n",
	"Memory cgroup stats for /box:\nanon 99614720\n",
	"Unreclaimable slab info:\nkmalloc-2k              2048KB       2304KB\n",
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n",
	"[    300]  1000   300    52000    51000   229376        0             0 hog\n",
	"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=a,pid=1,uid=0\n",
	"Out of memory: Killed process 300 (hog) total-vm:1kB, anon-rss:1kB, file-rss:1kB, shmem-rss:0kB, UID:1 pgtables:2kB oom_score_adj:0\n",
	"Memory failure: 0x1234f: recovery action for dirty LRU page: Recovered\n",
};

#define LINES (sizeof(lines) / sizeof(*lines))

/* One of the lines somewhere, or bytes changed as libFuzzer likes. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	const char *line = lines[seed / 8 % LINES];
	size_t len = strlen(line), at = size ? seed / 8 / LINES % (size + 1) : 0;

	if (seed % 4 == 0 || size + len > max)
		return LLVMFuzzerMutate(data, size, max);
	if (seed % 4 == 1)
		at = size;
	memmove(data + at + len, data + at, size - at);
	memcpy(data + at, line, len);
	return size + len;
}

struct text {
	const char *at, *end;
};

static bool next_line(void *arg, struct mmx_line *line)
{
	struct text *t = arg;
	const char *end;

	if (t->at == t->end)
		return false;
	end = memchr(t->at, '\n', (size_t)(t->end - t->at));
	mmx_line_take(line, t->at, (size_t)((end ? end : t->end) - t->at));
	t->at = end ? end + 1 : t->end;
	return true;
}

static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (len == size || mmx_printable(text, len) != len)
		abort();
}

static void check(const struct mmx_told *t)
{
	check_text(t->title, sizeof(t->title));
	if (t->parts.n > MMX_TOLD_PARTS || t->notes.n > MMX_TOLD_NOTES)
		abort();
	for (size_t i = 0; i < t->parts.n; i++) {
		check_text(t->parts.v[i].name, sizeof(t->parts.v[i].name));
		check_text(t->parts.v[i].value, sizeof(t->parts.v[i].value));
		check_text(t->parts.v[i].meaning, sizeof(t->parts.v[i].meaning));
	}
	for (size_t i = 0; i < t->notes.n; i++)
		check_text(t->notes.v[i].text, sizeof(t->notes.v[i].text));
}

static void read_reports(const struct mmx_lexicon *x, const char *text, size_t size)
{
	static struct mmx_reports r;
	struct text t = {text, text + size};
	uint64_t last = 0;

	mmx_reports_begin(&r, next_line, &t);
	while (mmx_reports_next(&r)) {
		struct mmx_told told;

		if (r.report.line <= last || r.report.line > r.lines)
			abort();
		last = r.report.line;
		mmx_report_explain(&told, &r.report, x);
		mmx_told_sort(&told);
		check(&told);
		mmx_told_free(&told);
	}
	if (t.at != t.end)
		abort();
}

static void read_words(const struct mmx_lexicon *x, const char *text, size_t size)
{
	char *word = strndup(text, size < 600 ? size : 600);

	for (const struct mmx_word_kind *k = mmx_word_kinds(); k->name; k++) {
		struct mmx_told told;
		struct mmx_err err = {0};

		if (!k->tell(&told, x, word, &err))
			check(&told);
		else if (!err.text[0])
			abort();
		mmx_told_free(&told);
	}
	free(word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mmx_lexicon x[3];
	struct mmx_err err;

	if (!x[0].kernel) {
		mmx_lexicon_of_nobody(&x[0]);
		if (mmx_lexicon_of_series(&x[1], "6.8", &err) ||
		    mmx_lexicon_of_series(&x[2], "6.14", &err))
			abort();
	}
	if (!size)
		return 0;
	read_reports(&x[data[0] % 3], (const char *)data + 1, size - 1);
	read_words(&x[data[0] % 3], (const char *)data + 1, size - 1);
	return 0;
}
