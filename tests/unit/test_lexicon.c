/*
 * The lexicon: how text becomes words, what patterns fit, how files are read and complained about.
 */
#include "unit.h"

#include "base/utf8.h"
#include "language/data.h"
#include "language/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/callmem-lexicon-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

/* A lexicon with one language of our own, "xx". */
static struct lexicon *load_own(const char *text, struct error *error)
{
    write_file("xx.txt", text);
    struct lexicon *lexicon = lexicon_load(folder, error);
    remove_file("xx.txt");
    return lexicon;
}

static void test_six_languages(void **state)
{
    static const char *const codes[] = {"en", "es", "de", "fr", "it", "pt"};
    struct error error;
    struct lexicon *lexicon = lexicon_load("", &error);
    (void)state;
    assert_non_null(lexicon);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const struct language *language = lexicon_language(lexicon, codes[i]);
        size_t count;
        assert_non_null(language);
        assert_string_equal(language_code(language), codes[i]);
        for (int section = 0; section < SECTIONS; section++) {
            language_rules(language, (enum section)section, &count);
            if (count == 0)
                fail_msg("%s has no rules for section %d", codes[i], section);
        }
    }
    assert_int_equal(lexicon_count(lexicon), 6);
    assert_null(lexicon_language(lexicon, "pl"));
    assert_null(lexicon_language(lexicon, ""));
    lexicon_free(lexicon);
}

static void data_files_are_compiled_in_whole(void **state)
{
    (void)state;
    const struct data_file *english = data_find("en.txt");
    assert_non_null(english);
    assert_int_equal(strlen(english->text), english->len);
    assert_non_null(strstr(english->text, "[search stop]"));
    assert_null(data_find("none.txt"));
    assert_null(data_find(""));
    for (const struct data_file *file = data_files; file->name; file++) {
        assert_ptr_equal(data_find(file->name), file);
        assert_true(utf8_is_valid(file->text, file->len));
        assert_true(file->len > 0 && file->text[file->len - 1] == '\n');
    }
}

struct word_case {
    const char *language, *text;
    const char *words; /* folded; "," and "." stand for what is between */
};

static void test_words(void **state)
{
    static const struct word_case cases[] = {
        {"en", "I'm Ana.", "i am ana"},
        {"en", "It\xe2\x80\x99s me!", "it is me"},
        {"en", "gluten-free, please", "gluten free , please"},
        {"en", "N-O-O-R", "n o o r"},
        {"en", "it's, um, Ana", "it is ana"},
        {"en", "Dr. Obi. Hello", "dr obi . hello"},
        {"en", "Helen's son", "helen 's son"},
        {"en", "O'Neill", "o'neill"},
        {"en", "after 6:30 or 7.15", "after 6 30 or 7 15"},
        {"en", "One. Two", "one . two"},
        {"en", "tea - no sugar", "tea , no sugar"},
        {"es", "\xc2\xbfQui\xc3\xa9n?", "quien"},
        {"de", "Wei\xc3\x9f, M\xc3\xbcller", "weiss , muller"},
        {"de", "am 6. M\xc3\xa4rz", "an dem 6 marz"},
        {"fr", "J'ai froid", "je ai froid"},
        {"fr", "je m'appelle", "je me appelle"},
        {"it", "l'acqua", "lo acqua"},
        {"pt", "pra voc\xc3\xaa", "para voce"},
        {"en", "", ""},
        {"en", "?!...", ""},
        {"en", "\xff\xfe", ""},
    };
    struct error error;
    struct lexicon *lexicon = lexicon_load(NULL, &error);
    (void)state;
    assert_non_null(lexicon);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct words words;
        char got[200] = "";
        assert_int_equal(language_read(lexicon_language(lexicon, cases[i].language), cases[i].text, &words),
                         0);
        for (size_t at = 0; at < words.count; at++) {
            size_t len = strlen(got);
            const char *gap = at == 0                            ? ""
                              : words.items[at].gap == GAP_NONE  ? " "
                              : words.items[at].gap == GAP_COMMA ? " , "
                                                                 : " . ";
            snprintf(got + len, sizeof got - len, "%s%s", gap, words.items[at].fold);
            assert_true(words.items[at].end <= strlen(cases[i].text));
            assert_true(words.items[at].start <= words.items[at].end);
        }
        assert_string_equal(got, cases[i].words);
        words_free(&words);
    }
    lexicon_free(lexicon);
}

static void test_questions(void **state)
{
    struct words words;
    (void)state;
    assert_int_equal(words_read(NULL, "Yes. Is it? No", &words), 0);
    assert_int_equal(words.count, 4);
    assert_false(words.items[0].question);
    assert_true(words.items[1].question);
    assert_true(words.items[2].question);
    assert_false(words.items[3].question);
    words_free(&words);
}

static size_t capture_one(void *ctx, enum capture what, const struct words *words, size_t at,
                          size_t ends[PATTERN_ENDS])
{
    (void)ctx;
    (void)words;
    ends[0] = at + (what == CAPTURE_SHORT ? 1 : 2);
    return ends[0] <= words->count;
}

struct pattern_case {
    const char *pattern, *text;
    bool fits;
};

static const struct pattern_case pattern_cases[] = {
    {"my name is", "my name is Ana", true},
    {"my name is", "my, name is Ana", false},
    {"my , name is", "my, name is Ana", true},
    {"my , name is", "my name is Ana", true},
    {"my . name", "my. name", true},
    {"my , name", "my. name", false},
    {"(my|the) name", "the name", true},
    {"(my|the) name", "a name", false},
    {"my [full] name", "my full name", true},
    {"my [full] name", "my name", true},
    {"(a (b|c)|d) e", "a c e", true},
    {"(a (b|c)|d) e", "a d e", false},
    {"allerg*", "Allergies", true},
    {"allerg*", "aller", false},
    {"a _ c", "a b c", true},
    {"a _ c", "a c", false},
    {"a ~ c", "a c", true},
    {"a ~ c", "a 1 2 3 4 c", true},
    {"a ~ c", "a 1 2 3 4 5 c", false},
    {"a !(b) c", "a c", true},
    {"a !(b) [b] c", "a b c", false},
    {"a $", "a, b", true},
    {"a $", "a b", false},
    {"a $$", "a, b", false},
    {"a $$", "a. b", true},
    {"^ a", "a", true},
    {"@fruit please", "apple please", true},
    {"@fruit please", "red plum please", true},
    {"@fruit please", "red please", false},
    {"<short> now", "x now", true},
    {"<thing> now", "x y now", true},
    {"<thing> now", "x now", false},
    {"_ 's house", "Ana's house", true},
    {"gluten-free", "gluten free", true},
    {"in <number> days", "in 14 days", true},
    {"in <number> days", "in three days", true},
    {"in <number> days", "in some days", false},
    {"<weekday> <month>", "Monday May", true},
    {"<weekday> <month>", "May Monday", false},
};

static void test_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pattern_cases / sizeof pattern_cases[0]; i++) {
        char text[300];
        struct error error;
        struct words words;
        size_t count;
        snprintf(text, sizeof text,
                 "[list fruit]\napple, red plum\n[list number]\nthree = 3\n[list weekday]\nmonday = 0\n"
                 "[list month]\nmay = 5\n[need]\n%s => slot\n",
                 pattern_cases[i].pattern);
        struct lexicon *lexicon = load_own(text, &error);
        assert_non_null(lexicon);
        const struct language *language = lexicon_language(lexicon, "xx");
        const struct rule *rules = language_rules(language, SECTION_NEED, &count);
        assert_int_equal(count, 1);
        assert_int_equal(language_read(language, pattern_cases[i].text, &words), 0);
        struct matcher matcher = {.language = language, .words = &words, .capture = capture_one};
        if (pattern_match(&matcher, rules[0].pattern, 0) != pattern_cases[i].fits)
            fail_msg("\"%s\" on \"%s\"", pattern_cases[i].pattern, pattern_cases[i].text);
        words_free(&words);
        lexicon_free(lexicon);
    }
}

/* An operator's rules come before the built-in ones of the same language; words join the built-in lists. */
static void test_additions(void **state)
{
    struct error error;
    struct words words;
    size_t count, before;
    (void)state;
    struct lexicon *plain = lexicon_load(NULL, &error);
    assert_non_null(plain);
    language_rules(lexicon_language(plain, "en"), SECTION_LIKE, &before);
    write_file("en.txt", "# ours\n[like]\nwe swear by <thing> => like.brand\n\n[list relative]\nbandmate\n");
    struct lexicon *lexicon = lexicon_load(folder, &error);
    remove_file("en.txt");
    assert_non_null(lexicon);
    const struct language *language = lexicon_language(lexicon, "en");
    const struct rule *rules = language_rules(language, SECTION_LIKE, &count);
    assert_int_equal(count, before + 1);
    assert_string_equal(rules[0].slot, "like.brand");
    assert_int_equal(language_read(language, "my bandmate and my mother", &words), 0);
    assert_int_equal(language_list(language, LIST_RELATIVE, &words, 1), 1);
    assert_int_equal(language_list(language, LIST_RELATIVE, &words, 4), 1);
    assert_int_equal(language_list(language, LIST_RELATIVE, &words, 2), 0);
    words_free(&words);
    lexicon_free(lexicon);
    lexicon_free(plain);
}

static void test_lists(void **state)
{
    struct error error;
    struct words words;
    size_t len;
    int value;
    (void)state;
    struct lexicon *lexicon = load_own("[list number]\none = 1, twenty one = 21, twenty = 20\n"
                                       "[list ordinal]\nfirst = 1, twenty first = 21\n"
                                       "[items like.*]\ntea, green tea\n",
                                       &error);
    assert_non_null(lexicon);
    const struct language *language = lexicon_language(lexicon, "xx");
    assert_int_equal(language_read(language, "twenty one green tea", &words), 0);
    assert_int_equal(language_value(language, LIST_NUMBER, &words, 0, &value), 2);
    assert_int_equal(value, 21);
    assert_int_equal(language_value(language, LIST_NUMBER, &words, 1, &value), 1);
    assert_int_equal(value, 1);
    assert_string_equal(language_item(language, &words, 2, &len), "like.*");
    assert_int_equal(len, 2);
    assert_null(language_item(language, &words, 0, &len));
    words_free(&words);
    lexicon_free(lexicon);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        int value;
    } cases[] = {{"twenty one days", 2, 21},
                 {"twenty first of May", 2, 21},
                 {"first", 1, 1},
                 {"14th", 1, 14},
                 {"99999", 1, 99999},
                 {"100000", 0, 0},
                 {"B52", 0, 0},
                 {"days", 0, 0},
                 {"", 0, 0}};
    struct error error;
    (void)state;
    struct lexicon *lexicon = load_own("[list number]\n@ordinal, twenty = 20, twenty one = 21\n"
                                       "[list ordinal]\nfirst = 1, twenty first = 21\n",
                                       &error);
    assert_non_null(lexicon);
    const struct language *language = lexicon_language(lexicon, "xx");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct words words;
        int value = 0;
        assert_int_equal(language_read(language, cases[i].text, &words), 0);
        size_t len = language_number(language, &words, 0, &value);
        if (len != cases[i].len || (len > 0 && value != cases[i].value))
            fail_msg("\"%s\": %d in %zu words", cases[i].text, value, len);
        words_free(&words);
    }
    lexicon_free(lexicon);
}

/* A list may have all phrases of another. */
static void test_inclusion(void **state)
{
    struct error error;
    struct words words;
    int value;
    (void)state;
    struct lexicon *lexicon =
        load_own("[list time]\nnoon = 2, @day = 3\n[list day]\nmonday = 0, full moon, tues* = 1\n", &error);
    assert_non_null(lexicon);
    const struct language *language = lexicon_language(lexicon, "xx");
    assert_int_equal(language_read(language, "noon monday tuesdays full moon", &words), 0);
    assert_int_equal(language_value(language, LIST_TIME, &words, 0, &value), 1);
    assert_int_equal(value, 2);
    assert_int_equal(language_value(language, LIST_TIME, &words, 1, &value), 1);
    assert_int_equal(value, 3);
    assert_int_equal(language_list(language, LIST_TIME, &words, 2), 1);
    assert_int_equal(language_list(language, LIST_TIME, &words, 3), 2);
    assert_int_equal(language_list(language, LIST_TIME, &words, 4), 0);
    words_free(&words);
    lexicon_free(lexicon);
}

/* A spelling of the operator's counts more than the one that is built in. */
static void test_own_spelling(void **state)
{
    struct error error;
    struct words words;
    (void)state;
    write_file("en.txt", "[spelling]\ngonna = shall\n");
    struct lexicon *lexicon = lexicon_load(folder, &error);
    remove_file("en.txt");
    assert_non_null(lexicon);
    assert_int_equal(language_read(lexicon_language(lexicon, "en"), "gonna", &words), 0);
    assert_string_equal(words.items[0].fold, "shall");
    words_free(&words);
    lexicon_free(lexicon);
}

/* What an operator wrote for an earlier version does not stop the start, whatever stands in it. */
static void test_former_sections(void **state)
{
    struct error error;
    struct words words;
    size_t count;
    (void)state;
    struct lexicon *lexicon =
        load_own("[subject billing]\ninvoice*\n[about address]\nmy home\n[topic]\nabout (my @bill\n"
                 "[promise]\ni will <clause>\n[need]\ni need <thing> => need\n",
                 &error);
    assert_non_null(lexicon);
    const struct language *language = lexicon_language(lexicon, "xx");
    language_rules(language, SECTION_NEED, &count);
    assert_int_equal(count, 1);
    assert_int_equal(language_read(language, "invoices", &words), 0);
    assert_null(language_item(language, &words, 0, &count));
    words_free(&words);
    lexicon_free(lexicon);
}

struct wrong_case {
    const char *text, *complaint;
};

static void test_wrong_lines(void **state)
{
    static const struct wrong_case cases[] = {
        {"hello\n", ":1: a section such as [list common] must come first"},
        {"\n[lisst common]\n", ":2: there is no section [lisst common]"},
        {"[like]\ni like (tea\n", ":2: a bracket is not closed"},
        {"[like]\ni like tea)\n", ":2: a bracket or | without its opening bracket"},
        {"[like]\ni like <stuff>\n", ":2: unknown <"},
        {"[like]\n=> like.tea\n", ":2: the pattern is empty"},
        {"[like]\ni like ! tea\n", ":2: ! stands before a bracket"},
        {"[like]\ni like @fruit\n", ":2: there is no [list fruit]"},
        {"[list time]\nnoon, @hour\n", ":2: there is no [list hour]"},
        {"[feeling]\nhappy\n", ":2: a feeling is written"},
        {"[feeling]\n9: happy\n", ":2: a feeling is written"},
        {"[spelling]\nim\n", ":2: a spelling is written"},
        {"[list number]\none = first\n", ":2: after = stands a whole number"},
        {"[list number]\none = \n1\n", ":2: after = stands a whole number"},
        {"[feeling]\n2\n:happy\n", ":2: a feeling is written"},
        {"[list ]\n", ":1: this section needs a name"},
        {"[list common]\na b c d e f g h i j\n", ":2: a phrase has at most 8 words"},
        {"[search stop]\nthe\n", ":1: there is no section [search stop]"},
        {"[need]\nwants => x | y | caf\xe9\n", ":2: UTF-8 without NULs is expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        assert_null(load_own(cases[i].text, &error));
        assert_int_equal(error.code, ERROR_SETTINGS);
        if (!strstr(error.message, cases[i].complaint) || !strstr(error.message, "xx.txt"))
            fail_msg("\"%s\" instead of \"%s\"", error.message, cases[i].complaint);
    }
}

static void test_folder(void **state)
{
    struct error error = {0};
    (void)state;
    assert_null(lexicon_load("/nonexistent/lexicon", &error));
    assert_int_equal(error.code, ERROR_SETTINGS);
    assert_non_null(strstr(error.message, "/nonexistent/lexicon"));
    /* Other files in the folder are ignored. */
    write_file("README.md", "not a lexicon");
    write_file("english.txt", "not a lexicon either");
    struct lexicon *lexicon = lexicon_load(folder, &error);
    assert_non_null(lexicon);
    assert_int_equal(lexicon_count(lexicon), 6);
    lexicon_free(lexicon);
    remove_file("README.md");
    remove_file("english.txt");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_files_are_compiled_in_whole),
        cmocka_unit_test(test_six_languages),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_additions),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_inclusion),
        cmocka_unit_test(test_own_spelling),
        cmocka_unit_test(test_former_sections),
        cmocka_unit_test(test_wrong_lines),
        cmocka_unit_test(test_folder),
    };
    return cmocka_run_group_tests_name("lexicon", tests, make_folder, remove_folder);
}
