/*
 * extraction: what must hold of everything that a lexicon finds in a call.
 */
#ifndef CALLMEM_TESTS_EXTRACTION_H
#define CALLMEM_TESTS_EXTRACTION_H

#include "base/text.h"
#include "base/utf8.h"
#include "understand/extract.h"

#include <stdlib.h>
#include <string.h>

static inline void must(bool holds)
{
    if (!holds)
        abort();
}

static inline void check_fact(const struct fact *fact, const struct event *event)
{
    bool turn = fact->turn == -1;
    must(utf8_is_valid(fact->slot, strlen(fact->slot)));
    must(utf8_is_valid(fact->value, strlen(fact->value)) && *fact->value);
    must(utf8_is_valid(fact->text, strlen(fact->text)) && *fact->text);
    must(fact->confidence >= 0 && fact->confidence <= 1);
    must(fact->polarity >= -1 && fact->polarity <= 1);
    for (size_t i = 0; i < event->transcript.turn_count && !turn; i++)
        turn = event->transcript.turns[i].position == fact->turn;
    must(turn);
}

static inline void check(const struct lexicon *lexicon, const struct event *event)
{
    struct extraction extraction;
    struct error error;
    must(extract_call(lexicon, event, &extraction, &error) == 0);
    for (size_t i = 0; i < extraction.count; i++)
        check_fact(&extraction.facts[i], event);
    must(extraction.feeling >= -1 && extraction.feeling <= 1);
    extraction_free(&extraction);
}

#define MAX_TURNS 64

/* A call in `language` (two letters): lines as turns, the agent's and the caller's in turn. */
static inline void check_lines(const struct lexicon *lexicon, const char *language, const char *data,
                               size_t size)
{
    struct turn turns[MAX_TURNS];
    struct event event = {.title = "", .summary = "", .outcome = "", .failure = "", .turns = turns};
    char *text = text_dup_n(data, size), *rest = text;
    must(text != NULL);
    memcpy(event.language, language, 2);
    for (char *line; (line = strsep(&rest, "\n")) && event.transcript.turn_count < MAX_TURNS;) {
        int n = (int)event.transcript.turn_count;
        if (*line)
            turns[event.transcript.turn_count++] =
                (struct turn){.role = n % 2 ? ROLE_USER : ROLE_AGENT, .text = line, .position = n};
    }
    check(lexicon, &event);
    free(text);
}

#endif
