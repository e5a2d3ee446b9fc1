// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that the kernel shares with a process outside any page cache: rings, registered buffers, maps, traces. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/dma-heap.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lab.h"

#define AREA        (16 * PAGE)
#define SUBMISSIONS 2048
#define BUFFERS     512

/* What headers of 6.1 lack. */
#define PBUF_RING_BY_KERNEL 1
#define PBUF_RING_OFFSET    0x80000000UL
#define BPF_RING_BUFFER     27
#define BPF_ARENA           33
#define BPF_CAN_BE_MAPPED   (1U << 10)

static char *map_ring(int fd, size_t len, off_t offset)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
}

static int new_io_uring(struct io_uring_params *params)
{
	int fd = syscall(SYS_io_uring_setup, SUBMISSIONS, params);

	if (fd < 0)
		give_up("io_uring: %s", strerror(errno));
	return fd;
}

/* Rings of many pages, of which nobody maps the one with the completions. */
static void large_io_uring(void)
{
	struct io_uring_params params = {0};
	int fd = new_io_uring(&params);
	size_t len = params.sq_entries * sizeof(struct io_uring_sqe);
	char *area = map_ring(fd, len, IORING_OFF_SQES);

	if (area == MAP_FAILED)
		give_up("io_uring: %s", strerror(errno));
	made("io_uring_large", area, len, ",\"fd\":%d,\"sq_entries\":%u,\"cq_entries\":%u", fd,
	     params.sq_entries, params.cq_entries);
}

/* Anonymous memory that stays pinned after its mapping has gone, and a file's. */
static void fixed_buffers(void)
{
	static const char path[] = TMPFS_DIR "/fixed";
	struct io_uring_params params = {0};
	char *anon = map_anon(AREA), pfns[512], *file;
	struct iovec parts[2];
	int fd = new_io_uring(&params);

	fill(anon, AREA, 1);
	close(make_file(path, AREA / PAGE));
	file = map_file(path, 0, AREA, PROT_READ | PROT_WRITE, MAP_SHARED);
	touch(file, AREA);
	parts[0] = (struct iovec){anon, AREA};
	parts[1] = (struct iovec){file, AREA};
	if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_BUFFERS, parts, 2))
		give_up("IORING_REGISTER_BUFFERS: %s", strerror(errno));
	made("file_pinned", file, AREA, ",\"fd\":%d,\"path\":\"%s\",\"offset\":0", fd, path);
	list_pfns(pfns, sizeof(pfns), anon, AREA);
	munmap(anon, AREA);
	made("io_uring_fixed", NULL, 0, ",\"fd\":%d,\"pages\":%lu,\"pfns\":%s", fd, AREA / PAGE,
	     pfns);
}

static int register_buffer_ring(int fd, void *area, int group, int flags)
{
	struct io_uring_buf_reg ring = {
		.ring_addr = (uintptr_t)area,
		.ring_entries = BUFFERS,
		.bgid = group,
		.pad = flags,
	};

	return syscall(SYS_io_uring_register, fd, IORING_REGISTER_PBUF_RING, &ring, 1);
}

static void provided_buffers(void)
{
	size_t len = BUFFERS * sizeof(struct io_uring_buf);
	struct io_uring_params params = {0};
	int fd = new_io_uring(&params);
	char *area = map_anon(len);

	fill(area, len, 1);
	memset(area, 0, len);
	if (register_buffer_ring(fd, area, 1, 0))
		not_made("io_uring_provided", "IORING_REGISTER_PBUF_RING: %s", strerror(errno));
	else
		made("io_uring_provided", area, len, ",\"fd\":%d,\"group\":1", fd);
	if (register_buffer_ring(fd, NULL, 2, PBUF_RING_BY_KERNEL))
		give_up("IOU_PBUF_RING_MMAP: %s", strerror(errno));
	area = map_ring(fd, len, PBUF_RING_OFFSET | 2UL << 16);
	if (area == MAP_FAILED)
		give_up("IOU_PBUF_RING_MMAP: %s", strerror(errno));
	made("io_uring_kernel_ring", area, len, ",\"fd\":%d,\"group\":2", fd);
}

static void perf_buffer(void)
{
	struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(event),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
	};
	size_t len = 129 * PAGE;
	int fd = syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	char *area = MAP_FAILED;

	if (fd >= 0)
		area = map_ring(fd, len, 0);
	if (area == MAP_FAILED)
		give_up("perf: %s", strerror(errno));
	made("perf_buffer", area, len, ",\"fd\":%d", fd);
}

/* Eight blocks of 16 pages each for what comes in, and mapped; four for what goes out, and not mapped. */
static void packet_ring(void)
{
	struct tpacket_req3 in = {
		.tp_block_size = 16 * PAGE,
		.tp_block_nr = 8,
		.tp_frame_size = 2048,
		.tp_frame_nr = 8 * 16 * 2,
		.tp_retire_blk_tov = 1000000,
	};
	size_t len = (size_t)in.tp_block_size * in.tp_block_nr;
	int version = TPACKET_V3, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	char *area = MAP_FAILED;

	if (fd >= 0 && !setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) &&
	    !setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &in, sizeof(in)))
		area = map_ring(fd, len, 0);
	if (area == MAP_FAILED)
		give_up("PACKET_RX_RING: %s", strerror(errno));
	made("packet_ring", area, len, ",\"fd\":%d,\"block_pages\":16,\"blocks\":8", fd);
}

static void xdp_socket(void)
{
	struct xdp_umem_reg memory = {.len = AREA, .chunk_size = 2048};
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), entries = 1024;
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	memory.addr = (uintptr_t)area;
	if (fd < 0 || setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &memory, sizeof(memory)) ||
	    setsockopt(fd, SOL_XDP, XDP_UMEM_FILL_RING, &entries, sizeof(entries)) ||
	    setsockopt(fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries)))
		give_up("AF_XDP: %s", strerror(errno));
	made("xdp_socket", area, AREA, ",\"fd\":%d,\"entries\":%d", fd, entries);
}

static void aio_ring(void)
{
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, 1024, &context))
		give_up("io_setup: %s", strerror(errno));
	made("aio_ring", (void *)context, 4 * PAGE, ",\"events\":1024");
}

static int new_map(int type, int key, int value, int entries, unsigned int flags)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = key,
		.value_size = value,
		.max_entries = entries,
		.map_flags = flags,
	};
	int fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		give_up("a BPF map of type %d: %s", type, strerror(errno));
	return fd;
}

static void bpf_maps(void)
{
	size_t len = 64 * PAGE;
	int array = new_map(BPF_MAP_TYPE_ARRAY, 4, 4096, 64, BPF_CAN_BE_MAPPED);
	char *area = map_ring(array, len, 0);

	new_map(BPF_MAP_TYPE_HASH, 8, 64, 4096, 0);
	new_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 1024, 64, 0);
	made("bpf_map", area == MAP_FAILED ? NULL : area, len, ",\"fd\":%d", array);
}

static void bpf_ring(void)
{
	int fd = new_map(BPF_RING_BUFFER, 0, 0, 64 * PAGE, 0);
	char *area;

	area = mmap(NULL, 65 * PAGE, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, PAGE);
	if (area == MAP_FAILED)
		give_up("BPF_MAP_TYPE_RINGBUF: %s", strerror(errno));
	made("bpf_ring", area, 65 * PAGE, ",\"fd\":%d", fd);
}

static void bpf_arena(void)
{
	int fd = new_map(BPF_ARENA, 0, 0, 16, BPF_CAN_BE_MAPPED);
	char *area;

	area = map_ring(fd, AREA, 0);
	if (area == MAP_FAILED)
		give_up("BPF_MAP_TYPE_ARENA: %s", strerror(errno));
	fill(area, 8 * PAGE, 1);
	made("bpf_arena", area, AREA, ",\"fd\":%d,\"pages\":8", fd);
}

static void dma_heap(void)
{
	struct dma_heap_allocation_data wanted = {.len = 1200UL << 10, .fd_flags = O_RDWR};
	int heap = open("/dev/dma_heap/system", O_RDWR | O_CLOEXEC);
	char *area = MAP_FAILED;

	if (heap < 0 || ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &wanted))
		give_up("/dev/dma_heap/system: %s", strerror(errno));
	area = map_ring(wanted.fd, wanted.len, 0);
	if (area == MAP_FAILED)
		give_up("a DMA buffer: %s", strerror(errno));
	made("dma_buf_heap", area, wanted.len, ",\"fd\":%d", wanted.fd);
}

static void udmabuf(void)
{
	int memory = memfd_create("lab-udmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd = -1;
	struct udmabuf_create wanted = {.memfd = memory, .size = AREA};
	char *area;

	if (memory < 0 || ftruncate(memory, AREA))
		give_up("memfd_create: %s", strerror(errno));
	area = map_ring(memory, AREA, 0);
	if (area == MAP_FAILED)
		give_up("a memfd: %s", strerror(errno));
	fill(area, AREA, 1);
	fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK);
	if (device >= 0)
		fd = ioctl(device, UDMABUF_CREATE, &wanted);
	if (fd < 0)
		give_up("/dev/udmabuf: %s", strerror(errno));
	made("dma_buf_memfd", area, AREA, ",\"fd\":%d", fd);
}

/* The kernel's own trace, of some size, with something in it. */
static void trace_buffer(void)
{
	int err = write_text("/sys/kernel/tracing/buffer_size_kb", "512");

	if (!err)
		err = write_text("/sys/kernel/tracing/trace_marker", "lab");
	if (err)
		give_up("the trace: %s", strerror(-err));
	write_text("/sys/kernel/tracing/tracing_on", "0");
	made("trace_buffer", NULL, 0, ",\"kib\":512");
}

const struct situation ring_family[] = {
	{"io_uring_large", large_io_uring, "io_uring_large"},
	{"io_uring_fixed", fixed_buffers, "io_uring_fixed file_pinned"},
	{"io_uring_bufs", provided_buffers, "io_uring_provided io_uring_kernel_ring"},
	{"perf_buffer", perf_buffer, "perf_buffer"},
	{"packet_ring", packet_ring, "packet_ring"},
	{"xdp_socket", xdp_socket, "xdp_socket"},
	{"aio_ring", aio_ring, "aio_ring"},
	{"bpf_maps", bpf_maps, "bpf_map"},
	{"bpf_ring", bpf_ring, "bpf_ring"},
	{"bpf_arena", bpf_arena, "bpf_arena"},
	{"dma_heap", dma_heap, "dma_buf_heap"},
	{"udmabuf", udmabuf, "dma_buf_memfd"},
	{"trace_buffer", trace_buffer, "trace_buffer"},
	{0},
};
