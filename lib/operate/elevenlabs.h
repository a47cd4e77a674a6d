/*
 * elevenlabs: requests to the ElevenLabs API, for backfill and forget. One thing is asked for at a time over
 * one connection. What the server could not answer (no connection, 408, 5xx) is asked again a few times, and
 * one request too many (429) when the server says so.
 *
 * Sources: ElevenLabs' SDKs of 2026, GET /v1/convai/conversations, GET and DELETE
 * /v1/convai/conversations/{id}.
 */
#ifndef CALLMEM_OPERATE_ELEVENLABS_H
#define CALLMEM_OPERATE_ELEVENLABS_H

#include "base/http.h"
#include "service/settings.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct elevenlabs {
    struct http *http;
    struct http_answer answer;
    struct buf key; /* the header with it */
    int failed_in_a_row;
};

#define ELEVENLABS_INIT                                                                                      \
    {                                                                                                        \
        .answer = HTTP_ANSWER_INIT, .key = BUF_INIT                                                          \
    }

/* ERROR_SETTINGS when there is no key. elevenlabs_close() is due in any case, and allowed without it. */
int elevenlabs_open(struct elevenlabs *at, const struct settings *settings, struct error *error);
void elevenlabs_close(struct elevenlabs *at);

/* Takes one conversation of a list (ConversationSummaryResponseModel). -1 ends the list. */
typedef int elevenlabs_each(void *ctx, const cJSON *entry, struct error *error);
/* Calls `each` for the conversations of all pages, the newest first. `filter` is "" or "&name=value…",
 * escaped. */
int elevenlabs_list(struct elevenlabs *at, const struct buf *filter, elevenlabs_each *each, void *ctx,
                    struct error *error);
/* Asks for a conversation (`method` NULL: GET); what came is in at->answer. ERROR_SETTINGS when the key is
 * not accepted, ERROR_NOT_FOUND, ERROR_TOO_MANY_REQUESTS, ERROR_INTERNAL when the server does not work,
 * ERROR_INVALID_REQUEST for all else that is not 2xx. */
int elevenlabs_conversation(struct elevenlabs *at, const char *method, const char *id, struct error *error);

/* After a conversation failed: whether the next one may fare better. Whoever succeeds sets failed_in_a_row to
 * 0. */
bool elevenlabs_goes_on(struct elevenlabs *at, const struct error *error);

#endif
