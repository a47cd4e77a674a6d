/*
 * erasure: erases a caller everywhere: memories, events in the inbox, lines of payload logs, recordings; with
 * the calls of the same person on other lines (people/kin.h). For operators (forget, requests) and for the
 * thread that does so when its time has come (expiry.h).
 */
#ifndef CALLMEM_OPERATE_ERASURE_H
#define CALLMEM_OPERATE_ERASURE_H

#include "operate/instance.h"

#include <cjson/cJSON.h>

/* What was erased. */
struct erased {
    size_t memories, conversations;
    long events, lines, recordings;
};

/* When it fails, some may be gone; it can be repeated. */
int erasure_run(const struct instance *instance, struct memory_store *memory, const char *caller,
                struct erased *erased, struct error *error);
/* Says on standard error which payload logs could not be searched because they are compressed, and which
 * folders of recordings are not there. Returns the exit status: EXIT_FAILURE when there are any. */
int erasure_check_rest(const struct instance *instance);
/* The receipt: one sentence, or the members of an object. */
void erasure_print(const char *caller, const struct erased *erased);
cJSON *erasure_object(const struct erased *erased);

#endif
