/*
 * Text into terms, and terms into a segment and back.
 */
#include "base/text.h"
#include "language/data.h"
#include "language/terms.h"
#include "memory/search/question.h"
#include "memory/search/segment.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 256

struct terms {
    struct term items[MOST];
    size_t count;
};

static struct terms terms_of(const char *language, const char *text)
{
    struct terms terms;
    struct analyser *analyser = analyser_new(language);
    assert_non_null(analyser);
    terms.count = analyser_terms(analyser, text, terms.items, MOST);
    for (size_t i = 0; i < terms.count; i++)
        assert_int_equal(terms.items[i].hash & STORED_BITS, 0);
    analyser_free(analyser);
    return terms;
}

static const struct term *find(const struct terms *terms, uint32_t hash)
{
    for (size_t i = 0; i < terms->count; i++)
        if (terms->items[i].hash == hash)
            return &terms->items[i];
    return NULL;
}

/* Whether a word of the one is a word of the other. */
static bool share(const char *language, const char *left, const char *right)
{
    struct terms a = terms_of(language, left), b = terms_of(language, right);
    for (size_t i = 0; i < a.count; i++)
        if (find(&b, a.items[i].hash))
            return true;
    return false;
}

struct pair {
    const char *language, *left, *right;
};

static void check_pairs(const struct pair *pairs, size_t count, bool want)
{
    for (size_t i = 0; i < count; i++)
        if (share(pairs[i].language, pairs[i].left, pairs[i].right) != want)
            fail_msg("%s: \"%s\" and \"%s\"", pairs[i].language, pairs[i].left, pairs[i].right);
}

static void forms_of_a_word_are_one_in_its_language(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"en", "order", "Orders"},
        {"en", "deliver", "DELIVERING"},
        {"en", "bicycles", "bicycle"},
        {"de", "Bestellung", "bestellungen"},
        {"de", "H\xc3\xa4user", "Haus"},
        {"de",
         "Stra\xc3\x9f"
         "e",
         "Strassen"},
        {"fr", "cheval", "chevaux"},
        {"fr", "livraisons", "livraison"},
        {"es", "canci\xc3\xb3n", "canciones"},
        {"es",
         "ni\xc3\xb1"
         "os",
         "ni\xc3\xb1"
         "o"},
        {"it", "gatti", "gatto"},
        {"it", "consegne", "consegna"},
        {"pt", "comprando", "comprar"},
        {"pt", "encomendas", "encomenda"},
        {"nl", "bestellingen", "bestelling"},
        {"ru", "\xd0\xba\xd0\xbd\xd0\xb8\xd0\xb3\xd0\xb8", "\xd0\x9a\xd0\xbd\xd0\xb8\xd0\xb3\xd0\xb0"},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, true);
}

static void another_language_stems_by_its_own_rules_only(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"", "bicycles", "bicycle"},     {"xx", "bicycles", "bicycle"}, {"en", "cheval", "chevaux"},
        {"en", "H\xc3\xa4user", "Haus"}, {"en", "gone", "gin"},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, false);
}

static void writing_does_not_matter(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"en", "caf\xc3\xa9", "CAFE"},
        {"en", "cafe\xcc\x81", "caf\xc3\xa9"}, /* with a combining accent */
        {"de", "M\xc3\xbcller", "MULLER"},
        {"de", "Mu\xcc\x88ller", "m\xc3\x9cller"},
        {"", "\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9"},
        {"",
         "\xc5\x81\xc3\xb3"
         "d\xc5\xba",
         "\xc5\x82\xc3\xb3"
         "d\xc5\xba"},
        {"", "\xd0\x9c\xd0\x9e\xd0\xa1\xd0\x9a\xd0\x92\xd0\x90",
         "\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0"},
        {"en", "email@example.com", "example"},
        {"en", "(Zosia)", "zosia,"},
        {"en", "well\xe2\x80\x94known", "known"},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, true);
}

static void scripts_without_blanks_are_found_within(void **state)
{
    (void)state;
    static const struct pair good[] = {
        /* Japanese: "I go to Tokyo tomorrow", "Tokyo" */
        {"ja", "\xe6\x98\x8e\xe6\x97\xa5\xe6\x9d\xb1\xe4\xba\xac\xe3\x81\xab\xe8\xa1\x8c\xe3\x81\x8f",
         "\xe6\x9d\xb1\xe4\xba\xac"},
        /* Chinese: "my order has not come", "order" */
        {"zh", "\xe6\x88\x91\xe7\x9a\x84\xe8\xae\xa2\xe5\x8d\x95\xe6\xb2\xa1\xe5\x88\xb0",
         "\xe8\xae\xa2\xe5\x8d\x95"},
        /* Thai: "I want to order food", "food" */
        {"th",
         "\xe0\xb8\x89\xe0\xb8\xb1\xe0\xb8\x99\xe0\xb8\xad\xe0\xb8\xa2\xe0\xb8\xb2\xe0\xb8\x81\xe0\xb8\xaa"
         "\xe0\xb8\xb1\xe0\xb9\x88\xe0\xb8\x87\xe0\xb8\xad\xe0\xb8\xb2\xe0\xb8\xab\xe0\xb8\xb2\xe0\xb8\xa3",
         "\xe0\xb8\xad\xe0\xb8\xb2\xe0\xb8\xab\xe0\xb8\xb2\xe0\xb8\xa3"},
        /* between Latin words, and one character by itself */
        {"ja",
         "ABC\xe6\x9d\xb1\xe4\xba\xac"
         "DEF",
         "abc"},
        {"ja",
         "ABC\xe6\x9d\xb1\xe4\xba\xac"
         "DEF",
         "def"},
        {"zh", "\xe7\x8c\xab", "\xe7\x8c\xab!"},
    };
    static const struct pair bad[] = {
        {"ja", "\xe6\x9d\xb1\xe4\xba\xac", "\xe4\xba\xac\xe6\x9d\xb1"}, /* the other way round */
    };
    check_pairs(good, sizeof good / sizeof *good, true);
    check_pairs(bad, sizeof bad / sizeof *bad, false);
}

static void an_order_number_is_one_however_it_is_said(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "HB-20417",
        "hb-20417",
        "HB 20417",
        "hb 20417",
        "HB20417",
        "H B 2 0 4 1 7",
        "H-B-20417",
        "H B two zero four one seven",
        "h b two oh four one seven",
        "number 20417",
        "2 0 4 1 7",
        "20 417",
        "two zero four one seven",
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (size_t j = 0; j < sizeof ways / sizeof *ways; j++) {
            char left[64], right[64];
            snprintf(left, sizeof left, "it's %s, please", ways[i]);
            snprintf(right, sizeof right, "where is %s?", ways[j]);
            if (!share("en", left, right))
                fail_msg("%s and %s", left, right);
        }
    assert_false(share("en", "HB-20417", "20418"));
    assert_false(share("en", "20417", "2041"));
}

static void a_telephone_number_is_one_however_it_is_grouped(void **state)
{
    (void)state;
    static const char *const ways[] = {"5550100077", "555 010 0077", "555-010-0077", "(555) 010.0077",
                                       "555 01 000 77"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (size_t j = 0; j < sizeof ways / sizeof *ways; j++)
            assert_true(share("en", ways[i], ways[j]));
}

static unsigned flags_of(const char *language, const char *text, const char *word)
{
    struct terms terms = terms_of(language, text), wanted = terms_of(language, word);
    assert_true(wanted.count > 0);
    const struct term *term = find(&terms, wanted.items[0].hash);
    if (!term)
        fail_msg("\"%s\" is not in \"%s\"", word, text);
    return term->flags;
}

static void terms_know_what_they_are(void **state)
{
    (void)state;
    const char *text = "Please call the customer Zosia at twelve on Monday. Yesterday order 77 came.";
    assert_true(flags_of("en", text, "the") & TERM_STOP);
    assert_false(flags_of("en", text, "order") & TERM_STOP);
    assert_true(flags_of("en", text, "customer") & TERM_USER);
    assert_true(flags_of("en", text, "monday") & TERM_TIME);
    assert_true((flags_of("en", text, "Zosia") & (TERM_CAPITAL | TERM_INNER)) == (TERM_CAPITAL | TERM_INNER));
    assert_true((flags_of("en", text, "Please") & (TERM_CAPITAL | TERM_INNER)) == TERM_CAPITAL);
    assert_true((flags_of("en", text, "Yesterday") & TERM_INNER) == 0); /* a sentence begins there */
    assert_false(flags_of("en", text, "order") & TERM_CAPITAL);
}

/* What is left of "don't" says nothing; what stands in quotation marks may say everything. */
static void apostrophes_and_quotation_marks(void **state)
{
    (void)state;
    struct terms terms = terms_of("en", "I don't know");
    for (size_t i = 0; i < terms.count; i++)
        assert_true(terms.items[i].hash == term_hash("know", 4) || terms.items[i].flags & TERM_STOP);
    assert_false(flags_of("en", "the code is '42'", "42") & TERM_STOP);
    assert_false(flags_of("en", "it is spelled 'OX'", "ox") & TERM_STOP);
    assert_true(share("en", "Ana's bicycle", "ana"));
}

static void places_count_the_words(void **state)
{
    (void)state;
    struct terms terms = terms_of("", "alpha beta gamma");
    assert_int_equal(terms.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(terms.items[i].at, i);
}

static void no_text_is_too_long_or_too_broken(void **state)
{
    (void)state;
    struct term terms[8];
    struct buf b = BUF_INIT;
    struct analyser *analyser = analyser_new("en");
    for (int i = 0; i < 100000; i++)
        buf_puts(&b, i % 5 ? "word " : "20417 ");
    assert_int_equal(analyser_terms(analyser, buf_text(&b), terms, 8), 8);
    assert_int_equal(analyser_terms(analyser, buf_text(&b), terms, 0), 0);
    buf_reset(&b);
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, 'x'); /* one word */
    assert_int_equal(analyser_terms(analyser, buf_text(&b), terms, 8), 1);
    buf_reset(&b);
    for (int i = 0; i < 3000; i++)
        buf_puts(&b, "e\xcc\x81\xcc\x80");
    assert_true(analyser_terms(analyser, buf_text(&b), terms, 8) <= 8);
    assert_int_equal(analyser_terms(analyser, "", terms, 8), 0);
    assert_int_equal(analyser_terms(analyser, " .,;-\n", terms, 8), 0);
    assert_true(analyser_terms(analyser, "\xff\xfe broken \xe2\x82", terms, 8) >= 1);
    buf_free(&b);
    analyser_free(analyser);
    analyser_free(NULL);
}

static void a_vocabulary_knows_its_language(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        unsigned is;
        int digit;
    } cases[] = {{"the", WORD_STOP, -1},
                 {"yesterday", WORD_TIME, -1},
                 {"march", WORD_TIME, -1},
                 {"may", WORD_STOP, -1},
                 {"monday", WORD_TIME, -1},
                 {"once", WORD_STOP, -1},
                 {"bicycle", 0, -1},
                 {"zero", 0, 0},
                 {"oh", 0, 0},
                 {"one", WORD_STOP, 1},
                 {"nine", 0, 9},
                 {"ten", 0, -1},
                 {"first", 0, -1},
                 {"marches", 0, -1}};
    struct analyser *english = analyser_new("en"), *none = analyser_new("xx");
    const struct vocabulary *words = vocabulary_get("en", NULL, NULL),
                            *no_words = vocabulary_get("xx", NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int digit;
        unsigned is = vocabulary_word(words, cases[i].word, strlen(cases[i].word), &digit);
        if (is != cases[i].is || digit != cases[i].digit)
            fail_msg("\"%s\" is %u and the digit %d", cases[i].word, is, digit);
        assert_int_equal(vocabulary_word(no_words, cases[i].word, strlen(cases[i].word), &digit), 0);
        assert_int_equal(digit, -1);
    }
    assert_true(analyser_is_stop(english, "the"));
    assert_false(analyser_is_stop(english, "bicycle"));
    assert_false(analyser_is_stop(none, "the"));
    /* one language is read once, for all analysers */
    struct analyser *again = analyser_new("en");
    assert_ptr_equal(analyser_language(again), analyser_language(english));
    analyser_free(again);
    analyser_free(english);
    analyser_free(none);
}

/* The ten digits, the twelve months and the seven weekdays are in every file. */
static void every_language_is_complete(void **state)
{
    (void)state;
    for (const struct data_file *file = data_files; file->name; file++) {
        char code[8];
        assert_int_equal(sscanf(file->name, "%7[a-z].txt", code), 1);
        struct analyser *analyser = analyser_new(code);
        const struct language *language = analyser_language(analyser);
        bool digits[10] = {false}, months[13] = {false}, weekdays[7] = {false};
        struct words words;
        assert_int_equal(language_read(language, file->text, &words), 0);
        words_free(&words);
        for (const char *line = file->text; *line; line += strcspn(line, "\n") + 1) {
            char part[4000];
            snprintf(part, sizeof part, "%.*s", (int)strcspn(line, "\n"), line);
            assert_int_equal(language_read(language, part, &words), 0);
            for (size_t at = 0; at < words.count; at++) {
                int value, digit;
                vocabulary_word(vocabulary_get(code, NULL, NULL), part + words.items[at].start,
                                words.items[at].end - words.items[at].start, &digit);
                if (digit >= 0)
                    digits[digit] = true;
                if (language_value(language, LIST_MONTH, &words, at, &value))
                    months[value] = true;
                if (language_value(language, LIST_WEEKDAY, &words, at, &value))
                    weekdays[value] = true;
            }
            words_free(&words);
        }
        for (int i = 0; i < 10; i++)
            if (!digits[i])
                fail_msg("%s has no word for %d", code, i);
        for (int i = 1; i <= 12; i++)
            if (!months[i])
                fail_msg("%s has no word for month %d", code, i);
        for (int i = 0; i < 7; i++)
            if (!weekdays[i])
                fail_msg("%s has no word for weekday %d", code, i);
        analyser_free(analyser);
    }
}

#define NOW   1772445600 /* a Monday, 10:00 in UTC */
#define TODAY (NOW - 10 * 3600)

struct question_case {
    const char *language, *text;
    const char *asks; /* of "name", "when", "last", in this order */
    int from, to;     /* days from today, `to` exclusive; 0, 0: no span of time */
    int day, month, year;
};

static const struct question_case question_cases[] = {
    {"en", "Who is Ana?", "name", 0, 0, 0, 0, 0},
    {"en", "What's the name of my dog", "name", 0, 0, 0, 0, 0},
    {"en", "when was it", "when", 0, 0, 0, 0, 0},
    {"en", "How long ago did I move?", "when", 0, 0, 0, 0, 0},
    {"en", "what did i say", "", 0, 0, 0, 0, 0},
    {"en", "what did i say last time", "last", 0, 0, 0, 0, 0},
    {"en", "what did i say today", "", 0, 1, 0, 0, 0},
    {"en", "what did i say yesterday", "", -1, 0, 0, 0, 0},
    {"en", "what did i say the day before yesterday", "", -2, -1, 0, 0, 0},
    {"xx", "what did i say yesterday", "", 0, 0, 0, 0, 0},
    {"en", "what did i say one day ago", "", -1, 0, 0, 0, 0},
    {"en", "what did i say three days ago", "", -4, -1, 0, 0, 0},
    {"en", "12 days ago", "", -13, -10, 0, 0, 0},
    {"en", "some days ago or 4 days ago", "", -5, -2, 0, 0, 0},
    {"en", "1000 days ago", "", 0, 0, 0, 0, 0},
    {"en", "zero days ago", "", 0, 0, 0, 0, 0},
    {"en", "three days", "", 0, 0, 0, 0, 0},
    {"xx", "three days ago", "", 0, 0, 0, 0, 0},
    {"en", "it was a week ago", "", -10, -3, 0, 0, 0},
    {"en", "last week", "", -7, 0, 0, 0, 0},
    {"en", "last month", "", -29, -1, 0, 0, 0},
    {"en", "2 months ago", "", -60, -29, 0, 0, 0},
    {"en", "last sunday", "", -1, 0, 0, 0, 0},
    {"en", "last Monday", "", -7, -6, 0, 0, 0},
    {"en", "last time on sunday", "last", 0, 0, 0, 0, 0},
    {"en", "", "", 0, 0, 0, 0, 0},
    {"en", "what did I say in March", "", 0, 0, 0, 3, 0},
    {"en", "on 14 May 2023", "", 0, 0, 14, 5, 2023},
    {"en", "what may I order", "", 0, 0, 0, 0, 0},
    {"en", "what was agreed on 2026-01-16?", "", 0, 0, 16, 1, 2026},
    {"en", "what was agreed on 16.01.2026", "", 0, 0, 16, 1, 2026},
    {"en", "the visit of 3/4/2026", "", 0, 0, 4, 3, 2026},
    {"en", "the visit of 13/4/2026", "", 0, 0, 13, 4, 2026},
    {"en", "the visit of 1/16/26", "", 0, 0, 16, 1, 2026},
    {"fr", "la visite du 3/4/2026", "", 0, 0, 3, 4, 2026},
    {"de", "am 3.4.2026", "", 0, 0, 3, 4, 2026},
    {"en", "version 16.13.2026, room 40/2/2026", "", 0, 0, 0, 0, 2026},
    {"en", "is 202-456-1111 your number", "", 0, 0, 0, 0, 0},
    {"de", "Was war vor drei Tagen?", "", -4, -1, 0, 0, 0},
    {"de", "im M\xc3\xa4rz", "", 0, 0, 0, 3, 0},
    {"es",
     "hace dos d\xc3\xad"
     "as",
     "", -3, 0, 0, 0, 0},
    {"fr", "O\xc3\xb9 est Ana ?", "name", 0, 0, 0, 0, 0},
    {"fr", "le caf\xc3\xa9 ou le th\xc3\xa9", "", 0, 0, 0, 0, 0},
    {"fr", "Comment s'appelle mon chien ?", "name", 0, 0, 0, 0, 0},
    {"fr", "aujourd'hui", "", 0, 1, 0, 0, 0},
    {"it", "l'altro ieri, o meglio ieri", "", -2, -1, 0, 0, 0},
    {"pt", "segunda-feira passada", "", -7, -6, 0, 0, 0},
};

static void questions_say_what_they_ask_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof question_cases / sizeof *question_cases; i++) {
        const struct question_case *c = &question_cases[i];
        struct analyser *analyser = analyser_new(c->language);
        struct question q;
        char asks[40];
        assert_int_equal(question_read(&q, c->text, NULL, &analyser, &c->language, 1, NOW), 0);
        snprintf(asks, sizeof asks, "%s%s%s", q.asks_name ? " name" : "", q.asks_when ? " when" : "",
                 q.last_call ? " last" : "");
        if (strcmp(asks + (*asks == ' '), c->asks) != 0)
            fail_msg("\"%s\" asks for%s", c->text, asks);
        int64_t from = c->to > c->from ? TODAY + c->from * 86400 : 0;
        int64_t to = c->to > c->from ? TODAY + c->to * 86400 : 0;
        if (q.from != from || q.to != to)
            fail_msg("\"%s\" means %lld to %lld", c->text, (long long)(q.from - TODAY) / 86400,
                     (long long)(q.to - TODAY) / 86400);
        if (q.day != c->day || q.month != c->month || q.year != c->year)
            fail_msg("\"%s\" means %d.%d.%d", c->text, q.day, q.month, q.year);
        question_free(&q);
        analyser_free(analyser);
    }
}

/* What is asked for, where an agent asks in another language than that of the calls. */
static void small_words_of_the_questions_language_are_not_asked_for(void **state)
{
    (void)state;
    static const char *const languages[] = {"es", "en"};
    struct analyser *analysers[] = {analyser_new("es"), analyser_new("en")};
    static const struct {
        const char *text;
        size_t asked;
    } cases[] = {
        {"what is the name of her parrot", 2}, /* name, parrot */
        {"\xc2\xbf"
         "c\xc3\xb3mo se llama su loro?",
         2},
        {"parrot loro", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct question q;
        assert_int_equal(question_read(&q, cases[i].text, NULL, analysers, languages, 2, NOW), 0);
        if (q.asked != cases[i].asked)
            fail_msg("\"%s\" asks for %zu words", cases[i].text, q.asked);
        assert_string_equal(q.readings[0].language, "es"); /* of calls whose language nobody knows */
        question_free(&q);
    }
    analyser_free(analysers[0]);
    analyser_free(analysers[1]);
}

static void words_that_ask_for_calls_count_less(void **state)
{
    (void)state;
    const char *language = "en";
    struct analyser *analyser = analyser_new(language);
    struct question q;
    assert_int_equal(question_read(&q, "previous parrot last week", NULL, &analyser, &language, 1, NOW), 0);
    assert_true(q.worth[0] < q.worth[1] && q.worth[3] < q.worth[1]);
    assert_true(q.worth[0] > 0 && q.worth[1] == 1);
    question_free(&q);
    analyser_free(analyser);
}

static void words_that_mean_the_same_are_related(void **state)
{
    (void)state;
    struct analyser *analyser = analyser_new("en");
    struct terms bought = terms_of("en", "bought"), buy = terms_of("en", "buy");
    const struct relation *related;
    size_t count = analyser_related(analyser, buy.items[0].hash, &related);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        assert_true(related[i].weight > 0 && related[i].weight < 1);
        found = found || related[i].hash == bought.items[0].hash;
    }
    assert_true(found);
    assert_int_equal(analyser_related(analyser, term_hash("qwxzvj", 6), &related), 0);
    analyser_free(analyser);
}

/* --- Segments --- */

static void a_segment_gives_back_what_went_in(void **state)
{
    (void)state;
    struct buf blob = BUF_INIT;
    struct analyser *analyser = analyser_new("en");
    struct segment_item in = {.row = INT64_MAX - 3,
                              .created_at = -12345678901,
                              .salience = 0.85f,
                              .decay_lambda = 0.01f,
                              .position = 70000,
                              .source = -1,
                              .kind = KIND_FACT,
                              .sector = SECTOR_SEMANTIC,
                              .speaker = SPEAKER_USER};
    struct segment_item second = in, out;
    second.row = 7;
    segment_add(&blob, &in, "The parrot is called Hugo", analyser);
    segment_add(&blob, &second, "Since when, at 12?", analyser);
    size_t offset = 0;
    const unsigned char *bytes = (const unsigned char *)blob.data;
    assert_true(segment_next(bytes, blob.len, &offset, &out));
    assert_true(out.row == in.row && out.created_at == in.created_at);
    assert_true(out.salience == in.salience && out.decay_lambda == in.decay_lambda);
    assert_int_equal(out.position, 70000);
    assert_int_equal(out.source, -1);
    assert_int_equal(out.kind, KIND_FACT);
    assert_int_equal(out.sector, SECTOR_SEMANTIC);
    assert_int_equal(out.speaker, SPEAKER_USER);
    assert_int_equal(out.chars, strlen("The parrot is called Hugo"));
    assert_int_equal(out.term_count, 3); /* without "the" and "is" */
    struct terms hugo = terms_of("en", "Hugo");
    assert_int_equal(segment_term(&out, 2) & ~(uint32_t)STORED_BITS, hugo.items[0].hash);
    assert_int_equal(segment_term(&out, 2) & STORED_BITS, STORED_CAPITAL | STORED_INNER);
    assert_int_equal(out.flags, SEGMENT_INNER);
    assert_true(segment_next(bytes, blob.len, &offset, &out));
    assert_int_equal(out.row, 7);
    assert_true(out.flags & SEGMENT_QUESTION && out.flags & SEGMENT_ASKS);
    assert_false(segment_next(bytes, blob.len, &offset, &out));
    assert_int_equal(offset, blob.len);
    buf_free(&blob);
    analyser_free(analyser);
}

static void a_cut_or_broken_segment_ends(void **state)
{
    (void)state;
    struct buf blob = BUF_INIT;
    struct analyser *analyser = analyser_new("en");
    struct segment_item item = {.row = 1, .kind = KIND_TURN, .sector = SECTOR_EPISODIC}, out;
    segment_add(&blob, &item, "parrot parrot parrot", analyser);
    for (size_t len = 0; len < blob.len; len++) {
        size_t offset = 0;
        char *exact = malloc(len ? len : 1); /* so that a read behind the end is seen */
        assert_non_null(exact);
        memcpy(exact, blob.data, len);
        assert_false(segment_next((const unsigned char *)exact, len, &offset, &out));
        assert_int_equal(offset, 0);
        free(exact);
    }
    size_t offset = 0;
    assert_false(segment_next(NULL, 0, &offset, &out));
    buf_free(&blob);
    analyser_free(analyser);
}

static void sentences_end_where_a_new_one_begins(void **state)
{
    (void)state;
    assert_int_equal(segment_sentence("One. Two."), strlen("One. "));
    assert_int_equal(segment_sentence("Two."), strlen("Two."));
    assert_int_equal(segment_sentence("Why?  So!"), strlen("Why?  "));
    assert_int_equal(segment_sentence("at 9.30 sharp. Then"), strlen("at 9.30 sharp. "));
    assert_int_equal(segment_sentence("no end"), strlen("no end"));
    assert_int_equal(segment_sentence(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_a_word_are_one_in_its_language),
        cmocka_unit_test(another_language_stems_by_its_own_rules_only),
        cmocka_unit_test(writing_does_not_matter),
        cmocka_unit_test(scripts_without_blanks_are_found_within),
        cmocka_unit_test(an_order_number_is_one_however_it_is_said),
        cmocka_unit_test(a_telephone_number_is_one_however_it_is_grouped),
        cmocka_unit_test(terms_know_what_they_are),
        cmocka_unit_test(apostrophes_and_quotation_marks),
        cmocka_unit_test(places_count_the_words),
        cmocka_unit_test(no_text_is_too_long_or_too_broken),
        cmocka_unit_test(a_vocabulary_knows_its_language),
        cmocka_unit_test(every_language_is_complete),
        cmocka_unit_test(questions_say_what_they_ask_for),
        cmocka_unit_test(small_words_of_the_questions_language_are_not_asked_for),
        cmocka_unit_test(words_that_ask_for_calls_count_less),
        cmocka_unit_test(words_that_mean_the_same_are_related),
        cmocka_unit_test(a_segment_gives_back_what_went_in),
        cmocka_unit_test(a_cut_or_broken_segment_ends),
        cmocka_unit_test(sentences_end_where_a_new_one_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
