// SPDX-License-Identifier: GPL-2.0-or-later
/* File pages: shared memory of every kind, tmpfs and ext4 files, mapped, deleted, holed, unmapped. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab.h"

#define FILE_PAGES 64
#define FILE_LEN   (FILE_PAGES * PAGE)
#define AREA       (16 * PAGE)
#define LARGE_LEN  (256 * PAGE)

static unsigned long inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static void look_at(void *area)
{
	touch(area, AREA);
}

static void shared_anonymous(void)
{
	char *area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	fill(area, AREA, 1);
	child = spawn("shmem_anon_c", look_at, area);
	made("shmem_anon_shared", area, AREA, ",\"sharers\":[%d,%d]", getpid(), child);
}

static void memory_file(void)
{
	int fd = memfd_create("lab-memfd", MFD_CLOEXEC);
	char *area;

	if (fd < 0 || ftruncate(fd, AREA))
		give_up("memfd_create: %s", strerror(errno));
	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fill(area, AREA, 1);
	made("memfd", area, AREA, ",\"path\":\"/memfd:lab-memfd\",\"fd\":%d", fd);
}

static void odd_memory_file(void)
{
	int fd = memfd_create("two\nlines\tand (deleted)", MFD_CLOEXEC);
	char *area;

	if (fd < 0 || ftruncate(fd, AREA))
		give_up("memfd_create: %s", strerror(errno));
	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fill(area, AREA, 1);
	made("memfd_odd", area, AREA, ",\"fd\":%d", fd);
}

static void system_v(void)
{
	int id = shmget(0x6d6d78, AREA, IPC_CREAT | 0600);
	char *area = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

	if (area == (char *)-1)
		give_up("shmget: %s", strerror(errno));
	fill(area, AREA, 1);
	made("sysv_shm", area, AREA, ",\"key\":\"0x6d6d78\",\"shmid\":%d", id);
}

static void secret(void)
{
	int fd = syscall(SYS_memfd_secret, O_CLOEXEC);
	char *area = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, AREA))
		area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		give_up("memfd_secret: %s", strerror(errno));
	fill(area, AREA, 1);
	made("secretmem", area, AREA, NULL);
}

/* One file with three mappers: all of it read-only, a part shared, all of it private with copies. */
struct mapper {
	const char *path;
	char *area;
};

static void map_part_shared(void *arg)
{
	struct mapper *me = arg;

	me->area = map_file(me->path, 16 * PAGE, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	touch(me->area, 16 * PAGE);
}

static void map_private_and_copy(void *arg)
{
	struct mapper *me = arg;

	me->area = map_file(me->path, 0, FILE_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	touch(me->area, FILE_LEN);
	fill(me->area, 4 * PAGE, 7);
}

static void map_by_several(const char *name, const char *path)
{
	struct mapper *mappers =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = make_file(path, FILE_PAGES);
	pid_t shared, copier;
	char *area;

	fsync(fd);
	close(fd);
	mappers[0].path = mappers[1].path = path;
	area = map_file(path, 0, FILE_LEN, PROT_READ, MAP_SHARED);
	touch(area, FILE_LEN);
	shared = spawn("file_shared", map_part_shared, &mappers[0]);
	copier = spawn("file_private", map_private_and_copy, &mappers[1]);
	made(name, area, FILE_LEN,
	     ",\"path\":\"%s\",\"inode\":%lu,\"offset\":0,\"mappers\":["
	     "{\"pid\":%d,\"addr\":\"0x%lx\",\"len\":%lu,\"offset\":%lu,\"shared\":true,"
	     "\"copied_pages\":0},"
	     "{\"pid\":%d,\"addr\":\"0x%lx\",\"len\":%lu,\"offset\":0,\"shared\":false,"
	     "\"copied_pages\":4}]",
	     path, inode_of(path), shared, (unsigned long)mappers[0].area, 16 * PAGE, 16 * PAGE,
	     copier, (unsigned long)mappers[1].area, FILE_LEN);
}

static void in_tmpfs(void)
{
	map_by_several("tmpfs_file", TMPFS_DIR "/mapped");
}

static void need_ext4(void)
{
	if (machine_no_ext4())
		give_up("%s", machine_no_ext4());
}

static void in_ext4(void)
{
	need_ext4();
	mkdir(EXT4_DIR "/folder", 0755);
	map_by_several("ext4_file", EXT4_DIR "/folder/mapped");
}

static void dirty(void)
{
	char *area;
	int fd;

	need_ext4();
	fd = make_file(EXT4_DIR "/dirty", 16);
	fsync(fd);
	close(fd);
	area = map_file(EXT4_DIR "/dirty", 0, AREA, PROT_READ | PROT_WRITE, MAP_SHARED);
	fill(area, 8 * PAGE, 2);
	touch(area, AREA);
	made("ext4_dirty", area, AREA,
	     ",\"path\":\"%s\",\"inode\":%lu,\"offset\":0,\"dirty_pages\":8", EXT4_DIR "/dirty",
	     inode_of(EXT4_DIR "/dirty"));
}

/* Written in one piece, for which newer kernels allocate large folios. */
static void large_folios(void)
{
	const char *path = EXT4_DIR "/large";
	char *area = map_anon(LARGE_LEN);
	int fd;

	need_ext4();
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	fill(area, LARGE_LEN, 1);
	if (fd < 0 || write(fd, area, LARGE_LEN) != (ssize_t)LARGE_LEN || fsync(fd))
		give_up("%s: %s", path, strerror(errno));
	munmap(area, LARGE_LEN);
	close(fd);
	area = map_file(path, 0, LARGE_LEN, PROT_READ, MAP_SHARED);
	touch(area, LARGE_LEN);
	made("ext4_large", area, LARGE_LEN, ",\"path\":\"%s\",\"inode\":%lu,\"offset\":0", path,
	     inode_of(path));
}

static void deleted(const char *name, const char *path)
{
	int fd = make_file(path, 16);
	unsigned long inode = inode_of(path);
	char *area = map_file(path, 0, AREA, PROT_READ, MAP_SHARED);

	fsync(fd);
	close(fd);
	touch(area, AREA);
	unlink(path);
	made(name, area, AREA, ",\"path\":\"%s\",\"inode\":%lu,\"offset\":0", path, inode);
}

static void deleted_in_tmpfs(void)
{
	deleted("deleted_tmpfs_mapped", TMPFS_DIR "/deleted");
}

static void deleted_in_ext4(void)
{
	need_ext4();
	deleted("deleted_file_mapped", EXT4_DIR "/deleted");
}

/* Two pages of data in 256 of nothing. */
static void with_holes(const char *name, const char *path)
{
	int fd = make_file(path, 1);
	char page[PAGE], *area;

	fill_page(page, 77);
	if (pwrite(fd, page, PAGE, 100 * PAGE) != (ssize_t)PAGE || ftruncate(fd, 256 * PAGE))
		give_up("%s: %s", path, strerror(errno));
	fsync(fd);
	close(fd);
	area = map_file(path, 0, 256 * PAGE, PROT_READ, MAP_SHARED);
	touch(area, PAGE);
	touch(area + 100 * PAGE, PAGE);
	made(name, area, 256 * PAGE,
	     ",\"path\":\"%s\",\"inode\":%lu,\"offset\":0,\"data_pages\":[0,100]", path,
	     inode_of(path));
}

static void holes_in_tmpfs(void)
{
	with_holes("tmpfs_holes", TMPFS_DIR "/holes");
}

static void holes_in_ext4(void)
{
	need_ext4();
	with_holes("ext4_holes", EXT4_DIR "/holes");
}

/* Mapped by the name that it got last, which is the one that its inode leads to first. */
static void hard_linked(void)
{
	const char *path = TMPFS_DIR "/linked-too";
	char *area;

	close(make_file(TMPFS_DIR "/linked", 4));
	if (link(TMPFS_DIR "/linked", path))
		give_up("%s: %s", path, strerror(errno));
	area = map_file(path, 0, 4 * PAGE, PROT_READ, MAP_SHARED);
	touch(area, 4 * PAGE);
	made("hard_link", area, 4 * PAGE, ",\"path\":\"%s\",\"inode\":%lu,\"offset\":0", path,
	     inode_of(path));
}

/* Read and never mapped again; a mapping for a moment tells which frames they are. */
static void unmapped(void)
{
	const char *path = EXT4_DIR "/unmapped";
	char page[PAGE], pfns[512], *area;
	int fd;

	need_ext4();
	fd = make_file(path, 16);
	fsync(fd);
	lseek(fd, 0, SEEK_SET);
	while (read(fd, page, PAGE) > 0)
		;
	close(fd);
	area = map_file(path, 0, AREA, PROT_READ, MAP_SHARED | MAP_POPULATE);
	list_pfns(pfns, sizeof(pfns), area, AREA);
	munmap(area, AREA);
	made("page_cache_unmapped", NULL, 0,
	     ",\"path\":\"%s\",\"inode\":%lu,\"pages\":16,\"pfns\":%s", path, inode_of(path), pfns);
}

static void tell_unmapped(const char *name, const char *path, int fd, unsigned long inode,
			  const char *more)
{
	made(name, NULL, 0, ",\"path\":\"%s\",\"inode\":%lu,\"fd\":%d%s", path, inode, fd, more);
}

/* Two pages and a half, and a little more. */
static void of_odd_size(void)
{
	const char *path = EXT4_DIR "/odd-size";
	int fd;

	need_ext4();
	fd = make_file(path, 3);
	if (ftruncate(fd, 10240 + 123) || fsync(fd))
		give_up("%s: %s", path, strerror(errno));
	tell_unmapped("ext4_odd_size", path, fd, inode_of(path), ",\"size\":10363");
}

static void evicted_in_part(void)
{
	const char *path = EXT4_DIR "/evicted";
	int fd;

	need_ext4();
	fd = make_file(path, FILE_PAGES);
	fsync(fd);
	posix_fadvise(fd, 16 * PAGE, 16 * PAGE, POSIX_FADV_DONTNEED);
	tell_unmapped("ext4_evicted", path, fd, inode_of(path),
		      ",\"gone_page\":16,\"gone_pages\":16");
}

static void deleted_and_open(const char *name, const char *path)
{
	int fd = make_file(path, 8);
	unsigned long inode = inode_of(path);

	fsync(fd);
	unlink(path);
	tell_unmapped(name, path, fd, inode, ",\"pages\":8");
}

static void open_in_tmpfs(void)
{
	deleted_and_open("deleted_tmpfs_open", TMPFS_DIR "/deleted-open");
}

static void open_in_ext4(void)
{
	need_ext4();
	deleted_and_open("deleted_ext4_open", EXT4_DIR "/deleted-open");
}

/* The same pages twice, a part once more, and all of it for writing of its own, in one process. */
static void mapped_twice(void)
{
	const char *path = TMPFS_DIR "/twice";
	char *first, *again, *part, *own;

	close(make_file(path, 16));
	first = map_file(path, 0, AREA, PROT_READ | PROT_WRITE, MAP_SHARED);
	again = map_file(path, 0, AREA, PROT_READ, MAP_SHARED);
	part = map_file(path, 8 * PAGE, 8 * PAGE, PROT_READ, MAP_SHARED);
	own = map_file(path, 0, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	touch(first, AREA);
	touch(again, AREA);
	touch(part, 8 * PAGE);
	touch(own, AREA);
	fill(own, 2 * PAGE, 7);
	made("mapped_twice", first, AREA,
	     ",\"path\":\"%s\",\"inode\":%lu,\"offset\":0,\"again\":\"0x%lx\",\"part\":\"0x%lx\","
	     "\"part_offset\":%lu,\"private\":\"0x%lx\",\"copied_pages\":2",
	     path, inode_of(path), (unsigned long)again, (unsigned long)part, 8 * PAGE,
	     (unsigned long)own);
}

const struct situation file_family[] = {
	{"shmem_anon", shared_anonymous, "shmem_anon_shared"},
	{"memfd", memory_file, "memfd"},
	{"memfd_odd", odd_memory_file, "memfd_odd"},
	{"sysv_shm", system_v, "sysv_shm"},
	{"secretmem", secret, "secretmem"},
	{"tmpfs_file", in_tmpfs, "tmpfs_file"},
	{"ext4_file", in_ext4, "ext4_file"},
	{"ext4_dirty", dirty, "ext4_dirty"},
	{"ext4_large", large_folios, "ext4_large"},
	{"deleted_tmpfs", deleted_in_tmpfs, "deleted_tmpfs_mapped"},
	{"deleted_ext4", deleted_in_ext4, "deleted_file_mapped"},
	{"tmpfs_holes", holes_in_tmpfs, "tmpfs_holes"},
	{"ext4_holes", holes_in_ext4, "ext4_holes"},
	{"unmapped_file", unmapped, "page_cache_unmapped"},
	{"hard_linked", hard_linked, "hard_link"},
	{"ext4_odd_size", of_odd_size, "ext4_odd_size"},
	{"ext4_evicted", evicted_in_part, "ext4_evicted"},
	{"open_tmpfs", open_in_tmpfs, "deleted_tmpfs_open"},
	{"open_ext4", open_in_ext4, "deleted_ext4_open"},
	{"mapped_twice", mapped_twice, "mapped_twice"},
	{0},
};
