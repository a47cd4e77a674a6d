/*
 * recordings: the recording of a call arrives as base64 of an MP3 and can be larger than memory; it is
 * decoded on its way into a file of its own. The file is named by a hash of the conversation_id, so that
 * nothing from outside gets into a path.
 */
#ifndef CALLMEM_INBOX_RECORDINGS_H
#define CALLMEM_INBOX_RECORDINGS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the recording of a conversation is, or would be, kept; free()d by the caller, NULL when out of
 * memory. */
char *recording_path(const char *directory, const char *conversation);
/* Removes it. 1 when there was one, 0 when there was none, -1 on failure. */
int recording_remove(const char *directory, const char *conversation, struct error *error);
/* Removes the recording of this conversation, and has any later one dropped: an empty file, named by the same
 * hash, marks the conversation. */
int recording_forbid(const char *directory, const char *conversation, struct error *error);
/* recording_remove() of the conversation whose SHA-256, in hexadecimal, this is. */
int recording_remove_hashed(const char *directory, const char *hash, struct error *error);
/* Removes the recordings that came before `before` (Unix seconds); `removed`: how many, also on failure. One
 * that cannot be removed stays, the others go, and -1 with the first error is returned. A directory that is
 * not there has none. `dry`: they are counted, and stay. */
int recordings_expire(const char *directory, int64_t before, bool dry, size_t *removed, struct error *error);
/* Makes the directory if it is missing, and removes half-written files. */
int recordings_prepare(const char *directory, struct error *error);

/* A recording that is being decoded. */
struct recording;
/* `directory` is borrowed until the end; NULL: the text is only checked. NULL with ERROR_INBOX_UNAVAILABLE
 * when the directory cannot be used. */
struct recording *recording_begin(const char *directory, struct error *error);
/* The next piece of the base64, without its escapes. Blanks and line breaks are skipped; other characters
 * that are not base64 are an ERROR_INVALID_REQUEST that names data.full_audio. */
int recording_feed(struct recording *recording, const char *text, size_t len, struct error *error);
/* The text is complete: syncs the file and gives it its name, replacing an older one. `whole`: it is not
 * redacted, which an empty file beside it, named by the same hash, says; then a redacted one that comes later
 * is dropped. So are empty recordings and those of a forbidden conversation. */
int recording_keep(struct recording *recording, const char *conversation, bool whole, struct error *error);
/* Frees it, and removes the file unless it was kept. NULL is allowed. */
void recording_close(struct recording *recording);

#endif
