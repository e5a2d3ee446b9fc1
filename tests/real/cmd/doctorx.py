# SPDX-License-Identifier: GPL-2.0-or-later
"""Who doctorx says that the kernel is and where everything lies, against the guest's captures."""
import functools
import re

import kernels
import suite
from real.check import MMX, differences, every_form, once_a_kernel, run


def doctor(form):
    result = run(MMX, "-c", form, "--json", "doctorx")
    if result.status not in (0, 1):
        raise RuntimeError(f"doctorx ended with {result.status}: {result.err.strip()}")
    return suite.document(result.out, "mmx.doctor/1")


def wrong_facts(dump, answer):
    """Who doctorx says that the kernel is and where everything lies, against the guest's captures."""
    kernel = answer["kernel"]
    region = {r["region"]: r for r in answer["regions"]}
    pairs = [
        ("release", kernel["release"], dump.manifest["release"]),
        ("build id", kernel["build_id"], dump.build_id()),
        ("paging levels", kernel["paging_levels"], dump.levels),
        ("phys_base", int(kernel["phys_base"], 16), dump.phys_base & (1 << 64) - 1),
        ("kernel image start", int(region["kernel image"]["start"], 16), dump.by_name["_text"]),
        ("kernel image end", int(region["kernel image"]["end"], 16), dump.by_name["_end"]),
        ("kernel map holds", int(kernel["page_table_root"], 16), dump.root),
    ]
    for name, variable in (("direct map", "page_offset_base"), ("vmalloc", "vmalloc_base"),
                           ("vmemmap", "vmemmap_base")):
        true = dump.variable(variable)
        if true is None:
            return f"the guest's kallsyms has no {variable}: nothing to compare {name} with"
        pairs.append((name, int(region[name]["start"], 16), true))
    pairs.append(("facts that are not sure", [f for f in answer["facts"] if f["check"] not in ("ok", "none")
                                              and not allowed_unchecked(dump, f)], []))
    pairs.append(("required members missing", answer["verdict"]["required_missing"], 0))
    return differences(pairs)


def allowed_unchecked(dump, fact):
    """Generation bits can be checked only where the kernel uses generations, module space with modules."""
    has_nothing = {
        "LRU generation bits of page flags": not uses_generations(dump),
        "module space": not (dump.before / "modules").read_text(),
    }
    return fact["check"] == "unchecked" and has_nothing.get(fact["fact"], False)


def uses_generations(dump):
    """The static key of LRU_GEN_CORE, the first of lru_gen_caps: a count of who enabled it."""
    key = dump.by_name.get("lru_gen_caps")
    return bool(key and dump.raw.u64(dump.image_phys(key)) & 0xFFFFFFFF)


def wrong_map(dump, answer):
    """doctorx's section map and zones, against iomem and zoneinfo."""
    shift = 27 - 12
    found = sorted({nr for r in answer["frames"] for nr in
                    range(int(r["start_pfn"], 16) >> shift, (int(r["end_pfn"], 16) - 1 >> shift) + 1)})
    zones = [(z["node"], z["zone"], int(z["start_pfn"], 16),
              int(z["end_pfn"], 16) - int(z["start_pfn"], 16), z["present"]) for z in answer["zones"]]
    return differences([("sections", found, dump.sections()), ("zones", zones, dump.zones())])


def doctor_facts(dump, form):
    return wrong_facts(dump, doctor(form))


def sections_and_zones(dump, form):
    return wrong_map(dump, doctor(form))


# How earlier kernels call it; and releases whose package Debian keeps no more.
FORMER = {"MITIGATION_PAGE_TABLE_ISOLATION": "PAGE_TABLE_ISOLATION", "KSTACK_ERASE": "GCC_PLUGIN_STACKLEAK",
          "CFI": "CFI_CLANG"}
WITHOUT_CONFIG = ("7.0",)
LEAST_KNOWN = 70  # options that every kernel tells of


@functools.lru_cache(maxsize=None)
def config_of(release):
    text = kernels.config_of(release)
    return text and dict(re.findall(r"^CONFIG_(\w+)=(.*)$", text, re.M))


def is_so(value, says):
    """A number that is known by its bounds only lies between them; what has none has the least."""
    first, to, last = value.partition(" to ")
    return value == says or bool(to) and int(first) <= int(says if says != "n" else first) <= int(last)


def built_in(dump, form):
    """What doctorx infers of the configuration is what the package of that very kernel says."""
    config = config_of(dump.manifest["release"])
    if config is None:
        return None if dump.name in WITHOUT_CONFIG else "its configuration is not to be had"
    options = [option for option in doctor(form)["options"] if option["value"] and option["option"].isupper()]
    wrong = [(option["option"], option["value"], config.get(option["option"], config.get(FORMER.get(option["option"]), "n")))
             for option in options]
    suite.expect(len(options) >= LEAST_KNOWN, f"{len(options)} options are known")
    return differences([pair for pair in wrong if not is_so(*pair[1:])])


def captured(dump, name, pattern):
    path = dump.before / name
    found = re.search(pattern, path.read_text(), re.M) if path.is_file() else None
    return found and found[1]


# What it was set to, from a capture: its words, or the number that says on in its last bit.
CAPTURED = {
    "TRANSPARENT_HUGEPAGE": ("settings/transparent_hugepage", r"^enabled .*\[(\w+)\]", None),
    "LRU_GEN": ("settings/lru_gen", r"^enabled 0x(\w+)", "off on".split()),
    "HUGETLB_PAGE_OPTIMIZE_VMEMMAP": ("hugetlb_optimize_vmemmap", r"^(\d)", "off on".split()),
    "KSM": ("ksm", r"^run (\d)", "off on".split()),
    "ZSWAP": ("zswap/enabled", r"^(\w)", None),
}
WORDS = {"Y": "on", "N": "off"}


def set_now(dump, form):
    """What the kernel was set to, where the captures have it."""
    options = doctor(form)["options"]
    now = {option["option"]: option.get("now") for option in options}
    order, = (option["value"] for option in options if option["option"] == "pageblock order")
    pairs = [("pageblock order", order, captured(dump, "pagetypeinfo", r"^Page block order: (\d+)"))]
    for option, (name, pattern, bits) in CAPTURED.items():
        said = captured(dump, name, pattern)
        said = bits[int(said, 16) & 1] if said and bits else WORDS.get(said, said)
        pairs += [(option, now[option], said)] if said else []
    suite.expect(len(pairs) >= 4, f"{len(pairs)} settings were captured")
    return differences(pairs)


CHECKS = [
    ("what was built in, as the kernel's package says", once_a_kernel, built_in),
    ("what it was set to", once_a_kernel, set_now),
    ("doctor", every_form, doctor_facts),
    ("sections and zones", every_form, sections_and_zones),
]
