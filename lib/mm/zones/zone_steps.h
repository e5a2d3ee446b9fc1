// SPDX-License-Identifier: GPL-2.0-or-later
/* How a zone's range, watermarks and reserves follow, and where its free pages stand (base/steps.h). */
#ifndef MMX_MM_ZONE_STEPS_H
#define MMX_MM_ZONE_STEPS_H

#include "kernel/step_sources.h"
#include "mm/zones/zone_states.h"

/** mmx_step_zone_end() - the first frame behind it */
struct mmx_term mmx_step_zone_end(struct mmx_steps *s, const struct mmx_kernel *k,
				  const struct mmx_zone_state *zone);

/** mmx_zone_steps() - all of it of one zone, that has frames */
void mmx_zone_steps(struct mmx_steps *s, struct mmx_view *view, const struct mmx_zone_state *zone);

#endif
