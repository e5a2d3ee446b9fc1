// SPDX-License-Identifier: GPL-2.0-or-later
/* filex: a file, what its page cache holds, and who uses it; and the files that have most in memory. */
#include <inttypes.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "records/picture.h"
#include "records/files.h"

#define LARGEST_SHOWN 20
#define LARGEST_MAX   1000000

static const struct mmx_field fields[] = {
	{"file", MMX_BLOCK, "the file that was asked for", .title = "File", .may = MMX_OR_NONE,
	 .record = &mmx_record_file},
	{"contents", MMX_BLOCK, "what of it is in memory", .title = "In memory", .may = MMX_OR_NONE,
	 .record = &mmx_record_file_contents},
	{"nodes", MMX_TABLE, "by node", .title = "By node", .may = MMX_OR_NONE,
	 .record = &mmx_record_file_nodes},
	{"orders", MMX_TABLE, "by the size of folios, where some are large",
	 .title = "By size of folios", .may = MMX_OR_NONE, .record = &mmx_record_file_orders},
	{"runs", MMX_TABLE, "with -v: what stands where in it", .title = "What stands where",
	 .may = MMX_OR_NONE, .record = &mmx_record_file_runs},
	{"asked", MMX_LIST, "the pages of it that were asked for", .may = MMX_OR_NONE,
	 .record = &mmx_record_file_pages},
	{"mappers", MMX_TABLE, "who maps it", .title = "Mapped by", .may = MMX_OR_NONE,
	 .record = &mmx_record_file_mappers},
	{"openers", MMX_TABLE, "who has it open", .title = "Open in", .may = MMX_OR_NONE,
	 .record = &mmx_record_file_openers},
	{"extracted", MMX_BLOCK, "with -x: what was written of it", .title = "Written",
	 .may = MMX_OR_NONE, .record = &mmx_record_file_extracted},
	{"missing", MMX_TABLE, "with -x: what could not be", .title = "What is missing there",
	 .may = MMX_OR_NONE, .record = &mmx_record_file_lacks},
	{"files", MMX_TABLE, "with -t: those that have most in memory", .title = "Largest files",
	 .may = MMX_OR_NONE, .record = &mmx_record_large_files},
	{"sum", MMX_BLOCK, "with -t: all of them together", .title = "All files",
	 .may = MMX_OR_NONE, .record = &mmx_record_large_files_sum},
	{0},
};

static const struct mmx_record document = {
	.name = "file",
	.doc = "a file, and what of it is in memory; the exit status is 1 when something is wrong with its "
	       "page cache or its mappings, and 3 where something that tells of them is not in the dump",
	.version = 1,
	.picture = &mmx_picture_file,
	.fields = fields,
};

static enum mmx_exit cannot(struct mmx_run *run, const struct mmx_err *err)
{
	mmx_say(run, "%s", err->text);
	return err->code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT;
}

/* What was found wanting; the document tells of the rest by itself. */
static enum mmx_exit tell(struct mmx_run *run, const struct mmx_coverage *c, const char *what)
{
	if (!mmx_cover_whole(c))
		mmx_say(run, "%s: %s", what, c->first.text);
	return mmx_run_exit(run, c);
}

/*
 * The largest.
 */

static enum mmx_exit show_largest(struct mmx_run *run, const char *how_many)
{
	struct mmx_largest_files largest;
	struct mmx_file_asked asked = {.largest = &largest};
	uint64_t top = LARGEST_SHOWN;
	enum mmx_exit status;
	struct mmx_err err;

	if (how_many && (mmx_number(how_many, NULL, true, &top) || top > LARGEST_MAX)) {
		mmx_say(run, "%s is no number of files to show", how_many);
		return MMX_EXIT_CANNOT;
	}
	if (mmx_largest_files_find(&largest, run->view, top, &err))
		return cannot(run, &err);
	status = mmx_run_show(run, &asked, NULL);
	status = mmx_worse(status, mmx_run_exit(run, &largest.coverage));
	mmx_largest_files_free(&largest);
	return status;
}

/*
 * One file.
 */

/* The pages that are meant by the second operand, or by the page that the file was named by. */
static int choose_pages(struct mmx_run *run, const struct mmx_what_file *file,
			struct mmx_file_asked *asked, struct mmx_err *err)
{
	unsigned int shift = run->kernel->arch->page_shift;
	uint64_t last;

	asked->by_index = file->has_index || run->n_operands > 1;
	asked->first = asked->last = file->index;
	if (run->n_operands < 2) {
		asked->by_offset = run->option['b'] && file->has_index;
		return run->option['b'] && !file->has_index
			       ? mmx_fail(err, MMX_EUSAGE, "-b is for an offset: which?")
			       : 0;
	}
	if (mmx_number_range(run->operand[1], run->option['d'], &asked->first, &last, err))
		return -1;
	asked->last = last;
	if (run->option['b']) {
		asked->by_offset = true;
		asked->offset = asked->first;
		asked->first >>= shift;
		asked->last >>= shift;
	}
	return 0;
}

static int find_all(struct mmx_run *run, const struct mmx_what_file *file,
		    struct mmx_file_asked *asked, struct mmx_err *err)
{
	const struct mmx_opened opened = {.mapping = file->mapping.addr,
					  .inode = file->mapping.inode.addr,
					  .named = file->named};

	if (mmx_contents_find(&asked->contents, run->view, &file->mapping, err) ||
	    mmx_mappers_find(&asked->mappers, run->view, file->mapping.addr, err) ||
	    choose_pages(run, file, asked, err))
		return -1;
	if (mmx_openers_find(&asked->openers, run->view, &opened, &asked->no_openers))
		mmx_cover_fail(&asked->openers.coverage, &asked->no_openers);
	return asked->dir ? mmx_extract_file(&asked->extracted, run->view, &file->mapping,
					     asked->dir, err)
			  : 0;
}

static void release(struct mmx_file_asked *asked)
{
	mmx_contents_free(&asked->contents);
	mmx_mappers_free(&asked->mappers);
	mmx_openers_free(&asked->openers);
	mmx_extract_free(&asked->extracted);
}

static enum mmx_exit show(struct mmx_run *run, struct mmx_file_asked *asked)
{
	enum mmx_exit status = mmx_run_show(run, asked, NULL);

	status = mmx_worse(status, mmx_run_exit(run, &asked->contents.coverage));
	status = mmx_worse(status, tell(run, &asked->mappers.coverage, "who maps it"));
	status = mmx_worse(status, tell(run, &asked->openers.coverage, "who has it open"));
	return mmx_worse(status, mmx_run_exit(run, &asked->extracted.coverage));
}

static enum mmx_exit show_file(struct mmx_run *run)
{
	const struct mmx_users users = {.tasks = mmx_know_tasks(run->view),
					.swaps = mmx_know_swaps(run->view)};
	const struct mmx_what_options options = {
		.decimal = run->option['d'],
		.physical = run->option['p'],
		.pid = run->option['u'],
		.users = &users,
	};
	struct mmx_what_file file;
	struct mmx_file_asked asked = {.mapping = &file.mapping,
				       .verbose = run->option['v'] || run->out->picture,
				       .dir = run->option['x']};
	enum mmx_exit status;
	struct mmx_err err;

	run->once = asked.dir;
	if (mmx_what_file(&file, run->view, run->operand[0], &options, &err))
		return cannot(run, &err);
	if (file.mapping.kind == MMX_MAPPING_SWAP) {
		mmx_say(run, "that is the swap cache, which is no file's");
		return MMX_EXIT_CANNOT;
	}
	asked.how = file.how;
	asked.named = file.named;
	status = find_all(run, &file, &asked, &err) ? cannot(run, &err) : show(run, &asked);
	release(&asked);
	return status;
}

static enum mmx_exit filex(struct mmx_run *run)
{
	if (!run->option['t'])
		return run->n_operands
			       ? show_file(run)
			       : (mmx_say(run, "which file? See \"help filex\""), MMX_EXIT_CANNOT);
	if (run->n_operands > 1 || run->option['x'] || run->option['b'] || run->option['v']) {
		mmx_say(run, "-t is for all files, and takes only how many to show");
		return MMX_EXIT_CANNOT;
	}
	return show_largest(run, run->n_operands ? run->operand[0] : NULL);
}

static const struct mmx_option options[] = {
	{'t', "top", NULL, "the files that have most in memory: N of them, 20 unless it is said"},
	{'v', "verbose", NULL,
	 "also what stands where in the file, in runs of pages that are alike"},
	{'b', "bytes", NULL, "INDEX is an offset in bytes"},
	{'x', "extract", "DIR",
	 "write what is cached to a new file in the directory DIR, and say what is missing"},
	{'d', "decimal", NULL, "numbers are decimal"},
	{'p', "physical", NULL, "FILE is a physical address, of a page of it"},
	{'u', "user", "PID",
	 "a path is looked up as process PID would, and a number is a user address of it"},
	MMX_DOT_OPTION,
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_PAGES};

const struct mmx_command mmx_cmd_filex = {
	.name = "filex",
	.summary = "a file, what its page cache holds, and who uses it",
	.operands = "FILE [INDEX[-INDEX]] | -t [N]",
	.help = "Shows a file: what of it is in memory, in folios, by node and by size; what of it was evicted or\n"
		"swapped out; what has no entry; who maps it, and who has it open.\n"
		"\n"
		"FILE is a path, looked up in the dentry cache from the root of PID 1, or with -u of that process,\n"
		"through mounts and symbolic links. Where a name is not in the cache, the answer says which, and\n"
		"whether the file system could have it. Or the address of an inode, an address_space, a dentry or a\n"
		"struct file; or a page of the file, as pagex takes it. Or a name alone, of a block device or of any\n"
		"file in memory: \"vda1\", \"memfd:NAME\", that of a file that was deleted. What overlayfs shows\n"
		"leads to the file below that has the data, and a device's special file to the device.\n"
		"\n"
		"With INDEX, that page of the file, or with -b the page that the byte at that offset is in: its\n"
		"frame, and its blocks as the file system keeps them with it: buffer heads, with the block's place on\n"
		"the device, or iomap's bits. Where no page is cached it says what stands there instead.\n"
		"\n"
		"With -x, what is cached is written to a new file in DIR, named after the device, the inode's number\n"
		"and the file's own name; of shared memory also what zram and zswap have of it. It is sparse where\n"
		"nothing is known, and what is missing is listed. No file is overwritten.\n"
		"\n"
		"With -t, the files that have most in memory, found through the inodes of all file systems, and all\n"
		"of them against the kernel's counters.\n"
		"\n"
		"    filex /usr/lib/x86_64-linux-gnu/libc.so.6 60 shows page 0x60 of the C library",
	.example = "filex -t",
	.options = options,
	.document = &document,
	.max_operands = 2,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = filex,
};
