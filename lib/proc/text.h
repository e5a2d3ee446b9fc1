// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of /proc that are text. A number that is not known is printed as "?", which no kernel does, and
 * counted among what is missing; mmx_proc_text_end() says how many those are.
 */
#ifndef MMX_PROC_TEXT_H
#define MMX_PROC_TEXT_H

#include "kernel/layout.h"
#include "mm/zones/counters.h"
#include "proc/proc.h"

/** struct mmx_proc_value - a number; of one that is not known the file's coverage has the reason */
struct mmx_proc_value {
	uint64_t n;
	bool unknown;
};

/** mmx_proc_put() - text as printf() has it, of at most 4 KiB */
#define mmx_proc_put(p, ...) mmx_sink_put((p)->sink, __VA_ARGS__)

/** mmx_proc_number() - a number, right-aligned to @width */
void mmx_proc_number(struct mmx_proc *p, unsigned int width, struct mmx_proc_value v);

/** mmx_proc_signed() - the same for one that may be below 0 */
void mmx_proc_signed(struct mmx_proc *p, unsigned int width, struct mmx_proc_value v);

/** mmx_proc_unknown() - a value that is not known, for that reason */
struct mmx_proc_value mmx_proc_unknown(struct mmx_proc *p, const struct mmx_err *why);

/** mmx_proc_variable() - a number of @size bytes that a kernel variable holds */
struct mmx_proc_value mmx_proc_variable(struct mmx_proc *p, const char *name, unsigned int size);

/** mmx_proc_member() - a number of the struct at @addr */
struct mmx_proc_value mmx_proc_member(struct mmx_proc *p, uint64_t addr, enum mmx_layout_member id);

/** mmx_proc_text() - text that may not be known: then @text is NULL, and the file's coverage has the reason */
void mmx_proc_text(struct mmx_proc *p, const char *text);

/* mmx_proc_label_fn - the number that a label stands before; false when nobody knows the label */
typedef bool (*mmx_proc_label_fn)(void *arg, const char *label, struct mmx_proc_value *v);

/**
 * mmx_proc_format() - print by the kernel's own format, "\n        min      %lu" say
 * Its label is what stands between one number and the next, without spaces and colons: "min".
 */
void mmx_proc_format(struct mmx_proc *p, const char *format, mmx_proc_label_fn value_of, void *arg);

/** mmx_proc_counter() - as the kernel shows it */
struct mmx_proc_value mmx_proc_counter(struct mmx_proc *p, const struct mmx_counters *c,
				       struct mmx_counter counter);

/** mmx_proc_need_node() - 0 when node p->node is online, which has files in sysfs only then */
int mmx_proc_need_node(struct mmx_proc *p, struct mmx_err *err);

/** mmx_proc_text_end() - the end() of entries that are text */
void mmx_proc_text_end(struct mmx_proc *p);

#endif
