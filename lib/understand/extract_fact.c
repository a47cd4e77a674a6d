/*
 * What a caller's life is made of, what they still want, what they were promised, and what the call was
 * about.
 */
#include "understand/extract_private.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TOPICS 3

/* A note about something that a rule found. Without a text of its own it quotes the caller. */
static void add_note(struct call *call, enum kind kind, const struct rule *rule, const struct spoken *spoken)
{
    const struct words *words = &spoken->words;
    struct matcher found = call->matcher;
    char *value =
        rule->value ? call_fill(call, rule->value, words, false) : call_value(call, words, found.all);
    char *slot = call_fill(call, rule->slot ? rule->slot : "", words, true);
    if (!value || !slot)
        return;
    char *text = rule->text ? call_fill(call, rule->text, words, false) : NULL;
    if (!rule->text) {
        char *said = call_text(call, words, found.all);
        text = said ? arena_printf(call->arena, "Says: \"%s\"", said) : NULL;
    }
    if (!text)
        text = call_quote(call, words, found.all.from);
    call_fact(call, &(struct fact){.kind = kind,
                                   .slot = slot,
                                   .value = value,
                                   .text = text,
                                   .confidence = 0.7,
                                   .turn = spoken->turn,
                                   .due = date_find(call, spoken, found.all)});
}

static void read_section(struct call *call, enum section section, enum kind kind, const struct spoken *spoken)
{
    for (size_t at = 0; at < spoken->words.count;) {
        call->name_mode = NAME_LIKELY;
        const struct rule *rule = call_rule(call, section, spoken, at);
        size_t end = rule && call->matcher.all.to > at ? call->matcher.all.to : at + 1;
        if (rule && (rule->in_question || !spoken->words.items[at].question))
            add_note(call, kind, rule, spoken);
        at = end;
    }
}

static void add_dated(struct call *call, enum kind kind, const char *what, const char *slot, char *value,
                      const struct spoken *spoken, struct span span)
{
    char date[CLOCK_STAMP_SIZE] = "";
    int64_t due = date_find(call, spoken, span);
    if (!value)
        return;
    if (due)
        clock_date(due, date);
    call_fact(call, &(struct fact){
                        .kind = kind,
                        .slot = slot,
                        .value = value,
                        .text = arena_printf(call->arena, due ? "%s: %s (%s)" : "%s: %s", what, value, date),
                        .confidence = 0.7,
                        .turn = spoken->turn,
                        .due = due});
}

/* What the agent says will be done, unless it is done at once. */
static void read_promises(struct call *call, const struct spoken *spoken)
{
    for (size_t at = 0; at < spoken->words.count;) {
        const struct rule *at_once = call_rule(call, SECTION_IN_CALL, spoken, at);
        if (at_once) {
            at = call_sentence(&spoken->words, at).to;
            continue;
        }
        const struct rule *rule =
            spoken->words.items[at].question ? NULL : call_rule(call, SECTION_PROMISE, spoken, at);
        if (!rule) {
            at++;
            continue;
        }
        struct span sentence = call_sentence(&spoken->words, at), all = call->matcher.all;
        all.to = sentence.to;
        char *value = rule->value ? call_fill(call, rule->value, &spoken->words, false)
                                  : call_text(call, &spoken->words, all);
        add_dated(call, KIND_PROMISE, "Promised", "", value, spoken, sentence);
        at = sentence.to;
    }
}

/* What the caller asked for, unless the agent's answer says that it is done. */
static void read_requests(struct call *call, const struct spoken *spoken, const struct spoken *answer)
{
    size_t at;
    if (answer && call_find(call, SECTION_DONE, answer, &at))
        return;
    for (at = 0; at < spoken->words.count;) {
        const struct rule *rule = call_rule(call, SECTION_REQUEST, spoken, at);
        if (!rule) {
            at++;
            continue;
        }
        struct span all = call->matcher.all;
        char *value = rule->value ? call_fill(call, rule->value, &spoken->words, false)
                                  : call_text(call, &spoken->words, all);
        add_dated(call, KIND_REQUEST, "Asked", "", value, spoken, call_sentence(&spoken->words, at));
        at = all.to > at ? all.to : at + 1;
    }
}

void extract_facts(struct call *call)
{
    for (size_t at = 0; at < call->count; at++) {
        const struct spoken *spoken = &call->spoken[at];
        if (spoken->role == ROLE_AGENT) {
            read_promises(call, spoken);
            continue;
        }
        bool answered = at + 1 < call->count && call->spoken[at + 1].role == ROLE_AGENT;
        read_section(call, SECTION_FACT, KIND_FACT, spoken);
        read_requests(call, spoken, answered ? &call->spoken[at + 1] : NULL);
    }
}

struct topic {
    const char *name;
    size_t hits;
    int turn;
};

struct topics {
    struct topic items[32];
    size_t count;
};

static void count_topic(struct topics *topics, const char *name, size_t hits, int turn)
{
    for (size_t at = 0; at < topics->count; at++)
        if (strcmp(topics->items[at].name, name) == 0) {
            topics->items[at].hits += hits;
            return;
        }
    if (topics->count < sizeof topics->items / sizeof topics->items[0])
        topics->items[topics->count++] = (struct topic){name, hits, turn};
}

static void count_topics(const struct call *call, struct topics *topics, const struct words *words,
                         size_t hits, int turn)
{
    for (size_t at = 0, len; at < words->count; at++) {
        const char *name = language_topic(call->language, words, at, &len);
        if (name)
            count_topic(topics, name, hits, turn);
    }
}

static void count_text(struct call *call, struct topics *topics, const char *text, size_t hits)
{
    struct words words;
    if (language_read(call->language, text, &words) != 0) {
        call->failed = true;
        return;
    }
    count_topics(call, topics, &words, hits, -1);
    words_free(&words);
}

static void add_topic(struct call *call, const char *name, double confidence, int turn)
{
    call_fact(call, &(struct fact){.kind = KIND_TOPIC,
                                   .slot = "",
                                   .value = name,
                                   .text = name,
                                   .confidence = confidence,
                                   .turn = turn});
}

/* "It's about my invoice": what the caller says the call is about. */
static bool said_topics(struct call *call)
{
    for (size_t at = 0; at < call->count; at++) {
        size_t word, len;
        if (call->spoken[at].role != ROLE_USER || !call_find(call, SECTION_TOPIC, &call->spoken[at], &word))
            continue;
        const struct words *words = &call->spoken[at].words;
        struct span span = call->matcher.captured[CAPTURE_SHORT];
        for (size_t i = span.from; i < span.to; i++)
            if (language_topic(call->language, words, i, &len))
                return false;
        char *value = call->matcher.has[CAPTURE_SHORT] ? call_value(call, words, span) : NULL;
        if (value)
            add_topic(call, value, 0.7, call->spoken[at].turn);
        return value != NULL;
    }
    return false;
}

void extract_topics(struct call *call)
{
    struct topics topics = {.count = 0};
    for (size_t at = 0; at < call->count; at++)
        if (call->spoken[at].role == ROLE_USER)
            count_topics(call, &topics, &call->spoken[at].words, 2, call->spoken[at].turn);
    count_text(call, &topics, call->event->title, 3);
    count_text(call, &topics, call->event->summary, 1);
    size_t made = said_topics(call);
    for (; made < MAX_TOPICS; made++) {
        struct topic *best = NULL;
        for (size_t at = 0; at < topics.count; at++)
            if (topics.items[at].hits > 0 && (!best || topics.items[at].hits > best->hits))
                best = &topics.items[at];
        if (!best)
            break;
        add_topic(call, best->name, 0.8, best->turn);
        best->hits = 0;
    }
}
