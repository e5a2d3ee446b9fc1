// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers that were saved: a command's JSON, or a file of /proc as text, of mmx's or of a machine that ran. Each
 * becomes values, named so that those of another such answer can be told to be the same (mm/moments/moment.h).
 */
#ifndef MMX_CMD_SAVED_H
#define MMX_CMD_SAVED_H

#include "cmd/cmd.h"
#include "mm/moments/moment.h"

enum mmx_saved_kind { MMX_SAVED_DUMP, MMX_SAVED_JSON, MMX_SAVED_TEXT };

/**
 * struct mmx_saved - an answer as it was saved
 * @what: of JSON the command that gave it, and the version: "mmx.census/1"; of a text the entry of /proc that it is by
 *	its file's name, or empty
 * @command: of JSON; NULL when there is no such command here
 */
struct mmx_saved {
	enum mmx_saved_kind kind;
	MMX_ARRAY(char);
	char what[64];
	const struct mmx_command *command;
};

/** mmx_saved_read() - of a dump only that it is one */
int mmx_saved_read(struct mmx_saved *saved, const char *path, struct mmx_err *err);

/**
 * mmx_saved_answer() - the same answer of a kernel, as the command of @like gives it without options
 * @status: what that came to
 */
int mmx_saved_answer(struct mmx_saved *saved, const struct mmx_saved *like, struct mmx_run *run,
		     struct mmx_kernel *kernel, enum mmx_exit *status, struct mmx_err *err);
void mmx_saved_free(struct mmx_saved *saved);

/** mmx_saved_values() - its values, as a subject of a moment; its text is changed */
int mmx_saved_values(struct mmx_saved *saved, struct mmx_moment *moment, enum mmx_subject subject,
		     struct mmx_err *err);

/**
 * mmx_saved_leave_out() - drop from the values of two documents those of tables that only one of them has
 * Options ask for those: that they were not asked for is no change. @left_out: their keys, as far as there is room
 */
void mmx_saved_leave_out(struct mmx_moment *a, struct mmx_moment *b, enum mmx_subject subject,
			 char *left_out, size_t size);

/* For saved.c: of JSON (saved_json.c), and of a text of /proc (saved_text.c). */
int mmx_saved_json_values(struct mmx_saved *saved, struct mmx_moment *moment,
			  enum mmx_subject subject, struct mmx_err *err);
int mmx_saved_text_values(struct mmx_saved *saved, struct mmx_moment *moment,
			  enum mmx_subject subject, struct mmx_err *err);

#endif
