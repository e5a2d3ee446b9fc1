/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_CHURN_H
#define GUEST_CHURN_H

/* guest_churn.c: memory that moves all the time, while mmx looks at it */
void churn_begin(void);
void churn_end(void);

/* guest_session.c: one mmx, which is told commands one after the other */
struct session;

struct session *session_begin(const char *messages);
char *session_ask(struct session *s, const char *command, size_t *len);
long session_memory(const struct session *s);
int session_end(struct session *s);

/* guest_ask.c: what it is asked */
void ask_entries(struct session *s, const char *situations);
void ask_sleepers(struct session *s, const char *situations);
void soak(struct session *s, const char *situations, long seconds);
void add_costs(void);
void add_notes(void);

#endif
