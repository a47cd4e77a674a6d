#include "understand/manner.h"

#include "understand/other_words.h"

#include <string.h>

#define NEGATOR_WORDS 6   /* how far a negator reaches */
#define ALSO_WORDS    6   /* "And so am I." */
#define QUOTED_WORDS  200 /* before a word, in which quotation marks are looked for */
#define SAID_TO_WORDS 3   /* "said to me" */
#define ANSWER_WORDS  4   /* where a yes or a no may stand: "Oh, well, no" */

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
static bool is_copula(const struct reading *reading, const struct words *words, size_t at)
{
    return list_at(reading, LIST_COPULA, words, at) > 0;
}

/* A word with a capital within a sentence of the call, which no beginning of a sentence gave to it. */
static bool is_name_elsewhere(const struct reading *reading, uint64_t key)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct words *words = &reading->spoken[i].words;
        for (size_t at = 1; at < words->count; at++)
            if (words->items[at].key == key && words->items[at].shape == SHAPE_CAPITAL &&
                words->items[at].gap != GAP_STOP)
                return true;
    }
    return false;
}

/* "My daughter Jule" in the call: a name of somebody else, whatever the language writes with a capital. */
static bool is_relatives_name(const struct reading *reading, uint64_t key)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct words *words = &reading->spoken[i].words;
        for (size_t at = 2; reading->spoken[i].role == ROLE_USER && at < words->count; at++)
            if (words->items[at].key == key && words->items[at].shape == SHAPE_CAPITAL &&
                words->items[at].gap == GAP_NONE && list_at(reading, LIST_RELATIVE, words, at - 1) > 0 &&
                list_at(reading, LIST_MINE, words, at - 2) > 0)
                return true;
    }
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
    if (is_given(reading, words, at) || is_relatives_name(reading, word->key))
        return is_possessed(words, at) || words->items[at + 1].shape == SHAPE_LOWER;
    return !reading->nouns && (is_possessed(words, at) || is_copula(reading, words, at + 1)) &&
           ((words->items[at].gap == GAP_NONE && at > 0) || is_name_elsewhere(reading, word->key));
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
    bool resumed = false;
    for (size_t i = at + 1; i < words->count && i < at + 2 * NEGATOR_WORDS; i++) {
        if (words->items[i].gap == GAP_STOP)
            return false;
        if (words->items[i].gap != GAP_NONE) {
            if (resumed || i > at + 1 || list_at(reading, LIST_RESUMES, words, i) == 0)
                return false;
            resumed = true;
        }
        if (list_at(reading, LIST_LATE_NEGATOR, words, i) > 0)
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

/* "I would think about it", "haría": what is so under a condition only. */
static bool is_conditional(const struct reading *reading, const struct words *words, size_t at)
{
    return list_at(reading, LIST_CONDITIONAL, words, at) > 0 ||
           language_ending(reading->language, LIST_CONDITIONAL_ENDING, words->items[at].fold) > 0;
}

/* "I'd get a second one if I were rich": the condition stands after what is under it. */
static bool is_supposed(const struct reading *reading, const struct words *words, struct span span, size_t at)
{
    bool conditional = false;
    for (size_t i = at + 1; i-- > span.from && !conditional;) {
        conditional = is_conditional(reading, words, i);
        if (words->items[i].gap != GAP_NONE)
            break;
    }
    for (size_t i = at + 1; conditional && i + 1 < span.to; i++)
        if (list_at(reading, LIST_IF_CLAUSE, words, i) > 0)
            return true;
    return false;
}

/* "Tom has an inhaler, can he keep it in class?": what is told first and only then asked about. "You have it,
 * don't you?" asks. */
static bool is_told_first(const struct reading *reading, const struct words *words, struct span span,
                          size_t at)
{
    struct span clause = {at, at + 1};
    while (clause.from > span.from && words->items[clause.from].gap == GAP_NONE)
        clause.from--;
    while (clause.to < span.to && words->items[clause.to].gap == GAP_NONE)
        clause.to++;
    size_t next = clause.to;
    bool link = next < span.to && list_at(reading, LIST_AND, words, next) > 0;
    next += link;
    return next + 3 < span.to && list_at(reading, LIST_ASKS, words, next) > 0 &&
           list_at(reading, LIST_ASKS, words, clause.from) == 0 &&
           list_at(reading, LIST_IF_CLAUSE, words, clause.from) == 0 &&
           !manner_has(reading, words, LIST_NEGATOR, (struct span){next, next + 2});
}

/* The speaker as a subject: "on m'a dit" is said by others. */
static bool is_speaker_word(const struct reading *reading, const struct words *words, size_t at)
{
    return list_at(reading, LIST_SUBJECT, words, at) > 0;
}

/* "said to me, …", "dice a mi vecino: …": whom it is said to, and then a pause. */
static bool is_said_to(const struct reading *reading, const struct words *words, size_t from, size_t at)
{
    for (size_t i = from; i < from + 3 && i + 1 <= at && i < words->count; i++) {
        bool person = list_at(reading, LIST_FIRST_PERSON, words, i) > 0 ||
                      list_at(reading, LIST_THIRD_PERSON, words, i) > 0;
        if (i > from && words->items[i].gap != GAP_NONE)
            return false;
        if (person && i + 1 < words->count && words->items[i + 1].gap != GAP_NONE)
            return true;
    }
    return false;
}

/* "She'd say, I can't …": what follows a pause after a verb of saying, unless the speaker quotes themselves.
 */
static bool is_quoted(const struct reading *reading, const struct words *words, size_t from, size_t at)
{
    for (size_t i = from; i < at; i++) {
        size_t len = list_at(reading, LIST_SAY, words, i);
        if (len == 0 || i + len >= words->count ||
            (words->items[i + len].gap == GAP_NONE && list_at(reading, LIST_THAT, words, i + len) == 0 &&
             !is_speaker_word(reading, words, i + len) && !is_said_to(reading, words, i + len, at)))
            continue;
        if (i > from && list_at(reading, LIST_RELATIVE, words, i - 1) > 0)
            return true;
        bool own = (i > from && is_speaker_word(reading, words, i - 1)) ||
                   (i > from + 1 && is_speaker_word(reading, words, i - 2));
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

/* Without a lexicon it is not known on which side of a word its negator stands. */
static bool is_plainly_negated(const struct words *words, size_t at)
{
    size_t from = at, to = at + 1;
    while (from > 0 && at - from < NEGATOR_WORDS && words->items[from].gap == GAP_NONE)
        from--;
    while (to < words->count && to - at < NEGATOR_WORDS && words->items[to].gap == GAP_NONE)
        to++;
    for (size_t i = from; i < to; i++)
        if (i != at && other_word(OTHER_NEGATOR, words->items[i].fold))
            return true;
    return false;
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
        manner.negated = is_plainly_negated(words, at);
        return manner;
    }
    find_person(reading, words, span, at, &manner);
    manner.negated = is_negated(reading, words, span.from, at) || ends_negated(reading, words, at);
    manner.condition = is_condition(reading, words, span.from, at) || is_supposed(reading, words, span, at);
    manner.question = manner.question && !is_told_first(reading, words, span, at);
    manner.quoted = is_quoted(reading, words, span.from, at);
    manner.past = manner_has(reading, words, LIST_PAST, span);
    manner.once = manner_has(reading, words, LIST_ONCE, span);
    return manner;
}

/* The length of a quotation mark, 0 when there is none. An apostrophe is none: it stands within words. */
static size_t quotation_mark(const char *at)
{
    static const char *const marks[] = {"\"", "\u201c", "\u201d", "\u201e", "\u00ab", "\u00bb"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(at, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

/* A verb of saying in the clause of a word, or at the end of the one before: "said to me, I'm …". What comes
 * later in the sentence may be the speaker's own again: "She said I should ring, I'm …". */
static bool is_right_after_saying(const struct reading *reading, const struct words *words, size_t at)
{
    size_t from = at;
    while (from > 0 && words->items[from].gap == GAP_NONE)
        from--;
    size_t most = from;
    while (from > 0 && most - from < SAID_TO_WORDS && words->items[most].gap != GAP_STOP &&
           (from == most || words->items[from].gap == GAP_NONE))
        from--;
    return manner_has(reading, words, LIST_SAY, (struct span){from, at});
}

bool manner_is_others_words(struct reading *reading, const struct spoken *spoken, size_t at)
{
    const struct words *words = &spoken->words;
    bool open = false;
    if (at >= words->count)
        return false;
    /* Which mark opens and which closes depends on the language: they take turns. A turn that is written in
     * quotation marks as a whole quotes nobody. */
    for (size_t i = words->items[at > QUOTED_WORDS ? at - QUOTED_WORDS : 0].start; i < words->items[at].start;
         i++)
        open = open != (quotation_mark(words->text + i) > 0);
    return open || (reading->ruled && manner_of(reading, spoken, at).quoted &&
                    is_right_after_saying(reading, words, at));
}

/* "worked", "trabajaba": with a stem before the ending. */
static bool ends_in_past(const struct reading *reading, const char *fold)
{
    size_t end = language_ending(reading->language, LIST_PAST_ENDING, fold);
    return end > 0 && strlen(fold) > end + 2;
}

bool manner_is_past(const struct reading *reading, const char *said, const char *told)
{
    /* "Ich arbeite" is told as "arbeitet": what goes on from the word is another ending of the present. */
    if (!reading->ruled || strncmp(said, told, strlen(said)) == 0)
        return false;
    return ends_in_past(reading, said) && !ends_in_past(reading, told);
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

bool manner_is_laughed_at(const struct reading *reading, const struct words *words, size_t at)
{
    struct span span = reading_sentence(words, at), next = {span.to, span.to};
    if (manner_has(reading, words, LIST_LAUGH, span))
        return true;
    while (next.to < words->count && (next.to == next.from || words->items[next.to].gap != GAP_STOP))
        next.to++;
    return next.to > next.from && next.to - next.from <= 3 && manner_has(reading, words, LIST_LAUGH, next);
}

/* "Sure, and ten more. No, of course not.": a short sentence takes the yes back. */
static bool is_taken_back(const struct reading *reading, const struct words *words)
{
    for (size_t at = 1; at < words->count; at++) {
        size_t to = at + 1;
        if (words->items[at].gap != GAP_STOP || list_at(reading, LIST_NO, words, at) == 0)
            continue;
        while (to < words->count && words->items[to].gap != GAP_STOP)
            to++;
        if (to - at >= 2 && to - at <= 4 && list_at(reading, LIST_NEGATOR, words, to - 1) > 0)
            return true;
    }
    return false;
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
            return is_taken_back(reading, words) ? ANSWER_NO : ANSWER_YES;
        /* Only what says little may stand before it. */
        if (list_at(reading, LIST_COMMON, words, at) == 0 && list_at(reading, LIST_ANSWER, words, at) == 0)
            break;
    }
    return ANSWER_OTHER;
}
