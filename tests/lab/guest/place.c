// SPDX-License-Identifier: GPL-2.0-or-later
/* Where files lie: namespaces and roots of their own, mounts of every kind, names of odd bytes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab.h"

#define FILE_PAGES 4
#define FILE_LEN   (FILE_PAGES * PAGE)

static unsigned long inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static char *map_new_file(const char *path)
{
	char *area;

	close(make_file(path, FILE_PAGES));
	area = map_file(path, 0, FILE_LEN, PROT_READ, MAP_SHARED);
	touch(area, FILE_LEN);
	return area;
}

static void mount_at(const char *what, const char *where, const char *type, int flags,
		     const char *options)
{
	mkdir(where, 0755);
	if (mount(what, where, type, flags, options))
		give_up("mount %s: %s", where, strerror(errno));
}

static void own_namespace(void)
{
	if (unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		give_up("unshare: %s", strerror(errno));
}

static void tell(const char *name, const char *path, char *area, const char *there)
{
	made(name, area, FILE_LEN,
	     ",\"path\":\"%s\",\"path_there\":\"%s\",\"inode\":%lu,\"offset\":0", path, there,
	     inode_of(there));
}

/* A file on a mount that no other process has. */
static void in_namespace(void)
{
	own_namespace();
	mount_at("tmpfs", "/own", "tmpfs", 0, NULL);
	tell("mount_namespace", "/own/inside", map_new_file("/own/inside"), "/own/inside");
}

static void in_jail(void)
{
	mkdir(TMPFS_DIR "/jail", 0755);
	if (chroot(TMPFS_DIR "/jail") || chdir("/"))
		give_up("chroot: %s", strerror(errno));
	tell("chroot", TMPFS_DIR "/jail/cell", map_new_file("/cell"), "/cell");
}

/* As a container's: the root is a mount of its own, moved over the old one. */
static void moved_root(void)
{
	own_namespace();
	mount_at("tmpfs", "/newroot", "tmpfs", 0, NULL);
	if (chdir("/newroot") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot("."))
		give_up("moving the root: %s", strerror(errno));
	mkdir("/deep", 0755);
	tell("moved_root", "/deep/inside", map_new_file("/deep/inside"), "/deep/inside");
}

static void unmounted(void)
{
	char *area;

	mount_at("tmpfs", "/lazy", "tmpfs", 0, NULL);
	mkdir("/lazy/folder", 0755);
	area = map_new_file("/lazy/folder/left");
	if (umount2("/lazy", MNT_DETACH))
		give_up("umount: %s", strerror(errno));
	made("mount_gone", area, FILE_LEN, ",\"path\":\"/folder/left\",\"offset\":0");
}

static void bound(void)
{
	mkdir(TMPFS_DIR "/folder", 0755);
	mount_at(TMPFS_DIR "/folder", "/bound", NULL, MS_BIND, NULL);
	tell("bind_mount", "/bound/file", map_new_file("/bound/file"), "/bound/file");
}

static void covered(void)
{
	char *area;

	mkdir(TMPFS_DIR "/covered", 0755);
	area = map_new_file(TMPFS_DIR "/covered/under");
	mount_at("tmpfs", TMPFS_DIR "/covered", "tmpfs", 0, NULL);
	made("overmounted", area, FILE_LEN,
	     ",\"path\":\"" TMPFS_DIR "/covered/under\",\"offset\":0");
}

/* Opened for writing, a file of the lower layer is copied to the upper one. */
static void overlay(void)
{
#define LAYERS "/layers"
	char *lower, *copied;

	mount_at("tmpfs", LAYERS, "tmpfs", 0, NULL);
	mkdir(LAYERS "/lower", 0755);
	mkdir(LAYERS "/upper", 0755);
	mkdir(LAYERS "/work", 0755);
	close(make_file(LAYERS "/lower/below", FILE_PAGES));
	close(make_file(LAYERS "/lower/copied", FILE_PAGES));
	mount_at("overlay", "/overlay", "overlay", 0,
		 "lowerdir=" LAYERS "/lower,upperdir=" LAYERS "/upper,workdir=" LAYERS "/work");
	lower = mmap(NULL, FILE_LEN, PROT_READ, MAP_SHARED,
		     open("/overlay/below", O_RDONLY | O_CLOEXEC), 0);
	copied = map_file("/overlay/copied", 0, FILE_LEN, PROT_READ | PROT_WRITE, MAP_SHARED);
	if (lower == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	touch(lower, FILE_LEN);
	touch(copied, FILE_LEN);
	made("overlay_lower", lower, FILE_LEN,
	     ",\"path\":\"/overlay/below\",\"real_path\":\"" LAYERS
	     "/lower/below\",\"offset\":0,\"inode\":%lu,\"real_inode\":%lu",
	     inode_of("/overlay/below"), inode_of(LAYERS "/lower/below"));
	made("overlay_copied", copied, FILE_LEN,
	     ",\"path\":\"/overlay/copied\",\"real_path\":\"" LAYERS
	     "/upper/copied\",\"offset\":0,\"inode\":%lu,\"real_inode\":%lu",
	     inode_of("/overlay/copied"), inode_of(LAYERS "/upper/copied"));
}

/* Its folder leaves what is bound: no way leads there from the mount any more. */
static void renamed_out(void)
{
	char *area;

	mkdir(TMPFS_DIR "/bound-from", 0755);
	mkdir(TMPFS_DIR "/bound-from/inner", 0755);
	mount_at(TMPFS_DIR "/bound-from", "/bound-too", NULL, MS_BIND, NULL);
	area = map_new_file("/bound-too/inner/file");
	if (rename(TMPFS_DIR "/bound-from/inner", TMPFS_DIR "/moved-away"))
		give_up("rename: %s", strerror(errno));
	made("renamed_out", area, FILE_LEN, ",\"offset\":0");
}

static size_t add_hex(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 3 < size; text++)
		n += snprintf(out + n, size - n, "%02x", (unsigned char)*text);
	return n;
}

static void odd_names(void)
{
	static const char *const names[] = {
		TMPFS_DIR "/new\nline",
		TMPFS_DIR "/tab\tin it",
		TMPFS_DIR "/back\\slash",
		TMPFS_DIR "/back\\012slash",
		TMPFS_DIR "/gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac",
		TMPFS_DIR "/bad utf \xff\xc3",
		TMPFS_DIR "/control\x01\x1b[31m\x7f",
		TMPFS_DIR "/not (deleted)",
		TMPFS_DIR "/od\nd/under it",
		TMPFS_DIR "/quote\"'$#",
	};
	char list[2048];
	size_t n = 0;

	mkdir(TMPFS_DIR "/od\nd", 0755);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *area = map_new_file(names[i]);

		n += snprintf(list + n, sizeof(list) - n, "%s{\"addr\":\"0x%lx\",\"path_hex\":\"",
			      i ? "," : "", (unsigned long)area);
		n += add_hex(list + n, sizeof(list) - n, names[i]);
		n += snprintf(list + n, sizeof(list) - n, "\"}");
	}
	made("odd_names", NULL, 0, ",\"files\":[%s]", list);
}

/* The disk that ext4 lies on, by itself. */
static void block_device(void)
{
	int fd = open("/dev/vda", O_RDONLY | O_CLOEXEC);
	char *area = MAP_FAILED;

	if (fd >= 0)
		area = mmap(NULL, 16 * PAGE, PROT_READ, MAP_SHARED, fd, 1 << 20);
	if (area == MAP_FAILED)
		give_up("/dev/vda: %s", strerror(errno));
	touch(area, 16 * PAGE);
	made("block_device", area, 16 * PAGE, ",\"path\":\"/dev/vda\",\"offset\":%d,\"fd\":%d",
	     1 << 20, fd);
}

const struct situation place_family[] = {
	{"mount_ns", in_namespace, "mount_namespace"},
	{"chroot", in_jail, "chroot"},
	{"moved_root", moved_root, "moved_root"},
	{"mount_gone", unmounted, "mount_gone"},
	{"bind_mount", bound, "bind_mount"},
	{"overmounted", covered, "overmounted"},
	{"renamed_out", renamed_out, "renamed_out"},
	{"overlay", overlay, "overlay_lower overlay_copied"},
	{"odd_names", odd_names, "odd_names"},
	{"block_device", block_device, "block_device"},
	{0},
};
