// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole commands on damaged dumps: opening one and running commands on it ends, in a status that there
 * is, with output that is JSON where it says so and fit for a terminal where it is text.
 *
 * The input says which sample, how results are to look and which calls are made, one after the other in
 * one session, and then what is damaged. The samples lie beside the program.
 */
#include <libgen.h>
#include <stdint.h>

#include "../reader/words.h"
#include "cmd/cmd.h"
#include "damaged_sample.h"
#include "json_check.h"
#include "open/open.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

#define LONGEST (64u << 20) /* output of one command */
#define CALLS   3
#define HEAD    (1 + CALLS) /* bytes of the input before the damages */
#define DAMAGE  14          /* bytes of each */

/** struct call - a command as it is typed; @bytes: what it prints is none of text; @tabs: it has some */
struct call {
	bool bytes, tabs;
	char *line;
};

struct calls {
	MMX_ARRAY(struct call);
};

static const char *const releases[] = {"6.8", "6.14"};
static struct sample samples[2];
static struct calls calls[2];

static void load_calls(struct calls *list, const char *path)
{
	FILE *file = fopen(path, "r");
	char kind[8], line[4096];

	if (!file)
		abort();
	while (fscanf(file, "%7s %4095[^\n]", kind, line) == 2) {
		struct call call = {.bytes = !strcmp(kind, "bytes"),
				    .tabs = !strcmp(kind, "tabs"),
				    .line = strdup(line)};

		if (!call.line || !mmx_array_add(list, call))
			abort();
	}
	fclose(file);
}

/* Inputs of a few bytes have no damage in them: begin with long ones. */
static void add_flag(int *argc, char ***argv)
{
	static char flag[] = "-len_control=0";
	char **words = calloc(*argc + 2, sizeof(*words));

	if (!words)
		abort();
	memcpy(words, *argv, *argc * sizeof(*words));
	words[(*argc)++] = flag;
	*argv = words;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char *program = strdup(**argv), name[4096], path[4112];
	const char *folder = dirname(program);

	add_flag(argc, argv);
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/samples/%s", folder, releases[i]);
		sample_load(&samples[i], name);
		snprintf(path, sizeof(path), "%s.calls", name);
		load_calls(&calls[i], path);
	}
	free(program);
	return 0;
}

/* Damages */

/* Words that are special to somebody. */
static uint64_t special(uint64_t choice, uint64_t before)
{
	const uint64_t words[] = {0,
				  1,
				  ~0ULL,
				  before + 1,
				  before - 1,
				  before ^ 1,
				  before << 1,
				  before + 64,
				  before - 64,
				  before ^ 2,
				  INT32_MAX,
				  INT64_MAX,
				  1ULL << 63,
				  before & 3,
				  0x4141414141414141ULL,
				  0xdead000000000100ULL};

	return words[choice % (sizeof(words) / sizeof(*words))];
}

static void lay(struct sample *s, const uint8_t *damage)
{
	uint8_t *at = sample_word(s, damage[1], mmx_le16(damage + 2), mmx_le16(damage + 4));
	uint64_t value = mmx_le64(damage + 6), before = mmx_le64(at);

	switch (damage[0] % 6) {
	case 0:
		sample_put(s, at, value);
		break;
	case 1:
		sample_put(s, at, before ^ 1ULL << value % 64);
		break;
	case 2:
		sample_put(s, at, special(value, before));
		break;
	case 3: /* another word of the same dump: what it leads to is something real */
		sample_put(s, at,
			   mmx_le64(sample_word(s, damage[6], mmx_le16(damage + 7),
						mmx_le16(damage + 9))));
		break;
	case 4: {
		unsigned int shift = value % 8 * 8;

		sample_put(s, at, (before & ~(0xffULL << shift)) | (value >> 8 & 0xff) << shift);
		break;
	}
	default:
		sample_leave_out(s, at);
	}
}

/* Output */

struct output {
	MMX_ARRAY(char);
	unsigned int messages;
};

static void keep(void *arg, const char *text, size_t len)
{
	struct output *o = arg;

	if (o->n + len > LONGEST || !mmx_array_grow(o, len))
		abort();
	if (len)
		memcpy(o->v + o->n, text, len);
	o->n += len;
}

static void hear(void *arg, const char *text)
{
	struct output *o = arg;

	if (mmx_printable(text, strlen(text)) != strlen(text))
		abort();
	o->messages++;
}

static void check_text(const struct output *o, bool tabs)
{
	size_t n = 0;

	for (size_t at = 0; at < o->n; at += n + 1) {
		for (n = 0;
		     at + n < o->n && o->v[at + n] != '\n' && !(tabs && o->v[at + n] == '\t');)
			n++;
		if (mmx_printable(o->v + at, n) != n)
			abort();
	}
}

static void run(struct mmx_kernel *kernel, const struct call *call,
		const struct mmx_out_options *options)
{
	struct output output = {0};
	struct mmx_sink sink = {keep, &output};
	struct mmx_messages messages = {.say = hear, .arg = &output};
	enum mmx_exit status;
	struct mmx_out out;
	struct line line;

	if (line_split(&line, call->line, NULL))
		abort();
	mmx_out_init(&out, options, &sink);
	status = mmx_command_run(mmx_command_find(line.word.v[0]), kernel, &out, &messages,
				 (int)line.word.n, line.word.v);
	if (status > MMX_EXIT_PARTIAL || out.depth)
		abort();
	/* Whoever gets no answer is told why. */
	if (status == MMX_EXIT_CANNOT ? !output.messages : !output.n)
		abort();
	if (options->json && output.n && !json_is_valid(output.v, output.n))
		abort();
	if (!options->json && !call->bytes)
		check_text(&output, call->tabs);
	line_free(&line);
	mmx_array_free(&output);
}

/* One after the other, in one session: what is known by then outlives a command. */
static void run_calls(struct mmx_kernel *kernel, const struct calls *list, const uint8_t *chosen,
		      const struct mmx_out_options *options)
{
	for (unsigned int i = 0; i < CALLS; i++)
		run(kernel, &list->v[chosen[i] % list->n], options);
}

/* Inputs */

/* What is too short to have any damage in it is made anew: nothing can be learned from it. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	if (size >= HEAD + DAMAGE || max < HEAD + DAMAGE)
		return LLVMFuzzerMutate(data, size, max);
	size = HEAD + DAMAGE * (1 + rand_r(&seed) % 4);
	if (size > max)
		size = HEAD + DAMAGE;
	for (size_t i = 0; i < size; i++)
		data[i] = rand_r(&seed) >> 8;
	return size;
}

/* The input: how (bit 0 which sample, bit 1 JSON), a byte for each call, and damages. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mmx_out_options options = {0};
	struct mmx_kernel *kernel;
	struct sample *sample;
	struct mmx_err err = {0};

	if (size < HEAD || size > HEAD + SAMPLE_DAMAGES * DAMAGE)
		return 0;
	sample = &samples[data[0] & 1];
	options.json = data[0] & 2;
	for (size_t at = HEAD; at + DAMAGE <= size; at += DAMAGE)
		lay(sample, data + at);
	kernel = mmx_open(sample_image(sample), NULL, &err);
	if (kernel) {
		run_calls(kernel, &calls[data[0] & 1], data + 1, &options);
		mmx_close(kernel);
	} else if (!*err.text || mmx_printable(err.text, strlen(err.text)) != strlen(err.text)) {
		abort();
	}
	sample_mend(sample);
	return 0;
}
