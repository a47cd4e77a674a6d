/*
 * llm: what an LLM of the operator's own is asked about a call, and how its answer is read. The server speaks
 * OpenAI's chat completions, as most do (https://platform.openai.com/docs/api-reference/chat). What comes out
 * are values of callmem's items, as ElevenLabs' LLM would have given them, and they pass the same checks
 * (evidence.h). Nothing here sends anything: see operate/asking.h.
 */
#ifndef CALLMEM_UNDERSTAND_LLM_H
#define CALLMEM_UNDERSTAND_LLM_H

#include "base/buf.h"
#include "base/error.h"
#include "understand/items.h"
#include "understand/transcript.h"

#include <stdbool.h>
#include <stddef.h>

/* Members of the request that some servers do not know. */
enum {
    LLM_FORMAT = 1 << 0,            /* response_format with a JSON schema */
    LLM_TEMPERATURE = 1 << 1,       /* temperature 0 */
    LLM_MAX_TOKENS = 1 << 2,        /* max_tokens */
    LLM_COMPLETION_TOKENS = 1 << 3, /* max_completion_tokens, in its place */
    LLM_USUAL = LLM_FORMAT | LLM_TEMPERATURE | LLM_MAX_TOKENS
};

#define LLM_TRANSCRIPT_CHARS                                                                                 \
    60000                     /* of the end of a call; what was said before is left out, turn by turn        \
                               */
#define LLM_VALUE_CHARS 20000 /* of a value; more is cut off */

/* Adds the body of the request, a JSON object. The transcript's secrets are masked already. */
void llm_request(struct buf *b, const char *model, unsigned options, const struct transcript *transcript);

/* The path of a URL to which requests go: "" where it ends in /chat/completions, else "/chat/completions"
 * with "/v1" before it unless the URL ends in that. */
const char *llm_path(const char *url);

/* What to send to a server that answered 400 or 422 to a request with `options`, by what it says of them: one
 * of them is left out or another put in its place. 0 when it does not seem to be about them. */
unsigned llm_options_without(unsigned options, const char *body, size_t len);

struct llm_answer {
    char *values[ITEMS]; /* NULL: null, or absent */
};

/* Reads the body of an answer of status 200: the message's content, as text or in parts, or else the
 * arguments of a tool call; in it the last JSON object that has callmem's items, whatever stands around it
 * (thoughts, code fences). -1 with ERROR_INVALID_JSON when there is none, or with ERROR_INVALID_REQUEST when
 * the LLM declined to answer; ERROR_INTERNAL when out of memory. llm_answer_free() is due in any case. */
int llm_read(const char *bytes, size_t len, struct llm_answer *answer, struct error *error);
void llm_answer_free(struct llm_answer *answer);

#endif
