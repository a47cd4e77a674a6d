/*
 * process: makes memories of the events that wait in the inbox. post-call does so in the thread of its
 * worker, `callmem drain` at once.
 */
#ifndef CALLMEM_OPERATE_PROCESS_H
#define CALLMEM_OPERATE_PROCESS_H

#include "base/error.h"
#include "inbox/worker.h"
#include "operate/instance.h"

struct processor;

/* Reads an operator's own lexicon, which may be wrong: NULL with ERROR_SETTINGS. The built-in one takes as
 * long as all the rest of a start and a third of the memory at rest, so it is read with the first event. The
 * instance is borrowed. */
struct processor *processor_new(const struct instance *instance, struct error *error);
void processor_free(struct processor *processor); /* NULL is taken */

/* What one thread needs, as inbox_worker_start() calls them; one thread at a time. begin: brings a memory
 * that an older version made up to date, for which the other programs wait; NULL when out of memory. */
void *processor_begin(void *processor);
void processor_end(void *processor, void *worker);
/* An inbox_handler: remembers what an event says, in one transaction, and logs it. `worker` is what
 * processor_begin() gave. */
int processor_event(void *worker, const char *bytes, size_t len, struct error *error);

#endif
