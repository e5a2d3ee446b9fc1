// SPDX-License-Identifier: GPL-2.0-or-later
/* What the pictures of documents are made of; picture.h has the rules. */
#include "records/picture.h"
#include <stddef.h>

#define PAGE     MMX_OBJECT_PAGE
#define PAGES    MMX_OBJECT_PAGES
#define PROCESS  MMX_OBJECT_PROCESS
#define MM       MMX_OBJECT_MM
#define VMA      MMX_OBJECT_VMA
#define MAPLE    MMX_OBJECT_MAPLE
#define ANON_VMA MMX_OBJECT_ANON_VMA
#define CHAIN    MMX_OBJECT_CHAIN
#define KSM      MMX_OBJECT_KSM
#define MAPPING  MMX_OBJECT_MAPPING
#define INODE    MMX_OBJECT_INODE
#define OPENED   MMX_OBJECT_FILE
#define CPU      MMX_OBJECT_CPU
#define ROOT     MMX_OBJECT_ROOT
#define TABLE    MMX_OBJECT_TABLE
#define ENTRY    MMX_OBJECT_ENTRY
#define NOTE     MMX_OBJECT_NOTE

/* A node: path, kind, what it is known by, label; an edge: path, one object, the other; conditions behind that. */
#define NODE(of, what, known_by, label, ...)                                           \
	{                                                                              \
		.path = of, .kind = what, .id = known_by, .text = label, ##__VA_ARGS__ \
	}
#define EDGE(of, one, one_id, other, other_id, ...)                                       \
	{                                                                                 \
		.path = of, .from = {one, one_id}, .to = {other, other_id}, ##__VA_ARGS__ \
	}

/* What the tree of an anon_vma or a file says of a node. */
#define SEARCHED "search: {search}\nthe page is at {vaddr}\n{wrong}"

/*
 * anonx: the family of anon_vmas, and of the one that is meant its tree of chains, each with its VMA.
 */

static const struct mmx_picture_node anon_nodes[] = {
	NODE("family", ANON_VMA, "anon_vma",
	     "anon_vma {anon_vma}\nnew pages of {comm} ({pid})\nreferences {refcount}, children "
	     "{num_children}\nactive VMAs {num_active_vmas}, in its tree {areas}\n{wrong}",
	     .wrong = "wrong", .keep = "asked"),
	NODE("", ANON_VMA, "anon_vma", "anon_vma {anon_vma}"),
	NODE("", PAGE, "query.index",
	     "the page that was asked for\nindex {query.index}\n{query.matches} VMAs may map it"),
	NODE("", NOTE, "trouble", "of the family:\n{trouble}", .wrong = "trouble"),
	NODE("", NOTE, "broken", "of the tree:\n{broken}", .wrong = "broken"),
	NODE("tree", CHAIN, "place.anon_vma_chain",
	     "anon_vma_chain {place.anon_vma_chain}\npages {interval}, last below {subtree_last}\n" SEARCHED,
	     .wrong = "wrong", .keep = "search=match"),
	NODE("tree", VMA, "vma", "VMA {vma}\n{place.start}-{place.end}"),
	NODE("tree", PROCESS, "pid", "{place.comm} ({pid})"),
	{.path = NULL},
};

static const struct mmx_picture_edge anon_edges[] = {
	EDGE("", PAGE, "query.index", ANON_VMA, "anon_vma", .text = "mapping"),
	EDGE("", NOTE, "trouble", ANON_VMA, "anon_vma"),
	EDGE("", NOTE, "broken", ANON_VMA, "anon_vma"),
	EDGE("family", ANON_VMA, "../anon_vma", ANON_VMA, "anon_vma", .text = "forked"),
	EDGE("tree", ANON_VMA, "anon_vma", CHAIN, "place.anon_vma_chain", .text = "rb_root",
	     .when = "depth=0"),
	EDGE("tree", CHAIN, "../place.anon_vma_chain", CHAIN, "place.anon_vma_chain"),
	EDGE("tree", CHAIN, "place.anon_vma_chain", VMA, "vma", .text = "vma"),
	EDGE("tree", VMA, "vma", PROCESS, "pid"),
	{.path = NULL},
};

const struct mmx_picture mmx_picture_anon = {
	.title = "anonx: anon_vma {anon_vma}, of the family of {root}",
	.nodes = anon_nodes,
	.edges = anon_edges,
};

/*
 * immapx: the tree of the VMAs that map a file.
 */

static const struct mmx_picture_node immap_nodes[] = {
	NODE("", INODE, "inode", "inode {inode}\n{path}"),
	NODE("", MAPPING, "mapping", "address_space {mapping}\n{nodes} VMAs map it"),
	NODE("", PAGE, "query.index",
	     "the page that was asked for\nindex {query.index}\n{query.matches} VMAs may map it"),
	NODE("", NOTE, "broken", "of the tree:\n{broken}", .wrong = "broken"),
	NODE("tree", VMA, "vma",
	     "VMA {vma} of {place.comm} ({pid})\n{place.start}-{place.end}\npages {interval}, last below "
	     "{subtree_last}\n" SEARCHED,
	     .wrong = "wrong", .keep = "search=match"),
	{.path = NULL},
};

static const struct mmx_picture_edge immap_edges[] = {
	EDGE("", INODE, "inode", MAPPING, "mapping", .text = "i_mapping"),
	EDGE("", PAGE, "query.index", MAPPING, "mapping", .text = "mapping"),
	EDGE("", NOTE, "broken", MAPPING, "mapping"),
	EDGE("tree", MAPPING, "mapping", VMA, "vma", .when = "depth=0"),
	EDGE("tree", VMA, "../vma", VMA, "vma"),
	{.path = NULL},
};

const struct mmx_picture mmx_picture_immap = {
	.title = "immapx: who maps {path}",
	.nodes = immap_nodes,
	.edges = immap_edges,
};

/*
 * filex: who has the file open and who maps it, to the left, and what it has in memory, to the right.
 */

static const struct mmx_picture_node file_nodes[] = {
	NODE("", INODE, "file.inode",
	     "inode {file.inode}\n{file.path}\n{file.device}\nnumber {file.ino} of {file.filesystem} "
	     "{file.on}"),
	NODE("", INODE, "file.named", "the inode that was named\n{file.named}"),
	NODE("", MAPPING, "file.mapping",
	     "address_space {file.mapping}\n{contents.cached} pages cached, {contents.dirty} "
	     "dirty\n{file.areas} VMAs of {file.processes} processes map it"),
	NODE("", NOTE, "contents.trouble", "{contents.trouble}", .wrong = "contents.trouble"),
	NODE("runs", PAGES, "first", "pages {first} to {last}: {pages}\n{what}, order {order}"),
	NODE("asked", PAGE, "pfn",
	     "page of PFN {pfn}\nindex {index}, order {order}\nflags {flags}"),
	NODE("asked", PAGES, "index", "pages {index} to {last}\n{what}", .when = "!pfn"),
	NODE("mappers", MM, "mm",
	     "mm {mm}\n{areas} VMAs, {shared} shared\n{pages} pages, from {first_address} on"),
	NODE("mappers", PROCESS, "pid", "{comm} ({pid})"),
	NODE("openers", OPENED, "file", "file {file}\n{mode}"),
	NODE("openers", PROCESS, "pid", "{comm} ({pid})"),
	{.path = NULL},
};

static const struct mmx_picture_edge file_edges[] = {
	EDGE("", INODE, "file.inode", MAPPING, "file.mapping", .text = "i_mapping"),
	EDGE("", INODE, "file.named", INODE, "file.inode"),
	EDGE("", NOTE, "contents.trouble", MAPPING, "file.mapping"),
	EDGE("runs", MAPPING, "file.mapping", PAGES, "first", .text = "i_pages"),
	EDGE("asked", MAPPING, "file.mapping", PAGE, "pfn", .text = "page {index}"),
	EDGE("asked", MAPPING, "file.mapping", PAGES, "index", .text = "i_pages", .when = "!pfn"),
	EDGE("mappers", MAPPING, "file.mapping", MAPPING, "file.mapping", .when = "!mm"),
	EDGE("mappers", MM, "mm", MAPPING, "file.mapping"),
	EDGE("mappers", PROCESS, "pid", MM, "mm"),
	EDGE("openers", INODE, "file.inode", INODE, "file.inode", .when = "!file"),
	EDGE("openers", OPENED, "file", INODE, "file.inode", .text = "f_inode"),
	EDGE("openers", PROCESS, "pid", OPENED, "file", .text = "fd {fd}"),
	{.path = NULL},
};

const struct mmx_picture mmx_picture_file = {
	.title = "filex: {file.path}{file.device}",
	.nodes = file_nodes,
	.edges = file_edges,
};

/*
 * vmax: a process, its mappings, and what each is of.
 */

static const struct mmx_picture_node vma_nodes[] = {
	NODE("spaces", PROCESS, "pid", "{name} ({pid})"),
	NODE("spaces", MM, "mm",
	     "mm {mm}\n{memory}\n{found} VMAs\n{present} of {pages} pages present, {swapped} swapped"),
	NODE("spaces.sharers", PROCESS, "pid", "{name} ({pid})"),
	NODE("spaces.mappings", VMA, "details.vma",
	     "VMA {details.vma}\n{start}-{end} {perms}\n{path}\n{present} of {pages} pages present\n"
	     "{present_unknown}"),
	NODE("spaces.mappings", OPENED, "details.file", "file {details.file}"),
	NODE("spaces.mappings", INODE, "details.inode",
	     "inode {details.inode}\nnumber {details.ino} of {details.dev}\n{path}"),
	NODE("spaces.mappings", MAPPING, "details.mapping", "address_space {details.mapping}"),
	NODE("spaces.mappings", ANON_VMA, "details.anon_vma", "anon_vma {details.anon_vma}"),
	NODE("spaces.tree", MAPLE, "at",
	     "maple node {at}\n{kind}, {slots} slots in use\n{first}-{last}\nlargest gap {gap}",
	     .when = "slots"),
	NODE("spaces.tree", VMA, "at", "VMA {at}\n{first}-{last}\n{path}", .when = "kind=VMA"),
	NODE("spaces.findings", NOTE, "finding", "{finding}\nat {address}", .wrong = "finding"),
	NODE("", PAGE, "address.pfn", "page of PFN {address.pfn}\n{address.stands_there}"),
	NODE("", ENTRY, "address.entry_at",
	     "entry at {address.entry_at}\n{address.entry}\nfor {address.address}"),
	NODE("", VMA, "address.mapping.details.vma",
	     "VMA {address.mapping.details.vma}\n{address.mapping.start}-{address.mapping.end} "
	     "{address.mapping.perms}\n{address.mapping.path}\n{address.address} is in its page "
	     "{address.page}"),
	NODE("", OPENED, "address.mapping.details.file", "file {address.mapping.details.file}"),
	NODE("", INODE, "address.mapping.details.inode",
	     "inode {address.mapping.details.inode}\n{address.mapping.path}"),
	NODE("", ANON_VMA, "address.mapping.details.anon_vma",
	     "anon_vma {address.mapping.details.anon_vma}"),
	NODE("", PROCESS, "address.pid", "{address.name} ({address.pid})"),
	NODE("", INODE, "file.inode", "inode {file.inode}\n{file.path}"),
	NODE("", MAPPING, "file.mapping",
	     "address_space {file.mapping}\nbyte {file.offset} is in page {file.index}"),
	NODE("mapped", VMA, "vma", "VMA {vma}\n{perms}\nhas the byte at {address}\n{stands_there}"),
	NODE("mapped", PAGE, "pfn", "page of PFN {pfn}\na copy of its own: {copy}"),
	NODE("mapped", MM, "mm", "mm {mm}"),
	NODE("mapped", PROCESS, "pid", "{name} ({pid})"),
	{.path = NULL},
};

static const struct mmx_picture_edge vma_edges[] = {
	EDGE("spaces", PROCESS, "pid", MM, "mm", .text = "mm"),
	EDGE("spaces.sharers", MM, "mm", MM, "mm", .when = "!pid"),
	EDGE("spaces.sharers", PROCESS, "pid", MM, "mm", .text = "mm"),
	EDGE("spaces.mappings", MM, "mm", VMA, "details.vma"),
	EDGE("spaces.mappings", VMA, "details.vma", OPENED, "details.file", .text = "vm_file"),
	EDGE("spaces.mappings", VMA, "details.vma", ANON_VMA, "details.anon_vma",
	     .text = "anon_vma"),
	EDGE("spaces.mappings", OPENED, "details.file", INODE, "details.inode", .text = "f_inode"),
	EDGE("spaces.mappings", INODE, "details.inode", MAPPING, "details.mapping",
	     .text = "i_mapping"),
	EDGE("spaces.tree", MM, "mm", MAPLE, "at", .text = "mm_mt", .when = "depth=0 slots"),
	EDGE("spaces.tree", MM, "mm", VMA, "at", .text = "mm_mt", .when = "depth=0 kind=VMA"),
	EDGE("spaces.tree", MAPLE, "../at", MAPLE, "at", .text = "slot {slot}", .when = "slots"),
	EDGE("spaces.tree", MAPLE, "../at", VMA, "at", .text = "slot {slot}", .when = "kind=VMA"),
	EDGE("spaces.findings", MM, "mm", NOTE, "finding"),
	EDGE("", PROCESS, "address.pid", VMA, "address.mapping.details.vma"),
	EDGE("", VMA, "address.mapping.details.vma", ENTRY, "address.entry_at"),
	EDGE("", ENTRY, "address.entry_at", PAGE, "address.pfn"),
	EDGE("", VMA, "address.mapping.details.vma", OPENED, "address.mapping.details.file",
	     .text = "vm_file"),
	EDGE("", VMA, "address.mapping.details.vma", ANON_VMA, "address.mapping.details.anon_vma",
	     .text = "anon_vma"),
	EDGE("", OPENED, "address.mapping.details.file", INODE, "address.mapping.details.inode",
	     .text = "f_inode"),
	EDGE("", INODE, "file.inode", MAPPING, "file.mapping", .text = "i_mapping"),
	EDGE("mapped", MAPPING, "file.mapping", VMA, "vma", .text = "i_mmap"),
	EDGE("mapped", VMA, "vma", PAGE, "pfn"),
	EDGE("mapped", VMA, "vma", MM, "mm", .text = "vm_mm"),
	EDGE("mapped", MM, "mm", PROCESS, "pid"),
	{.path = NULL},
};

const struct mmx_picture mmx_picture_vma = {
	.title = "vmax: mappings\nof {file.path}",
	.nodes = vma_nodes,
	.edges = vma_edges,
};

/*
 * ptx: the way of an address: table, entry, table, down to the page. User mode's own tables are the uppermost; from
 * there on both ways are one. Without an address: what CPUs run on, and what their TLBs may have.
 */

static const struct mmx_picture_node pt_nodes[] = {
	NODE("cpus", CPU, "cpu", "CPU {cpu}"),
	NODE("cpus", ROOT, "root", "root of page tables\n{root}"),
	NODE("cpus", PROCESS, "task", "{comm} ({pid})\ntask {task}"),
	NODE("cpus", MM, "mm", "mm {mm}\nof {whose}"),
	NODE("cpus", NOTE, "unknown", "{unknown}", .wrong = "unknown"),
	NODE("registers", NOTE, "wrong", "{wrong}", .wrong = "wrong"),
	NODE("tlbs", MM, "mm", "mm {mm}\nof {whose}"),
	NODE("tlbs", NOTE, "wrong", "{wrong}", .wrong = "wrong"),
	NODE("walks", ROOT, "root", "CR3 {root}\n{levels} levels\n{comm} ({pid})"),
	NODE("walks", ROOT, "user_root", "CR3 of user mode\n{user_root}"),
	NODE("walks.entries", TABLE, "table", "{level} table\n{table}"),
	NODE("walks.entries", ENTRY, "at",
	     "entry {index} at {at}\n(address >> {shift}) & {mask}\n{entry}\n{bits}"),
	NODE("walks.user_entries", TABLE, "table", "{level} table of user mode\n{table}"),
	NODE("walks.user_entries", ENTRY, "at",
	     "entry {index} at {at}\n(address >> {shift}) & {mask}\n{entry}\n{bits}"),
	NODE("walks", PAGE, "end.pfn",
	     "page of PFN {end.pfn}\n{end.state}\nphysical {end.physical}\n{end.size} by this entry"),
	NODE("walks", NOTE, "address", "{address}:\n{end.state}\n{end.unknown}", .when = "!end.pfn",
	     .wrong = "end.unknown"),
	NODE("walks", VMA, "vma.vma",
	     "VMA {vma.vma}\n{vma.start}-{vma.end} {vma.permissions}\n{vma.name}\n{vma.place}"),
	{.path = NULL},
};

static const struct mmx_picture_edge pt_edges[] = {
	EDGE("cpus", CPU, "cpu", ROOT, "root", .text = "CR3\nPCID {pcid}"),
	EDGE("cpus", CPU, "cpu", PROCESS, "task", .text = "runs"),
	EDGE("cpus", CPU, "cpu", MM, "mm", .text = "loaded_mm\n{loaded}"),
	EDGE("cpus", MM, "mm", ROOT, "root", .text = "pgd"),
	EDGE("cpus", CPU, "cpu", NOTE, "unknown"),
	EDGE("registers", CPU, "cpu", NOTE, "wrong"),
	EDGE("tlbs", CPU, "cpu", MM, "mm", .text = "TLB, ASID {asid}\n{state}"),
	EDGE("tlbs", CPU, "cpu", NOTE, "wrong"),
	EDGE("walks", ROOT, "root", TABLE, "root"),
	EDGE("walks", ROOT, "user_root", TABLE, "user_root"),
	EDGE("walks.entries", TABLE, "table", ENTRY, "at", .text = "[{index}]"),
	EDGE("walks.entries", ENTRY, "</at", TABLE, "table"),
	EDGE("walks.user_entries", TABLE, "table", ENTRY, "at", .text = "[{index}]"),
	EDGE("walks.user_entries", ENTRY, "at", TABLE, "leads_to"),
	EDGE("walks", ENTRY, "entries$/at", PAGE, "end.pfn", .text = "{address}"),
	EDGE("walks", ENTRY, "entries$/at", NOTE, "address", .when = "!end.pfn"),
	EDGE("walks", VMA, "vma.vma", PAGE, "end.pfn"),
	EDGE("walks", VMA, "vma.vma", NOTE, "address", .when = "!end.pfn"),
	{.path = NULL},
};

const struct mmx_picture mmx_picture_pt = {
	.title = "ptx: page tables",
	.nodes = pt_nodes,
	.edges = pt_edges,
};

/*
 * rmapx: a page, what its mapping leads to, and every entry that holds it.
 */

/* Pages that were asked for, and those that -a found to disagree, are drawn alike. */
#define OF_A_PAGE(path)                                                                          \
	NODE(path, PAGE, "pfn",                                                                  \
	     "page of PFN {pfn}\n{class}, index {index}\nmapcount {mapcount}, entries "          \
	     "{entries}\n{explained}\n{broken}",                                                 \
	     .wrong = "wrong"),                                                                  \
		NODE(path, ANON_VMA, "mapping", "anon_vma {mapping}", .when = "kind=anon"),      \
		NODE(path, KSM, "mapping", "stable node of KSM\n{mapping}", .when = "kind=ksm"), \
		NODE(path, MAPPING, "mapping", "address_space {mapping}\n{path}",                \
		     .when = "kind=file"),                                                       \
		NODE(path ".mappings", VMA, "vma", "VMA {vma}\n{chain.start}-{chain.end}"),      \
		NODE(path ".mappings", ENTRY, "entry_at",                                        \
		     "entry at {entry_at}, level {level}\n{entry}\nfor {vaddr}\n{remark}",       \
		     .wrong = "wrong chain.found_by!=tree"),                                     \
		NODE(path ".mappings", PROCESS, "pid", "{comm} ({pid})"),                        \
		NODE(path ".mappings", MM, "chain.mm", "mm {chain.mm}\nof no process",           \
		     .when = "!pid")

static const struct mmx_picture_node rmap_nodes[] = {
	OF_A_PAGE("pages"),
	OF_A_PAGE("disagreements"),
	NODE("findings", NOTE, "what", "{what}\nat {address}", .wrong = "what"),
	{.path = NULL},
};

#define LINKS_OF_A_PAGE(path)                                                                   \
	EDGE(path, PAGE, "pfn", ANON_VMA, "mapping", .text = "mapping", .when = "kind=anon"),   \
		EDGE(path, PAGE, "pfn", KSM, "mapping", .text = "mapping", .when = "kind=ksm"), \
		EDGE(path, PAGE, "pfn", MAPPING, "mapping", .text = "mapping",                  \
		     .when = "kind=file"),                                                      \
		EDGE(path ".mappings", PAGE, "pfn", ENTRY, "entry_at",                          \
		     .text = "by page tables alone", .when = "chain.found_by=tables",           \
		     .wrong = "wrong"),                                                         \
		EDGE(path ".mappings", ANON_VMA, "mapping", VMA, "vma",                         \
		     .text = "{chain.anon_vma_chain}",                                          \
		     .when = "kind=anon chain.found_by!=tables"),                               \
		EDGE(path ".mappings", KSM, "mapping", VMA, "vma", .text = "{chain.rmap_item}", \
		     .when = "kind=ksm chain.found_by!=tables"),                                \
		EDGE(path ".mappings", MAPPING, "mapping", VMA, "vma",                          \
		     .when = "kind=file chain.found_by!=tables"),                               \
		EDGE(path ".mappings", VMA, "vma", ENTRY, "entry_at"),                          \
		EDGE(path ".mappings", ENTRY, "entry_at", PROCESS, "pid"),                      \
		EDGE(path ".mappings", ENTRY, "entry_at", MM, "chain.mm", .when = "!pid")

static const struct mmx_picture_edge rmap_edges[] = {
	LINKS_OF_A_PAGE("pages"),
	LINKS_OF_A_PAGE("disagreements"),
	{.path = NULL},
};

const struct mmx_picture mmx_picture_rmap = {
	.title = "rmapx: who maps a page",
	.nodes = rmap_nodes,
	.edges = rmap_edges,
};
