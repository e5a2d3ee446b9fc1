// SPDX-License-Identifier: GPL-2.0-or-later
/* mmx: the standalone front end. It parses its own arguments, opens an image and runs a command. */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "kernel/files.h"

#define MAX_PARTS 64
#define MAX_JOBS  256

static const char usage_text[] =
	"usage: mmx [-c CORE | --live] [--vmlinux FILE] [--system-map FILE]\n"
	"           [--json | --columns LIST] [-j N] COMMAND [ARGUMENTS]\n"
	"       mmx help [COMMAND]\n"
	"\n"
	"  -c CORE            a dump; several are the parts of a split one\n"
	"  --live             the running kernel, through /proc/kcore\n"
	"  --vmlinux FILE     symbols and types, for a dump that lacks its own\n"
	"  --system-map FILE  symbols, for a dump that lacks its own\n"
	"  --json             one JSON document instead of text\n"
	"  --columns LIST     these fields only, a line a record; \"mmx help COMMAND\" has the names\n"
	"  --bytes            sizes in bytes\n"
	"  --no-header        no titles and table heads\n"
	"  -j N               walk over all memory with N threads, by default one for each CPU\n"
	"\n";

struct arguments {
	const char *parts[MAX_PARTS];
	size_t n_parts;
	bool live;
	unsigned int jobs;
	struct mmx_files files;
	struct mmx_out_options out;
};

static void write_stdout(void *arg, const char *text, size_t len)
{
	fwrite(text, 1, len, arg);
}

static void say_stderr(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

static void show_progress(void *arg, int percent)
{
	(void)arg;
	if (percent < 0)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r%3d %%", percent);
}

/* Results that did not arrive are no results, whatever the command came to. */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	perror("mmx: standard output");
	return MMX_EXIT_CANNOT;
}

static int list_names(void)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	for (size_t i = 0; i < n; i++)
		puts(all[i]->name);
	return MMX_EXIT_OK;
}

static int help(const char *name, bool man)
{
	const struct mmx_sink sink = {.write = write_stdout, .arg = stdout};
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);
	const struct mmx_command *c = name ? mmx_command_find(name) : NULL;

	if (name && !c) {
		fprintf(stderr, "mmx: no command %s; \"mmx help\" lists them\n", name);
		return MMX_EXIT_CANNOT;
	}
	if (c) {
		if (man)
			mmx_command_man(c, &sink);
		else
			mmx_command_help(c, &sink);
		return MMX_EXIT_OK;
	}
	fputs(usage_text, stdout);
	printf("commands:\n");
	for (size_t i = 0; i < n; i++)
		printf("  %-10s %s\n", all[i]->name, all[i]->summary);
	return MMX_EXIT_OK;
}

static bool take_jobs(struct arguments *a, const char *text)
{
	char *end;
	unsigned long jobs = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end || !jobs || jobs > MAX_JOBS) {
		fprintf(stderr, "mmx: -j wants a number of threads from 1 to %d, not %s\n",
			MAX_JOBS, text);
		return false;
	}
	a->jobs = jobs;
	return true;
}

static unsigned int cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MAX_JOBS ? MAX_JOBS : n;
}

static bool parse(int argc, char **argv, struct arguments *a)
{
	enum { LIVE = 256, VMLINUX, SYSTEM_MAP, JSON, COLUMNS, BYTES, NO_HEADER, HELP };
	static const struct option options[] = {
		{"live", no_argument, NULL, LIVE},
		{"vmlinux", required_argument, NULL, VMLINUX},
		{"system-map", required_argument, NULL, SYSTEM_MAP},
		{"json", no_argument, NULL, JSON},
		{"columns", required_argument, NULL, COLUMNS},
		{"bytes", no_argument, NULL, BYTES},
		{"no-header", no_argument, NULL, NO_HEADER},
		{"help", no_argument, NULL, HELP},
		{0},
	};
	int c;

	/* "+": the first word that is no option is the command, and what follows is its own. */
	while ((c = getopt_long(argc, argv, "+c:j:h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			if (a->n_parts == MAX_PARTS) {
				fprintf(stderr, "mmx: at most %d parts of a split dump\n",
					MAX_PARTS);
				return false;
			}
			a->parts[a->n_parts++] = optarg;
			break;
		case 'j':
			if (!take_jobs(a, optarg))
				return false;
			break;
		case LIVE:
			a->live = true;
			break;
		case VMLINUX:
			a->files.vmlinux = optarg;
			break;
		case SYSTEM_MAP:
			a->files.system_map = optarg;
			break;
		case JSON:
			a->out.json = true;
			break;
		case COLUMNS:
			a->out.columns = optarg;
			break;
		case BYTES:
			a->out.bytes = true;
			break;
		case NO_HEADER:
			a->out.no_header = true;
			break;
		case 'h':
		case HELP:
			exit(finish(help(NULL, false)));
		default:
			fputs(usage_text, stderr);
			return false;
		}
	}
	return true;
}

static struct mmx_kernel *open_kernel(struct arguments *a)
{
	struct mmx_open_options options = {.jobs = a->jobs ? a->jobs : cpus()};
	struct mmx_kernel *kernel = NULL;
	struct mmx_image *image;
	struct mmx_err err;

	if (a->live)
		image = mmx_open_kcore("/proc/kcore", &err);
	else
		image = mmx_open_kdumpfile(a->parts, a->n_parts, &err);
	if (image && image->notice)
		fprintf(stderr, "mmx: %s\n", image->notice);
	mmx_files_offer(&options, &a->files);
	if (image)
		kernel = mmx_kernel_open(image, &options, &err);
	if (!kernel)
		fprintf(stderr, "mmx: %s\n", err.text);
	return kernel;
}

static int run(struct arguments *a, int argc, char **argv)
{
	const struct mmx_sink sink = {.write = write_stdout, .arg = stdout};
	const struct mmx_messages messages = {
		.say = say_stderr,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
	const struct mmx_command *command = mmx_command_find(argv[0]);
	struct mmx_kernel *kernel;
	struct mmx_out out;
	enum mmx_exit status;

	if (!command) {
		fprintf(stderr, "mmx: no command %s; \"mmx help\" lists them\n", argv[0]);
		return MMX_EXIT_CANNOT;
	}
	if (!!a->n_parts == a->live) {
		fprintf(stderr, "mmx: say what to look at: %s\n",
			a->live ? "a dump with -c or the running kernel with --live, not both"
				: "a dump with -c CORE, or the running kernel with --live");
		return MMX_EXIT_CANNOT;
	}
	kernel = open_kernel(a);
	if (!kernel)
		return MMX_EXIT_CANNOT;
	a->out.terminal = isatty(STDOUT_FILENO);
	mmx_out_init(&out, &a->out, &sink);
	status = mmx_command_run(command, kernel, &out, &messages, argc, argv);
	mmx_kernel_close(kernel);
	return status;
}

int main(int argc, char **argv)
{
	struct arguments a = {0};

	if (!parse(argc, argv, &a))
		return MMX_EXIT_CANNOT;
	argc -= optind;
	argv += optind;
	if (!argc) {
		fputs(usage_text, stderr);
		return MMX_EXIT_CANNOT;
	}
	if (argc == 2 && !strcmp(argv[0], "help") && !strcmp(argv[1], "--names"))
		return finish(list_names());
	if (!strcmp(argv[0], "help"))
		return finish(help(argc > 1 ? argv[argc - 1] : NULL,
				   argc > 2 && !strcmp(argv[1], "--man")));
	return finish(run(&a, argc, argv));
}
