#include "understand/requests.h"

#include "understand/manner.h"

#include <string.h>

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
            if (here == DROPS && is_appointment(reading, words, at))
                here = DROP_ASKED;
            if (here == DROPS) {
                *turn = i;
                return DROPS;
            }
            why = here;
        }
    }
    return why;
}

/* What a turn asks for: the first rule that fits and is meant. */
static enum privacy asked_in(struct reading *reading, const struct spoken *spoken)
{
    const struct words *words = &spoken->words;
    for (size_t at = 0; at < words->count; at++) {
        bool negated;
        const struct rule *rule = reading_rule(reading, SECTION_PRIVACY, spoken, at);
        enum privacy privacy = rule && rule->slot ? privacy_find(rule->slot) : PRIVACIES;
        if (privacy == PRIVACIES || judge(reading, spoken, at, &negated) != DROPS)
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
