#include "base/text.h"
#include "base/utf8.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void knows_well_formed_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",
        "a",
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "gr\xc3\xbc\xc3\x9f \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x98\x80",
    };
    static const char *const bad[] = {
        "\x80",             /* a continuation with nothing before it */
        "\xbf",             /* the same */
        "\xc0\xaf",         /* an overlong slash */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* a surrogate */
        "\xed\xbf\xbf",     /* a surrogate */
        "\xf4\x90\x80\x80", /* over U+10FFFF */
        "\xf5\x80\x80\x80", /* over U+10FFFF */
        "\xff",             /* never in UTF-8 */
        "\xc3",             /* cut */
        "\xe2\x82",         /* cut */
        "\xf0\x9f\x98",     /* cut */
        "\xc3(",            /* not continued */
        "\xe2\x82(",        /* not continued */
        "a\xf0\x9f\x98z",   /* not continued */
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!utf8_is_valid(good[i], strlen(good[i])))
            fail_msg("good %zu was refused", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (utf8_is_valid(bad[i], strlen(bad[i])))
            fail_msg("bad %zu was taken", i);
    assert_true(utf8_is_valid("a\0b", 3));
    assert_false(utf8_is_valid("\xe2\x82\xac", 2)); /* the length counts, not the NUL */
}

static void counts_characters_and_not_bytes(void **state)
{
    (void)state;
    const char *text = "a\xc3\xa9\xe6\x9d\xb1\xf0\x9f\x98\x80z";
    static const size_t ends[] = {0, 1, 3, 6, 10, 11, 11, 11};
    assert_int_equal(text_chars(text), 5);
    assert_int_equal(text_chars(""), 0);
    for (size_t chars = 0; chars < sizeof ends / sizeof *ends; chars++)
        assert_int_equal(text_prefix(text, chars), ends[chars]);
    assert_int_equal(text_prefix("", 3), 0);
}

struct line {
    const char *text;
    size_t max;
    const char *line;
};

static void check_lines(const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *line = text_line(lines[i].text, lines[i].max);
        assert_non_null(line);
        if (strcmp(line, lines[i].line) != 0)
            fail_msg("\"%s\" in %zu gave \"%s\", not \"%s\"", lines[i].text, lines[i].max, line,
                     lines[i].line);
        free(line);
    }
}

static void a_line_has_nothing_in_it_that_could_forge_a_prompt(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"", 10, ""},
        {"plain", 10, "plain"},
        {"one\ntwo", 10, "one two"},
        {"one\r\n\r\n\ttwo", 10, "one two"},
        {"  one   two  ", 20, "one two"},
        {"\n \t\x01\x7f", 10, ""},
        {"bell\x07gone", 20, "bell gone"},
        {"esc\x1b[31mred", 20, "esc [31mred"},
        {"next\xc2\x85line", 20, "next line"}, /* U+0085 */
        {"c1\xc2\x9b"
         "31m",
         20, "c1 31m"},                          /* U+009B, the escape of eight bits */
        {"line\xe2\x80\xa8sep", 20, "line sep"}, /* U+2028 */
        {"para\xe2\x80\xa9sep", 20, "para sep"}, /* U+2029 */
        {"abc\xe2\x80\xae"
         "cba",
         20, "abc cba"}, /* U+202E right-to-left override */
        {"abc\xe2\x80\xaa"
         "cba\xe2\x80\xac",
         20, "abc cba"}, /* embedding and its end */
        {"abc\xe2\x81\xa6"
         "cba\xe2\x81\xa9",
         20, "abc cba"}, /* isolate and its end */
        {"abc\xd8\x9c"
         "cba",
         20, "abc cba"}, /* Arabic letter mark */
        {"abc\xe2\x80\x8f"
         "cba",
         20, "abc cba"}, /* right-to-left mark */
        {"\xef\xbb\xbf"
         "bom",
         20, "bom"},
        {"tag\xf3\xa0\x81\x81\xf3\xa0\x81\x82s", 20, "tag s"}, /* invisible tag characters */
        {"hard\xc2\xa0space", 20, "hard space"},
        {"caf\xc3\xa9 \xe6\x9d\xb1\xe4\xba\xac", 20, "caf\xc3\xa9 \xe6\x9d\xb1\xe4\xba\xac"},
        /* a family is one picture only with its joiners, and Persian needs its non-joiners */
        {"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 20, "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"},
        {"\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", 20, "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae"},
        {"bad\xff\xfe!", 20, "bad\xef\xbf\xbd\xef\xbf\xbd!"},
        {"cut\xe2\x82", 20, "cut\xef\xbf\xbd\xef\xbf\xbd"},
    };
    check_lines(lines, sizeof lines / sizeof *lines);
}

static void a_long_line_is_cut_at_a_word(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"hello world", 11, "hello world"},
        {"hello world", 10, "hello\xe2\x80\xa6"},
        {"hello world", 7, "hello\xe2\x80\xa6"},
        {"hello world", 6, "hello\xe2\x80\xa6"},
        {"hello world   ", 11, "hello world"}, /* what is trimmed off is not missing */
        {"aaaa bb cc", 8, "aaaa bb\xe2\x80\xa6"},
        {"aaaa bb, cc", 9, "aaaa bb,\xe2\x80\xa6"},
        {"Donaudampfschifffahrt", 10, "Donaudamp\xe2\x80\xa6"},     /* no word ends where it would have to */
        {"a Donaudampfschifffahrt", 12, "a Donaudamp\xe2\x80\xa6"}, /* hardly anything would be left */
        {"\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd\xe5\xba\x9c", 3, "\xe6\x9d\xb1\xe4\xba\xac\xe2\x80\xa6"},
        {"ab", 1, "\xe2\x80\xa6"},
        {"a", 1, "a"},
        {"ab", 0, ""},
    };
    check_lines(lines, sizeof lines / sizeof *lines);
}

static void no_limit_splits_a_character_or_is_exceeded(void **state)
{
    (void)state;
    const char *texts[] = {
        "Ich h\xc3\xa4tte gern \xe2\x80\x9e"
        "gr\xc3\xbc\xc3\x9f Gott\xe2\x80\x9c gesagt, um 9\xc2\xbd Uhr.",
        "\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd \xe5\xba\x9c\xe3\x81\xae\xf0\x9f\x98\x80\xf0\x9f\x98\x80 "
        "\xe6\x9d\xb1",
        "\n\xff\xfe  \xe2\x80\xae words and\xed\xa0\x80 \xf4\x90\x80\x80more\xc3",
    };
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        char *whole = text_line(texts[t], 1000);
        size_t chars = text_chars(whole);
        for (size_t max = 1; max <= chars + 1; max++) {
            struct buf b = BUF_INIT;
            buf_puts(&b, "before");
            text_add_line(&b, texts[t], max);
            const char *line = buf_text(&b) + 6;
            assert_memory_equal(b.data, "before", 6);
            assert_int_equal(strlen(b.data), b.len);
            assert_true(utf8_is_valid(line, strlen(line)));
            assert_true(text_chars(line) <= max);
            if (max >= chars) {
                assert_string_equal(line, whole);
            } else {
                size_t kept = strlen(line) - strlen("\xe2\x80\xa6");
                assert_string_equal(line + kept, "\xe2\x80\xa6");
                assert_memory_equal(line, whole, kept);
                assert_true(kept == 0 || line[kept - 1] != ' ');
            }
            buf_free(&b);
        }
        free(whole);
    }
}

static void what_leaves_has_no_template_markup_or_fence(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    text_disarm(&b, 0);
    assert_string_equal(buf_text(&b), "");
    buf_puts(&b, "{\"a\":\"");
    text_disarm(&b, b.len);
    size_t from = b.len;
    buf_puts(&b, "{{secret__x}} <b> ```");
    text_disarm(&b, from);
    assert_string_equal(buf_text(&b), "{\"a\":\"((secret__x)) (b) '''");
    buf_free(&b);
    char text[] = "}}{";
    text_disarm_text(text);
    assert_string_equal(text, "))(");
}

static void bytes_as_digits(void **state)
{
    (void)state;
    char out[9];
    text_hex((const unsigned char *)"\x00\x7f\xff\xa5", 4, out);
    assert_string_equal(out, "007fffa5");
    text_hex((const unsigned char *)"", 0, out);
    assert_string_equal(out, "");
}

static void copies(void **state)
{
    (void)state;
    char *nothing = text_dup(NULL), *text = text_dup("text"), *slice = text_dup_n("slice of it", 5);
    assert_string_equal(nothing, "");
    assert_string_equal(text, "text");
    assert_string_equal(slice, "slice");
    free(nothing);
    free(text);
    free(slice);
}

struct parts {
    struct buf text;
    size_t most;
};

static bool take_part(void *ctx, const char *part, size_t len)
{
    struct parts *parts = ctx;
    buf_putc(&parts->text, '<');
    buf_add(&parts->text, part, len);
    buf_putc(&parts->text, '>');
    return --parts->most > 0;
}

static void a_list_is_split_at_its_commas(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        size_t most;
        const char *parts;
    } rows[] = {
        {"", 9, ""},         {"a", 9, "<a>"}, {"a,b", 9, "<a><b>"},   {" a , b c\t,\n", 9, "<a><b c>"},
        {",,a,,", 9, "<a>"}, {" , ", 9, ""},  {"a,b,c", 2, "<a><b>"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parts parts = {BUF_INIT, rows[i].most};
        text_split(rows[i].list, take_part, &parts);
        assert_string_equal(buf_text(&parts.text), rows[i].parts);
        buf_free(&parts.text);
    }
}

static void distance_counts_what_a_typist_does_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int distance;
    } rows[] = {
        {"", "", 0},
        {"abc", "abc", 0},
        {"", "abc", 3},
        {"abc", "abd", 1},
        {"abc", "ab", 1},
        {"abc", "xabc", 1},
        {"ab", "ba", 1},
        {"CALLMEM_LSITEN", "CALLMEM_LISTEN", 1},
        {"kitten", "sitting", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(text_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(text_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
    char longer[200];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(text_distance(longer, ""), 64);
    assert_int_equal(text_distance(longer, longer), 0);
}

/* The same by the book: a table of the distances of all beginnings. */
static int distance_by_table(const char *a, size_t n, const char *b, size_t m)
{
    int rows[65][65];
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            int best = i == 0 ? (int)j : j == 0 ? (int)i : rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (i > 0 && rows[i - 1][j] + 1 < best)
                best = rows[i - 1][j] + 1;
            if (j > 0 && rows[i][j - 1] + 1 < best)
                best = rows[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                rows[i - 2][j - 2] + 1 < best)
                best = rows[i - 2][j - 2] + 1;
            rows[i][j] = best;
        }
    return rows[n][m];
}

static void distance_is_that_of_the_table(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char text[2][65];
        size_t len[2];
        /* Few letters and short texts make many swaps. */
        unsigned letters = round % 2 ? 3 : 26, most = round % 3 ? 9 : 64;
        for (int side = 0; side < 2; side++) {
            random = random * 1664525 + 1013904223;
            len[side] = (random >> 8) % (most + 1);
            for (size_t i = 0; i < len[side]; i++) {
                random = random * 1664525 + 1013904223;
                text[side][i] = (char)((round % 5 ? 'A' : 0xc0) + (int)((random >> 16) % letters));
            }
            text[side][len[side]] = '\0';
        }
        assert_int_equal(text_distance(text[0], text[1]),
                         distance_by_table(text[0], len[0], text[1], len[1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_well_formed_utf8),
        cmocka_unit_test(counts_characters_and_not_bytes),
        cmocka_unit_test(a_line_has_nothing_in_it_that_could_forge_a_prompt),
        cmocka_unit_test(a_long_line_is_cut_at_a_word),
        cmocka_unit_test(no_limit_splits_a_character_or_is_exceeded),
        cmocka_unit_test(what_leaves_has_no_template_markup_or_fence),
        cmocka_unit_test(bytes_as_digits),
        cmocka_unit_test(copies),
        cmocka_unit_test(a_list_is_split_at_its_commas),
        cmocka_unit_test(distance_counts_what_a_typist_does_wrong),
        cmocka_unit_test(distance_is_that_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
