#include "understand/manner.h"

#include "understand/other_words.h"

#include <string.h>

#define NEGATOR_WORDS 6 /* how far a negator reaches */
#define ALSO_WORDS    6 /* "And so am I." */
#define ANSWER_WORDS  4 /* where a yes or a no may stand: "Oh, well, no" */

static size_t list_at(const struct reading *reading, enum list list, const struct words *words, size_t at)
{
    return language_list(reading->language, list, words, at);
}

bool manner_has(const struct reading *reading, const struct words *words, enum list list, struct span span)
{
    for (size_t at = span.from; at < span.to; at++)
        if (list_at(reading, list, words, at) > 0)
            return true;
    return false;
}

static bool is_given(const struct reading *reading, const struct words *words, size_t at)
{
    for (size_t i = 0; i < lexicon_count(reading->lexicon); i++)
        if (language_list(lexicon_at(reading->lexicon, i), LIST_GIVEN, words, at) == 1)
            return true;
    return false;
}

static bool is_possessed(const struct words *words, size_t at)
{
    return at + 1 < words->count && strcmp(words->items[at + 1].fold, "'s") == 0;
}

/* After a word with a capital within a sentence it shows that the word names somebody. */
static bool is_copula(const struct words *words, size_t at)
{
    static const char *const verbs[] = {"is", "has", "'s", "es", "tiene", "est", "ha", "tem"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(words->items[at].fold, verbs[i]) == 0)
            return true;
    return false;
}

/* A name that something is said of: "Stan's on …", "Bruno is …", and not "Thanks, Iris." */
static bool is_named_subject(const struct reading *reading, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (word->shape != SHAPE_CAPITAL || list_at(reading, LIST_COMMON, words, at) > 0 ||
        list_at(reading, LIST_NOT_NAME, words, at) > 0 || list_at(reading, LIST_MONTH, words, at) > 0 ||
        list_at(reading, LIST_FUNCTION, words, at) > 0 || at + 1 >= words->count ||
        words->items[at + 1].gap != GAP_NONE)
        return false;
    if (is_given(reading, words, at))
        return is_possessed(words, at) || words->items[at + 1].shape == SHAPE_LOWER;
    return !reading->nouns && words->items[at].gap == GAP_NONE && at > 0 && is_copula(words, at + 1);
}

/* "my younger daughter", "mi hija Ana", "her husband": the relation that ends at `at`, with whose it is. */
static bool is_relative(const struct reading *reading, const struct words *words, size_t at,
                        struct manner *manner)
{
    size_t len = list_at(reading, LIST_RELATIVE, words, at), after;
    if (len == 0)
        len = list_at(reading, LIST_PET, words, at);
    after = at + len;
    /* "My doctor says no salt" is said of the speaker. */
    if (len == 0 || (after < words->count && words->items[after].gap == GAP_NONE &&
                     list_at(reading, LIST_SAY, words, after) > 0))
        return false;
    for (size_t back = 1; back <= 2 && back <= at && words->items[at + 1 - back].gap == GAP_NONE; back++) {
        bool mine = list_at(reading, LIST_MINE, words, at - back) > 0;
        if (!mine && list_at(reading, LIST_PRONOUN, words, at - back) == 0)
            continue;
        manner->relative = mine;
        manner->who = (struct span){at, at + len};
        return true;
    }
    return false;
}

/* What a word says of the subject: 1 the speaker, 3 somebody else, 0 nothing. */
static int person_at(const struct reading *reading, const struct words *words, size_t at,
                     struct manner *manner)
{
    if (is_relative(reading, words, at, manner))
        return 3;
    if (list_at(reading, LIST_FIRST_PERSON, words, at) > 0 || list_at(reading, LIST_MINE, words, at) > 0)
        return 1;
    bool capital = words->items[at].shape != SHAPE_LOWER && words->items[at].gap == GAP_NONE;
    if (!capital && list_at(reading, LIST_THIRD_PERSON, words, at) > 0)
        return 3;
    return 0;
}

static void find_person(const struct reading *reading, const struct words *words, struct span span, size_t at,
                        struct manner *manner)
{
    int person = 0;
    for (size_t i = at + 1; person == 0 && i-- > span.from;) {
        person = person_at(reading, words, i, manner);
        if (person == 0 && i != at && is_named_subject(reading, words, i)) {
            person = 3;
            /* "my daughter Mia" */
            if (i > span.from && words->items[i].gap == GAP_NONE &&
                is_relative(reading, words, i - 1, manner))
                manner->who.to = i + 1;
            else
                manner->who = (struct span){i, i + 1};
        }
    }
    for (size_t i = at + 1; person == 0 && i < span.to; i++)
        person = person_at(reading, words, i, manner);
    manner->first_person = person == 1;
    manner->third_person = person == 3;
}

static bool is_negated(const struct reading *reading, const struct words *words, size_t from, size_t at)
{
    for (size_t i = at; i > from && at - i < NEGATOR_WORDS; i--) {
        if (words->items[i].gap != GAP_NONE)
            return false;
        if (list_at(reading, LIST_BUT, words, i - 1) > 0)
            return false;
        if (list_at(reading, LIST_NEGATOR, words, i - 1) > 0)
            return true;
    }
    return false;
}

/* "Den Vertrag will ich nicht", "den Vertrag, den will ich nicht": in German the negator may end the clause.
 */
static bool ends_negated(const struct reading *reading, const struct words *words, size_t at)
{
    static const char *const again[] = {"den", "die", "das", "der", "dem"};
    bool resumed = false;
    if (strcmp(language_code(reading->language), "de") != 0)
        return false;
    for (size_t i = at + 1; i < words->count && i < at + 2 * NEGATOR_WORDS; i++) {
        const char *fold = words->items[i].fold;
        if (words->items[i].gap == GAP_STOP)
            return false;
        if (words->items[i].gap != GAP_NONE) {
            bool goes_on = false;
            for (size_t a = 0; a < sizeof again / sizeof *again; a++)
                goes_on = goes_on || strcmp(fold, again[a]) == 0;
            if (resumed || i > at + 1 || !goes_on)
                return false;
            resumed = true;
        }
        if (strcmp(fold, "nicht") == 0)
            return i + 1 >= words->count || words->items[i + 1].gap != GAP_NONE;
    }
    return false;
}

static bool is_condition(const struct reading *reading, const struct words *words, size_t from, size_t at)
{
    for (size_t i = from; i < at; i++) {
        size_t len = list_at(reading, LIST_IF_CLAUSE, words, i);
        bool begins =
            i == from || words->items[i].gap != GAP_NONE || list_at(reading, LIST_AND, words, i - 1) > 0;
        if (len > 0 && begins && i + len < words->count && words->items[i + len].gap == GAP_NONE)
            return true;
    }
    return false;
}

/* The speaker as a subject: "on m'a dit" is said by others. */
static bool is_speaker_word(const struct words *words, size_t at)
{
    static const char *const subjects[] = {"i",  "we",   "ich", "wir", "yo", "nosotros",
                                           "je", "nous", "io",  "noi", "eu", "nos"};
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        if (strcmp(words->items[at].fold, subjects[i]) == 0)
            return true;
    return false;
}

/* "They told me that I am diabetic". */
static bool is_that(const struct words *words, size_t at)
{
    static const char *const thats[] = {"that", "dass", "que", "che"};
    for (size_t i = 0; i < sizeof thats / sizeof *thats; i++)
        if (strcmp(words->items[at].fold, thats[i]) == 0)
            return true;
    return false;
}

/* "She'd say, I can't …": what follows a pause after a verb of saying, unless the speaker quotes themselves.
 */
static bool is_quoted(const struct reading *reading, const struct words *words, size_t from, size_t at)
{
    for (size_t i = from; i < at; i++) {
        size_t len = list_at(reading, LIST_SAY, words, i);
        if (len == 0 || i + len >= words->count ||
            (words->items[i + len].gap == GAP_NONE && !is_that(words, i + len) &&
             !is_speaker_word(words, i + len)))
            continue;
        if (i > from && list_at(reading, LIST_RELATIVE, words, i - 1) > 0)
            return true;
        bool own =
            (i > from && is_speaker_word(words, i - 1)) || (i > from + 1 && is_speaker_word(words, i - 2));
        if (!own)
            return true;
    }
    return false;
}

/* The nearest before a word of somebody's relation and of the speaker. */
static void find_plain_person(const struct words *words, size_t from, size_t at, struct manner *manner)
{
    for (size_t i = at + 1; i-- > from;) {
        const char *fold = words->items[i].fold;
        manner->first_person = other_word(OTHER_SPEAKER, fold);
        manner->third_person = !manner->first_person && other_word(OTHER_RELATIVE, fold);
        if (manner->first_person || manner->third_person)
            return;
    }
}

struct manner manner_of(struct reading *reading, const struct spoken *spoken, size_t at)
{
    struct manner manner = {0};
    const struct words *words = &spoken->words;
    struct span span = {at, at + 1};
    if (at >= words->count)
        return manner;
    manner.question = words->items[at].question;
    while (span.from > 0 && at - span.from < MANNER_WORDS && words->items[span.from].gap != GAP_STOP)
        span.from--;
    while (span.to < words->count && span.to - at < MANNER_WORDS && words->items[span.to].gap != GAP_STOP)
        span.to++;
    if (!reading->ruled) {
        find_plain_person(words, span.from, at, &manner);
        return manner;
    }
    find_person(reading, words, span, at, &manner);
    manner.negated = is_negated(reading, words, span.from, at) || ends_negated(reading, words, at);
    manner.condition = is_condition(reading, words, span.from, at);
    manner.quoted = is_quoted(reading, words, span.from, at);
    manner.past = manner_has(reading, words, LIST_PAST, span);
    manner.once = manner_has(reading, words, LIST_ONCE, span);
    return manner;
}

/* What regular verbs of the past end in; longer ones first. */
static const struct past_ending {
    const char *language, *ending;
} past_endings[] = {{"en", "ed"},   {"de", "test"},   {"de", "ten"},   {"de", "te"},
                    {"es", "aban"}, {"es", "abamos"}, {"es", "aba"},   {"fr", "aient"},
                    {"fr", "ais"},  {"fr", "ait"},    {"it", "avano"}, {"it", "avo"},
                    {"it", "evo"},  {"it", "ava"},    {"pt", "avam"},  {"pt", "ava"}};

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), end = strlen(ending);
    return len > end + 2 && strcmp(text + len - end, ending) == 0;
}

bool manner_is_past(const struct reading *reading, const char *said, const char *told)
{
    /* "Ich arbeite" is told as "arbeitet": what goes on from the word is another ending of the present. */
    if (!reading->ruled || strncmp(said, told, strlen(said)) == 0)
        return false;
    for (size_t i = 0; i < sizeof past_endings / sizeof past_endings[0]; i++)
        if (strcmp(past_endings[i].language, language_code(reading->language)) == 0 &&
            ends_with(said, past_endings[i].ending))
            return !ends_with(told, past_endings[i].ending);
    return false;
}

bool manner_goes_for_own(const struct reading *reading, const struct words *words, struct span sentence)
{
    struct span next = {sentence.to, sentence.to};
    while (next.to < words->count && next.to - next.from < ALSO_WORDS &&
           (next.to == next.from || words->items[next.to].gap != GAP_STOP))
        next.to++;
    return next.to > next.from && manner_has(reading, words, LIST_FIRST_PERSON, next) &&
           manner_has(reading, words, LIST_ALSO, next) && !manner_has(reading, words, LIST_NEGATOR, next);
}

enum answer manner_answer(const struct reading *reading, const struct spoken *spoken)
{
    const struct words *words = &spoken->words;
    for (size_t at = 0; at < words->count && at < ANSWER_WORDS; at++) {
        const char *fold = words->items[at].fold;
        if (!reading->ruled && other_word(OTHER_NO, fold))
            return ANSWER_NO;
        if (!reading->ruled && other_word(OTHER_YES, fold))
            return ANSWER_YES;
        if (!reading->ruled)
            continue;
        if (list_at(reading, LIST_NO, words, at) > 0)
            return ANSWER_NO;
        if (list_at(reading, LIST_YES, words, at) > 0)
            return ANSWER_YES;
        /* Only what says little may stand before it. */
        if (list_at(reading, LIST_COMMON, words, at) == 0 && list_at(reading, LIST_ANSWER, words, at) == 0)
            break;
    }
    return ANSWER_OTHER;
}
