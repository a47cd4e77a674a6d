/*
 * date: the day that words speak of, against the day of the call: "next Friday", "in three days", "the
 * sixth".
 */
#ifndef CALLMEM_UNDERSTAND_DATE_H
#define CALLMEM_UNDERSTAND_DATE_H

#include "understand/reading.h"

/* Midnight (Unix seconds) of the day that the words of a span speak of, 0 when they speak of none. */
int64_t date_find(struct reading *reading, const struct spoken *spoken, struct span span);

#endif
