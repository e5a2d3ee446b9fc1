# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's address space: where its regions begin."""

# Where a region begins without randomisation, by the levels of page tables; kernels that can move it
# keep the place in a variable.
BASES = {
    "direct map": ("page_offset_base", {4: 0xFFFF888000000000, 5: 0xFF11000000000000}),
    "vmalloc": ("vmalloc_base", {4: 0xFFFFC90000000000, 5: 0xFFA0000000000000}),
    "vmemmap": ("vmemmap_base", {4: 0xFFFFEA0000000000, 5: 0xFFD4000000000000}),
}
IMAGE_MAP = 0xFFFFFFFF80000000
LARGE = 1 << 21
MODULES_LAST = 0xFFFFFFFFFEFFFFFF


class Space:
    """Addresses of the regions' starts; that of modules is not known without VMCOREINFO."""

    def __init__(self, kernel):
        self.start = {name: kernel.variable(variable, otherwise=fixed[kernel.levels])
                      for name, (variable, fixed) in BASES.items()}
        self.start["kernel image"] = kernel.need_symbol("_text")
        self.image_end = kernel.need_symbol("_end")
        size = kernel.vmcoreinfo.get("NUMBER(KERNEL_IMAGE_SIZE)")
        self.start["modules"] = IMAGE_MAP + int(size) if size else None

    @property
    def mapped_page_by_page(self):
        """
        (first, last) address of where vmalloc() and modules have their pages. What is left of the image's last
        large page stays mapped with it.
        """
        behind_image = -(-self.image_end // LARGE) * LARGE
        return (self.start["vmalloc"], self.start["vmemmap"] - 1), (behind_image, MODULES_LAST)
