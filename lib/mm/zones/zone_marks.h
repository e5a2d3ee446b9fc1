// SPDX-License-Identifier: GPL-2.0-or-later
/* Watermarks and reserves as the kernel's settings make them. */
#ifndef MMX_MM_ZONE_MARKS_H
#define MMX_MM_ZONE_MARKS_H

#include "base/steps.h"
#include "mm/zones/zone_states.h"

/**
 * struct mmx_mark_settings - what watermarks and reserves are made from
 * @min_free_kbytes, @scale_factor: of 10000, and @boost_factor
 * @reserve_ratio: by zone; a zone keeps 1 of so many pages that higher zones manage
 * @high_fraction: percpu_pagelist_high_fraction; 0: CPUs' lists go by the low watermark
 */
struct mmx_mark_settings {
	uint64_t min_free_kbytes, scale_factor, boost_factor;
	unsigned int movable; /* index of the movable zone */
	int32_t reserve_ratio[MMX_ZONES_MAX];
	uint64_t high_fraction;
};

/** mmx_mark_settings_read() - -1 when one of them is not known */
int mmx_mark_settings_read(struct mmx_mark_settings *settings, struct mmx_view *view,
			   struct mmx_err *err);

/**
 * mmx_zone_marks_made() - the watermarks that the settings make of a zone, without boost
 * @s: is told how (base/steps.h), or NULL
 * @apart: a movable zone has a small minimum of its own, since 6.4; before that it shares in min_free_kbytes
 */
void mmx_zone_marks_made(struct mmx_steps *s, const struct mmx_mark_settings *settings,
			 const struct mmx_zone_states *states, const struct mmx_zone_state *zone,
			 bool apart, struct mmx_term mark[MMX_MARKS]);

/** mmx_zone_reserve_made() - what a zone keeps from requests that zone number @upper could serve */
struct mmx_term mmx_zone_reserve_made(struct mmx_steps *s, const struct mmx_mark_settings *settings,
				      const struct mmx_zone_states *states,
				      const struct mmx_zone_state *zone, unsigned int upper);

/** mmx_zone_marks_agree() - whether a zone's watermarks are what the settings make of it, by either rule */
bool mmx_zone_marks_agree(const struct mmx_mark_settings *settings,
			  const struct mmx_zone_states *states, const struct mmx_zone_state *zone);

#endif
