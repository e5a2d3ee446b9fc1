// SPDX-License-Identifier: GPL-2.0-or-later
/* doctorx: what was detected, from where, how sure it is, and what is missing. */
#include "cmd/cmd.h"
#include "records/config.h"
#include "records/records.h"

/* What it comes to. The first member is what records of the configuration ask for. */
struct verdict {
	struct mmx_config_asked config;
	uint32_t facts_not_sure, layout_declared, layout_found, required_missing;
};

static void count(struct verdict *v, const struct mmx_layout_decl *decl,
		  const struct mmx_layout_found *found, unsigned int n)
{
	v->layout_declared += n;
	for (unsigned int i = 0; i < n; i++) {
		v->layout_found += found[i].provider >= 0;
		v->required_missing += found[i].provider < 0 && decl[i].need == MMX_REQUIRED;
	}
}

static struct verdict judge(const struct mmx_kernel *k)
{
	const struct mmx_layout *l = &k->layout;
	struct verdict v = {0};

	for (unsigned int i = 0; i < MMX_FACT_COUNT; i++)
		v.facts_not_sure += k->facts.v[i].state == MMX_FACT_FAILED ||
				    k->facts.v[i].state == MMX_FACT_UNKNOWN;
	count(&v, mmx_layout_structs, l->strct, MMX_LAYOUT_STRUCTS);
	count(&v, mmx_layout_members, l->member, MMX_LAYOUT_MEMBERS);
	count(&v, mmx_layout_enumerators, l->enumerator, MMX_LAYOUT_ENUMERATORS);
	return v;
}

static const struct mmx_field verdict_fields[] = {
	{"facts_not_sure", MMX_COUNT, "facts that are unknown or failed",
	 AT(struct verdict, facts_not_sure)},
	{"layout_declared", MMX_COUNT, "entries of `layout`", AT(struct verdict, layout_declared)},
	{"layout_found", MMX_COUNT, "those of them that this kernel has",
	 AT(struct verdict, layout_found)},
	{"required_missing", MMX_COUNT, "those that it lacks though they are required",
	 AT(struct verdict, required_missing)},
	{0},
};

static const struct mmx_record verdict = {
	.name = "verdict",
	.doc = "what it comes to; the exit status is 1 when the first or the last is not 0",
	.fields = verdict_fields,
};

static const struct mmx_field fields[] = {
	{"dump", MMX_BLOCK, "the file or files", .title = "Dump", .record = &mmx_record_dump},
	{"kernel", MMX_BLOCK, "who it is", .title = "Kernel", .record = &mmx_record_kernel},
	{"regions", MMX_TABLE, "the kernel's address space", .title = "Address space",
	 .min = MMX_REGION_COUNT, .record = &mmx_record_regions},
	{"vmemmap", MMX_BLOCK, "the array of struct pages", .title = "Struct pages",
	 .record = &mmx_record_vmemmap},
	{"frames", MMX_TABLE, "frames that have a struct page",
	 .title = "Frames that have a struct page", .record = &mmx_record_frame_ranges},
	{"zones", MMX_TABLE, "those that span frames", .title = "Zones",
	 .record = &mmx_record_zones},
	{"flag_fields", MMX_TABLE, "the upper fields of a page's flags word",
	 .title = "Fields of page flags", .min = 1, .record = &mmx_record_flag_fields},
	{"flag_bits", MMX_TABLE, "the named bits, in their order", .title = "Bits of page flags",
	 .record = &mmx_record_flag_bits},
	{"layout", MMX_TABLE, "what mmx reads of the kernel's types", .title = "Layout", .min = 1,
	 .record = &mmx_record_layout},
	{"options", MMX_TABLE, "what was built in", .title = "Built in", .min = 1,
	 .record = &mmx_record_config_options},
	{"config_trouble", MMX_TROUBLE, "why the configuration that the kernel keeps is not known",
	 .get = mmx_config_trouble},
	{"config", MMX_TABLE, "with --config: the kernel's own configuration", .may = MMX_OR_NONE,
	 .record = &mmx_record_config_lines},
	{"facts", MMX_TABLE, "what was worked out, and how its check came out", .title = "Checks",
	 .min = 1, .record = &mmx_record_facts},
	{"verdict", MMX_BLOCK, "what it comes to", .title = "Verdict", .record = &verdict},
	{0},
};

static const struct mmx_record document = {
	.name = "doctor",
	.doc = "what was detected in a dump, from where, and how sure it is",
	.version = 1,
	.fields = fields,
};

/* As it is, for programs that read it; in JSON it is a part of the whole. */
static enum mmx_exit show_config(struct mmx_run *run, const struct mmx_ikconfig *own)
{
	mmx_out_put_clean_lines(run->out, own->text, own->len);
	mmx_out_flush(run->out);
	return MMX_EXIT_OK;
}

static enum mmx_exit show(struct mmx_run *run, struct verdict *v)
{
	enum mmx_exit status;

	if (v->config.text && !v->config.own.text) {
		mmx_say(run, "the kernel's configuration is not in the dump: %s",
			v->config.own.why.text);
		return MMX_EXIT_CANNOT;
	}
	if (v->config.text && !run->out->options.json && !run->out->options.columns)
		return show_config(run, &v->config.own);
	status = mmx_run_show(run, v, NULL);
	return v->facts_not_sure || v->required_missing
		       ? mmx_worse(status, mmx_run_wrong(run, "not all is sure"))
		       : status;
}

static enum mmx_exit doctorx(struct mmx_run *run)
{
	struct verdict v = judge(run->kernel);
	enum mmx_exit status;

	v.config.text = run->option['c'];
	mmx_ikconfig_read(&v.config.own, run->view);
	status = show(run, &v);
	mmx_ikconfig_free(&v.config.own);
	return status;
}

static const struct mmx_option options[] = {
	{'c', "config", NULL,
	 "the configuration that the kernel keeps (IKCONFIG), as /proc/config.gz has it"},
	{0},
};

const struct mmx_command mmx_cmd_doctorx = {
	.name = "doctorx",
	.summary = "what was detected in a dump, from where, and how sure it is",
	.help = "Shows which kernel the dump is of, where everything lies in its address space, how its\n"
		"struct pages and their flags are laid out, every struct member that mmx uses with the\n"
		"source that told its offset, and the check that each derived fact went through.\n"
		"\n"
		"What was built in is inferred from what the kernel has: functions, variables, members,\n"
		"enumerators, sizes; and what it was set to when it ran, where something holds that. Without\n"
		"symbols of variables (KALLSYMS_ALL), or types of its own, what is missing proves nothing, and\n"
		"a - says so. Where the kernel keeps its configuration each option is held against that; one\n"
		"that is another is a finding.\n"
		"\n"
		"A check is ok, unchecked (the dump has nothing to hold the fact against), none (this\n"
		"kernel does not have the thing), unknown or FAILED. Commands that rest on a fact that is\n"
		"unknown or failed refuse to run and say so. The exit status is 1 when there is one, or\n"
		"when a required member is missing.",
	.example = "doctorx | grep -A9 ^Kernel",
	.options = options,
	.document = &document,
	.run = doctorx,
};
