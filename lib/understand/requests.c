#include "understand/requests.h"

#include "understand/manner.h"

#include <string.h>

#define SHORT_CLAUSE 3 /* "Just delete it" */
#define CALL_VERB    1 /* in LIST_CONTACT: reaches by telephone */

/* The clause around a word. */
static struct span clause_of(const struct words *words, size_t at)
{
    struct span clause = {at, at + 1};
    while (clause.from > 0 && words->items[clause.from].gap == GAP_NONE)
        clause.from--;
    while (clause.to < words->count && words->items[clause.to].gap == GAP_NONE)
        clause.to++;
    return clause;
}

/* "Löschen Sie meine Daten nicht": in some languages the negator ends the clause. */
static bool ends_negated(const struct reading *reading, const struct words *words, size_t at)
{
    struct span clause = clause_of(words, at);
    return clause.to > at + 1 && language_list(reading->language, LIST_NEGATOR, words, clause.to - 1) > 0;
}

/* Whether what is asked for at a word is asked by the speaker, for themselves. */
static enum drop judge(struct reading *reading, const struct spoken *spoken, size_t at, bool *negated)
{
    const struct words *words = &spoken->words;
    struct manner manner = manner_of(reading, spoken, at);
    /* "Could you delete …?" asks for it; "did you", "what happens if" do not. */
    bool request = manner_has(reading, words, LIST_ASK_TO, reading_sentence(words, at));
    bool named = manner.third_person && manner.who.from < manner.who.to;
    *negated = manner.negated || ends_negated(reading, words, at);
    return manner.condition                              ? DROP_ASKED
           : manner.question && !request                 ? DROP_ASKED
           : named || manner.quoted                      ? DROP_PERSON
           : manner.third_person && !manner.first_person ? DROP_PERSON
                                                         : DROPS;
}

/* Data are to stay, by what is said anywhere in the turn. */
static bool keeps(const struct reading *reading, const struct words *words)
{
    return manner_has(reading, words, LIST_NO_ERASE, (struct span){0, words->count});
}

/* "Delete the Tuesday one": an entry of a calendar, and no data. */
static bool is_appointment(const struct reading *reading, const struct words *words, size_t at)
{
    struct span clause = clause_of(words, at);
    return manner_has(reading, words, LIST_WEEKDAY, (struct span){at, clause.to}) ||
           manner_has(reading, words, LIST_MONTH, (struct span){at, clause.to});
}

/* What is known of somebody is named in a span: "my data", "me"; not by "it" or "that" alone. */
static bool names_data(const struct reading *reading, const struct words *words, struct span span)
{
    for (size_t at = span.from; at < span.to; at++) {
        size_t len = language_list(reading->language, LIST_DATA, words, at);
        if (len > 1 || (len == 1 && (language_list(reading->language, LIST_FIRST_PERSON, words, at) > 0 ||
                                     language_list(reading->language, LIST_FUNCTION, words, at) == 0)))
            return true;
    }
    return false;
}

/* What "it" is, by the turn itself and the one before it, whoever spoke there. */
static bool has_antecedent(const struct reading *reading, const struct spoken *turns, size_t turn)
{
    for (size_t i = turn > 0 ? turn - 1 : 0; i <= turn; i++)
        if (names_data(reading, &turns[i].words, (struct span){0, turns[i].words.count}))
            return true;
    return false;
}

/* "Delete the third photo": what is to go is nothing that is known of the speaker. "Forget it, it was the
 * plug" is about nothing that is known, either. */
static bool is_of_data(const struct reading *reading, const struct spoken *turns, size_t turn, size_t at)
{
    const struct words *words = &turns[turn].words;
    struct span clause = clause_of(words, at);
    if (manner_has(reading, words, LIST_DATA, clause))
        return names_data(reading, words, clause) || has_antecedent(reading, turns, turn);
    /* "All that you have on me. Delete." */
    return clause.to - clause.from <= SHORT_CLAUSE &&
           manner_has(reading, words, LIST_DATA, (struct span){0, words->count});
}

/* "Forget me, I'm a fool": words that ask for something elsewhere, as the language's rules say. What stands
 * behind a comma says so only where nobody asked in so many words. */
static bool is_idiom(struct reading *reading, const struct spoken *spoken, size_t at)
{
    const struct words *words = &spoken->words;
    const struct rule *rule = reading_rule(reading, SECTION_PRIVACY, spoken, at);
    if (!rule || !rule->slot || privacy_find(rule->slot) != PRIVACY_NONE)
        return false;
    struct span clause = clause_of(words, at);
    return reading->matcher.all.to <= clause.to ||
           !manner_has(reading, words, LIST_ASK_TO,
                       (struct span){reading_sentence(words, at).from, clause.to});
}

enum drop requests_judge_erasure(struct reading *reading, const struct spoken *turns, size_t count,
                                 size_t *turn)
{
    enum drop why = DROP_UNGROUNDED;
    for (size_t i = 0; i < count; i++) {
        const struct words *words = &turns[i].words;
        for (size_t at = 0; turns[i].role == ROLE_USER && at < words->count; at++) {
            bool negated;
            if (language_list(reading->language, LIST_ERASE, words, at) == 0)
                continue;
            enum drop here = judge(reading, &turns[i], at, &negated);
            if (negated || keeps(reading, words))
                here = DROP_NEGATED;
            if (here == DROPS && is_idiom(reading, &turns[i], at))
                here = DROP_ASKED;
            if (here == DROPS && (is_appointment(reading, words, at) || !is_of_data(reading, turns, i, at)))
                here = DROP_ASKED;
            if (here == DROPS && manner_is_laughed_at(reading, words, at))
                here = DROP_NEGATED;
            if (here == DROPS) {
                *turn = i;
                return DROPS;
            }
            why = here;
        }
    }
    return why;
}

enum drop requests_judge_recording(const struct reading *reading, const struct spoken *turns, size_t count,
                                   size_t *turn)
{
    for (size_t i = 0; i < count; i++) {
        const struct words *words = &turns[i].words;
        struct span all = {0, words->count};
        if (turns[i].role != ROLE_USER)
            continue;
        bool answers = i > 0 && turns[i - 1].role == ROLE_AGENT;
        struct span asked = {0, answers ? turns[i - 1].words.count : 0};
        /* "May we delete the recording?" "No.": it stays. */
        answers = answers && manner_has(reading, &turns[i - 1].words, LIST_RECORDING, asked) &&
                  !manner_has(reading, &turns[i - 1].words, LIST_ERASE, asked);
        bool refuses =
            manner_has(reading, words, LIST_NEGATOR, all) || manner_has(reading, words, LIST_NO, all);
        if (manner_has(reading, words, LIST_RECORDING, all) || (answers && refuses)) {
            *turn = i;
            return DROPS;
        }
    }
    return DROP_UNGROUNDED;
}

/* What a sentence says of being reached. */
struct reached {
    bool spoken_of, refused, limited;
};

static struct reached read_reached(const struct reading *reading, const struct language *language,
                                   const struct words *words, struct span span)
{
    struct reached reached = {0};
    bool lasting = false;
    for (size_t at = span.from; at < span.to; at++)
        lasting = lasting || language_list(language, LIST_LASTING, words, at) > 0;
    for (size_t at = span.from; at < span.to; at++) {
        int how = 0;
        size_t len = 0, verb = language_value(language, LIST_CONTACT, words, at, &how);
        const char *item = language_item(language, words, at, &len);
        bool channel = item && strcmp(item, "contact.channel") == 0;
        bool time = (item && strcmp(item, "contact.time") == 0) || capture_time(reading, words, at) > 0;
        size_t next = at + (verb > len ? verb : len);
        reached.spoken_of = reached.spoken_of || verb > 0 || channel;
        reached.refused = reached.refused || language_list(language, LIST_NEGATOR, words, at) > 0;
        reached.limited = reached.limited || time || (verb > 0 && how != CALL_VERB) ||
                          (!lasting && language_list(language, LIST_ONCE, words, at) > 0);
        if (verb == 0 && !channel)
            continue;
        next += next < span.to && language_list(language, LIST_FIRST_PERSON, words, next) > 0;
        reached.limited = reached.limited ||
                          (next + 1 < span.to && language_list(language, LIST_WHEN_WHERE, words, next) > 0);
    }
    return reached;
}

bool requests_are_of_how(const struct reading *reading, const struct spoken *turns, size_t count)
{
    const struct language *english = lexicon_language(reading->lexicon, "en");
    bool limited = false;
    for (size_t i = 0; i < count; i++) {
        const struct words *words = &turns[i].words;
        for (size_t at = 0; turns[i].role == ROLE_USER && at < words->count;) {
            struct span sentence = reading_sentence(words, at);
            struct reached reached = read_reached(reading, reading->language, words, sentence);
            /* "Text me, no me llames" */
            if (english && english != reading->language) {
                struct reached mixed = read_reached(reading, english, words, sentence);
                reached.limited = reached.limited || mixed.limited;
                reached.spoken_of = reached.spoken_of || mixed.spoken_of;
            }
            if (reached.spoken_of && reached.refused && !reached.limited)
                return false;
            limited = limited || (reached.spoken_of && reached.refused);
            at = sentence.to > at ? sentence.to : at + 1;
        }
    }
    return limited;
}

/* "Don't call me again, do you hear?": what is asked is whether it was understood. The sentence begins with
 * what is wanted, and the question follows behind a comma. */
static bool has_tag(const struct reading *reading, const struct words *words, struct span found)
{
    struct span sentence = reading_sentence(words, found.from);
    bool begins = found.from == sentence.from || words->items[found.from].gap != GAP_NONE;
    return begins && found.to > found.from && found.to < sentence.to &&
           words->items[found.to].gap != GAP_NONE && !manner_has(reading, words, LIST_IF_CLAUSE, sentence);
}

/* What a turn asks for: the first rule that fits and is meant. */
static enum privacy asked_in(struct reading *reading, const struct spoken *spoken)
{
    const struct words *words = &spoken->words;
    for (size_t at = 0; at < words->count; at++) {
        bool negated;
        const struct rule *rule = reading_rule(reading, SECTION_PRIVACY, spoken, at);
        enum privacy privacy = rule && rule->slot ? privacy_find(rule->slot) : PRIVACIES;
        if (privacy == PRIVACIES || privacy == PRIVACY_NONE)
            continue;
        bool tagged = has_tag(reading, words, reading->matcher.all);
        enum drop why = judge(reading, spoken, at, &negated);
        if (why != DROPS && !(why == DROP_ASKED && tagged))
            continue;
        /* "Don't call me again" has its negator in itself. */
        if (privacy == PRIVACY_ERASE && (negated || keeps(reading, words)))
            continue;
        return privacy;
    }
    return PRIVACY_NONE;
}

size_t requests_find_turn(struct reading *reading, const struct spoken *turns, size_t count,
                          enum privacy privacy)
{
    for (size_t i = 0; reading->ruled && i < count; i++)
        if (turns[i].role == ROLE_USER && asked_in(reading, &turns[i]) == privacy)
            return i;
    return SIZE_MAX;
}

/* Of several things that are asked for the one that a person has to see first: the order of enum privacy. */
void requests_find(struct reading *reading, struct understanding *understanding)
{
    for (size_t i = 0; reading->ruled && i < reading->count; i++) {
        const struct spoken *spoken = &reading->spoken[i];
        enum privacy asked = PRIVACY_NONE;
        if (spoken->role == ROLE_USER &&
            !manner_has(reading, &spoken->words, LIST_JOKE, (struct span){0, spoken->words.count}))
            asked = asked_in(reading, spoken);
        if (asked == PRIVACY_NONE ||
            (understanding->request != PRIVACY_NONE && understanding->request <= asked))
            continue;
        understanding->request = asked;
        understanding->request_turn = spoken->turn;
    }
}

/* Whether an instruction says it, in the words of the caller or of an LLM. */
static bool says_so(struct reading *reading, const struct statement *statement)
{
    struct spoken spoken = {.turn = -1, .role = ROLE_USER};
    size_t at = 0;
    if (!reading->ruled || reading_read(reading, statement->text, &spoken) != 0)
        return false;
    const struct rule *rule = reading_find(reading, SECTION_PRIVACY, &spoken, &at);
    bool says = rule && rule->slot && privacy_find(rule->slot) == PRIVACY_DO_NOT_CALL;
    words_free(&spoken.words);
    return says;
}

void requests_add_instruction(struct reading *reading, struct understanding *understanding)
{
    if (understanding->request != PRIVACY_DO_NOT_CALL)
        return;
    for (size_t i = 0; i < understanding->statement_count; i++) {
        struct statement *statement = &understanding->statements[i];
        if (statement->kind == STATEMENT_INSTRUCTION && !*statement->whose && says_so(reading, statement)) {
            /* A later word on how to be reached does not take it back. */
            statement->slot = "";
            return;
        }
    }
    understanding_add(understanding, &(struct statement){.kind = STATEMENT_INSTRUCTION,
                                                         .whose = "",
                                                         .text = REQUESTS_NOT_CALLED,
                                                         .slot = "",
                                                         .value = "",
                                                         .by = "",
                                                         .source = SOURCE_RULE,
                                                         .turn = understanding->request_turn});
}
