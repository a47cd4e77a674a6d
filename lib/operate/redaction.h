/*
 * redaction: masks secrets (CALLMEM_REDACT) in the bodies that a payload log gets, as they are masked before
 * anything is kept: in a transcript with what the agent asked before, in every other text as it stands.
 */
#ifndef CALLMEM_OPERATE_REDACTION_H
#define CALLMEM_OPERATE_REDACTION_H

#include "base/error.h"
#include "operate/instance.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct redaction; /* thread-safe */

/* `*redaction` is NULL where nothing is to be masked. -1 with an error when the lexicon cannot be read. */
int redaction_open(const struct instance *instance, struct redaction **redaction, struct error *error);
void redaction_close(struct redaction *redaction); /* NULL is taken */

/* Masks a body in place: a payload_mask of web/payload_log.h, with a struct redaction. */
bool redaction_mask(void *redaction, cJSON *body);

#endif
