/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a log as people have it: with the kernel's time and caller, a date and a host before that, quoted, in
 * colour, with carriage returns. And patterns of lines:
 *
 *	"BUG: Bad page state in process {comm} pfn:{pfn:x}"
 *
 * A space stands for any number of them, but at least one. {name} is text up to what follows in the pattern, to
 * the end of the line when nothing does; {name:x} a number in hex, {name:d} one in decimal with a sign or without,
 * {name:w} what has no space in it. A line may go on behind the pattern.
 */
#ifndef MMX_MM_REPORT_LINE_H
#define MMX_MM_REPORT_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* What is longer is cut: the longest that the kernel prints is the line of a zone. */
#define MMX_LINE_MAX 2048

/**
 * struct mmx_line - a line
 * @text: without what stands before the message, and without control characters; NUL at its end
 * @time: as the line has it: "12.345678", "Fri Nov 27 16:08:36 2026"; or empty
 */
struct mmx_line {
	char text[MMX_LINE_MAX];
	char time[32];
};

/** mmx_line_take() - from @len bytes, which may be anything */
void mmx_line_take(struct mmx_line *line, const char *bytes, size_t len);

#define MMX_CAPTURES 12

/** struct mmx_captures - what a line said; @steps: of trying, which are bounded too */
struct mmx_captures {
	size_t n;
	unsigned int steps;
	struct {
		const char *name; /* @name_len letters in the pattern */
		size_t name_len;
		const char *text; /* @len letters in the line */
		size_t len;
	} v[MMX_CAPTURES];
};

/** mmx_line_match() - whether the text begins as the pattern has it */
bool mmx_line_match(const char *pattern, const char *text, struct mmx_captures *c);

#endif
