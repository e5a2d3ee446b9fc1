// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmx: the standalone front end. What is told by its arguments is which dump to open, how results
 * are to look, and where commands come from: from the arguments as well, from a file, or typed.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "help.h"
#include "pager.h"
#include "render/options.h"
#include "session.h"
#include "target.h"
#include "version.h"

struct arguments {
	struct target target;
	struct mmx_out_options out;
	const char *script;
	bool no_pager;
};

/* Results that did not arrive are no results, whatever the command came to. */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	perror("mmx: standard output");
	return MMX_EXIT_CANNOT;
}

enum { LIVE = 256, BACKEND, VMLINUX, SYSTEM_MAP, HELP, VERSION, NO_PAGER, SHARED };

static const struct option own[] = {
	{"live", no_argument, NULL, LIVE},
	{"backend", required_argument, NULL, BACKEND},
	{"vmlinux", required_argument, NULL, VMLINUX},
	{"system-map", required_argument, NULL, SYSTEM_MAP},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSION},
	{"no-pager", no_argument, NULL, NO_PAGER},
};

#define OWN        (sizeof(own) / sizeof(*own))
#define SHARED_MAX 16

/* Those of mmx itself, and those that every command has. */
static void list_options(struct option *options)
{
	size_t n;
	const struct mmx_out_option *shared = mmx_out_option_table(&n);

	memcpy(options, own, sizeof(own));
	for (size_t i = 0; i < n && i < SHARED_MAX; i++) {
		options[OWN + i] = (struct option){
			.name = shared[i].name,
			.has_arg = shared[i].arg ? required_argument : no_argument,
			.val = SHARED + (int)i,
		};
	}
}

static bool add_part(struct target *t, const char *path)
{
	if (t->n_parts == MAX_PARTS) {
		fprintf(stderr, "mmx: at most %d parts of a split dump\n", MAX_PARTS);
		return false;
	}
	t->parts[t->n_parts++] = path;
	return true;
}

static bool take_jobs(struct target *t, const char *text)
{
	char *end;
	unsigned long jobs = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end || !jobs || jobs > MAX_JOBS) {
		fprintf(stderr, "mmx: -j wants a number of threads from 1 to %d, not %s\n",
			MAX_JOBS, text);
		return false;
	}
	t->jobs = jobs;
	return true;
}

static bool take_backend(struct target *t, const char *text)
{
	if (!strcmp(text, "own"))
		t->backend = MMX_BACKEND_OWN;
	else if (!strcmp(text, "kdumpfile"))
		t->backend = MMX_BACKEND_KDUMPFILE;
	else
		fprintf(stderr, "mmx: --backend wants own or kdumpfile, not %s\n", text);
	return t->backend;
}

static bool take(struct arguments *a, int option)
{
	size_t n;
	const struct mmx_out_option *shared = mmx_out_option_table(&n);

	switch (option) {
	case 'c':
		return add_part(&a->target, optarg);
	case 'j':
		return take_jobs(&a->target, optarg);
	case 'i':
		a->script = optarg;
		return true;
	case NO_PAGER:
		a->no_pager = true;
		return true;
	case LIVE:
		a->target.live = true;
		return true;
	case BACKEND:
		return take_backend(&a->target, optarg);
	case VMLINUX:
		a->target.files.vmlinux = optarg;
		return true;
	case SYSTEM_MAP:
		a->target.files.system_map = optarg;
		return true;
	case 'h':
	case HELP:
		exit(finish(help_main(1, NULL)));
	case 'V':
	case VERSION:
		version_print();
		exit(finish(MMX_EXIT_OK));
	default:
		mmx_out_option_set(&a->out, &shared[option - SHARED], optarg);
		return true;
	}
}

/* Whether some command has this option, which then stands behind it. */
static bool is_of_command(const char *option)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	for (size_t i = 0; i < n; i++) {
		for (const struct mmx_option *o = all[i]->options; o && o->letter; o++) {
			if ((option[1] == o->letter && !option[2]) ||
			    (!strncmp(option, "--", 2) && o->name && !strcmp(option + 2, o->name)))
				return true;
		}
	}
	return false;
}

/* @word: as it was typed; one of several letters in a word is told by optopt */
static bool refuse(const char *word, bool unknown)
{
	const char letter[] = {'-', (char)optopt, 0};
	struct mmx_suggest near;

	if (strncmp(word, "--", 2) != 0)
		word = letter;
	help_near_option(&near, word);
	if (!unknown)
		fprintf(stderr, "mmx: option %s wants something behind it\n", word);
	else if (is_of_command(word))
		fprintf(stderr, "mmx: option %s is a command's, and stands behind it\n", word);
	else
		fprintf(stderr, "mmx: there is no option %s%s\n", word, near.words);
	help_synopsis(stderr);
	fputs("\"mmx --help\" says more\n", stderr);
	return false;
}

static bool parse(int argc, char **argv, struct arguments *a)
{
	struct option options[OWN + SHARED_MAX + 1] = {0};
	int c;

	list_options(options);
	opterr = 0;
	/* "+": the first word that is no option is the command, and what follows is its own. */
	while ((c = getopt_long(argc, argv, "+:c:i:j:hV", options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return refuse(argv[optind - 1], c == '?');
		if (!take(a, c))
			return false;
	}
	return true;
}

static bool open_session(struct session *s, struct arguments *a)
{
	struct mmx_kernel *kernel = target_open(&a->target);

	if (kernel)
		session_begin(s, kernel, &a->target, &a->out);
	return kernel;
}

static int no_command(const char *word)
{
	char text[320];

	help_no_command(text, sizeof(text), word, "mmx help");
	if (*word && !access(word, F_OK))
		fprintf(stderr, "mmx: no command %s, but a file: a dump stands behind -c\n", word);
	else
		fprintf(stderr, "mmx: %s\n", text);
	return MMX_EXIT_CANNOT;
}

static int run_command(struct arguments *a, int argc, char **argv)
{
	const struct mmx_command *command;
	struct session s;
	int status;

	if (a->script) {
		fprintf(stderr, "mmx: with -i no command stands here\n");
		return MMX_EXIT_CANNOT;
	}
	command = mmx_command_find(argv[0]);
	if (!command)
		return no_command(argv[0]);
	if (!(command->without_dump && target_none(&a->target)) && !target_given(&a->target))
		return MMX_EXIT_CANNOT;
	if (!open_session(&s, a))
		return MMX_EXIT_CANNOT;
	status = session_words(&s, argc, argv);
	session_end(&s);
	return status;
}

static int run_file(struct arguments *a, FILE *file, const char *name)
{
	struct session s;
	int status;

	if (!target_given(&a->target) || !open_session(&s, a))
		return MMX_EXIT_CANNOT;
	status = script_run(&s, file, name);
	session_end(&s);
	return status;
}

static int run_script(struct arguments *a)
{
	FILE *file;
	int status;

	if (!strcmp(a->script, "-"))
		return run_file(a, stdin, "stdin");
	file = fopen(a->script, "re");
	if (!file) {
		fprintf(stderr, "mmx: %s: %s\n", a->script, strerror(errno));
		return MMX_EXIT_CANNOT;
	}
	status = run_file(a, file, a->script);
	fclose(file);
	return status;
}

static int run_typed(struct arguments *a)
{
	struct session s;

	if (!target_given(&a->target) || !open_session(&s, a))
		return MMX_EXIT_CANNOT;
	s.pager = a->no_pager ? NULL : pager_find();
	prompt_run(&s);
	session_end(&s);
	return MMX_EXIT_OK;
}

static int run(struct arguments *a, int argc, char **argv)
{
	if (argc)
		return run_command(a, argc, argv);
	if (!a->target.n_parts && !a->target.live && !a->script) {
		if (isatty(STDERR_FILENO))
			help_first(stderr);
		else
			help_synopsis(stderr);
		return MMX_EXIT_CANNOT;
	}
	if (a->script)
		return run_script(a);
	return isatty(STDIN_FILENO) ? run_typed(a) : run_file(a, stdin, "stdin");
}

int main(int argc, char **argv)
{
	struct arguments a = {0};

	if (!parse(argc, argv, &a))
		return MMX_EXIT_CANNOT;
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "help"))
		return finish(help_main(argc, argv));
	return finish(run(&a, argc, argv));
}
