// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands: one file each, with a struct mmx_command that says what it is called, what it takes
 * and what it needs, and a function that emits results. It never prints: results go to run->out and
 * messages to mmx_say(). The front ends know commands only through the table in cmd.c.
 *
 * To add a command: write lib/cmd/NAME.c, add it to MMX_COMMANDS below, and `make reference`. Help, man page, completion,
 * crash's help, the schema and the reference follow from the declaration and the records that it shows.
 */
#ifndef MMX_CMD_CMD_H
#define MMX_CMD_CMD_H

#include "base/suggest.h"
#include "mm/mem.h"
#include "render/out.h"

/* What a run comes to; see the exit status in docs/. */
enum mmx_exit {
	MMX_EXIT_OK = 0,
	MMX_EXIT_FINDINGS = 1, /* done, and something is wrong in what was examined */
	MMX_EXIT_CANNOT = 2,   /* usage, cannot open, a required fact is missing */
	MMX_EXIT_PARTIAL = 3,  /* done, but pages were excluded */
};

/** mmx_worse() - what two things come to together: cannot, then partial, then findings */
enum mmx_exit mmx_worse(enum mmx_exit a, enum mmx_exit b);

/**
 * struct mmx_option - "-v" or, with @arg, "-p ARG"; a table of them ends with letter 0
 * @name: the long one, "--NAME" and "--NAME ARG" or "--NAME=ARG"; or NULL
 */
struct mmx_option {
	char letter;
	const char *name;
	const char *arg;
	const char *help;
};

/* Of every command whose document has a picture; mmx_command_run() sees to it. */
#define MMX_DOT_LETTER 'D'
#define MMX_DOT_OPTION                                                                   \
	{                                                                                \
		MMX_DOT_LETTER, "dot", NULL, "a picture of it for graphviz: | dot -Tsvg" \
	}

struct mmx_run;
struct mmx_readings;

/**
 * struct mmx_command - a command
 * @name: as typed; the reader also takes it without its final x
 * @summary: one line, no full stop
 * @operands: for the synopsis: "[WHAT...]"
 * @help: paragraphs, separated by empty lines
 * @example: a line as it is typed at a prompt, for help; what it prints is kept in examples.inc by `make reference`
 * @options: or NULL
 * @document: what it shows, as a record; or NULL
 * @operand: the i-th word that may be an operand, NULL behind the last one; or NULL. For help and completion.
 * @symbols: a symbol of the kernel may be an operand. For completion.
 * @without_dump: it has answers without one, on a kernel of mmx_open_nothing()
 * @min_operands, @max_operands: how many operands; max < 0 for any number
 * @needs, @n_needs: the facts without which it refuses to run, by name
 */
struct mmx_command {
	const char *name;
	const char *summary;
	const char *operands;
	const char *help;
	const char *example;
	const struct mmx_option *options;
	const struct mmx_record *document;
	const char *(*operand)(size_t i);
	bool symbols;
	bool without_dump;
	int min_operands, max_operands;
	const enum mmx_fact_id *needs;
	unsigned int n_needs;
	enum mmx_exit (*run)(struct mmx_run *run);
};

/**
 * struct mmx_messages - what a front end does for commands; above all where messages for people go, which are never
 * mixed with results
 * @say: a line
 * @progress: how far a long walk is, until a negative one says that it is over; NULL: nobody watches
 * @may_read_input: standard input is for the command to read: no commands come from there, and no keys
 * @open: another dump, which is the caller's then; the running kernel for NULL. Or NULL: there is no way
 */
struct mmx_messages {
	void (*say)(void *arg, const char *text);
	void (*progress)(void *arg, int percent);
	bool may_read_input;
	struct mmx_kernel *(*open)(void *arg, const char *path, struct mmx_err *err);
	void *arg;
};

/**
 * struct mmx_run - a command being run
 * @once: the command did what is not to be done twice: wrote files, read what was piped to it
 * @apart: what it compares was read at moments far apart, as walks over all memory do: a page against a list, a
 *	counter against a sum. In a kernel that runs that proves nothing, however often it is read: what comes and
 *	goes all the time is in between each time
 * @readings: of a kernel that runs (readings.h); NULL of a dump
 */
struct mmx_run {
	const struct mmx_command *command;
	struct mmx_kernel *kernel;
	struct mmx_view *view;
	struct mmx_out *out;
	const struct mmx_messages *messages;
	const char *option[128]; /* by letter: NULL when not given, "" or its argument */
	char **operand;
	int n_operands;
	bool once, apart;
	struct mmx_readings *readings;
};

/** mmx_commands() - the table, *n entries */
const struct mmx_command *const *mmx_commands(size_t *n);

/** mmx_command_find() - by name, with or without the final x; NULL when there is none */
const struct mmx_command *mmx_command_find(const char *name);

/** mmx_command_near() - of a name that is no command's, which one may have been meant */
void mmx_command_near(struct mmx_suggest *near, const char *name);

/**
 * mmx_command_run() - parse, check what is needed, and run
 * @argv: the command's own words, its name first; the order of the pointers is changed
 *
 * A command that was stopped (mmx_stopped()) comes to MMX_EXIT_CANNOT: it has no answer.
 */
enum mmx_exit mmx_command_run(const struct mmx_command *command, struct mmx_kernel *kernel,
			      struct mmx_out *out, const struct mmx_messages *messages, int argc,
			      char **argv);

/** mmx_exit_of() - what a coverage comes to, in a dump */
enum mmx_exit mmx_exit_of(const struct mmx_coverage *c);

/** mmx_run_exit() - what the coverage of a result comes to; of a kernel that runs what is broken is read again */
enum mmx_exit mmx_run_exit(struct mmx_run *run, const struct mmx_coverage *c);

/**
 * mmx_run_wrong() - something is wrong, in a sentence that tells it from all else that may be; what it comes to
 * It is not shown: records do that. Of a kernel that runs it must be wrong in each of several readings.
 */
enum mmx_exit mmx_run_wrong(struct mmx_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * mmx_run_show() - show the command's document, as far as it is asked for
 * @arg: what its records have as r->arg
 * @where: restrictions, or NULL
 */
enum mmx_exit mmx_run_show(struct mmx_run *run, void *arg, const struct mmx_where *where);

/** mmx_run_tell() - the same without restrictions, for tables: the first reason why something is not known is a message */
enum mmx_exit mmx_run_tell(struct mmx_run *run, void *arg);

/** mmx_say() - a message of one line, "COMMAND: TEXT" */
void mmx_say(struct mmx_run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Help, in the two forms that everything else is made from. */
void mmx_command_synopsis(const struct mmx_command *command, char *buf, size_t size);
/** mmx_command_details() - what help says below the synopsis: the paragraphs and the options */
void mmx_command_details(const struct mmx_command *command, const struct mmx_sink *sink);
/** mmx_command_example() - what its example prints of a sample; NULL when it is not known */
const char *mmx_command_example(const struct mmx_command *command);
void mmx_command_help(const struct mmx_command *command, const struct mmx_sink *sink);
void mmx_command_man(const struct mmx_command *command, const struct mmx_sink *sink);
/** mmx_command_reference() - its page of docs/reference/; nothing when it shows no document */
void mmx_command_reference(const struct mmx_command *command, const struct mmx_sink *sink);
/** mmx_command_schema() - the schema of its documents, for docs/schema/; or nothing */
void mmx_command_schema(const struct mmx_command *command, const struct mmx_sink *sink);

/* Every command, in help's order. Each is a struct mmx_command, mmx_cmd_NAME, in its own file. */
#define MMX_COMMANDS(COMMAND) \
	COMMAND(pagex)        \
	COMMAND(rmapx)        \
	COMMAND(anonx)        \
	COMMAND(immapx)       \
	COMMAND(zonex)        \
	COMMAND(vmemx)        \
	COMMAND(buddyx)       \
	COMMAND(censusx)      \
	COMMAND(slabx)        \
	COMMAND(ptx)          \
	COMMAND(vmax)         \
	COMMAND(filex)        \
	COMMAND(swapx)        \
	COMMAND(stackx)       \
	COMMAND(diffx)        \
	COMMAND(logx)         \
	COMMAND(decodex)      \
	COMMAND(readx)        \
	COMMAND(structx)      \
	COMMAND(symx)         \
	COMMAND(doctorx)      \
	COMMAND(procx)

#define COMMAND(name) extern const struct mmx_command mmx_cmd_##name;
MMX_COMMANDS(COMMAND)
#undef COMMAND

#endif
