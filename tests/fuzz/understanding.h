/*
 * understanding: what must hold of everything that is understood of a call.
 */
#ifndef CALLMEM_TESTS_UNDERSTANDING_H
#define CALLMEM_TESTS_UNDERSTANDING_H

#include "base/text.h"
#include "base/utf8.h"
#include "people/event.h"
#include "understand/secrets.h"
#include "understand/understand.h"

#include <stdlib.h>
#include <string.h>

static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* One line of UTF-8 within a bound. */
static inline void check_text(const char *text, size_t chars)
{
    must(utf8_is_valid(text, strlen(text)));
    must(text_chars(text) <= chars && !strpbrk(text, "\r\n"));
}

/* -1, or the position of a turn. */
static inline void check_turn(const struct transcript *transcript, int turn)
{
    bool there = turn == -1;
    for (size_t i = 0; i < transcript->turn_count && !there; i++)
        there = transcript->turns[i].position == turn;
    must(there);
}

static inline void check_understanding(const struct understanding *understanding,
                                       const struct transcript *transcript)
{
    must(understanding->statement_count <= STATEMENTS_MAX);
    for (size_t i = 0; i < understanding->statement_count; i++) {
        const struct statement *statement = &understanding->statements[i];
        must(statement->kind < STATEMENTS && statement->source < SOURCES && *statement->text);
        check_text(statement->text, 300);
        check_text(statement->whose, 300);
        check_text(statement->slot, 300);
        check_text(statement->value, 300);
        must(strlen(statement->until) < UNTIL_SIZE);
        check_turn(transcript, statement->turn);
    }
    for (size_t i = 0; i < understanding->speaker_count; i++) {
        const struct speaker *speaker = &understanding->speakers[i];
        check_text(speaker->full, 200);
        check_text(speaker->called, 200);
        check_text(speaker->role, 200);
        check_text(speaker->was, 200);
        check_turn(transcript, speaker->turn);
    }
    for (size_t i = 0; i < understanding->order_count; i++)
        check_turn(transcript, understanding->orders[i]);
    for (size_t i = 0; i < understanding->drop_count; i++)
        must(utf8_is_valid(understanding->drops[i].line, strlen(understanding->drops[i].line)));
    must(utf8_is_valid(understanding->denied, strlen(understanding->denied)));
    check_turn(transcript, understanding->request_turn);
    must(understanding->request < PRIVACIES);
    must(understanding->feeling >= -1 && understanding->feeling <= 1);
}

static inline void check_masked(const struct transcript *transcript)
{
    must(utf8_is_valid(transcript->summary, strlen(transcript->summary)));
    for (size_t i = 0; i < transcript->turn_count; i++)
        must(utf8_is_valid(transcript->turns[i].text, strlen(transcript->turns[i].text)));
    for (size_t i = 0; i < transcript->collected_count; i++)
        must(utf8_is_valid(transcript->collected[i].value, strlen(transcript->collected[i].value)));
}

/* Masks a call's secrets and understands it. */
static inline void check(const struct lexicon *lexicon, struct transcript *transcript)
{
    struct understanding understanding;
    struct error error = {0};
    struct arena *arena = arena_new();
    must(arena && secrets_mask(lexicon, transcript, SECRET_ALL, arena) >= 0);
    check_masked(transcript);
    must(understand(lexicon, transcript, &understanding, &error) == 0);
    check_understanding(&understanding, transcript);
    understanding_free(&understanding);
    arena_free(arena);
}

#define MAX_TURNS 64

/* A call in `language` (two letters): the lines of `text`, which is changed, as turns, the agent's and the
 * caller's in turn. */
static inline struct transcript transcript_of(const char *language, char *text, struct turn turns[MAX_TURNS])
{
    struct transcript transcript = {.summary = "", .turns = turns, .started_at = 1772446000};
    memcpy(transcript.language, language, 2);
    for (char *line; (line = strsep(&text, "\n")) && transcript.turn_count < MAX_TURNS;) {
        int n = (int)transcript.turn_count;
        if (*line)
            turns[transcript.turn_count++] = (struct turn){
                .role = n % 2 ? ROLE_USER : ROLE_AGENT, .text = line, .position = n, .speaker = ""};
    }
    return transcript;
}

static inline void check_lines(const struct lexicon *lexicon, const char *language, const char *data,
                               size_t size)
{
    struct turn turns[MAX_TURNS];
    char *text = text_dup_n(data, size);
    must(text != NULL);
    struct transcript transcript = transcript_of(language, text, turns);
    check(lexicon, &transcript);
    free(text);
}

#endif
