// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The records that there are: a file a subject. To add one: its fields and its cursor in the file that its
 * subject has, as record.h shows, a line here, and a field of a command's document that it is shown by.
 */
#ifndef MMX_RECORDS_RECORDS_H
#define MMX_RECORDS_RECORDS_H

#include "records/record.h"

#define MMX_RECORDS(RECORD)                     \
	RECORD(dump)   /* dump.c */             \
	RECORD(kernel) /* kernel.c */           \
	RECORD(regions)                         \
	RECORD(layout) /* layout.c */           \
	RECORD(facts)                           \
	RECORD(vmemmap) /* frames.c */          \
	RECORD(frame_ranges)                    \
	RECORD(zones)                           \
	RECORD(flag_fields) /* flags.c */       \
	RECORD(flag_bits)                       \
	RECORD(free_zones)  /* free_memory.c */ \
	RECORD(free_orders) /* free_room.c */   \
	RECORD(huge_obstacles)                  \
	RECORD(gigantic_obstacles)              \
	RECORD(free_findings)                   \
	RECORD(nodes) /* nodes.c */             \
	RECORD(zonelists)                       \
	RECORD(zone_ranges) /* zones.c */       \
	RECORD(zone_marks)                      \
	RECORD(zone_settings)                   \
	RECORD(zone_grids)                      \
	RECORD(zone_lists)                      \
	RECORD(zone_free)                       \
	RECORD(zone_cpus)                       \
	RECORD(zone_blocks)                     \
	RECORD(zone_more)                       \
	RECORD(zone_counters)                   \
	RECORD(zone_findings)                   \
	RECORD(request) /* request.c */         \
	RECORD(request_tries)                   \
	RECORD(free_content) /* free_room.c */  \
	RECORD(memmap)       /* memmap.c */     \
	RECORD(memmap_runs)                     \
	RECORD(memmap_savings)                  \
	RECORD(altmaps)                         \
	RECORD(sections)                        \
	RECORD(extents)                         \
	RECORD(memmap_findings)                 \
	RECORD(pages) /* page/page.c */

#define RECORD(name) extern const struct mmx_record mmx_record_##name;
MMX_RECORDS(RECORD)
#undef RECORD

#endif
