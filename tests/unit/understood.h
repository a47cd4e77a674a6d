/*
 * understood: calls for the tests of understanding, from a few lines, with the items that an LLM filled in.
 */
#ifndef CALLMEM_TESTS_UNDERSTOOD_H
#define CALLMEM_TESTS_UNDERSTOOD_H

#include "tests/unit/unit.h"

#include "base/buf.h"
#include "language/lexicon.h"
#include "understand/secrets.h"
#include "understand/understand.h"

#include <stdlib.h>
#include <string.h>

#define CALL_TIME 1772446000 /* 2026-03-02T10:06:40Z, a Monday */

/* A call: lines that begin with "A: " are the agent's, the others the caller's. */
struct said {
    const char *language;
    const char *lines[16];
    const char *caller, *notes, *open, *request,
        *mood; /* callmem's items; NULL: not there, "null": without a value */
    const char *summary;
};

struct call {
    struct lexicon *lexicon;
    struct turn turns[16];
    struct collected collected[8];
    struct transcript transcript;
    struct understanding understanding;
    struct arena *arena;
};

static inline struct lexicon *the_lexicon(void)
{
    static struct lexicon *lexicon;
    struct error error = {0};
    if (!lexicon && !(lexicon = lexicon_load(NULL, &error)))
        fail_msg("%s", error.message);
    return lexicon;
}

static inline void collect(struct call *call, const char *name, const char *value)
{
    if (!value)
        return;
    call->collected[call->transcript.collected_count++] =
        (struct collected){.name = name, .label = "", .value = strdup(value)};
}

static inline void call_make(struct call *call, const struct said *said)
{
    *call = (struct call){.lexicon = the_lexicon(), .arena = arena_new()};
    struct transcript *transcript = &call->transcript;
    *transcript = (struct transcript){.started_at = CALL_TIME,
                                      .summary = said->summary ? said->summary : "",
                                      .turns = call->turns,
                                      .collected = call->collected};
    strncpy(transcript->language, said->language ? said->language : "en", sizeof transcript->language - 1);
    for (int i = 0; i < 16 && said->lines[i]; i++) {
        bool agent = strncmp(said->lines[i], "A: ", 3) == 0;
        call->turns[transcript->turn_count++] = (struct turn){.role = agent ? ROLE_AGENT : ROLE_USER,
                                                              .text = said->lines[i] + (agent ? 3 : 0),
                                                              .position = i,
                                                              .speaker = ""};
    }
    collect(call, "callmem_caller", said->caller);
    collect(call, "callmem_notes", said->notes);
    collect(call, "callmem_open", said->open);
    collect(call, "callmem_request", said->request);
    collect(call, "callmem_mood", said->mood);
}

static inline void call_free(struct call *call)
{
    understanding_free(&call->understanding);
    for (size_t i = 0; i < call->transcript.collected_count; i++)
        free(call->collected[i].value);
    arena_free(call->arena);
}

static inline void call_understand(struct call *call, const struct said *said)
{
    struct error error = {0};
    call_make(call, said);
    if (secrets_mask(call->lexicon, &call->transcript, SECRET_ALL, call->arena) < 0 ||
        understand(call->lexicon, &call->transcript, &call->understanding, &error) != 0)
        fail_msg("%s", error.message);
}

#define TALK_BYTES 1000

/* "A: Hi / U: Hello." as the lines of a call; `text` has room for them. */
static inline struct said talk(const char *language, const char *lines, char text[TALK_BYTES])
{
    struct said said = {.language = language};
    size_t count = 0;
    assert_true(strlen(lines) < TALK_BYTES);
    strcpy(text, lines);
    for (char *at = text, *next; at; at = next) {
        assert_true(count < 16);
        next = strstr(at, " / ");
        if (next) {
            *next = '\0';
            next += 3;
        }
        said.lines[count++] = *at == 'A' ? at : at + 3;
    }
    return said;
}

/* The statement of a kind whose text or value has a part, NULL when there is none. */
static inline const struct statement *statement_with(const struct call *call, enum statement_kind kind,
                                                     const char *part)
{
    for (size_t i = 0; i < call->understanding.statement_count; i++) {
        const struct statement *statement = &call->understanding.statements[i];
        if (statement->kind == kind && (strstr(statement->text, part) || strcmp(statement->value, part) == 0))
            return statement;
    }
    return NULL;
}

static inline void must_say(const struct call *call, enum statement_kind kind, const char *part)
{
    if (statement_with(call, kind, part))
        return;
    for (size_t i = 0; i < call->understanding.statement_count; i++)
        print_message("%s: %s\n", statement_kind_name(call->understanding.statements[i].kind),
                      call->understanding.statements[i].text);
    for (size_t i = 0; i < call->understanding.drop_count; i++)
        print_message("dropped, %s: %s\n", drop_name(call->understanding.drops[i].why),
                      call->understanding.drops[i].line);
    fail_msg("no %s with \"%s\"", statement_kind_name(kind), part);
}

static inline void must_not_say(const struct call *call, const char *part)
{
    for (size_t i = 0; i < call->understanding.statement_count; i++)
        if (strstr(call->understanding.statements[i].text, part))
            fail_msg("\"%s\" is said: %s", part, call->understanding.statements[i].text);
}

/* What the first speaker is called, "" when there is none. */
static inline const char *speaker_name(const struct call *call)
{
    const struct understanding *u = &call->understanding;
    return u->speaker_count == 0 ? "" : *u->speakers[0].called ? u->speakers[0].called : u->speakers[0].full;
}

#endif
