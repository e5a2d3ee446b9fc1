// SPDX-License-Identifier: GPL-2.0-or-later
/* What is true of all commands. */
#include <string.h>

#include "cmd/cmd.h"
#include "unit.h"

static void the_worse_of_two_ends_counts(void)
{
	static const enum mmx_exit rank[] = {MMX_EXIT_OK, MMX_EXIT_FINDINGS, MMX_EXIT_PARTIAL,
					     MMX_EXIT_CANNOT};

	for (unsigned int i = 0; i < 4; i++) {
		for (unsigned int j = 0; j < 4; j++)
			CHECK(mmx_worse(rank[i], rank[j]) == rank[i > j ? i : j], "of %d and %d",
			      rank[i], rank[j]);
	}
}

static void a_command_is_found_with_and_without_its_x(void)
{
	size_t n;
	const struct mmx_command *const *all = mmx_commands(&n);

	CHECK(n, "no commands");
	for (size_t i = 0; i < n; i++) {
		char name[64];
		size_t len = strlen(all[i]->name);

		snprintf(name, sizeof(name), "%s", all[i]->name);
		CHECK(mmx_command_find(name) == all[i], "%s", name);
		name[len - 1] = 0;
		CHECK(mmx_command_find(name) == all[i], "%s", name);
		name[len - 2] = 0;
		CHECK(!mmx_command_find(name), "%s", name);
	}
	CHECK(!mmx_command_find("") && !mmx_command_find("x"), "nothing");
}

int main(void)
{
	RUN(the_worse_of_two_ends_counts);
	RUN(a_command_is_found_with_and_without_its_x);
	return unit_end();
}
