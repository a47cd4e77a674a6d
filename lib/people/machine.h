/*
 * machine: calls of ours that a machine answered, as the carrier says (answering_machine_detection). A
 * carrier is wrong at times, and a person may come on the line after the machine: what shows a person counts
 * more.
 */
#ifndef CALLMEM_PEOPLE_MACHINE_H
#define CALLMEM_PEOPLE_MACHINE_H

#include "base/error.h"
#include "memory/memory.h"
#include "understand/understanding.h"

#include <stdbool.h>

struct transcript;

#define MACHINE_ANSWERED "answered by a machine" /* why it is an attempt */

/* Whether nothing in a call that we made shows a person: the other side said no more than a greeting is long,
 * and nothing that is known of anybody now. */
bool machine_is_all(const struct transcript *transcript, const struct understanding *understanding);
/* The same of the memories of one call. */
bool machine_was_all(const struct memory_list *call);

#endif
