// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "render/options.h"

static const struct mmx_out_option table[] = {
	{"json", NULL, "one JSON document instead of text", offsetof(struct mmx_out_options, json)},
	{"columns", "LIST", "these fields only, a line a record: pfn,mapping.kind",
	 offsetof(struct mmx_out_options, columns)},
	{"bytes", NULL, "sizes in bytes", offsetof(struct mmx_out_options, bytes)},
	{"no-header", NULL, "no titles and table heads",
	 offsetof(struct mmx_out_options, no_header)},
};

const struct mmx_out_option *mmx_out_option_table(size_t *n)
{
	*n = sizeof(table) / sizeof(*table);
	return table;
}

void mmx_out_option_set(struct mmx_out_options *o, const struct mmx_out_option *option,
			const char *value)
{
	void *place = (char *)o + option->place;

	if (option->arg)
		*(const char **)place = value;
	else
		*(bool *)place = true;
}

/* How many of the words from here on are the option: 0 when it is another one, or none. */
static int take(struct mmx_out_options *o, const struct mmx_out_option *option, int argc,
		char **argv)
{
	size_t len = strlen(option->name);
	const char *behind;

	if (strncmp(argv[0], "--", 2) || strncmp(argv[0] + 2, option->name, len))
		return 0;
	behind = argv[0] + 2 + len;
	if (option->arg && *behind == '=') {
		mmx_out_option_set(o, option, behind + 1);
		return 1;
	}
	if (*behind)
		return 0;
	if (!option->arg || argc == 1) {
		mmx_out_option_set(o, option, "");
		return 1;
	}
	mmx_out_option_set(o, option, argv[1]);
	return 2;
}

static int take_any(struct mmx_out_options *o, int argc, char **argv)
{
	int taken = 0;

	for (size_t i = 0; !taken && i < sizeof(table) / sizeof(*table); i++)
		taken = take(o, &table[i], argc, argv);
	return taken;
}

int mmx_out_options_take(struct mmx_out_options *o, int argc, char **argv)
{
	bool only_operands = false;
	int left = 0;

	for (int i = 0; i < argc;) {
		int taken = only_operands ? 0 : take_any(o, argc - i, argv + i);

		only_operands |= !strcmp(argv[i], "--");
		if (!taken)
			argv[left++] = argv[i++];
		i += taken;
	}
	return left;
}
