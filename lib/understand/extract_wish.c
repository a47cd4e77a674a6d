/*
 * Wishes: preferences and dislikes, needs, standing instructions, and what the caller wants forgotten. Rules
 * of the lexicon find them in the caller's words; a question of the agent decides what a bare answer means.
 */
#include "understand/extract_private.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_WORDS 9
#define BARE_WORDS   3

struct wish {
    enum kind kind;
    int polarity;
    const char *slot; /* a template or plain; NULL: what the thing itself decides */
    const char *value, *text;
    double confidence;
};

/* Where the caller's wish belongs: the first of the [items] in it. */
struct item {
    const char *slot;
    struct span span;
};

static struct item find_item(const struct call *call, const struct words *words, struct span span)
{
    for (size_t at = span.from; at < span.to; at++) {
        size_t len;
        const char *slot = language_item(call->language, words, at, &len);
        if (slot && at + len <= span.to)
            return (struct item){slot, {at, at + len}};
    }
    return (struct item){NULL, {0, 0}};
}

/* A slot that ends with "*" is one for each thing: "like.*" of tea is "like.tea". */
static char *item_slot(struct call *call, const struct words *words, const struct item *item,
                       struct span thing, int polarity)
{
    struct span named = item->slot ? item->span : thing;
    const char *base = item->slot && polarity > 0 ? item->slot : "like.*";
    size_t len = strlen(base);
    if (base[len - 1] != '*')
        return arena_text(call->arena, base, len);
    char *key = call_key(call, words, named);
    return key ? arena_printf(call->arena, "%.*s%s", (int)(len - 1), base, key) : NULL;
}

/* Of a wish about how to be reached only the ways themselves count: "email", not "you emailed me". */
static struct span channel_span(const struct call *call, const struct words *words, struct span thing,
                                const struct item *first)
{
    struct span span = first->span;
    for (size_t at = first->span.to; at < thing.to; at++) {
        size_t len;
        const char *slot = language_item(call->language, words, at, &len);
        if (slot && strcmp(slot, first->slot) == 0 && at + len <= thing.to && at - span.to <= 2)
            span.to = at + len;
        else if (language_list(call->language, LIST_STOP, words, at) > 0 ||
                 language_list(call->language, LIST_NEGATOR, words, at) > 0)
            break;
    }
    return span;
}

static struct span time_span(const struct call *call, const struct words *words, struct span thing)
{
    for (size_t at = thing.from; at < thing.to; at++) {
        size_t end = capture_time(call, words, at);
        if (end > 0)
            return (struct span){at, end < thing.to ? end : thing.to};
    }
    return (struct span){0, 0};
}

static void add_time(struct call *call, const struct spoken *spoken, struct span time)
{
    char *value = call_value(call, &spoken->words, time);
    if (value)
        call_fact(call, &(struct fact){.kind = KIND_PREFERENCE,
                                       .slot = "contact.time",
                                       .value = value,
                                       .text = arena_printf(call->arena, "Time that suits: %s", value),
                                       .confidence = 0.8,
                                       .polarity = 1,
                                       .turn = spoken->turn});
}

static const char *wish_text(struct call *call, const struct wish *wish, const char *slot, const char *value)
{
    if (wish->kind == KIND_NEED)
        return arena_printf(call->arena, "Needs: %s", value);
    if (wish->kind == KIND_INSTRUCTION)
        return arena_printf(call->arena, "Asked always: %s", value);
    if (wish->polarity < 0)
        return arena_printf(call->arena, "Does not want: %s", value);
    if (strcmp(slot, "contact.time") == 0)
        return arena_printf(call->arena, "Time that suits: %s", value);
    if (strcmp(slot, "contact.channel") == 0)
        return arena_printf(call->arena, "Prefers to be reached by: %s", value);
    return arena_printf(call->arena, "Prefers: %s", value);
}

static void add_wish(struct call *call, const struct wish *wish, const char *slot, const char *value,
                     const char *text, int turn)
{
    if (!slot || !value)
        return;
    call_fact(call, &(struct fact){.kind = wish->kind,
                                   .slot = slot,
                                   .value = value,
                                   .text = text ? text : wish_text(call, wish, slot, value),
                                   .confidence = wish->confidence,
                                   .polarity = wish->polarity,
                                   .turn = turn});
}

/* "Sara this time": a wish that ends with the call. */
static bool is_once(const struct call *call, const struct words *words, struct span thing)
{
    for (size_t at = thing.from; at < thing.to; at++)
        if (language_list(call->language, LIST_ONCE, words, at) > 0)
            return true;
    return false;
}

/* A preference of a thing: what kind of thing it is decides its slot, and how much of it is worth keeping. */
static bool add_thing(struct call *call, const struct wish *wish, const struct spoken *spoken,
                      struct span thing, bool known)
{
    const struct words *words = &spoken->words;
    thing = call_trim(call, words, thing);
    struct item item = find_item(call, words, thing);
    struct span time = time_span(call, words, thing);
    /* "A table for two at eight, please" is no wish about times. */
    bool timed = time.to > 0 && 2 * (time.to - time.from) >= thing.to - thing.from;
    if ((known && !item.slot && !timed) || (wish->kind == KIND_PREFERENCE && is_once(call, words, thing)))
        return false;
    struct span kept = thing;
    bool is_time = time.to > 0 && (!item.slot || strcmp(item.slot, "contact.time") == 0);
    if (is_time) {
        item = (struct item){"contact.time", time};
        kept = time;
    } else if (item.slot && strcmp(item.slot, "contact.channel") == 0) {
        kept = channel_span(call, words, thing, &item);
    }
    char *value = call_value(call, words, kept);
    if (!value)
        return false;
    char *slot = wish->slot ? arena_text(call->arena, wish->slot, strlen(wish->slot))
                            : item_slot(call, words, &item, thing, wish->polarity);
    add_wish(call, wish, slot, value, NULL, spoken->turn);
    if (!is_time && time.to > 0 && wish->polarity > 0 && item.slot &&
        strcmp(item.slot, "contact.channel") == 0)
        add_time(call, spoken, time);
    return true;
}

/* "never by phone": a "not" that stands before the word before a thing. */
static bool is_not_by(const struct call *call, const struct words *words, size_t at)
{
    size_t len;
    return at > 1 && words->items[at].gap == GAP_NONE && words->items[at - 1].gap == GAP_NONE &&
           language_item(call->language, words, at, &len) &&
           language_list(call->language, LIST_COMMON, words, at - 1) > 0 &&
           language_list(call->language, LIST_NEGATOR, words, at - 2) > 0;
}

/* "if I prefer", "not …": no statement of the caller. */
static bool is_unsaid(const struct call *call, const struct words *words, size_t at)
{
    if (is_not_by(call, words, at))
        return true;
    for (size_t i = at; i > 0 && words->items[i].gap == GAP_NONE; i--) {
        if (language_list(call->language, LIST_IF, words, i - 1) > 0)
            return true;
        if (i == at && language_list(call->language, LIST_NEGATOR, words, i - 1) > 0)
            return true;
    }
    return false;
}

struct wish_rule {
    enum section section;
    enum kind kind;
    int polarity;
};

static const struct wish_rule wish_rules[] = {
    {SECTION_FORGET, KIND_FORGET, 0},   {SECTION_INSTRUCTION, KIND_INSTRUCTION, 0},
    {SECTION_NEED, KIND_NEED, 1},       {SECTION_DISLIKE, KIND_PREFERENCE, -1},
    {SECTION_LIKE, KIND_PREFERENCE, 1},
};

/* What a wish is compared with is disliked: "rather than coffee". */
static void add_other(struct call *call, const struct spoken *spoken, struct span other)
{
    const struct wish dislike = {.kind = KIND_PREFERENCE, .polarity = -1, .confidence = 0.6};
    add_thing(call, &dislike, spoken, other, false);
}

/* The way to be reached that a rule found, with those that are said in one breath with it: "email or text".
 */
static char *channel_value(struct call *call, const struct words *words, struct span found)
{
    struct item item = {"contact.channel", found};
    struct span clause = found;
    while (clause.to < words->count && words->items[clause.to].gap == GAP_NONE)
        clause.to++;
    return call_value(call, words, channel_span(call, words, clause, &item));
}

static bool apply(struct call *call, const struct wish_rule *kind, const struct rule *rule,
                  const struct spoken *spoken, bool contrast)
{
    struct wish wish = {.kind = kind->kind, .polarity = kind->polarity, .confidence = 0.8};
    struct matcher found = call->matcher;
    bool has_thing = found.has[CAPTURE_THING] || found.has[CAPTURE_SHORT] || found.has[CAPTURE_TIME];
    if (rule->value || kind->kind == KIND_FORGET || kind->kind == KIND_INSTRUCTION || !has_thing) {
        const struct words *words = &spoken->words;
        bool channel = rule->slot && strcmp(rule->slot, "contact.channel") == 0 && rule->value &&
                       strcmp(rule->value, "{1}") == 0 && found.list_count > 0;
        char *value = channel       ? channel_value(call, words, found.lists[0])
                      : rule->value ? call_fill(call, rule->value, words, false)
                                    : call_value(call, words, found.all);
        char *slot =
            call_fill(call, rule->slot && strcmp(rule->slot, "*") != 0 ? rule->slot : "", words, true);
        char *text = rule->text ? call_fill(call, rule->text, words, false) : NULL;
        if (rule->slot && strcmp(rule->slot, "*") == 0) {
            struct item item = find_item(call, words, found.all);
            slot = item_slot(call, words, &item, found.all, wish.polarity);
        }
        if (!slot || !value)
            return false;
        if (kind->kind == KIND_FORGET) {
            size_t len;
            const char *about = found.list_count > 0
                                    ? language_about(call->language, words, found.lists[0].from, &len)
                                    : NULL;
            slot = about ? arena_text(call->arena, about, strlen(about)) : slot;
            text = call_quote(call, words, found.all.from);
        }
        add_wish(call, &wish, slot, value, text, spoken->turn);
        if (found.has[CAPTURE_TIME] && kind->kind == KIND_PREFERENCE && wish.polarity > 0 &&
            strcmp(slot, "contact.time") != 0)
            add_time(call, spoken, found.captured[CAPTURE_TIME]);
        return true;
    }
    enum capture what = found.has[CAPTURE_TIME]    ? CAPTURE_TIME
                        : found.has[CAPTURE_THING] ? CAPTURE_THING
                                                   : CAPTURE_SHORT;
    wish.slot = rule->slot;
    if (!add_thing(call, &wish, spoken, found.captured[what], rule->known && !contrast))
        return false;
    if (found.has[CAPTURE_OTHER])
        add_other(call, spoken, found.captured[CAPTURE_OTHER]);
    return true;
}

/* What the rules found in a turn by themselves. */
struct said {
    bool dislikes, wants;
    struct span taken[16]; /* words that gave something: no answers to the agent any more */
    size_t taken_count;
};

/* Tries the rules at one word; returns where to go on. */
static size_t read_rules(struct call *call, const struct spoken *spoken, size_t at, struct said *said)
{
    for (size_t i = 0; i < sizeof wish_rules / sizeof wish_rules[0]; i++) {
        const struct rule *rule = call_rule(call, wish_rules[i].section, spoken, at);
        if (!rule || (spoken->words.items[at].question && !rule->in_question))
            continue;
        if (wish_rules[i].kind != KIND_FORGET && is_unsaid(call, &spoken->words, at))
            continue;
        size_t end = call->matcher.all.to;
        if (!apply(call, &wish_rules[i], rule, spoken, said->dislikes))
            continue;
        said->dislikes = said->dislikes || wish_rules[i].polarity < 0;
        if (said->taken_count < sizeof said->taken / sizeof said->taken[0])
            said->taken[said->taken_count++] = (struct span){at, end};
        return end > at ? end : at + 1;
    }
    return at + 1;
}

/* What the caller's turn says by itself. */
static void read_said(struct call *call, const struct spoken *spoken, struct said *said)
{
    size_t before = call->out->count;
    for (size_t at = 0; at < spoken->words.count;)
        at = read_rules(call, spoken, at, said);
    for (size_t at = before; at < call->out->count; at++)
        said->wants = said->wants || call->out->facts[at].polarity >= 0;
}

/* Past "well", "I think", "yes": where an answer begins. */
static size_t answer_begin(const struct call *call, const struct words *words)
{
    size_t at = 0, len;
    while (at < words->count && ((len = language_list(call->language, LIST_ANSWER, words, at)) > 0 ||
                                 (len = language_list(call->language, LIST_YES, words, at)) > 0))
        at += len;
    return at;
}

/* The clause that begins at `at`, or nothing when it is too long for a bare answer. */
static struct span answer_clause(const struct words *words, size_t at)
{
    struct span span = {at, at};
    while (span.to < words->count && (span.to == at || words->items[span.to].gap == GAP_NONE))
        span.to++;
    if (span.to - span.from > ANSWER_WORDS)
        span.to = span.from;
    return span;
}

static bool has_wish_word(const struct call *call, const struct words *words, struct span span)
{
    for (size_t at = span.from; at < span.to; at++)
        if (language_list(call->language, LIST_WISH, words, at) > 0)
            return true;
    return false;
}

static bool is_wish_question(const struct call *call, const struct words *words, struct span span)
{
    /* "Still or sparkling?": nothing but what is offered. */
    if (span.to - span.from <= 4 || find_item(call, words, span).slot || time_span(call, words, span).to > 0)
        return true;
    return has_wish_word(call, words, span);
}

static bool has_word(const struct words *words, struct span span, uint64_t key)
{
    for (size_t at = span.from; at < span.to; at++)
        if (words->items[at].key == key)
            return true;
    return false;
}

/* Whether a word of an answer can decide between two offers: "the" and "I" do not. */
static bool decides(const struct call *call, const struct words *answer, size_t at)
{
    return language_list(call->language, LIST_COMMON, answer, at) == 0 ||
           find_item(call, answer, (struct span){at, at + 1}).slot ||
           (answer->count <= 6 && language_list(call->language, LIST_LEAD, answer, at) == 0 &&
            language_list(call->language, LIST_AND_STOP, answer, at) == 0);
}

/* The first word of the answer that belongs to only one of two offers; which one: 1 or 2, 0 for none. */
static int chosen(const struct call *call, const struct words *asked, struct span first, struct span second,
                  const struct words *answer, size_t *at)
{
    for (*at = 0; *at < answer->count; ++*at) {
        uint64_t key = answer->items[*at].key;
        bool in_first = has_word(asked, first, key), in_second = has_word(asked, second, key);
        bool no = *at > 0 && language_list(call->language, LIST_NEGATOR, answer, *at - 1) > 0;
        if (in_first != in_second && !no && decides(call, answer, *at))
            return in_first ? 1 : 2;
    }
    return 0;
}

/* "Window or aisle?" "Aisle, always." */
static bool read_choice(struct call *call, const struct spoken *agent, const struct spoken *user)
{
    const struct words *asked = &agent->words;
    const struct wish like = {.kind = KIND_PREFERENCE, .polarity = 1, .confidence = 0.8};
    for (size_t at = 1; at + 1 < asked->count; at++) {
        size_t or = asked->items[at].question ? language_list(call->language, LIST_OR, asked, at) : 0;
        if (or == 0)
            continue;
        struct span sentence = call_sentence(asked, at), first = {at, at}, second = {at + or, at + or };
        while (first.from > sentence.from && at - first.from < 5 &&
               (first.from == at || asked->items[first.from].gap < GAP_STOP))
            first.from--;
        while (second.to < sentence.to && second.to - second.from < 5)
            second.to++;
        if (!is_wish_question(call, asked, sentence))
            continue;
        size_t word;
        if (chosen(call, asked, first, second, &user->words, &word) == 0)
            continue;
        struct span clause = {word, word + 1};
        while (clause.from > 0 && user->words.items[clause.from].gap == GAP_NONE)
            clause.from--;
        while (clause.to < user->words.count && user->words.items[clause.to].gap == GAP_NONE)
            clause.to++;
        if (clause.to - clause.from > 5)
            clause = (struct span){word, word + 1};
        return add_thing(call, &like, user, clause, false);
    }
    return false;
}

static bool is_taken(const struct said *said, struct span span)
{
    for (size_t at = 0; at < said->taken_count; at++)
        if (said->taken[at].from < span.to && span.from < said->taken[at].to)
            return true;
    return false;
}

/* An answer without a verb to "What time suits you?" or "Any allergies?". */
static bool read_asked(struct call *call, const struct spoken *agent, const struct spoken *user,
                       const struct said *said, bool need)
{
    size_t at;
    const struct rule *rule = call_find(call, need ? SECTION_ASK_NEED : SECTION_ASK_WISH, agent, &at);
    const struct words *words = &user->words;
    if (!rule || language_list(call->language, LIST_NO, words, 0) > 0)
        return false;
    struct wish wish = {.kind = need ? KIND_NEED : KIND_PREFERENCE, .polarity = 1, .confidence = 0.75};
    bool found = false;
    for (size_t begin = answer_begin(call, words); begin < words->count;) {
        struct span clause = answer_clause(words, begin);
        bool item = find_item(call, words, clause).slot || time_span(call, words, clause).to > 0;
        if (clause.to == clause.from || words->items[begin].question ||
            (!item && (found || language_list(call->language, LIST_AND_STOP, words, begin) > 0)))
            break;
        /* "Never by phone" is no answer to how. */
        bool refused = !need && language_list(call->language, LIST_NEGATOR, words, begin) > 0;
        begin = clause.to;
        if (is_taken(said, clause) || refused)
            continue;
        if (need || rule->value) {
            call->matcher.has[CAPTURE_THING] = true;
            call->matcher.captured[CAPTURE_THING] = call_trim(call, words, clause);
            char *value = call_fill(call, rule->value ? rule->value : "{thing}", words, false);
            char *slot = rule->slot ? call_fill(call, rule->slot, words, true) : NULL;
            char *text = rule->text ? call_fill(call, rule->text, words, false) : NULL;
            add_wish(call, &wish, slot ? slot : "", value, text, user->turn);
            found = found || value;
        } else {
            wish.slot = rule->slot;
            found = add_thing(call, &wish, user, clause, false) || found;
        }
    }
    return found;
}

/* Where what is said after a no begins, and nothing when there is none: "No, ". */
static size_t after_no(const struct call *call, const struct words *words)
{
    size_t at = 0, len;
    while (at < words->count && (len = language_list(call->language, LIST_NO, words, at)) > 0)
        at += len;
    return at > 0 && at < words->count && words->items[at].gap != GAP_NONE ? at : 0;
}

/* The time, or the first of the [items], that is all that a clause says: "a non-smoking room", "in the
 * afternoon". */
static struct item only_item(const struct call *call, const struct words *words, struct span clause)
{
    struct span time = time_span(call, words, clause);
    struct item item = find_item(call, words, clause);
    if (time.to > 0 && (!item.slot || strcmp(item.slot, "contact.time") == 0))
        item = (struct item){"contact.time", time};
    if (!item.slot || strchr(item.slot, '*') || item.span.from - clause.from > 2)
        return (struct item){NULL, {0, 0}};
    for (size_t at = clause.from; at < item.span.from; at++)
        if (language_list(call->language, LIST_ANSWER, words, at) == 0 &&
            language_list(call->language, LIST_LEAD, words, at) == 0)
            return (struct item){NULL, {0, 0}};
    for (size_t at = item.span.to; at < clause.to; at++)
        if (language_list(call->language, LIST_TAIL, words, at) == 0)
            return (struct item){NULL, {0, 0}};
    return item;
}

/* Whether the agent asks if the caller would like something of that slot: "Was it the window?" does not. How
 * and when to reach the caller has to be an offer, too. */
static bool is_offered(struct call *call, const struct spoken *agent, const char *slot)
{
    const struct words *words = &agent->words;
    size_t ignored;
    if (strncmp(slot, "contact.", 8) == 0 && !call_find(call, SECTION_OFFER, agent, &ignored))
        return false;
    for (size_t at = 0; at < words->count; at = call_sentence(words, at).to) {
        struct span sentence = call_sentence(words, at);
        struct item item = find_item(call, words, sentence);
        bool timed = strcmp(slot, "contact.time") == 0 && time_span(call, words, sentence).to > 0;
        if (words->items[at].question && (timed || (item.slot && strcmp(item.slot, slot) == 0)) &&
            has_wish_word(call, words, sentence))
            return true;
    }
    return false;
}

/* "A smoking room?" "No, a non-smoking room." */
static bool read_instead(struct call *call, const struct spoken *agent, const struct spoken *user,
                         const struct said *said)
{
    size_t begin = after_no(call, &user->words);
    struct span clause = answer_clause(&user->words, begin);
    const struct wish like = {.kind = KIND_PREFERENCE, .polarity = 1, .confidence = 0.75};
    if (begin == 0 || clause.to == clause.from || user->words.items[begin].question || is_taken(said, clause))
        return false;
    struct item item = only_item(call, &user->words, clause);
    return item.slot && is_offered(call, agent, item.slot) && add_thing(call, &like, user, clause, false);
}

/* "Shall I text you?" "Yes, please." */
static bool read_offer(struct call *call, const struct spoken *agent, const struct spoken *user)
{
    size_t at;
    const struct rule *rule = call_find(call, SECTION_OFFER, agent, &at);
    if (!rule || (rule->in_question && !agent->words.items[at].question) ||
        language_list(call->language, LIST_YES, &user->words, 0) == 0)
        return false;
    const struct wish_rule like = {SECTION_LIKE, KIND_PREFERENCE, 1};
    struct spoken said = *agent;
    said.turn = user->turn;
    return apply(call, &like, rule, &said, false);
}

/* Whether the turn begins with a bare answer, whatever is said after it: "Vegan, and no nuts please." */
static bool begins_bare(const struct call *call, const struct spoken *user, const struct said *said)
{
    struct span clause = answer_clause(&user->words, answer_begin(call, &user->words));
    return clause.to > clause.from && clause.to - clause.from <= BARE_WORDS && !is_taken(said, clause);
}

static void read_turn(struct call *call, const struct spoken *agent, const struct spoken *user)
{
    struct said said = {0};
    read_said(call, user, &said);
    if (!agent || user->words.count == 0 || (said.wants && !begins_bare(call, user, &said)))
        return;
    if (read_asked(call, agent, user, &said, true) || read_choice(call, agent, user) ||
        read_asked(call, agent, user, &said, false) || said.wants)
        return;
    if (!read_instead(call, agent, user, &said))
        read_offer(call, agent, user);
}

/* Collected data that is a wish or a need by its name. */
static void read_collected(struct call *call, const struct collected *c)
{
    struct words words;
    bool dislike = key_is(call, c->name, LIST_KEY_DISLIKE, false);
    bool need = !dislike && key_is(call, c->name, LIST_KEY_NEED, false);
    if (!dislike && !need && !key_is(call, c->name, LIST_KEY_WISH, false))
        return;
    if (value_is_empty(call, c->value) || strcmp(c->value, "true") == 0 || strcmp(c->value, "false") == 0 ||
        strlen(c->value) > 300)
        return;
    if (language_read(call->language, c->value, &words) != 0) {
        call->failed = true;
        return;
    }
    struct span all = {0, words.count};
    struct item item = find_item(call, &words, all);
    struct wish wish = {
        .kind = need ? KIND_NEED : KIND_PREFERENCE, .polarity = dislike ? -1 : 1, .confidence = 0.95};
    char *line = text_line(c->value, 120);
    char *value = line ? arena_text(call->arena, line, strlen(line)) : NULL;
    free(line);
    char *slot = item.slot && !need && !dislike ? item_slot(call, &words, &item, all, 1)
                                                : arena_printf(call->arena, "collected.%.60s", c->name);
    if (!value || !slot)
        call->failed = true;
    else
        add_wish(call, &wish, slot, value, NULL, -1);
    words_free(&words);
}

void extract_wishes(struct call *call)
{
    const struct spoken *agent = NULL;
    for (size_t at = 0; at < call->event->collected_count; at++)
        read_collected(call, &call->event->collected[at]);
    for (size_t at = 0; at < call->count; at++)
        if (call->spoken[at].role == ROLE_AGENT) {
            agent = &call->spoken[at];
        } else {
            read_turn(call, agent, &call->spoken[at]);
            agent = NULL;
        }
}
