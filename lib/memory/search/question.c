#include "memory/search/question.h"

#include "base/clock.h"
#include "language/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERY_TERMS   512
#define ASKED_MOST    48     /* words of the question that are looked for; more are not read */
#define WORDS_AT      0x4000 /* where the words that help stand, after all those of the question */
#define MATCHES_FIRST 32     /* a power of two */
#define WEIGHT_ALIKE  0.5f   /* of a stem that begins like the word's; measured, see docs/search.md */
#define WORTH_VAGUE   0.3f   /* of "mention", "previous" beside other words */
#define WORTH_TIME    0.5f   /* of "week", "March" */
#define WEIGHT_HELP   0.99f  /* of a word that helps: less than 1, so that it hides no word of the question */

/* Matches are gathered here before the table's size is known. */
struct gathered {
    struct match *matches;
    size_t count;
    bool failed;
};

static void gather(struct gathered *gathered, struct match match)
{
    /* Full at each power of two from the first on, as many as most questions have. */
    if (gathered->count == 0 ||
        (gathered->count >= MATCHES_FIRST && (gathered->count & (gathered->count - 1)) == 0)) {
        size_t room = gathered->count ? gathered->count * 2 : MATCHES_FIRST;
        struct match *more = realloc(gathered->matches, room * sizeof *more);
        if (!more) {
            gathered->failed = true;
            return;
        }
        gathered->matches = more;
    }
    gathered->matches[gathered->count++] = match;
}

static bool is_asked(const struct question *question, const struct term *terms, const size_t *concept_of,
                     size_t count, uint32_t hash)
{
    for (size_t i = 0; i < count; i++)
        if (concept_of[i] < question->asked && terms[i].hash == hash)
            return true;
    return false;
}

static int build_table(struct reading *reading, struct gathered *gathered)
{
    uint32_t size = 64;
    while (size < gathered->count * 4)
        size *= 2;
    reading->table = gathered->failed ? NULL : calloc(size, sizeof *reading->table);
    if (!reading->table)
        return -1;
    reading->mask = size - 1;
    for (size_t i = 0; i < gathered->count; i++) {
        uint32_t at = reading_first(reading, gathered->matches[i].hash);
        while (reading->table[at].weight > 0)
            at = (at + 1) & reading->mask;
        reading->table[at] = gathered->matches[i];
    }
    return 0;
}

static float worth_of(const struct term *term)
{
    return term->flags & TERM_VAGUE ? WORTH_VAGUE : term->flags & TERM_TIME ? WORTH_TIME : 1;
}

/* Which concept each term from `from` on is, in the question's language: the same word twice is one, stop
 * words are none. */
static void number_concepts(struct question *question, const struct term *terms, size_t from, size_t count,
                            size_t most, size_t *concept_of)
{
    size_t concepts = question->concepts;
    for (size_t i = from; i < count; i++) {
        concept_of[i] = SIZE_MAX;
        if (terms[i].flags & TERM_STOP)
            continue;
        for (size_t j = 0; j < i && concept_of[i] == SIZE_MAX; j++)
            if (terms[j].hash == terms[i].hash)
                concept_of[i] = concept_of[j];
        if (concept_of[i] == SIZE_MAX && concepts < most) {
            question->is_role[concepts] = terms[i].flags & (TERM_USER | TERM_AGENT);
            question->worth[concepts] = worth_of(&terms[i]);
            concept_of[i] = concepts++;
        }
    }
    question->concepts = concepts;
}

/* Takes the words of the question in, then those that help. */
static void number_all(struct question *question, const struct term *terms, size_t asked, size_t count,
                       size_t *concept_of)
{
    number_concepts(question, terms, 0, asked, ASKED_MOST, concept_of);
    question->asked = question->concepts;
    for (size_t i = 0; i < asked; i++) {
        question->by_user = question->by_user || terms[i].flags & TERM_USER;
        question->by_agent = question->by_agent || terms[i].flags & TERM_AGENT;
    }
    number_concepts(question, terms, asked, count, QUESTION_CONCEPTS, concept_of);
}

/* The terms of the question, and after them those of the words that help. */
static size_t read_terms(struct analyser *analyser, const char *text, const char *words, struct term *terms,
                         size_t *asked)
{
    size_t count = *asked = analyser_terms(analyser, text, terms, QUERY_TERMS);
    if (words)
        count += analyser_terms(analyser, words, terms + count, QUERY_TERMS - count);
    for (size_t i = *asked; i < count; i++)
        terms[i].at = (uint16_t)(terms[i].at + WORDS_AT);
    return count;
}

/* The concept of a term in a further language: that of the word at the same place. */
static size_t concept_at(const struct term *first, const size_t *concept_of, size_t count,
                         const struct term *term)
{
    for (size_t i = 0; i < count; i++)
        if (first[i].at == term->at && (first[i].flags & TERM_JOINED) == (term->flags & TERM_JOINED))
            return concept_of[i];
    return SIZE_MAX;
}

/* What means nearly the same as a term, and what begins alike. What is asked for itself is only that. */
static void gather_related(struct gathered *gathered, const struct question *question,
                           const struct analyser *analyser, const struct term *terms,
                           const size_t *concept_of, size_t count, size_t at)
{
    const struct relation *related;
    bool asked = concept_of[at] < question->asked;
    size_t relations = asked ? analyser_related(analyser, terms[at].hash, &related) : 0;
    for (size_t i = 0; i < relations; i++)
        if (!is_asked(question, terms, concept_of, count, related[i].hash))
            gather(gathered,
                   (struct match){related[i].hash, (uint16_t)concept_of[at], false, related[i].weight});
    if (terms[at].flags & TERM_BEGINS)
        gather(gathered,
               (struct match){terms[at].hash & ALIKE_BITS, (uint16_t)concept_of[at], true, WEIGHT_ALIKE});
}

static int add_reading(struct question *question, struct analyser *analyser, const char *language,
                       const struct term *terms, const size_t *concept_of, size_t count)
{
    struct reading *reading = &question->readings[question->reading_count];
    struct gathered gathered = {0};
    snprintf(reading->language, sizeof reading->language, "%s", language);
    for (size_t i = 0; i < count; i++)
        if (concept_of[i] < QUESTION_CONCEPTS)
            gather(&gathered, (struct match){terms[i].hash, (uint16_t)concept_of[i], false,
                                             concept_of[i] < question->asked ? 1 : WEIGHT_HELP});
    for (size_t i = 0; i < count; i++)
        if (concept_of[i] < QUESTION_CONCEPTS)
            gather_related(&gathered, question, analyser, terms, concept_of, count, i);
    int result = build_table(reading, &gathered);
    free(gathered.matches);
    question->reading_count += result == 0;
    return result;
}

/* --- Time --- */

/* A word of digits alone, at most `most` of them; -1 for another. */
static int number_in_digits(const struct word *word, size_t most)
{
    size_t len = strlen(word->fold);
    return len && len <= most && strspn(word->fold, "0123456789") == len ? (int)strtol(word->fold, NULL, 10)
                                                                         : -1;
}

/* The one character that stands between a word and the next one; '\0' for anything else. */
static char mark_after(const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    return at + 1 < words->count && words->items[at + 1].start == word->end + 1 ? words->text[word->end]
                                                                                : '\0';
}

/* A whole date in digits: "2026-03-14", "14.3.2026", and "3/14/2026", which in English begins with the month
 * where that is possible. */
static bool read_digits(struct question *question, const struct language *language, const struct words *words,
                        size_t at)
{
    char mark = mark_after(words, at);
    if (!mark || !strchr("-./", mark) || mark_after(words, at + 1) != mark)
        return false;
    const struct word *parts = &words->items[at];
    bool year_first = strlen(parts[0].fold) == 4;
    int year = number_in_digits(&parts[year_first ? 0 : 2], 4), month = number_in_digits(&parts[1], 2),
        day = number_in_digits(&parts[year_first ? 2 : 0], 2);
    bool month_first = mark == '/' && strcmp(language_code(language), "en") == 0 && day <= 12;
    if (!year_first && (month_first || month > 12)) {
        int first = day;
        day = month;
        month = first;
    }
    if (year >= 0 && year < 100)
        year += 2000;
    if (year < 1900 || year >= 2100 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    question->year = year;
    question->month = month;
    question->day = day;
    return true;
}

/* "2026", "the 14th", "March": which of them the words name. A month is never the first word ("March on!")
 * nor a small word that says little ("may"). */
static void read_date(struct question *question, const struct analyser *analyser, const struct words *words)
{
    const struct language *language = analyser_language(analyser);
    int day = 0, month;
    for (size_t at = 0; at < words->count; at++) {
        const struct word *word = &words->items[at];
        if (read_digits(question, language, words, at))
            return;
        size_t len = strlen(word->fold), digits = strspn(word->fold, "0123456789");
        int number = digits && digits <= 4 ? (int)strtol(word->fold, NULL, 10) : 0;
        bool is_plain = word->shape == SHAPE_LOWER && analyser_is_stop(analyser, word->fold);
        if (at > 0 && !is_plain && language_value(language, LIST_MONTH, words, at, &month) > 0)
            question->month = month;
        else if (digits == 4 && len == 4 && number >= 1900 && number < 2100)
            question->year = number;
        else if (digits && digits <= 2 && len <= 4 && number >= 1 && number <= 31)
            day = number;
    }
    question->day = question->month ? day : 0;
}

static void set_span(struct question *question, int64_t from, int64_t to)
{
    question->from = from;
    question->to = to;
}

/* The month that is `before` months before that of `now`. */
static void set_month(struct question *question, int64_t now, int before)
{
    int year, month;
    clock_split(now, &year, &month, NULL, NULL);
    int months = year * 12 + month - 1 - before;
    set_span(question, clock_civil(months / 12, months % 12 + 1, 1),
             clock_civil((months + 1) / 12, (months + 1) % 12 + 1, 1));
}

/* What a rule of SECTION_QUESTION says: its slot. */
enum ask {
    ASK_NAME,
    ASK_WHEN,
    ASK_LAST_CALL,
    ASK_DAY,
    ASK_LAST_WEEK,
    ASK_LAST_MONTH,
    ASK_DAYS_AGO,
    ASK_WEEKS_AGO,
    ASK_MONTHS_AGO,
    ASK_WEEKDAY,
    ASKS
};

static enum ask ask_of(const struct rule *rule)
{
    static const char *const slots[ASKS] = {
        [ASK_NAME] = "name",         [ASK_WHEN] = "when",           [ASK_LAST_CALL] = "last call",
        [ASK_DAY] = "day",           [ASK_LAST_WEEK] = "last week", [ASK_LAST_MONTH] = "last month",
        [ASK_DAYS_AGO] = "days ago", [ASK_WEEKS_AGO] = "weeks ago", [ASK_MONTHS_AGO] = "months ago",
        [ASK_WEEKDAY] = "weekday"};
    size_t at = 0;
    while (at < ASKS && strcmp(slots[at], rule->slot ? rule->slot : "") != 0)
        at++;
    return (enum ask)at;
}

/* `number` of days, weeks or months before now, or a day of the week from 0 for Monday. */
static void read_span(struct question *question, enum ask ask, int number, int64_t now)
{
    int weekday;
    int64_t today = now - ((now % CLOCK_DAY) + CLOCK_DAY) % CLOCK_DAY;
    clock_split(now, NULL, NULL, NULL, &weekday);
    int64_t monday = today - weekday * CLOCK_DAY, day = today - number * (int64_t)CLOCK_DAY;
    /* A number of days or weeks is rarely exact. */
    int64_t about = ask == ASK_DAYS_AGO && number > 1 ? CLOCK_DAY : 0;
    switch (ask) {
    case ASK_DAY:
    case ASK_DAYS_AGO:
        set_span(question, day - about, day + CLOCK_DAY + about);
        break;
    case ASK_WEEKS_AGO:
        day = today - number * (int64_t)CLOCK_DAY * 7;
        set_span(question, day - 3 * CLOCK_DAY, day + 4 * CLOCK_DAY);
        break;
    case ASK_MONTHS_AGO:
    case ASK_LAST_MONTH:
        set_month(question, now, ask == ASK_LAST_MONTH ? 1 : number);
        break;
    case ASK_LAST_WEEK:
        set_span(question, monday - 7 * CLOCK_DAY, monday);
        break;
    case ASK_WEEKDAY:
        day = monday + number * (int64_t)CLOCK_DAY;
        day -= day < today ? 0 : 7 * CLOCK_DAY;
        set_span(question, day, day + CLOCK_DAY);
        break;
    default:
        break;
    }
}

/* The number that a rule speaks of where it fits: its own, or the one that it found. */
static int number_of(const struct rule *rule, const struct matcher *matcher)
{
    int value = rule->value ? (int)strtol(rule->value, NULL, 10) : 0;
    if (matcher->has[CAPTURE_NUMBER])
        language_number(matcher->language, matcher->words, matcher->captured[CAPTURE_NUMBER].from, &value);
    if (matcher->has[CAPTURE_WEEKDAY])
        language_value(matcher->language, LIST_WEEKDAY, matcher->words,
                       matcher->captured[CAPTURE_WEEKDAY].from, &value);
    return value;
}

/* `ask` is what the rule says where it fits with `number`. The first time that is named counts. */
static void apply(struct question *question, enum ask ask, int number, int64_t now)
{
    bool counted = ask == ASK_DAYS_AGO || ask == ASK_WEEKS_AGO || ask == ASK_MONTHS_AGO;
    question->asks_name = question->asks_name || ask == ASK_NAME;
    question->asks_when = question->asks_when || ask == ASK_WHEN;
    question->last_call = question->last_call || ask == ASK_LAST_CALL;
    if (!question->to && (!counted || (number > 0 && number < 1000)))
        read_span(question, ask, number, now);
}

/* A call on the day itself tells of it as it is; one in the days after it, as what has been. */
static float day_fit(const struct question *question, int64_t when)
{
    int year;
    clock_split(when, &year, NULL, NULL, NULL);
    int64_t day = clock_civil(question->year ? question->year : year, question->month, question->day);
    double gap = (double)(when - day) / CLOCK_DAY;
    return gap >= -1 && gap < 2 ? 1.0f : gap >= 2 && gap < 10 ? 0.4f : 0.0f;
}

static float month_fit(const struct question *question, int64_t when)
{
    int year, month;
    clock_split(when, &year, &month, NULL, NULL);
    bool same_year = !question->year || question->year == year;
    if (month == question->month && same_year)
        return 1;
    bool next_month = (month - question->month + 12) % 12 == 1;
    bool fits = same_year || (question->month == 12 && year == question->year + 1);
    return next_month && fits ? 0.4f : 0.0f;
}

float question_time_fit(const struct question *question, int64_t when, bool is_last)
{
    int year;
    if (question->last_call && is_last)
        return 1;
    if (question->to)
        return when >= question->from && when < question->to ? 1.0f : 0.0f;
    if (question->month)
        return question->day ? day_fit(question, when) : month_fit(question, when);
    clock_split(when, &year, NULL, NULL, NULL);
    return question->year && question->year == year ? 0.5f : 0.0f;
}

/* --- The whole --- */

/* Whether of a question's words nothing is left to be looked for. */
static bool are_vague(const struct term *terms, size_t count)
{
    const unsigned says_little = TERM_STOP | TERM_VAGUE | TERM_TIME | TERM_USER | TERM_AGENT;
    for (size_t i = 0; i < count; i++)
        if (!(terms[i].flags & says_little))
            return false;
    return true;
}

/* What the question asks for and when, in the words of one language. */
static int read_manner(struct question *question, const char *text, const struct analyser *analyser,
                       int64_t now)
{
    const struct language *language = analyser_language(analyser);
    struct words words;
    size_t count;
    const struct rule *rules = language_rules(language, SECTION_QUESTION, &count);
    if (language_read(language, text, &words) != 0)
        return -1;
    struct matcher matcher = {.language = language, .words = &words};
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < words.count; at++)
            if (pattern_match(&matcher, rules[i].pattern, at))
                apply(question, ask_of(&rules[i]), number_of(&rules[i], &matcher), now);
    if (!question->month && !question->year)
        read_date(question, analyser, &words);
    words_free(&words);
    return 0;
}

/* The question in one language as terms. */
struct terms {
    struct term items[QUERY_TERMS];
    size_t concept_of[QUERY_TERMS];
    size_t count, asked; /* the words that help come after so many */
};

static size_t count_stops(const struct terms *terms)
{
    size_t count = 0;
    for (size_t i = 0; i < terms->asked; i++)
        count += (terms->items[i].flags & TERM_STOP) != 0;
    return count;
}

/* Which of the languages the question is asked in: that of most of its small words. */
static size_t language_of(const struct terms *terms, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (count_stops(&terms[i]) > count_stops(&terms[best]))
            best = i;
    return best;
}

/* Takes the concepts of a further language from those of the question's own. */
static void take_concepts(struct terms *terms, const struct terms *own)
{
    for (size_t i = 0; i < terms->count; i++)
        terms->concept_of[i] = terms->items[i].flags & TERM_STOP
                                   ? SIZE_MAX
                                   : concept_at(own->items, own->concept_of, own->count, &terms->items[i]);
}

int question_read(struct question *question, const char *text, const char *words,
                  struct analyser *const *analysers, const char *const *languages, size_t count, int64_t now)
{
    size_t known = count < QUESTION_LANGUAGES ? count : QUESTION_LANGUAGES, at = 0;
    struct terms *terms = malloc(known * sizeof *terms);
    int result = 0;
    *question = (struct question){0};
    if (!terms)
        return -1;
    do { /* there is one at least */
        terms[at].count = read_terms(analysers[at], text, words, terms[at].items, &terms[at].asked);
        question->vague = question->vague || are_vague(terms[at].items, terms[at].asked);
    } while (++at < known);
    size_t own = language_of(terms, known);
    number_all(question, terms[own].items, terms[own].asked, terms[own].count, terms[own].concept_of);
    for (size_t i = 0; i < known && result == 0; i++) {
        if (i != own)
            take_concepts(&terms[i], &terms[own]);
        result = read_manner(question, text, analysers[i], now);
        if (result == 0)
            result = add_reading(question, analysers[i], languages[i], terms[i].items, terms[i].concept_of,
                                 terms[i].count);
    }
    free(terms);
    question->vague = question->vague && !question->to && !question->month && !question->year;
    if (result != 0)
        question_free(question);
    return result;
}

void question_free(struct question *question)
{
    for (size_t i = 0; i < question->reading_count; i++)
        free(question->readings[i].table);
    question->reading_count = 0;
}

const struct reading *question_reading(const struct question *question, const char *language)
{
    for (size_t i = 0; i < question->reading_count; i++)
        if (strcmp(question->readings[i].language, language) == 0)
            return &question->readings[i];
    return &question->readings[0];
}
