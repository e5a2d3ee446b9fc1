// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only program of the guest: it makes every situation, captures the kernel's own account of
 * them before and after the lab takes its dump, and ends. In a crash kernel it saves the dump.
 */
#include <stdlib.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "lab.h"

static void dump_from_outside(void)
{
	capture_state(0);
	capture_publish("before");
	capture_state(1);
	capture_publish("after");
}

/*
 * There is no after when the kernel dies, so the state is captured twice before: what is equal in
 * both is what did not move.
 */
static void dump_by_crashing(void)
{
	capture_state(0);
	capture_publish("earlier");
	capture_state(0);
	capture_publish("before");
	write_text("/proc/sysrq-trigger", "c");
}

int main(void)
{
	int crash = 0;
	size_t len;
	char *lines;

	machine_mount();
	line_open();
	machine_load_modules();
	if (access("/proc/vmcore", R_OK) == 0) {
		machine_save_vmcore();
		line_say("saved");
		line_wait();
		reboot(RB_POWER_OFF);
	}
	line_say("booted");
	if (command_line_number("mmx.panic"))
		exit(1);
	crash = command_line_number("mmx.kdump") != 0;
	if (crash)
		machine_load_crash_kernel();
	capture_prepare(command_line_number("mmx.buffer") << 20);
	lines = run_situations(&len);
	machine_settle();
	capture_add("situations", lines, len);
	capture_once(lines);
	capture_publish("once");
	/* Once for nothing, so that what captures allocate the first time is there already. */
	capture_state(0);
	capture_publish("rehearsal");
	sleep(1);
	if (crash)
		dump_by_crashing();
	else
		dump_from_outside();
	reboot(RB_POWER_OFF);
	sleep_for_ever();
}
