/*
 * What a terminal would obey is not printed to it.
 */
#include "operate/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void controls_become_question_marks(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
        size_t left;
    } rows[] = {
        {"", "", 0},
        {"plain\ttext\n", "plain\ttext\n", 0},
        {"\x1b[31mred\x07\x7f\r", "?[31mred???", 0},
        {"\xc2\x9b"
         "31m \xc3\xa9 \xe2\x80\xa6",
         "??31m \xc3\xa9 \xe2\x80\xa6", 0},
        {"a\xe2\x80\xaez \xe2\x81\xa7", "a???z ???", 0},
        {"half \xe2\x80", "half \xe2\x80", 2},
        {"half \xc2", "half \xc2", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", rows[i].text);
        assert_int_equal(screen_clean(text, strlen(text)), rows[i].left);
        assert_string_equal(text, rows[i].clean);
    }
}

/* However the text is cut on its way, and at its end. */
static void what_is_printed_is_clean(void **state)
{
    (void)state;
    char *got = NULL;
    size_t len = 0;
    FILE *before = stdout, *screen = open_memstream(&got, &len);
    assert_non_null(screen);
    stdout = screen;
    screen_begin();
    for (int i = 0; i < 5000; i++)
        printf("%s", "x\xe2\x80\xae");
    printf("\n\x1b]0;title\x07 caf\xc3\xa9 \xc2");
    int result = screen_end();
    assert_ptr_equal(stdout, screen);
    stdout = before;
    fclose(screen);
    assert_int_equal(result, 0);
    assert_int_equal(len, 4 * 5000 + strlen("\n?]0;title? caf\xc3\xa9 \xc2"));
    assert_non_null(strstr(got, "x???x???"));
    assert_null(strchr(got, '\x1b'));
    assert_null(strstr(got, "\xe2"));
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_become_question_marks),
        cmocka_unit_test(what_is_printed_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
