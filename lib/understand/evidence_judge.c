/*
 * Whether a statement holds: was it said, by whom, of whom, and as something that is so?
 */
#include "understand/evidence_parts.h"

#include "understand/orders.h"
#include "understand/other_words.h"
#include "understand/slots.h"
#include "understand/speakers_parts.h"

#include <stdlib.h>
#include <string.h>

/* What is asked of a statement of each kind. */
static const struct demand {
    double said;      /* the least share of its words that was said */
    double confirmed; /* by the caller, or by the agent with a yes */
    double names;     /* the least share of its names and numbers */
    bool told;        /* that the agent told it and the caller let it stand is enough */
    bool rare;        /* rare words must have been said, not names and numbers alone */
    bool person;      /* said of somebody else it is not the caller's */
    bool present;     /* told as something that is so: not past, asked, supposed, denied, quoted */
    bool lasting;     /* not chosen for this time */
} demands[STATEMENTS] = {
    [STATEMENT_NEED] =
        {.said = 0.5, .names = 0.66, .confirmed = 0.3, .rare = true, .person = true, .present = true},
    [STATEMENT_PREFERENCE] =
        {.said = 0.5, .confirmed = 0.34, .rare = true, .person = true, .present = true, .lasting = true},
    [STATEMENT_INSTRUCTION] = {.said = 0.45, .names = 0.66, .confirmed = 0.34, .told = true, .present = true},
    [STATEMENT_FACT] =
        {.said = 0.5, .confirmed = 0.34, .told = true, .rare = true, .person = true, .present = true},
    [STATEMENT_CONTACT] = {.said = 0.55, .names = 0.66, .confirmed = 0.3, .told = true},
    [STATEMENT_ID] = {.told = true},
    [STATEMENT_ENDED] = {.said = 0.4, .names = 0.5, .told = true},
    [STATEMENT_OPEN] = {.said = 0.4, .names = 0.66, .told = true},
};

/* What a statement itself says of how it is meant. */
struct wording {
    bool negated;  /* "No mushrooms" */
    bool avoids;   /* "allergic", "without" */
    bool first;    /* "I grind my teeth" */
    bool relative; /* it names a relation: "Her daughter is a nurse" */
    bool past;
    bool conditional;
    bool lasting;
    bool wished;
    bool has;     /* "Has a dog" */
    bool contact; /* without a lexicon: it speaks of being reached */
};

static bool leaves_subjects_out(const struct reading *reading)
{
    return reading->ruled && language_writes(reading->language, "subjectless");
}

static struct wording read_wording(struct reading *reading, const char *text)
{
    struct wording wording = {0};
    struct spoken row = {0};
    if (reading_read(reading, text, &row) != 0)
        return wording;
    for (size_t at = 0; at < row.words.count; at++) {
        wording.negated = wording.negated || evidence_list(reading, LIST_NEGATOR, &row.words, at) ||
                          (!reading->ruled && other_word(OTHER_NEGATOR, row.words.items[at].fold));
        wording.contact =
            wording.contact || (!reading->ruled && other_word(OTHER_CONTACT, row.words.items[at].fold));
        wording.avoids = wording.avoids || evidence_list(reading, LIST_AVOID, &row.words, at);
        wording.first = wording.first || evidence_list(reading, LIST_FIRST_PERSON, &row.words, at) ||
                        evidence_list(reading, LIST_MINE, &row.words, at);
        wording.relative = wording.relative || evidence_list(reading, LIST_RELATIVE, &row.words, at) ||
                           (!reading->ruled && other_word(OTHER_RELATIVE, row.words.items[at].fold));
        wording.past = wording.past || evidence_list(reading, LIST_PAST, &row.words, at);
        wording.conditional = wording.conditional || evidence_list(reading, LIST_IF_CLAUSE, &row.words, at);
        wording.wished = wording.wished || evidence_list(reading, LIST_WISHED, &row.words, at) ||
                         evidence_list(reading, LIST_WISH, &row.words, at);
        wording.has = wording.has || evidence_list(reading, LIST_HAS, &row.words, at);
        wording.lasting = wording.lasting || evidence_list(reading, LIST_LASTING, &row.words, at);
    }
    /* Verbs of the first person end so in three languages, and adjectives as well: not clear. */
    if (leaves_subjects_out(reading) && row.words.count > 0) {
        const char *fold = row.words.items[0].fold;
        wording.first = wording.first || (strlen(fold) > 2 && fold[strlen(fold) - 1] == 'o');
    }
    words_free(&row.words);
    return wording;
}

/* What speaks against one place at which the caller said a word of the statement. */
struct objection {
    enum drop why; /* DROPS: nothing */
    struct span who;
    bool relative;
    bool pronoun; /* "he" */
};

/* "Quer dizer, da minha esposa": the next sentence says of whom the one before was. */
static bool is_corrected(struct reading *reading, const struct words *words, size_t at)
{
    size_t from = reading_sentence(words, at).to, to = from;
    while (to < words->count && to < from + 6 && (to == from || words->items[to].gap != GAP_STOP))
        to++;
    for (size_t i = from; i < to; i++) {
        if (language_list(reading->language, LIST_FIRST_PERSON, words, i) > 0)
            return false;
        if (language_list(reading->language, LIST_MINE, words, i) == 0 || i + 1 >= words->count ||
            language_list(reading->language, LIST_RELATIVE, words, i + 1) == 0)
            continue;
        /* "da" is read as "de a". */
        for (size_t back = 1; back <= 2 && i >= from + back; back++)
            if (language_list(reading->language, LIST_FOR, words, i - back) > 0)
                return true;
        return false;
    }
    return false;
}

/* "do not mind", near a word. */
static bool is_indifferent(struct reading *reading, const struct words *words, size_t at)
{
    struct span span = reading_sentence(words, at);
    if (span.from + 8 < at)
        span.from = at - 8;
    if (span.to > at + 8)
        span.to = at + 8;
    return manner_has(reading, words, LIST_INDIFFERENT, span);
}

/* A word that says no by itself stands before a place, in its clause: "I hate coriander", "not allergic to
 * latex". */
static bool is_avoided(struct reading *reading, const struct words *words, size_t at)
{
    for (size_t i = at + 1; i-- > 0 && at - i < 6;) {
        int strong = 0;
        if (language_value(reading->language, LIST_AVOID, words, i, &strong) > 0 && strong != 0)
            return true;
        if (words->items[i].gap != GAP_NONE)
            return false;
    }
    return false;
}

/* The statement says yes to what the caller says no to. */
static bool is_opposite(struct reading *reading, const struct wording *wording, const struct manner *manner,
                        const struct words *words, size_t at)
{
    bool avoided = is_avoided(reading, words, at);
    if (!wording->avoids)
        return manner->negated != avoided;
    /* "I can't have latex" says the same as "allergic to latex", and "I'm not allergic to latex" the
     * opposite. */
    return manner->negated && (avoided || is_indifferent(reading, words, at));
}

/* "I'd love a dog one day": not so yet. */
static bool is_wished(struct reading *reading, const struct words *words, size_t at)
{
    struct span span = {at, at + 1};
    while (span.from > 0 && words->items[span.from].gap == GAP_NONE)
        span.from--;
    while (span.to < words->count && words->items[span.to].gap == GAP_NONE)
        span.to++;
    return manner_has(reading, words, LIST_WISHED, span);
}

/* A word of the statement beside this place was said in the past: "loved sailing" of "loves sailing". */
static bool is_memory(struct evidence *evidence, const struct grounding *grounding, const struct place *place)
{
    size_t count;
    const struct spoken *spoken = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; i < grounding->place_count; i++) {
        const struct place *other = &grounding->places[i];
        size_t apart = other->at > place->at ? other->at - place->at : place->at - other->at;
        if (other->spoken != place->spoken || apart > 4 || grounding->words.items[other->token].weight < 1)
            continue;
        const char *said = spoken[other->spoken].words.items[other->at].fold;
        if (manner_is_past(evidence->reading, said, grounding->words.items[other->token].fold))
            return true;
    }
    return false;
}

/* "We had a dog" of "Has a dog". Not "we have had a dog for years". */
static bool is_had_once(const struct reading *reading, const struct words *words, size_t at)
{
    for (size_t apart = 0; at > 0 && apart < 4 && words->items[at].gap == GAP_NONE; apart++) {
        at--;
        if (language_list(reading->language, LIST_DUE, words, at) > 0)
            return false;
        if (language_list(reading->language, LIST_HAD, words, at) == 0)
            continue;
        /* "I've had": a list may have that as the past itself. */
        return at == 0 || words->items[at].gap != GAP_NONE ||
               language_list(reading->language, LIST_PERFECT, words, at - 1) == 0 ||
               language_list(reading->language, LIST_HAD, words, at - 1) > 1;
    }
    return false;
}

/* "You still know about the penicillin?" "Yes. Allergic to penicillin.": the agent said it, too, and was not
 * told no. */
static bool is_answered(struct evidence *evidence, const struct place *place)
{
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    size_t next = place->spoken + 1;
    if (next >= count || turns[next].role != ROLE_AGENT ||
        !ground_has(evidence->ground, next, place->token) ||
        manner_answer(evidence->reading, &turns[next]) == ANSWER_NO)
        return false;
    size_t answer = ground_answer(evidence->ground, next);
    return answer != SIZE_MAX && manner_answer(evidence->reading, &turns[answer]) != ANSWER_NO;
}

/* "Crumble's on tablets": said of one who has a name, and not of the one whom the LLM names. */
static bool is_of_another(struct evidence *evidence, const struct statement *statement,
                          const struct words *words, struct span who)
{
    struct words whose;
    bool other = false;
    if (who.to != who.from + 1 || words->items[who.from].shape != SHAPE_CAPITAL ||
        statement->whose[0] < 'A' || statement->whose[0] > 'Z' || strchr(statement->whose, ' ') ||
        words_read(NULL, statement->whose, &whose) != 0)
        return false;
    other = whose.count == 1 && whose.items[0].key != words->items[who.from].key &&
            ground_was_said(evidence->ground, whose.items[0].fold, false) &&
            !evidence_is_speaker(evidence, words, who);
    words_free(&whose);
    return other;
}

static struct objection object_to(struct evidence *evidence, const struct statement *statement,
                                  const struct wording *wording, const struct grounding *grounding,
                                  const struct place *place)
{
    struct reading *reading = evidence->reading;
    size_t count;
    const struct spoken *spoken = &ground_spoken(evidence->ground, &count)[place->spoken];
    const struct demand *demand = &demands[statement->kind];
    struct manner manner = manner_of(reading, spoken, place->at);
    struct objection objection = {.why = DROPS,
                                  .who = manner.who,
                                  .relative = manner.relative,
                                  .pronoun = manner.third_person && !manner.quoted};
    bool statement_of_fact = statement->kind == STATEMENT_NEED || statement->kind == STATEMENT_FACT;
    if (manner.quoted && !*statement->whose) {
        objection.why = DROP_PERSON;
        objection.relative = false;
    } else if (demand->person && !*statement->whose && manner.third_person && !wording->relative &&
               !evidence_is_speaker(evidence, &spoken->words, manner.who) &&
               !manner_goes_for_own(reading, &spoken->words, reading_sentence(&spoken->words, place->at)))
        objection.why = DROP_PERSON;
    else if (is_of_another(evidence, statement, &spoken->words, manner.who))
        objection.why = DROP_PERSON;
    else if (reading->ruled &&
             (manner_has(reading, &spoken->words, LIST_JOKE, (struct span){0, spoken->words.count}) ||
              manner_is_laughed_at(reading, &spoken->words, place->at)))
        objection.why = DROP_NEGATED;
    else if (!reading->ruled && statement->kind != STATEMENT_INSTRUCTION && manner.negated &&
             !wording->negated)
        objection.why = DROP_NEGATED;
    else if (manner.past && !wording->past)
        objection.why = DROP_PAST;
    else if (reading->ruled && statement->kind == STATEMENT_FACT && wording->has && !wording->past &&
             is_had_once(reading, &spoken->words, place->at))
        objection.why = DROP_PAST;
    else if (reading->ruled && !wording->negated &&
             is_opposite(reading, wording, &manner, &spoken->words, place->at))
        objection.why = DROP_NEGATED;
    else if (statement->kind == STATEMENT_FACT && !wording->wished &&
             is_wished(reading, &spoken->words, place->at))
        objection.why = DROP_ASKED;
    else if (statement_of_fact && ((manner.question && !is_answered(evidence, place) &&
                                    !manner_has(reading, &spoken->words, LIST_ASK_TO,
                                                reading_sentence(&spoken->words, place->at))) ||
                                   (manner.condition && !wording->conditional)))
        objection.why = DROP_ASKED;
    else if (reading->ruled && demand->person && !*statement->whose && !manner.first_person &&
             is_corrected(reading, &spoken->words, place->at)) {
        objection.why = DROP_PERSON;
        objection.relative = false;
    } else if (demand->lasting || statement_of_fact)
        objection.why =
            (manner.first_person || leaves_subjects_out(reading)) && is_memory(evidence, grounding, place)
                ? DROP_PAST
                : DROPS;
    return objection;
}

/* The words whose places are looked at: the specific ones, else those that say something, as a mask. */
static uint64_t telling_tokens(const struct grounding *grounding)
{
    uint64_t specific = 0, some = 0, when = 0;
    for (size_t i = 0; i < grounding->words.count; i++) {
        const struct token *token = &grounding->words.items[i];
        if (!token->user || token->code)
            continue;
        if (token->specific && token->fold[0] != '#')
            specific |= (uint64_t)1 << i;
        else if (token->weight >= 1 && !token->time && token->fold[0] != '#')
            some |= (uint64_t)1 << i;
        else if (token->weight >= 1)
            when |= (uint64_t)1 << i;
    }
    return specific ? specific : some ? some : when;
}

/* "daughter", "figlio Matteo": the relation with the name that follows it. */
static const char *name_of_other(struct reading *reading, const struct words *words, struct span who)
{
    if (who.to == who.from + 1 && who.to < words->count && words->items[who.to].gap == GAP_NONE &&
        !reading->nouns && words->items[who.to].shape == SHAPE_CAPITAL)
        who.to++;
    return reading_text(reading, words, who);
}

/* "He's allergic to aspirin", after "I'm calling for my father" and nobody else: whose it is. NULL when it
 * could be several, or nobody of the caller's was spoken of. */
static const char *only_relative(struct reading *reading, size_t turn, struct evidence *evidence)
{
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    const struct words *found = NULL;
    struct span who = {0, 0};
    for (size_t i = 0; reading->ruled && i <= turn && i < count; i++)
        for (size_t at = 1; turns[i].role == ROLE_USER && at < turns[i].words.count; at++) {
            const struct words *words = &turns[i].words;
            size_t len = language_list(reading->language, LIST_RELATIVE, words, at);
            if (len == 0 || language_list(reading->language, LIST_MINE, words, at - 1) == 0)
                continue;
            if (found && found->items[who.from].key != words->items[at].key)
                return NULL;
            found = words;
            who = (struct span){at, at + len};
        }
    return found ? reading_text(reading, found, who) : NULL;
}

/* "My neighbour Stan" is neither of the family nor of the household. */
static bool is_acquaintance(struct evidence *evidence, uint64_t name)
{
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t at = 1; turns[i].role == ROLE_USER && at < turns[i].words.count; at++)
            if (turns[i].words.items[at].key == name &&
                language_list(evidence->reading->language, LIST_ACQUAINTED, &turns[i].words, at - 1) > 0)
                return true;
    return false;
}

/* "Frank's on dialysis": one who is known by the name alone. NULL when it is no name of somebody else. */
static const char *named_other(struct evidence *evidence, const struct words *words, struct span who)
{
    struct reading *reading = evidence->reading;
    if (who.to != who.from + 1 || words->items[who.from].shape != SHAPE_CAPITAL ||
        (reading->nouns && !name_is_given(reading, words, who.from)) ||
        evidence_is_speaker(evidence, words, who) || is_acquaintance(evidence, words->items[who.from].key))
        return NULL;
    for (size_t i = 0; i < evidence->agent_count; i++)
        if (evidence->agents[i] == words->items[who.from].key)
            return NULL;
    return reading_text(reading, words, who);
}

/* "I book for Mr. Kell", and nobody else has a title in what the caller said so far. */
static const char *only_titled(struct evidence *evidence, size_t turn)
{
    struct reading *reading = evidence->reading;
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    const struct words *found = NULL;
    struct span who = {0, 0};
    for (size_t i = 0; reading->ruled && i <= turn && i < count; i++)
        for (size_t at = 0; turns[i].role == ROLE_USER && at + 1 < turns[i].words.count; at++) {
            const struct words *words = &turns[i].words;
            const struct word *name = &words->items[at + 1];
            size_t len = language_list(reading->language, LIST_TITLE, words, at);
            if (len != 1 || name->shape != SHAPE_CAPITAL ||
                evidence_is_speaker(evidence, words, (struct span){at + 1, at + 2}))
                continue;
            if (found && found->items[who.from + 1].key != name->key)
                return NULL;
            found = words;
            who = (struct span){at, at + 2};
        }
    return found ? reading_text(reading, found, who) : NULL;
}

/* Whether a word can be the name of one of whom is spoken: "the bath of Pingo", "It's about Ned". */
static bool is_spoken_of(struct evidence *evidence, const struct words *words, size_t at)
{
    struct reading *reading = evidence->reading;
    const struct language *language = reading->language;
    if (words->items[at].shape != SHAPE_CAPITAL || language_list(language, LIST_COMMON, words, at) > 0 ||
        language_list(language, LIST_NOT_NAME, words, at) > 0 ||
        language_list(language, LIST_MONTH, words, at) > 0 ||
        language_list(language, LIST_WEEKDAY, words, at) > 0)
        return false;
    return name_is_given(reading, words, at) ||
           (!reading->nouns && at > 0 && words->items[at].gap == GAP_NONE &&
            (language_list(language, LIST_FOR, words, at - 1) > 0 ||
             (at > 1 && language_list(language, LIST_LEAD, words, at - 1) > 0 &&
              language_list(language, LIST_FOR, words, at - 2) > 0)));
}

/* "It's about Pingo's bath. He's allergic …": the one name in the sentence before the one that `at` is in. */
static const char *name_before(struct evidence *evidence, const struct words *words, size_t at)
{
    struct reading *reading = evidence->reading;
    struct span sentence = reading_sentence(words, at), before;
    const char *found = NULL;
    size_t names = 0;
    if (!reading->ruled || sentence.from == 0)
        return NULL;
    before = reading_sentence(words, sentence.from - 1);
    if (manner_has(reading, words, LIST_RELATIVE, before))
        return NULL;
    for (size_t i = before.from; i < before.to; i++)
        if (is_spoken_of(evidence, words, i)) {
            names++;
            found = named_other(evidence, words, (struct span){i, i + 1});
        }
    return names == 1 ? found : NULL;
}

/* "Saturdays from now on. She's got drama.": when the caller wants something is their own, whoever is the
 * reason for it. */
static bool says_own_time(struct evidence *evidence, const struct statement *statement,
                          const struct wording *wording, const struct grounding *grounding)
{
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (statement->kind != STATEMENT_PREFERENCE || *statement->whose || !evidence->reading->ruled)
        return false;
    for (size_t i = 0; i < grounding->place_count; i++) {
        const struct place *place = &grounding->places[i];
        struct manner manner = manner_of(evidence->reading, &turns[place->spoken], place->at);
        if (grounding->words.items[place->token].time && manner.first_person &&
            object_to(evidence, statement, wording, grounding, place).why == DROPS)
            return true;
    }
    return false;
}

/* What speaks against a statement as a whole: what holds of most of its telling words wherever the caller
 * said them. */
static enum drop object(struct evidence *evidence, struct statement *statement,
                        const struct grounding *grounding)
{
    struct reading *reading = evidence->reading;
    struct wording wording = read_wording(reading, statement->text);
    uint64_t telling = telling_tokens(grounding);
    double clean = 0, all = 0, against[DROPS] = {0};
    size_t avoided = 0, of_others = 0, longest = 0;
    enum drop longest_why = DROPS;
    struct objection person = {.why = DROPS};
    size_t person_turn = 0, person_word = 0;
    /* "My neighbour's allergic to them": what is said of the thing is said of somebody else. */
    for (size_t i = 0; wording.avoids && !*statement->whose && reading->ruled && i < grounding->place_count;
         i++) {
        const struct place *place = &grounding->places[i];
        size_t count;
        const struct words *words = &ground_spoken(evidence->ground, &count)[place->spoken].words;
        if (language_list(reading->language, LIST_AVOID, words, place->at) == 0)
            continue;
        struct objection objection = object_to(evidence, statement, &wording, grounding, place);
        avoided++;
        of_others += objection.why == DROP_PERSON;
        if (objection.why == DROP_PERSON && (objection.relative || person.why == DROPS)) {
            person = objection;
            person_turn = place->spoken;
            person_word = place->at;
        }
    }
    bool of_other = avoided > 0 && of_others == avoided;
    for (size_t token = 0; token < grounding->words.count; token++) {
        struct objection last = {.why = DROPS};
        bool good = false, some = false;
        if (!(telling >> token & 1))
            continue;
        for (size_t i = 0; i < grounding->place_count && !good; i++) {
            if (grounding->places[i].token != token)
                continue;
            struct objection objection =
                object_to(evidence, statement, &wording, grounding, &grounding->places[i]);
            good = objection.why == DROPS;
            some = true;
            last = objection;
            if (objection.why == DROP_PERSON && (objection.relative || person.why == DROPS)) {
                person = objection;
                person_turn = grounding->places[i].spoken;
                person_word = grounding->places[i].at;
            }
        }
        size_t length = strlen(grounding->words.items[token].fold);
        if (some && length > longest) {
            longest = length;
            longest_why = good ? DROPS : last.why;
        }
        double weight = some ? grounding->words.items[token].weight : 0;
        all += weight;
        if (good)
            clean += weight;
        else if (some)
            against[last.why] += weight;
    }
    /* Which words say little is not known without a lexicon; the longest one is the thing itself. */
    if (!reading->ruled && longest_why == DROP_NEGATED)
        return DROP_NEGATED;
    if (!of_other && (all <= 0 || clean * 2 >= all))
        return DROPS;
    enum drop why = of_other ? DROP_PERSON : DROPS;
    for (int i = 0; i < DROPS && !of_other; i++)
        if (against[i] > 0 && (why == DROPS || against[i] > against[why]))
            why = (enum drop)i;
    if (why == DROP_PERSON && says_own_time(evidence, statement, &wording, grounding))
        return DROPS;
    if (why == DROP_PERSON && !person.relative && person.pronoun && !wording.first &&
        statement->kind == STATEMENT_NEED) {
        size_t count;
        const struct words *words = &ground_spoken(evidence->ground, &count)[person_turn].words;
        const char *meant = named_other(evidence, words, person.who);
        if (person.who.from == person.who.to) {
            meant = only_relative(reading, person_turn, evidence);
            meant = meant ? meant : name_before(evidence, words, person_word);
            meant = meant ? meant : evidence->taken;
            meant = meant ? meant : only_titled(evidence, person_turn);
        }
        if (meant) {
            statement->whose = meant;
            return DROPS;
        }
    }
    if (why != DROP_PERSON || !person.relative || wording.first)
        return why;
    /* It is clear whose it is: "my daughter has celiac disease". */
    size_t count;
    const struct words *words = &ground_spoken(evidence->ground, &count)[person_turn].words;
    const char *whose = name_of_other(reading, words, person.who);
    if (!whose)
        return why;
    statement->whose = whose;
    return DROPS;
}

/* Whether the agent asked for a choice right before a turn. */
static bool was_choice(struct evidence *evidence, size_t spoken)
{
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (spoken == 0 || turns[spoken - 1].role != ROLE_AGENT)
        return false;
    const struct words *words = &turns[spoken - 1].words;
    for (size_t at = 0; at < words->count; at++)
        if (words->items[at].question &&
            language_list(evidence->reading->language, LIST_WHICH, words, at) > 0)
            return true;
    return false;
}

/* "Could you email it to me?": how one thing is to be sent, and no more. */
static bool asks_for_thing(struct reading *reading, const struct words *words, size_t at)
{
    struct span sentence = reading_sentence(words, at);
    size_t len = language_list(reading->language, LIST_CONTACT, words, at), channel = 0;
    const char *item = language_item(reading->language, words, at, &channel);
    if (len == 0 && item && strcmp(item, "contact.channel") == 0)
        len = channel;
    size_t next = at + len;
    return next > at && next < sentence.to && words->items[next].gap == GAP_NONE &&
           language_list(reading->language, LIST_FUNCTION, words, next) > 0 &&
           language_list(reading->language, LIST_FIRST_PERSON, words, next) == 0 &&
           manner_has(reading, words, LIST_ASK_TO, (struct span){sentence.from, at}) &&
           !manner_has(reading, words, LIST_BETTER, sentence);
}

/* Chosen for this time: an answer to "red or blue?" (`choice`), or said with "today", and nowhere with
 * "always". */
static bool is_once(struct evidence *evidence, const struct grounding *grounding, bool choice)
{
    struct reading *reading = evidence->reading;
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    uint64_t telling = telling_tokens(grounding);
    size_t once = 0, places = 0;
    /* "Prefers email" has no other words than how. */
    if (!choice && telling == 0)
        telling = UINT64_MAX;
    for (size_t i = 0; reading->ruled && i < grounding->place_count; i++) {
        const struct place *place = &grounding->places[i];
        if (!(telling >> place->token & 1))
            continue;
        const struct words *words = &turns[place->spoken].words;
        if (manner_has(reading, words, LIST_LASTING, (struct span){0, words->count}))
            return false;
        places++;
        once += (choice ? was_choice(evidence, place->spoken) : asks_for_thing(reading, words, place->at)) ||
                manner_has(reading, words, LIST_ONCE, reading_sentence(words, place->at));
    }
    return places > 0 && once == places;
}

/* The agent says in the turn that grounds it that it is done. */
static bool is_settled(struct evidence *evidence, const struct statement *statement,
                       const struct grounding *grounding)
{
    struct reading *reading = evidence->reading;
    size_t count, at;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (!reading->ruled || *statement->until || grounding->best_agent == SIZE_MAX)
        return false;
    return reading_find(reading, SECTION_DONE, &turns[grounding->best_agent], &at) != NULL;
}

/* Whether the caller said a word of the statement in a sentence. */
static bool is_in_sentence(const struct grounding *grounding, size_t spoken, struct span sentence)
{
    for (size_t i = 0; i < grounding->place_count; i++) {
        const struct place *place = &grounding->places[i];
        if (place->spoken == spoken && place->at >= sentence.from && place->at < sentence.to &&
            grounding->words.items[place->token].weight >= 1)
            return true;
    }
    return false;
}

/* "Shall I cancel the Monday?" before the caller's turn, or "It's cancelled" after it. */
static bool is_cancelled_by_agent(struct evidence *evidence, const struct grounding *grounding, size_t agent,
                                  size_t caller)
{
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (agent == SIZE_MAX || (agent + 1 != caller && caller + 1 != agent))
        return false;
    /* "Cancelled. You get the deposit back.": what has a sentence of its own is not what was done away with.
     */
    const struct words *words = &turns[agent].words;
    bool cancelled = false, own = false, beside = false;
    for (size_t at = 0; at < words->count;) {
        struct span sentence = reading_sentence(words, at);
        bool here = manner_has(evidence->reading, words, LIST_CANCELLED, sentence);
        bool named = false;
        for (size_t word = sentence.from; word < sentence.to && !named; word++)
            for (size_t t = 0; t < grounding->words.count && !named; t++)
                named = grounding->words.items[t].weight >= 1 &&
                        strcmp(grounding->words.items[t].fold, words->items[word].fold) == 0;
        cancelled = cancelled || here;
        own = own || (here && named);
        beside = beside || (!here && named);
        at = sentence.to > at ? sentence.to : at + 1;
    }
    return cancelled && (own || !beside);
}

/* The caller does away with it: "I have to cancel the eighth". */
static bool is_cancelled(struct evidence *evidence, const struct statement *statement,
                         const struct grounding *grounding)
{
    struct reading *reading = evidence->reading;
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    struct spoken row = {0};
    if (!reading->ruled || reading_read(reading, statement->text, &row) != 0)
        return false;
    bool meant = manner_has(reading, &row.words, LIST_CANCELLED, (struct span){0, row.words.count});
    words_free(&row.words);
    for (size_t at = 0; !meant && at < count; at++)
        for (size_t word = 0; turns[at].role == ROLE_USER && word < turns[at].words.count; word++) {
            if (language_list(reading->language, LIST_CANCELLED, &turns[at].words, word) == 0)
                continue;
            struct manner manner = manner_of(reading, &turns[at], word);
            if (!manner.negated && !manner.condition &&
                (is_in_sentence(grounding, at, reading_sentence(&turns[at].words, word)) ||
                 is_cancelled_by_agent(evidence, grounding, grounding->best_agent, at)))
                return true;
        }
    return false;
}

/* The LLM gave to somebody else what the caller says of themselves: "I'm deaf in one ear", and nobody else is
 * spoken of, or only one whose name the caller denied. */
static bool is_own(struct evidence *evidence, const struct grounding *grounding, bool denied)
{
    struct reading *reading = evidence->reading;
    uint64_t telling = telling_tokens(grounding);
    size_t count, own = 0;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; reading->ruled && i < grounding->place_count; i++) {
        const struct place *place = &grounding->places[i];
        if (!(telling >> place->token & 1))
            continue;
        const struct words *words = &turns[place->spoken].words;
        struct span all = {0, words->count}, near = {place->at, place->at};
        struct manner manner = manner_of(reading, &turns[place->spoken], place->at);
        while (near.from > 0 && place->at - near.from < 3 && words->items[near.from].gap == GAP_NONE)
            near.from--;
        if (manner.quoted || manner.third_person || manner_has(reading, words, LIST_RELATIVE, all) ||
            manner_has(reading, words, LIST_THIRD_PERSON, all))
            return false;
        own += (manner_has(reading, words, LIST_FIRST_PERSON, near) &&
                !manner_has(reading, words, LIST_WISH, near)) ||
               (denied && manner.first_person);
    }
    return own > 0;
}

/* All that the caller said of it stands in sentences that tell the agent what to do. */
static bool is_ordered(struct evidence *evidence, const struct grounding *grounding)
{
    size_t count, places = 0;
    uint64_t telling = telling_tokens(grounding);
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; i < grounding->place_count; i++) {
        const struct place *place = &grounding->places[i];
        const struct words *words = &turns[place->spoken].words;
        if (!(telling >> place->token & 1))
            continue;
        const char *sentence = reading_text(evidence->reading, words, reading_sentence(words, place->at));
        if (!sentence || !orders_are_in(evidence->reading, sentence))
            return false;
        places++;
    }
    return places > 0;
}

/* The agent says a word of themselves: "I live there", "I'm vegan myself"; "we" is the company. */
static bool is_of_agent(const struct reading *reading, const struct words *words, size_t at)
{
    for (size_t i = at + 1; i-- > 0;) {
        if (words->items[i].question || language_list(reading->language, LIST_SECOND_PERSON, words, i) > 0 ||
            language_list(reading->language, LIST_WE, words, i) > 0)
            return false;
        if (language_list(reading->language, LIST_FIRST_PERSON, words, i) > 0 ||
            language_list(reading->language, LIST_MINE, words, i) > 0)
            return true;
        if (words->items[i].gap == GAP_STOP)
            return false;
    }
    return false;
}

/* What the caller did not say, and what the agent says of themselves wherever they say it. */
static bool is_agents_own(struct evidence *evidence, const struct grounding *grounding)
{
    struct reading *reading = evidence->reading;
    size_t count, own = 0, places = 0;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t token = 0; reading->ruled && token < grounding->words.count; token++) {
        const struct token *word = &grounding->words.items[token];
        if (word->weight < 1)
            continue;
        if (word->user)
            return false;
        for (size_t i = 0; i < count; i++)
            for (size_t at = 0; turns[i].role == ROLE_AGENT && at < turns[i].words.count; at++)
                if (strcmp(turns[i].words.items[at].fold, word->fold) == 0) {
                    places++;
                    own += is_of_agent(reading, &turns[i].words, at);
                }
    }
    return places > 0 && own == places;
}

/* E-mail addresses, numbers and codes: as a whole or not at all. */
static enum drop judge_value(struct evidence *evidence, struct statement *statement)
{
    size_t turn = SIZE_MAX;
    bool heard = ground_heard(evidence->ground, statement->value, &turn);
    /* Digits in words of a language without a lexicon cannot be read. */
    if (!heard && (evidence->reading->ruled || strchr(statement->value, '@')))
        return DROP_UNGROUNDED;
    statement->turn = ground_position(evidence->ground, turn);
    return DROPS;
}

/* Whether the verb of a statement is said of what stands at a place: in its sentence, in one beside it that
 * goes on about it ("I work there"), or in the agent's question before. */
static bool is_verb_of(struct evidence *evidence, const struct grounding *grounding, size_t verb,
                       const struct place *thing, bool own)
{
    struct reading *reading = evidence->reading;
    size_t count;
    const struct spoken *spoken = &ground_spoken(evidence->ground, &count)[thing->spoken];
    const struct words *words = &spoken->words;
    struct span sentence = reading_sentence(words, thing->at);
    for (size_t i = 0; i < grounding->place_count; i++) {
        const struct place *said = &grounding->places[i];
        if (said->token != verb || said->spoken != thing->spoken)
            continue;
        /* "I'm going there, my brother works there." */
        if (own && manner_of(reading, spoken, said->at).third_person)
            continue;
        struct span around = reading_sentence(words, said->at);
        bool beside = around.from == sentence.to || around.to == sentence.from;
        if (around.from == sentence.from ||
            (beside && said->at + 1 < around.to &&
             language_list(reading->language, LIST_FUNCTION, words, said->at + 1) > 0))
            return true;
    }
    return thing->spoken > 0 && ground_has(evidence->ground, thing->spoken - 1, verb);
}

/* "Jo Marsden from Lumen Studio", who calls. */
static bool is_behind_speaker(struct evidence *evidence, const struct words *words, size_t at)
{
    return at >= 2 && words->items[at].shape != SHAPE_LOWER && words->items[at].gap == GAP_NONE &&
           words->items[at - 1].gap == GAP_NONE && words->items[at - 2].shape == SHAPE_CAPITAL &&
           language_list(evidence->reading->language, LIST_FUNCTION, words, at - 1) > 0 &&
           evidence_is_speaker(evidence, words, (struct span){at - 2, at - 1});
}

/* "At Redline", of one who "works at Redline": said so of the speaker. */
static bool is_placed_so(struct evidence *evidence, const struct place *thing, const char *before)
{
    size_t count;
    const struct spoken *spoken = &ground_spoken(evidence->ground, &count)[thing->spoken];
    if (is_behind_speaker(evidence, &spoken->words, thing->at))
        return true;
    for (size_t back = 1; back <= 3 && back <= thing->at; back++) {
        if (spoken->words.items[thing->at + 1 - back].gap != GAP_NONE)
            return false;
        if (strcmp(spoken->words.items[thing->at - back].fold, before) == 0)
            return manner_of(evidence->reading, spoken, thing->at).first_person;
    }
    return false;
}

/* In the turn of a thing the verb of a statement is said of somebody else: "my brother works there". */
static bool is_verb_of_others(struct evidence *evidence, const struct grounding *grounding, size_t verb,
                              const struct place *thing)
{
    size_t count;
    const struct spoken *spoken = &ground_spoken(evidence->ground, &count)[thing->spoken];
    for (size_t i = 0; i < grounding->place_count; i++)
        if (grounding->places[i].token == verb && grounding->places[i].spoken == thing->spoken &&
            manner_of(evidence->reading, spoken, grounding->places[i].at).third_person)
            return true;
    return false;
}

/* "I have to be at the airport by six", "pick me up at the airport", and "at the airport" where the agent
 * asked where to: a place to go to, and no home or work. */
static bool is_destination(struct evidence *evidence, const struct place *thing)
{
    struct reading *reading = evidence->reading;
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    const struct words *words = &turns[thing->spoken].words;
    struct span sentence = reading_sentence(words, thing->at), before = {thing->at, thing->at};
    while (before.from > sentence.from && words->items[before.from].gap == GAP_NONE)
        before.from--;
    if (manner_has(reading, words, LIST_MINE, before))
        return false;
    if (manner_has(reading, words, LIST_DUE, before) || manner_has(reading, words, LIST_ASK_TO, before) ||
        (words->items[thing->at].question && manner_has(reading, words, LIST_ASKS, before)))
        return true;
    /* An order: nobody does it but the one who is spoken to. */
    if (manner_has(reading, words, LIST_FIRST_PERSON, before))
        return !leaves_subjects_out(reading) && !manner_has(reading, words, LIST_SUBJECT, before);
    if (thing->spoken == 0 || turns[thing->spoken - 1].role != ROLE_AGENT || sentence.from > 0)
        return false;
    const struct words *asked = &turns[thing->spoken - 1].words;
    struct span all = {0, asked->count};
    return manner_has(reading, asked, LIST_ASKS, all) && !manner_has(reading, asked, LIST_KEY_ADDRESS, all);
}

/* "Our company's Pell Marine": where the speaker works. */
static bool is_own_company(struct evidence *evidence, const struct place *thing)
{
    size_t count;
    const struct words *words = &ground_spoken(evidence->ground, &count)[thing->spoken].words;
    struct span before = {thing->at, thing->at};
    while (before.from > 0 && words->items[before.from].gap == GAP_NONE)
        before.from--;
    for (size_t at = before.from; at + 1 < before.to; at++)
        if (language_list(evidence->reading->language, LIST_MINE, words, at) > 0 &&
            language_list(evidence->reading->language, LIST_COMPANY, words, at + 1) > 0)
            return true;
    return false;
}

/* "Works at the hospital", "Lives at the airport" of one who has to be driven there: the place was said, and
 * nothing of work or of a home. */
static bool is_related(struct evidence *evidence, const struct statement *statement,
                       const struct grounding *grounding)
{
    const char *verb_fold = "", *before = "";
    size_t verb = 0, places = 0;
    bool home = false;
    if (!evidence->reading->ruled || grounding->words.foreign ||
        !slots_place(evidence->reading, statement->text, &verb_fold, &before, &home))
        return true;
    while (verb < grounding->words.count && strcmp(grounding->words.items[verb].fold, verb_fold) != 0)
        verb++;
    for (size_t i = 0; verb < grounding->words.count && i < grounding->place_count; i++) {
        const struct place *thing = &grounding->places[i];
        if (thing->token == verb || grounding->words.items[thing->token].weight < 1)
            continue;
        places++;
        if (is_verb_of(evidence, grounding, verb, thing, !*statement->whose))
            return true;
        if (is_destination(evidence, thing))
            continue;
        if (home || is_own_company(evidence, thing) ||
            (is_placed_so(evidence, thing, before) && !is_verb_of_others(evidence, grounding, verb, thing)))
            return true;
    }
    return places == 0;
}

/* Whether enough of a statement was said: of all its words, of its names and numbers, and of those that are
 * rare. */
static bool is_grounded(const struct grounding *g, const struct demand *demand)
{
    /* In another language than the call only names, numbers and what is written alike can be found. */
    if (g->words.foreign)
        return g->core >= 0.25 && g->names_said * 2 >= g->names;
    if (g->said < (g->words.unknown && demand->said > 0.45 ? 0.6 : demand->said) ||
        (double)g->names_said < (double)g->names * demand->names)
        return false;
    return !demand->rare || g->specific_said * 3 >= g->specific * 2 ||
           (g->said >= 0.65 && g->specific_said * 2 >= g->specific);
}

/* "Allergic to Mondays" is a joke: there is nothing in it but a day or a month to be allergic to. */
static bool avoids_a_day(struct evidence *evidence, const char *text)
{
    struct reading *reading = evidence->reading;
    struct spoken row = {0};
    size_t days = 0, avoids = 0, others = 0;
    if (reading_read(reading, text, &row) != 0)
        return false;
    for (size_t at = 0; at < row.words.count; at++) {
        bool avoid = evidence_list(reading, LIST_AVOID, &row.words, at);
        bool day = evidence_list(reading, LIST_WEEKDAY, &row.words, at) ||
                   evidence_list(reading, LIST_MONTH, &row.words, at);
        avoids += avoid;
        days += day;
        others += !avoid && !day && !evidence_list(reading, LIST_FUNCTION, &row.words, at) &&
                  !evidence_list(reading, LIST_FIRST_PERSON, &row.words, at);
    }
    words_free(&row.words);
    return days > 0 && avoids > 0 && others == 0;
}

/* "Dienstags geht's bei mir nie": the clause of a day says no to it. */
static bool refuses_day(struct reading *reading, const struct spoken *spoken, size_t at)
{
    const struct words *words = &spoken->words;
    struct span clause = {at, at + 1};
    if (!reading->ruled)
        return other_word(OTHER_WEEKDAY, words->items[at].fold) && manner_of(reading, spoken, at).negated;
    if (language_list(reading->language, LIST_WEEKDAY, words, at) == 0)
        return false;
    while (clause.from > 0 && words->items[clause.from].gap == GAP_NONE)
        clause.from--;
    while (clause.to < words->count && words->items[clause.to].gap == GAP_NONE &&
           language_list(reading->language, LIST_BUT, words, clause.to) == 0)
        clause.to++;
    return manner_has(reading, words, LIST_NEGATOR, clause);
}

/* "Call on Tuesdays", of one who never can on Tuesdays: every place of its day says no. */
static bool is_day_refused(struct evidence *evidence, const struct grounding *grounding)
{
    struct reading *reading = evidence->reading;
    size_t count, days = 0, refused = 0;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; i < grounding->place_count; i++) {
        const struct place *place = &grounding->places[i];
        const struct spoken *spoken = &turns[place->spoken];
        bool day = reading->ruled
                       ? language_list(reading->language, LIST_WEEKDAY, &spoken->words, place->at) > 0
                       : other_word(OTHER_WEEKDAY, spoken->words.items[place->at].fold);
        days += day;
        refused += day && refuses_day(reading, spoken, place->at);
    }
    return days > 0 && refused == days;
}

/* "Works at the hospital", of one who said "trabajaba en el hospital": where the statement is in another
 * language than the call, its verb is not among the words that were said. */
static bool is_foreign_memory(struct evidence *evidence, const struct grounding *grounding)
{
    struct reading *reading = evidence->reading;
    size_t count, places = 0, past = 0;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (!reading->ruled || !grounding->words.foreign)
        return false;
    for (size_t i = 0; i < grounding->place_count; i++) {
        const struct place *place = &grounding->places[i];
        const struct words *words = &turns[place->spoken].words;
        bool here = false;
        for (size_t at = place->at; !here; at--) {
            here = (words->items[at].shape == SHAPE_LOWER || words->items[at].gap == GAP_STOP) &&
                   language_list(reading->language, LIST_COMMON, words, at) == 0 &&
                   language_list(reading->language, LIST_FUNCTION, words, at) == 0 &&
                   manner_is_past(reading, words->items[at].fold, "");
            if (at == 0 || words->items[at].gap != GAP_NONE)
                break;
        }
        places++;
        past += here;
    }
    return places > 0 && past == places;
}

enum drop evidence_judge(struct evidence *evidence, struct statement *statement)
{
    struct reading *reading = evidence->reading;
    const struct demand *demand = &demands[statement->kind];
    struct grounding *grounding = arena_alloc(reading->arena, sizeof *grounding);
    if (!grounding || ground_statement(evidence->ground, statement->text, grounding) != 0) {
        reading->failed = true;
        return DROP_FORM;
    }
    if (statement->kind == STATEMENT_NEED && avoids_a_day(evidence, statement->text))
        return DROP_NEGATED;
    slots_find(reading, statement);
    if (statement->kind == STATEMENT_ID && !*statement->value)
        statement->kind = STATEMENT_FACT;
    if (statement->kind == STATEMENT_ID ||
        (statement->kind == STATEMENT_CONTACT && strcmp(statement->slot, "address") != 0))
        return judge_value(evidence, statement);
    if (statement->kind == STATEMENT_CONTACT && !strpbrk(statement->text, "0123456789")) {
        /* "Has no mobile phone" */
        statement->kind = STATEMENT_FACT;
        statement->slot = statement->value = "";
        demand = &demands[STATEMENT_FACT];
    }
    if (grounding->words.count == 0 || grounding->weight <= 0)
        return DROP_UNGROUNDED;
    statement->turn = ground_position(evidence->ground,
                                      grounding->best != SIZE_MAX ? grounding->best : grounding->best_agent);
    if (!is_grounded(grounding, demand))
        return DROP_UNGROUNDED;
    if (ground_is_summary(evidence->ground))
        return DROPS;
    /* "Shall I pencil it in?" "No, don't." */
    if (statement->kind == STATEMENT_OPEN && grounding->refused > 0.5)
        return DROP_REFUSED;
    if (statement->kind == STATEMENT_OPEN)
        return is_settled(evidence, statement, grounding) || is_cancelled(evidence, statement, grounding)
                   ? DROP_SETTLED
                   : DROPS;
    bool denied = evidence_is_denied(evidence, statement->whose);
    if ((statement->kind == STATEMENT_NEED || denied) && *statement->whose &&
        evidence->understanding->speaker_count < 2 && is_own(evidence, grounding, denied))
        statement->whose = "";
    double confirmed = demand->told ? grounding->told : grounding->confirmed;
    if (confirmed < (grounding->words.foreign ? 0.1 : demand->confirmed))
        return DROP_REFUSED;
    struct wording wording = read_wording(reading, statement->text);
    if (grounding->refused > 0.5 && statement->kind != STATEMENT_ENDED && !wording.negated && !wording.avoids)
        return DROP_REFUSED;
    if (grounding->offered && statement->kind != STATEMENT_ENDED && !wording.negated && !wording.avoids)
        return DROP_REFUSED;
    if (demand->told && demand->person && is_agents_own(evidence, grounding))
        return DROP_PERSON;
    if (reading->ruled && is_ordered(evidence, grounding))
        return DROP_ORDER;
    if ((statement->kind == STATEMENT_INSTRUCTION || statement->kind == STATEMENT_PREFERENCE) &&
        !wording.negated && !wording.avoids && (reading->ruled || wording.contact) &&
        is_day_refused(evidence, grounding))
        return DROP_NEGATED;
    if (statement->kind == STATEMENT_FACT && !wording.past && is_foreign_memory(evidence, grounding))
        return DROP_PAST;
    if (demand->present) {
        enum drop why = object(evidence, statement, grounding);
        if (why != DROPS)
            return why;
    }
    /* "Call me back at four today" is an appointment. An answer to "by phone or by mail?" may well last. */
    bool contact = strncmp(statement->slot, "contact.", 8) == 0;
    if ((contact ? !*statement->until : demand->lasting) && is_once(evidence, grounding, !contact))
        return DROP_ONCE;
    if (statement->kind == STATEMENT_FACT && !is_related(evidence, statement, grounding))
        return DROP_UNGROUNDED;
    return DROPS;
}
