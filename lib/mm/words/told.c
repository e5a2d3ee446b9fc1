// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "mm/words/told.h"

static const struct {
	const char *name;
	bool wrong;
} kinds[] = {
#define TOLD(id, name, wrong) [MMX_TOLD_##id] = {name, wrong},
	MMX_TOLD_KINDS(TOLD)
#undef TOLD
};

const char *mmx_told_name(enum mmx_told_kind kind)
{
	return kinds[kind].name;
}

bool mmx_told_wrong(enum mmx_told_kind kind)
{
	return kinds[kind].wrong;
}

const char *mmx_note_name(enum mmx_note_kind kind)
{
	static const char *const words[] = {
#define NOTE(id, word) [MMX_NOTE_##id] = word,
		MMX_NOTES(NOTE)
#undef NOTE
	};

	return words[kind];
}

void mmx_told_begin(struct mmx_told *t, enum mmx_told_kind kind)
{
	*t = (struct mmx_told){.kind = kind};
}

void mmx_told_free(struct mmx_told *t)
{
	mmx_array_free(&t->parts);
	mmx_array_free(&t->notes);
}

/* Text may be a log's, which anybody can write to. */
static void put(char *text, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(text, size, fmt, ap) >= (int)size)
		memcpy(text + size - 4, "...", 4);
	mmx_make_printable(text);
}

void mmx_told_title(struct mmx_told *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(t->title, sizeof(t->title), fmt, ap);
	va_end(ap);
}

void mmx_told_part(struct mmx_told *t, const char *name, const char *value, const char *fmt, ...)
{
	struct mmx_told_part *part;
	va_list ap;

	if (t->parts.n >= MMX_TOLD_PARTS || !mmx_array_grow(&t->parts, 1)) {
		t->left_out++;
		return;
	}
	part = &t->parts.v[t->parts.n++];
	snprintf(part->name, sizeof(part->name), "%s", name);
	if (snprintf(part->value, sizeof(part->value), "%s", value) >= (int)sizeof(part->value))
		memcpy(part->value + sizeof(part->value) - 4, "...", 4);
	mmx_make_printable(part->name);
	mmx_make_printable(part->value);
	va_start(ap, fmt);
	put(part->meaning, sizeof(part->meaning), fmt, ap);
	va_end(ap);
}

void mmx_told_note(struct mmx_told *t, enum mmx_note_kind kind, const char *fmt, ...)
{
	struct mmx_told_note *note;
	va_list ap;

	if (t->notes.n >= MMX_TOLD_NOTES || !mmx_array_grow(&t->notes, 1)) {
		t->left_out++;
		return;
	}
	note = &t->notes.v[t->notes.n++];
	note->kind = kind;
	va_start(ap, fmt);
	put(note->text, sizeof(note->text), fmt, ap);
	va_end(ap);
}

/* There are few. */
void mmx_told_sort(struct mmx_told *t)
{
	for (size_t i = 1; i < t->notes.n; i++) {
		struct mmx_told_note note = t->notes.v[i];
		size_t at = i;

		while (at && t->notes.v[at - 1].kind > note.kind)
			at--;
		memmove(&t->notes.v[at + 1], &t->notes.v[at], (i - at) * sizeof(note));
		t->notes.v[at] = note;
	}
}

bool mmx_told_has(const struct mmx_told *t, enum mmx_note_kind kind)
{
	for (size_t i = 0; i < t->notes.n; i++) {
		if (t->notes.v[i].kind == kind)
			return true;
	}
	return false;
}
