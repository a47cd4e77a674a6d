/*
 * monitor: how inbox and memory are at this moment, for health and metrics.
 */
#ifndef CALLMEM_OPERATE_MONITOR_H
#define CALLMEM_OPERATE_MONITOR_H

#include "inbox/inbox.h"
#include "inbox/llm_queue.h"
#include "memory/memory.h"

#include <stdbool.h>

/* Whether the inbox works, and what is in it; zeros when it does not, which is logged. */
bool monitor_inbox(struct inbox *inbox, struct inbox_status *status);
/* Sets the metrics that are not counted as things happen but looked up when they are asked for. `memory` may
 * be NULL. */
void monitor_gauges(struct inbox *inbox, struct llm_queue *llm_queue, struct memory_store *memory);

#endif
