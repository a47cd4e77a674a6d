/*
 * envelope: the few members of an event that decide what becomes of it, read while its bytes go by, so that
 * an event of any size costs the same few kilobytes.
 *
 * It is fed what json_scan has passed, so it need not check anything again; it follows the brackets and
 * decodes only what it is after. Of members with the same name the first one counts, as in cJSON, by which
 * event_parse() reads: the two agree about every event.
 */
#ifndef CALLMEM_INBOX_ENVELOPE_H
#define CALLMEM_INBOX_ENVELOPE_H

#include "base/error.h"
#include "service/event_type.h"

#include <stddef.h>

/* The next piece of data.full_audio without its JSON escapes; -1 with an error ends the reading. */
typedef int envelope_audio(void *ctx, const char *text, size_t len, struct error *error);

struct envelope;
/* NULL when out of memory. `audio` may be NULL. */
struct envelope *envelope_new(envelope_audio *audio, void *ctx);
void envelope_free(struct envelope *envelope); /* NULL is taken */
int envelope_feed(struct envelope *envelope, const char *bytes, size_t len, struct error *error);

/* What it says. Text is UTF-8. */
struct letter {
    enum event_type kind;
    char type[65];           /* cut to 64 bytes; those of events about a call are shorter */
    char conversation[1025]; /* 1 to 256 characters; "" for other types that have none */
    char agent[1025];        /* "" when absent */
};
/* All of the event was fed. ERROR_INVALID_REQUEST in the cases in which event_parse() says so, and when an
 * audio event's data.full_audio is neither text nor absent. */
int envelope_end(struct envelope *envelope, struct letter *letter, struct error *error);

#endif
