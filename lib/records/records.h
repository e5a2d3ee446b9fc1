// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The records that there are: a file a subject. To add one: its fields and its cursor in the file that its
 * subject has, as record.h shows, a line in records.def, and a field of a command's document that it is shown by.
 */
#ifndef MMX_RECORDS_RECORDS_H
#define MMX_RECORDS_RECORDS_H

#include "records/record.h"

#define RECORD(name) extern const struct mmx_record mmx_record_##name;
#include "records/records.def"
#undef RECORD

#endif
