// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tools of the tests on real dumps share: "TOOL CORE QUESTION" opens a dump and answers. */
#ifndef MMX_TESTS_ASK_H
#define MMX_TESTS_ASK_H

#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "open/open.h"

struct ask_question {
	const char *name;
	int (*ask)(const struct mmx_kernel *k); /* returns the exit status */
};

/* The exit status: the question's own, or 2 when there is no such question or no dump. */
static inline int ask_main(int argc, char **argv, const struct ask_question *questions, size_t n)
{
	const char *path = argc > 1 ? argv[1] : "";
	struct mmx_kernel *k = NULL;
	struct mmx_image *image;
	struct mmx_err err = {0};
	int status = 2;

	image = mmx_open_dump(&path, 1, MMX_BACKEND_ANY, &err);
	if (image)
		k = mmx_open(image, NULL, &err);
	if (!k) {
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
		return 2;
	}
	for (size_t i = 0; argc == 3 && i < n; i++) {
		if (!strcmp(argv[2], questions[i].name))
			status = questions[i].ask(k);
	}
	mmx_close(k);
	return status;
}

#endif
