#include "understand/rules.h"

#include "understand/date.h"
#include "understand/manner.h"
#include "understand/numerals.h"
#include "understand/orders.h"
#include "understand/slots.h"

#include <string.h>

#define ITEM_WORDS  6  /* from where a wish begins, in which what is wished for is named */
#define NAMED_WORDS 5  /* of what is named in an answer */
#define QUOTE_WORDS 14 /* of a sentence that is quoted whole; of a longer one the clause that was found */

struct ruler {
    struct reading *reading;
    struct understanding *understanding;
    const struct spoken *spoken; /* the turn that is read */
    const struct spoken *before; /* the agent's turn before it, NULL when there is none */
};

/* What a section's rules say. */
struct use {
    enum section section;
    enum statement_kind kind;
};

static const struct use uses[] = {
    {SECTION_ENDED, STATEMENT_ENDED},
    {SECTION_NEED, STATEMENT_NEED},
    {SECTION_INSTRUCTION, STATEMENT_INSTRUCTION},
    {SECTION_LIKE, STATEMENT_PREFERENCE},
    {SECTION_DISLIKE, STATEMENT_PREFERENCE},
    {SECTION_FACT, STATEMENT_FACT},
};

/* Past what leads a sentence without belonging to it: "and", "yes", "well". */
static size_t past_lead(struct ruler *ruler, struct span span)
{
    static const enum list leads[] = {LIST_AND, LIST_BUT, LIST_YES, LIST_NO, LIST_FILLER};
    const struct words *words = &ruler->spoken->words;
    size_t len = 1;
    while (len > 0 && span.from < span.to) {
        len = 0;
        for (size_t i = 0; i < sizeof leads / sizeof *leads && len == 0; i++)
            len = language_list(ruler->reading->language, leads[i], words, span.from);
        bool pause = span.from + len < span.to && words->items[span.from + len].gap != GAP_NONE;
        bool link = language_list(ruler->reading->language, LIST_AND, words, span.from) > 0 ||
                    language_list(ruler->reading->language, LIST_BUT, words, span.from) > 0;
        len = pause || link ? len : 0;
        span.from += len;
    }
    return span.from;
}

/* Where the clause of word `at` ends: at a pause, or before another thought. */
static size_t clause_end(struct ruler *ruler, size_t at, size_t end)
{
    static const enum list ends[] = {LIST_BUT, LIST_STOP};
    const struct words *words = &ruler->spoken->words;
    for (size_t to = at; to < end; to++) {
        size_t and = language_list(ruler->reading->language, LIST_AND, words, to);
        bool thought = and > 0 && to + and < end &&
                       language_list(ruler->reading->language, LIST_FIRST_PERSON, words, to + and) > 0;
        for (size_t i = 0; i < sizeof ends / sizeof *ends && !thought; i++)
            thought = to > at && language_list(ruler->reading->language, ends[i], words, to) > 0;
        if (to > at && (thought || words->items[to].gap != GAP_NONE))
            return to;
    }
    return end;
}

/* What a rule found, as it was said. Of a need or a fact the clause from where it begins; of a wish the whole
 * sentence unless that is long, since what stands beside it says what is meant. */
static char *quote(struct ruler *ruler, const struct use *use, struct span found)
{
    const struct words *words = &ruler->spoken->words;
    struct span span = reading_sentence(words, found.from);
    bool clause = use->kind == STATEMENT_NEED || use->kind == STATEMENT_FACT || use->kind == STATEMENT_ENDED;
    span.to = found.to > span.to ? found.to : span.to;
    if (clause || span.to - span.from > QUOTE_WORDS) {
        size_t end = clause_end(ruler, found.to > 0 ? found.to - 1 : 0, span.to);
        span = (struct span){found.from, end > found.to ? end : found.to};
    }
    if (span.to - span.from > QUOTE_WORDS)
        span = found;
    size_t from = past_lead(ruler, span);
    if (from < found.to)
        span.from = from;
    char *text = reading_text(ruler->reading, words, span);
    if (text && text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
    return text;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Whether something that people have lasting wishes about stands in a span: a room, a seat, a delivery. What
 * they would like to eat and drink is a choice of the day. */
static bool has_item(struct ruler *ruler, const struct use *use, struct span span)
{
    const struct words *words = &ruler->spoken->words;
    size_t len, most = span.from + ITEM_WORDS < span.to ? span.from + ITEM_WORDS : span.to;
    for (size_t at = span.from; at < most; at++) {
        const char *item = language_item(ruler->reading->language, words, at, &len);
        if (!item || (use->section != SECTION_DISLIKE && begins(item, "like.")))
            continue;
        if (!begins(item, "contact.") ||
            manner_has(ruler->reading, words, LIST_BETTER, reading_sentence(words, span.from)))
            return true;
    }
    return false;
}

/* How to reach them, by channel or time. */
static bool is_contact(const char *slot)
{
    return begins(slot, "contact.") || begins(slot, "like.phone") || begins(slot, "language");
}

/* Of the facts of a life those that a sentence says plainly and that last. */
static bool is_lasting_fact(const char *slot)
{
    static const char *const slots[] = {"work", "family.status", "access", "pet"};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (begins(slot, slots[i]))
            return true;
    return false;
}

static struct span whole(const struct spoken *spoken)
{
    return (struct span){0, spoken->words.count};
}

/* Whether the agent asked for a day or a time: what is answered is an appointment. */
static bool answers_a_date(struct ruler *ruler)
{
    const struct spoken *before = ruler->before;
    if (!before || before->words.count == 0)
        return false;
    bool question = false;
    for (size_t at = 0; at < before->words.count; at++)
        question = question || before->words.items[at].question;
    return question && (manner_has(ruler->reading, &before->words, LIST_TIME, whole(before)) ||
                        manner_has(ruler->reading, &before->words, LIST_WEEKDAY, whole(before)) ||
                        manner_has(ruler->reading, &before->words, LIST_WHICH, whole(before)));
}

/* "I can't have any water till Thursday": what has a day ends with it. */
static bool has_weekday(struct ruler *ruler, struct span found)
{
    struct span sentence = reading_sentence(&ruler->spoken->words, found.from);
    return manner_has(ruler->reading, &ruler->spoken->words, LIST_WEEKDAY, sentence);
}

/* "Mondays", "montags", "los lunes", "le lundi": any of them, where a single one is a date. */
static bool is_each(const struct reading *reading, const struct words *words, size_t at)
{
    return language_list(reading->language, LIST_EACH, words, at) > 0 ||
           (at > 0 && language_list(reading->language, LIST_EACH, words, at - 1) == 1);
}

static bool has_date(struct ruler *ruler, struct span found)
{
    const struct words *words = &ruler->spoken->words;
    struct span sentence = reading_sentence(words, found.from);
    for (size_t at = sentence.from; at < sentence.to; at++)
        if (language_list(ruler->reading->language, LIST_WEEKDAY, words, at) > 0 &&
            !is_each(ruler->reading, words, at))
            return true;
    return false;
}

/* "I only call to say thanks" asks nothing of anybody. */
static bool follows_speaker(struct ruler *ruler, struct span found)
{
    const struct words *words = &ruler->spoken->words;
    for (size_t at = found.from; at > 0 && found.from - at < 2 && words->items[at].gap == GAP_NONE; at--)
        if (language_list(ruler->reading->language, LIST_FIRST_PERSON, words, at - 1) > 0)
            return true;
    return false;
}

/* "I don't like", "can't stand", and what is said so in other languages; not "I don't want", which is of
 * today. */
static bool is_of_taste(struct ruler *ruler, struct span found)
{
    const struct words *words = &ruler->spoken->words;
    return manner_has(ruler->reading, words, LIST_TASTE, found);
}

/* A wish that is said to last, or one of taste that says no. */
static bool lasts(struct ruler *ruler, const struct use *use, struct span found)
{
    struct span sentence = reading_sentence(&ruler->spoken->words, found.from);
    return manner_has(ruler->reading, &ruler->spoken->words, LIST_LASTING, sentence) ||
           (use->section == SECTION_DISLIKE && is_of_taste(ruler, found));
}

/* Whether the sentence is about being reached, or the agent asked for a time: "the draft was about 400 pages"
 * is neither. */
static bool speaks_of_contact(struct ruler *ruler, struct span found)
{
    struct span sentence = reading_sentence(&ruler->spoken->words, found.from);
    return manner_has(ruler->reading, &ruler->spoken->words, LIST_CONTACT, sentence) || answers_a_date(ruler);
}

/* "Please text me rather than call": a wish about how to be reached. "Send me the label by e-mail" is about
 * the label. */
static bool is_wish_of_contact(struct ruler *ruler, const struct use *use, struct span found)
{
    const struct words *words = &ruler->spoken->words;
    struct span sentence = reading_sentence(words, found.from);
    size_t len;
    bool verb = language_item(ruler->reading->language, words, found.from, &len) &&
                found.from > sentence.from &&
                language_list(ruler->reading->language, LIST_FIRST_PERSON, words, found.from - 1) > 0;
    if (verb)
        return false;
    return use->section == SECTION_DISLIKE || manner_has(ruler->reading, words, LIST_BETTER, sentence) ||
           lasts(ruler, use, found);
}

/* "My sister said: I am allergic to cats": what stands behind a colon is quoted. */
static bool is_behind_colon(const struct spoken *spoken, size_t at)
{
    struct span sentence = reading_sentence(&spoken->words, at);
    size_t start = spoken->words.items[sentence.from].start;
    while (start > 0 && strchr(" \"'", spoken->words.text[start - 1]))
        start--;
    return start > 0 && spoken->words.text[start - 1] == ':';
}

/* A time to be reached at, and no appointment: "Friday works for me", "I'll call again after six". */
static bool is_of_each_time(struct ruler *ruler, const struct use *use, const struct manner *manner,
                            struct span found)
{
    if (follows_speaker(ruler, found))
        return false;
    if ((answers_a_date(ruler) || has_date(ruler, found)) && !lasts(ruler, use, found))
        return false;
    return manner->first_person || speaks_of_contact(ruler, found);
}

/* "Ya no | soy vegetariana": a rule that has no negation of its own. */
static bool follows_negator(struct ruler *ruler, struct span found)
{
    const struct words *words = &ruler->spoken->words;
    return found.from > 0 && words->items[found.from].gap == GAP_NONE &&
           language_list(ruler->reading->language, LIST_NEGATOR, words, found.from - 1) > 0;
}

/* Whether a rule may speak here: plainly of the speaker, now. */
static bool may_speak(struct ruler *ruler, const struct use *use, const struct rule *rule, struct span found)
{
    struct manner manner = manner_of(ruler->reading, ruler->spoken, found.from);
    const char *slot = rule->slot ? rule->slot : "";
    if (manner.past || manner.condition || manner.quoted || manner.third_person ||
        is_behind_colon(ruler->spoken, found.from) || follows_negator(ruler, found))
        return false;
    if (manner.question && !(rule->in_question && (use->kind == STATEMENT_INSTRUCTION || is_contact(slot))))
        return false;
    switch (use->section) {
    case SECTION_NEED:
        return !manner.once && !has_weekday(ruler, found);
    case SECTION_INSTRUCTION:
        return !manner.once && !follows_speaker(ruler, found);
    case SECTION_ENDED:
        return true;
    case SECTION_FACT:
        return is_lasting_fact(slot) && !manner.negated;
    default:
        if (manner.once ||
            (strcmp(slot, "contact.time") == 0 && !is_of_each_time(ruler, use, &manner, found)))
            return false;
        if (is_contact(slot))
            return is_wish_of_contact(ruler, use, found);
        return has_item(ruler, use, found) && lasts(ruler, use, found);
    }
}

/* The same words are said once, as the kind that was found first. */
static bool is_said(const struct ruler *ruler, const char *text)
{
    for (size_t i = 0; i < ruler->understanding->statement_count; i++)
        if (strcmp(ruler->understanding->statements[i].text, text) == 0)
            return true;
    return false;
}

static void add(struct ruler *ruler, const struct use *use, const struct rule *rule, struct span found)
{
    struct reading *reading = ruler->reading;
    const struct words *words = &ruler->spoken->words;
    const char *slot = rule->slot ? reading_fill(reading, rule->slot, words, true) : "";
    const char *text = quote(ruler, use, found);
    enum statement_kind kind = use->kind;
    if (!slot || !text || is_said(ruler, text))
        return;
    if (orders_are_in(reading, text)) {
        understanding_drop(ruler->understanding, DROP_ORDER, "", text);
        return;
    }
    if (kind == STATEMENT_ENDED && !*slot)
        slot = "said";
    if (is_contact(slot) && kind == STATEMENT_PREFERENCE)
        kind = STATEMENT_INSTRUCTION;
    struct statement statement = {.kind = kind,
                                  .whose = "",
                                  .text = text,
                                  .slot = kind == STATEMENT_ENDED ? slot : "",
                                  .value = "",
                                  .by = "",
                                  .source = SOURCE_RULE,
                                  .turn = ruler->spoken->turn};
    if (kind != STATEMENT_ENDED)
        slots_find(reading, &statement);
    understanding_add(ruler->understanding, &statement);
}

/* What is said for a laugh. */
static bool is_joke(const struct ruler *ruler, const struct use *use, size_t at)
{
    return use->section != SECTION_ENDED && manner_is_laughed_at(ruler->reading, &ruler->spoken->words, at);
}

static void read_section(struct ruler *ruler, const struct use *use)
{
    struct reading *reading = ruler->reading;
    for (size_t at = 0; at < ruler->spoken->words.count;) {
        const struct rule *rule = reading_rule(reading, use->section, ruler->spoken, at);
        struct span found = reading->matcher.all;
        bool speaks = rule && found.to > at && may_speak(ruler, use, rule, found) && !is_joke(ruler, use, at);
        if (speaks)
            add(ruler, use, rule, found);
        at = speaks ? found.to : at + 1;
    }
}

/* --- Answers --- */

/* The rule of what the agent asks for in the last sentence of its turn; NULL when there is none. */
static const struct rule *asked_fact(struct ruler *ruler)
{
    const struct spoken *asked = ruler->before;
    const struct rule *rule = NULL;
    if (!asked || asked->words.count == 0)
        return NULL;
    struct span last = reading_sentence(&asked->words, asked->words.count - 1);
    for (size_t at = last.from; at < last.to && !rule; at++)
        rule = reading_rule(ruler->reading, SECTION_ASK_FACT, asked, at);
    return rule && rule->slot && rule->value ? rule : NULL;
}

/* What a turn names, and says nothing else: "For Delacourt Foods, in Leeds." Each of its words is written
 * with a capital, and one of them not because the sentence begins with it. */
static struct span named_in(struct ruler *ruler)
{
    const struct reading *reading = ruler->reading;
    const struct words *words = &ruler->spoken->words;
    struct span span = {0, 0};
    size_t capitals = 0, companies = 0;
    size_t len = 1;
    while (len > 0 && span.from < words->count &&
           (span.from == 0 || words->items[span.from].gap != GAP_STOP)) {
        len = language_list(reading->language, LIST_FUNCTION, words, span.from);
        len = len ? len : language_list(reading->language, LIST_FILLER, words, span.from);
        span.from += len;
    }
    for (span.to = span.from; span.to < words->count; span.to++) {
        const struct word *word = &words->items[span.to];
        if (span.to > span.from && word->gap != GAP_NONE)
            break;
        bool capital = word->shape != SHAPE_LOWER && word->shape != SHAPE_NUMBER;
        if (!capital &&
            (span.to == span.from || language_list(reading->language, LIST_FUNCTION, words, span.to) == 0))
            return (struct span){0, 0};
        capitals += capital && (span.to > 0 || reading->nouns);
        companies += language_list(reading->language, LIST_COMPANY, words, span.to) > 0;
    }
    bool named = span.to > span.from && words->items[span.to - 1].shape != SHAPE_LOWER &&
                 (reading->nouns ? capitals > 1 || companies > 0 : capitals > 0);
    return named && span.to - span.from <= NAMED_WORDS ? span : (struct span){0, 0};
}

/* "Who do you work for?" "Delacourt Foods." Only what answers it plainly: a name alone, in a turn that denies
 * nothing, asks nothing and speaks of nothing past. */
static void read_answer(struct ruler *ruler)
{
    static const enum list vetoes[] = {LIST_NEGATOR, LIST_PAST, LIST_OVER, LIST_IF_CLAUSE,
                                       LIST_AVOID,   LIST_BUT,  LIST_MINE};
    struct reading *reading = ruler->reading;
    const struct words *words = &ruler->spoken->words;
    const struct rule *rule = reading->cased ? asked_fact(ruler) : NULL;
    if (!rule || words->count == 0 || words->count > QUOTE_WORDS)
        return;
    for (size_t at = 0; at < words->count; at++)
        if (words->items[at].question)
            return;
    for (size_t i = 0; i < sizeof vetoes / sizeof *vetoes; i++)
        if (manner_has(reading, words, vetoes[i], whole(ruler->spoken)))
            return;
    struct span span = named_in(ruler);
    const char *name = span.to > span.from ? reading_text(reading, words, span) : NULL;
    const char *text = name ? arena_printf(reading->arena, "%s: %s", rule->value, name) : NULL;
    reading->failed = reading->failed || (name && !text);
    if (text)
        understanding_add(ruler->understanding, &(struct statement){.kind = STATEMENT_FACT,
                                                                    .whose = "",
                                                                    .text = text,
                                                                    .slot = rule->slot,
                                                                    .value = "",
                                                                    .by = "",
                                                                    .source = SOURCE_RULE,
                                                                    .turn = ruler->spoken->turn});
}

void rules_find(struct reading *reading, struct understanding *understanding)
{
    struct ruler ruler = {.reading = reading, .understanding = understanding};
    for (size_t at = 0; reading->ruled && at < reading->count && !understanding->failed; at++) {
        ruler.spoken = &reading->spoken[at];
        if (ruler.spoken->role == ROLE_AGENT) {
            ruler.before = ruler.spoken;
            continue;
        }
        /* "I'm vegetarian. No, I'm joking." */
        if (manner_has(reading, &ruler.spoken->words, LIST_JOKE, whole(ruler.spoken)))
            continue;
        for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
            read_section(&ruler, &uses[i]);
        read_answer(&ruler);
        ruler.before = NULL;
    }
}

/* "I have to cancel the seventh": the day that is done away with, "07". NULL when there is none. */
static const char *cancelled_day(struct reading *reading, const struct words *words, struct span sentence)
{
    if (words->items[sentence.from].question || !manner_has(reading, words, LIST_CANCELLED, sentence) ||
        manner_has(reading, words, LIST_NEGATOR, sentence) ||
        manner_has(reading, words, LIST_IF_CLAUSE, sentence))
        return NULL;
    for (size_t at = sentence.from; at < sentence.to; at++) {
        long value = 0;
        if (numeral_at(reading, words, at, &value) == 0 || value < 2 || value > 31)
            continue;
        const char *day = arena_printf(reading->arena, "%02ld", value);
        reading->failed = reading->failed || !day;
        return day;
    }
    return NULL;
}

/* A list's phrase in a sentence, with a value. */
static bool has_value(const struct reading *reading, const struct words *words, enum list list, int value,
                      struct span sentence)
{
    for (size_t at = sentence.from; at < sentence.to; at++) {
        int found = 0;
        if (language_value(reading->language, list, words, at, &found) > 0 && found == value)
            return true;
    }
    return false;
}

/* Told as so: not asked, denied, supposed or yet to be done. */
static bool is_told(const struct reading *reading, const struct words *words, struct span sentence)
{
    return !words->items[sentence.from].question && !manner_has(reading, words, LIST_NEGATOR, sentence) &&
           !manner_has(reading, words, LIST_DUE, sentence) &&
           !manner_has(reading, words, LIST_IF_CLAUSE, sentence);
}

/* "I've already sent it", "sent it yesterday": what the speaker did themselves; not "I'm sending it tomorrow
 * already". */
static bool is_acted(struct reading *reading, const struct spoken *spoken, struct span sentence)
{
    const struct words *words = &spoken->words;
    bool acted = has_value(reading, words, LIST_ACTED, 0, sentence) ||
                 (has_value(reading, words, LIST_ACTED, 1, sentence) &&
                  manner_has(reading, words, LIST_PERFECT, sentence));
    bool own = language_writes(reading->language, "subjectless")
                   ? !manner_has(reading, words, LIST_THIRD_PERSON, sentence)
                   : manner_has(reading, words, LIST_SUBJECT, sentence);
    return acted && own && date_find(reading, spoken, sentence) <= reading->transcript->started_at;
}

/* The words that say what was done: without grammar, and without when. */
static const char *words_of_act(struct reading *reading, const struct words *words, struct span sentence)
{
    static const enum list others[] = {LIST_FUNCTION, LIST_FILLER, LIST_ACTED, LIST_PERFECT, LIST_TIME};
    const char *text = "";
    for (size_t at = sentence.from; at < sentence.to && text;) {
        size_t len = 0;
        for (size_t i = 0; i < sizeof others / sizeof *others && len == 0; i++)
            len = language_list(reading->language, others[i], words, at);
        char *word = len ? NULL : reading_text(reading, words, (struct span){at, at + 1});
        if (word)
            text = arena_printf(reading->arena, "%s%s%s", text, *text ? " " : "", word);
        at += len ? len : 1;
    }
    reading->failed = reading->failed || !text;
    return text ? text : "";
}

void rules_find_done(struct reading *reading, struct understanding *understanding)
{
    for (size_t at = 0; reading->ruled && at < reading->count && !understanding->failed; at++) {
        const struct spoken *spoken = &reading->spoken[at];
        const struct words *words = &spoken->words;
        if (spoken->role != ROLE_USER)
            continue;
        for (size_t from = 0; from < words->count;) {
            struct span sentence = reading_sentence(words, from);
            bool told = is_told(reading, words, sentence);
            const char *day = cancelled_day(reading, words, sentence);
            const char *slot = day                                                       ? "cancelled"
                               : told && manner_has(reading, words, LIST_DONE, sentence) ? "done"
                               : told && is_acted(reading, spoken, sentence)             ? "acted"
                                                                                         : NULL;
            const char *text = slot ? reading_text(reading, words, sentence) : NULL;
            const char *value = day ? day : text ? words_of_act(reading, words, sentence) : "";
            if (text && *value)
                understanding_add(understanding, &(struct statement){.kind = STATEMENT_ENDED,
                                                                     .whose = "",
                                                                     .text = text,
                                                                     .slot = slot,
                                                                     .value = value,
                                                                     .by = "",
                                                                     .source = SOURCE_RULE,
                                                                     .turn = spoken->turn});
            from = sentence.to > from ? sentence.to : from + 1;
        }
    }
}
