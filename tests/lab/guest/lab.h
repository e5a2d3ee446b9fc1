/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE      4096UL
#define HUGE_PAGE (2UL << 20)

#define TMPFS_DIR "/tmp"
#define EXT4_DIR  "/ext4"

/**
 * struct situation - one row of a family's table
 * @process: what the process that makes it is called (comm)
 * @make: makes it, reports every name with made() or not_made(), returns
 * @names: the situations it reports, separated by spaces
 *
 * Each row runs in a process of its own which sleeps for ever once @make has returned. A name that
 * was not reported is recorded as not made, so that none is ever left out in silence.
 */
struct situation {
	const char *process;
	void (*make)(void);
	const char *names;
};

/* The families, each ended by a row without a process. */
extern const struct situation memory_family[], anon_family[], huge_family[], ksm_family[],
	file_family[], place_family[], vma_family[], swap_family[], uffd_family[], kernel_family[],
	net_family[], ring_family[], task_family[], fault_family[];

/* report.c: what the workload tells the outside */
void line_open(void);
void line_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void line_wait(void);
void report_to(int fd);
void made(const char *name, const void *addr, size_t len, const char *more, ...)
	__attribute__((format(printf, 4, 5)));
void not_made(const char *name, const char *why, ...) __attribute__((format(printf, 2, 3)));
void give_up(const char *why, ...) __attribute__((format(printf, 1, 2), noreturn));
char *run_situations(size_t *len);

/* help.c: small things that every family needs */
int write_text(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
long read_number(const char *path);
long vmstat_value(const char *name);
long command_line_number(const char *key);
bool command_line_word(const char *key, char *word, size_t size);
void *map_anon(size_t len);
void *map_aligned(size_t len, size_t align);
void fill(void *area, size_t len, unsigned int seed);
void fill_page(void *page, unsigned int seed);
void touch(const void *area, size_t len);
int make_file(const char *path, unsigned int pages);
void *map_file(const char *path, size_t offset, size_t len, int prot, int flags);
uint64_t pagemap_word(const void *addr);
uint64_t pfn_of(const void *addr);
uint64_t page_flags(uint64_t pfn);
void list_pfns(char *out, size_t size, const void *area, size_t len);
pid_t spawn(const char *name, void (*run)(void *), void *arg);
void sleep_for_ever(void) __attribute__((noreturn));

/* swap.c: what leaves memory */
void page_out(char *area, size_t len);
void shmem_out(char *area, size_t len);

/* machine.c: what is set up before the first situation */
void machine_mount(void);
void machine_load_modules(void);
void machine_settle(void);
const char *machine_no_swap(void);
const char *machine_no_ext4(void);
void machine_load_crash_kernel(void);
void machine_save_vmcore(void);

/* capture.c: the kernel's own account of itself, as a tar stream in a fixed buffer */
void capture_prepare(size_t bytes);
void capture_add(const char *name, const void *data, size_t len);
void capture_once(const char *situations);
char *capture_file(const char *path, const char *name, size_t limit, size_t *len);
void capture_state(int after);
void capture_publish(const char *label);

/* capture_links.c: where a process's links lead */
void capture_links(int pid);

/* capture_files.c: what page caches hold, as the kernel tells anyone */
void capture_cached(const char *situations);

/* capture_sys.c: the part of it that is beside /proc */
void capture_settings(void);
void capture_sys(void);

#endif
