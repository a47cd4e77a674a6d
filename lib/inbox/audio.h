/*
 * audio: the recording of a call, which comes as base64 of an MP3 and can be larger than memory, on its way
 * into a file of its own. The file's name is made from a hash of the conversation_id: nothing that came in
 * gets into a path.
 */
#ifndef CALLMEM_INBOX_AUDIO_H
#define CALLMEM_INBOX_AUDIO_H

#include "base/error.h"

#include <stddef.h>

/* Where the recording of a conversation is, or would be, kept; free()d by the caller, NULL when out of
 * memory. */
char *audio_path(const char *directory, const char *conversation);
/* Removes it. 1 when there was one, 0 when there was none, -1 on failure. */
int audio_remove(const char *directory, const char *conversation, struct error *error);
/* No recording of this conversation may be kept: removes it, and keeps none that comes later. What says so is
 * an empty file with the hash for its name. */
int audio_seal(const char *directory, const char *conversation, struct error *error);
/* Makes the directory where it is missing, and removes what was left half written. */
int audio_prepare(const char *directory, struct error *error);

/* A recording that is being decoded. */
struct audio;
/* `directory` is borrowed until the end; NULL: the text is only checked. NULL with ERROR_INBOX_UNAVAILABLE
 * when the directory cannot be used. */
struct audio *audio_begin(const char *directory, struct error *error);
/* The next piece of the base64, without its escapes. Blanks and line breaks are passed over; anything else
 * that is no base64 is an ERROR_INVALID_REQUEST that names data.full_audio. */
int audio_feed(struct audio *audio, const char *text, size_t len, struct error *error);
/* The text is whole: the file is synced and gets its name, and replaces an older one. Nothing is made of an
 * empty text, nor of a conversation that was sealed. */
int audio_keep(struct audio *audio, const char *conversation, struct error *error);
/* Frees it; what was not kept leaves nothing behind. NULL is taken. */
void audio_close(struct audio *audio);

#endif
