/*
 * alias: a caller's other name: the user_id by which ElevenLabs knows whoever has a number. It is learned
 * where ElevenLabs itself says both in one call (a phone number, WhatsApp or SMS, and a user_id), and kept as
 * a memory of that call (KIND_ALIAS), so that it is exported, moved and forgotten with it.
 *
 * - Of several the newest call's counts: who had an older one reaches nothing any more.
 * - A user_id that two callers have (a household's, one for all calls) is nobody's name.
 * - What a web or text session says of itself is believed only with CALLMEM_TRUST_USER_ID: without it nobody
 *   is found by an alias, and the user_id is only told to ElevenLabs when the number calls.
 */
#ifndef CALLMEM_PEOPLE_ALIAS_H
#define CALLMEM_PEOPLE_ALIAS_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/caller.h"

#include <stdbool.h>

/* Whether a user_id can be another name of `caller`: an identifier as caller_parse() leaves it, no number,
 * and not the caller's own key. */
bool alias_is_name(const char *user, const char *caller);

/* The user_id of a caller by their memories, of which those of other callers do not count; "" for none. It
 * belongs to the list. */
const char *alias_of(const struct memory_list *memories, const char *caller);

/* Replaces the key of a session's user_id by the caller whose name it is, where user ids are trusted and it
 * is somebody's. */
int alias_resolve(struct memory_store *store, char caller[CALLER_SIZE], struct error *error);

#endif
