// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest itself: file systems, modules, settings, swap, and the crash kernel. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"

#define ZRAM_BYTES     (64UL << 20)
#define ZRAM_PRIORITY  10
#define SWAP_FILE      EXT4_DIR "/swap file"
#define SWAP_PAGES     2048
#define KEXEC_ON_CRASH 2

static char no_swap[128] = "no swap was set up", no_ext4[128] = "ext4 was not mounted";

/** machine_no_swap - why there is no swap, NULL when there is */
const char *machine_no_swap(void)
{
	return no_swap[0] ? no_swap : NULL;
}

/** machine_no_ext4 - why there is no ext4 file system, NULL when there is */
const char *machine_no_ext4(void)
{
	return no_ext4[0] ? no_ext4 : NULL;
}

void machine_mount(void)
{
	static const struct {
		const char *type, *at, *options;
	} mounts[] = {
		{"proc", "/proc", NULL},
		{"sysfs", "/sys", NULL},
		{"devtmpfs", "/dev", NULL},
		{"tmpfs", TMPFS_DIR, NULL},
		{"hugetlbfs", "/huge", NULL},
		{"cgroup2", "/sys/fs/cgroup", NULL},
		{"tmpfs", "/hugetmp", "huge=always"},
		{"debugfs", "/sys/kernel/debug", NULL},
		{"tracefs", "/sys/kernel/tracing", NULL},
	};

	mkdir(TMPFS_DIR, 0777);
	mkdir("/huge", 0777);
	mkdir("/hugetmp", 0777);
	mkdir(EXT4_DIR, 0777);
	mkdir("/save", 0777);
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		mount(mounts[i].type, mounts[i].at, mounts[i].type, 0, mounts[i].options);
}

static void load_module(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		line_say("module %s: %s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void set_up_ext4(void)
{
	if (mount("/dev/vda", EXT4_DIR, "ext4", 0, NULL))
		snprintf(no_ext4, sizeof(no_ext4), "ext4 on /dev/vda: %s", strerror(errno));
	else
		no_ext4[0] = 0;
}

/* A swap area's header: the version, the last page, and the signature at the end of the page. */
static int write_swap_header(const char *path, unsigned int pages)
{
	char page[PAGE] = {0};
	uint32_t *info = (uint32_t *)(page + 1024);
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	info[0] = 1;
	info[1] = pages - 1;
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, PAGE, 0) != (ssize_t)PAGE)
		err = -errno;
	fsync(fd);
	close(fd);
	return err;
}

/* A compressor that the kernel lacks is no reason to have no swap: the one that is there shows in the capture. */
static void set_up_swap(void)
{
	char compressor[32];
	int err;

	if (command_line_word("mmx.zram", compressor, sizeof(compressor)) &&
	    write_text("/sys/block/zram0/comp_algorithm", "%s", compressor))
		line_say("swap on zram: no compressor %s", compressor);
	err = write_text("/sys/block/zram0/disksize", "%lu", ZRAM_BYTES);
	if (!err)
		err = write_swap_header("/dev/zram0", ZRAM_BYTES / PAGE);
	if (!err && swapon("/dev/zram0", SWAP_FLAG_PREFER | ZRAM_PRIORITY))
		err = -errno;
	if (err)
		snprintf(no_swap, sizeof(no_swap), "swap on zram: %s", strerror(-err));
	else
		no_swap[0] = 0;
}

/*
 * A file that is never swapped to: its priority is the kernel's own choice, below that of the first area. With zswap
 * it comes first.
 */
static void set_up_swap_file(void)
{
	int fd = open(SWAP_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int flags = command_line_number("mmx.zswap") ? SWAP_FLAG_PREFER | (ZRAM_PRIORITY + 1) : 0;
	char page[PAGE] = {0};

	if (fd < 0)
		return;
	for (int i = 0; i < SWAP_PAGES; i++)
		if (write(fd, page, PAGE) != (ssize_t)PAGE)
			break;
	fsync(fd);
	close(fd);
	if (write_swap_header(SWAP_FILE, SWAP_PAGES) || swapon(SWAP_FILE, flags))
		line_say("swap on a file: %s", strerror(errno));
}

/* What would move pages about behind the back of the workload is turned off. */
static void quieten(void)
{
	if (command_line_number("mmx.lru_gen"))
		write_text("/sys/kernel/mm/lru_gen/enabled", "y");
	write_text("/proc/sys/kernel/kptr_restrict", "0");
	write_text("/proc/sys/vm/dirty_writeback_centisecs", "0");
	write_text("/proc/sys/vm/compaction_proactiveness", "0");
	write_text("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	write_text("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "advise");
	write_text("/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0");
	write_text("/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs",
		   "100000000");
}

/** machine_load_modules - those that the lab packed, in its order, and what needs them */
void machine_load_modules(void)
{
	FILE *order = fopen("/modules/order", "re");
	char name[64];

	while (order && fscanf(order, "%63s", name) == 1)
		load_module(name);
	if (order)
		fclose(order);
	if (access("/proc/vmcore", R_OK) == 0)
		return;
	quieten();
	set_up_ext4();
	set_up_swap();
	if (!machine_no_ext4())
		set_up_swap_file();
}

/** machine_settle - wait until what the workload set in motion has come to rest */
void machine_settle(void)
{
	write_text("/sys/kernel/mm/ksm/run", "0");
	sleep(3);
}

/** machine_load_crash_kernel - the kernel and initramfs that take over when this one dies */
void machine_load_crash_kernel(void)
{
	static const char options[] = "console=ttyS0,115200 rdinit=/init nr_cpus=1 reset_devices "
				      "panic=-1 mmx.crashed=1";
	int kernel = open(EXT4_DIR "/crash/kernel", O_RDONLY | O_CLOEXEC);
	int initrd = open(EXT4_DIR "/crash/initrd", O_RDONLY | O_CLOEXEC);

	if (kernel < 0 || initrd < 0 ||
	    syscall(SYS_kexec_file_load, kernel, initrd, sizeof(options), options,
		    KEXEC_ON_CRASH)) {
		line_say("failed to load the crash kernel: %s", strerror(errno));
		sleep_for_ever();
	}
	close(kernel);
	close(initrd);
}

static int run(char *const *argv)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		execv(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void copy_vmcore(const char *to)
{
	static char part[1 << 20];
	int in = open("/proc/vmcore", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t n;

	while ((n = read(in, part, sizeof(part))) > 0)
		if (write(out, part, n) != n) {
			line_say("failed to copy /proc/vmcore: %s", strerror(errno));
			break;
		}
	close(in);
	close(out);
}

/** machine_save_vmcore - in the crash kernel: /proc/vmcore as it is, and by makedumpfile */
void machine_save_vmcore(void)
{
	static const struct {
		const char *level, *packing, *to;
	} forms[] = {
		{"1", "-c", "/save/vmcore.d1.zlib"},
		{"31", "-c", "/save/vmcore.d31.zlib"},
		{"1", "-l", "/save/vmcore.d1.lzo"},
		{"31", "-l", "/save/vmcore.d31.lzo"},
	};

	if (mount("/dev/vdb", "/save", "ext4", 0, NULL)) {
		line_say("failed to mount /dev/vdb: %s", strerror(errno));
		return;
	}
	line_say("saving vmcore.elf");
	copy_vmcore("/save/vmcore.elf");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		char *argv[] = {
			"/bin/makedumpfile", (char *)forms[i].packing, "-d", (char *)forms[i].level,
			"/proc/vmcore",      (char *)forms[i].to,      NULL};
		int status;

		line_say("saving %s", forms[i].to + strlen("/save/"));
		status = run(argv);
		if (status)
			line_say("failed to make %s: makedumpfile's status is 0x%x", forms[i].to,
				 status);
	}
	umount("/save");
}
