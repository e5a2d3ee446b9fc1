// SPDX-License-Identifier: GPL-2.0-or-later
#include <dlfcn.h>

#include "image/library.h"

int mmx_library_bind(const char *library, const char *const *names, void **functions,
		     struct mmx_err *err)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return mmx_fail(err, MMX_EMISSING, "%s is needed and cannot be loaded: %s", library,
				dlerror());
	for (size_t i = 0; names[i]; i++) {
		functions[i] = dlsym(handle, names[i]);
		if (!functions[i])
			return mmx_fail(err, MMX_EMISSING, "%s has no function %s", library,
					names[i]);
	}
	return 0;
}
