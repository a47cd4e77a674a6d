/*
 * Whether two short texts speak of the same thing.
 */
#include "tests/unit/unit.h"

#include "understand/likeness.h"

#include <stdio.h>

static size_t shared(const char *a, const char *b)
{
    struct arena *arena = arena_new();
    struct carriers x, y;
    assert_true(carriers_read(arena, a, &x));
    assert_true(carriers_read(arena, b, &y));
    size_t count = carriers_shared(&x, &y);
    arena_free(arena);
    return count;
}

static void words_that_carry_are_shared(void **state)
{
    (void)state;
    assert_int_equal(shared("Allergic to penicillin", "He has a penicillin allergy"), 2);
    assert_int_equal(shared("Takes the tablets at 8", "The tablet at 8"), 2);
    assert_int_equal(shared("Takes the tablets at 8", "Takes the tablets at 18"), 2);
    assert_int_equal(shared("Allergisch gegen Nüsse", "Die Nuss-Allergie"), 2);
    assert_int_equal(shared("Wohnt in der Gartenstraße", "wohnte in der gartenstrasse"), 2);
    assert_int_equal(shared("Es alérgica al marisco", "alergia al marisco"), 2);
    assert_int_equal(shared("to be in the and of", "to be in the and of"), 0);
    assert_int_equal(shared("甲殻類アレルギー", "甲殻類にアレルギーがある") > 0, 1);
    assert_int_equal(shared("", "anything"), 0);
}

static void numbers_are_compared_whole(void **state)
{
    (void)state;
    assert_true(carriers_same_word("318", "318"));
    assert_false(carriers_same_word("318", "3180"));
    assert_true(carriers_same_word("delivery", "deliveries"));
    assert_true(carriers_same_word("room", "rooms"));
    assert_false(carriers_same_word("room", "roommate"));
    assert_false(carriers_same_word("boat", "book"));
}

static void a_text_is_bounded(void **state)
{
    char text[CARRIERS * 40];
    struct arena *arena = arena_new();
    struct carriers carriers;
    size_t len = 0;
    (void)state;
    for (int i = 0; i < CARRIERS * 2; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%d ", 1000 + i);
    assert_true(carriers_read(arena, text, &carriers));
    assert_int_equal(carriers.count, CARRIERS);
    assert_true(carriers_have(&carriers, "1000"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_carry_are_shared),
        cmocka_unit_test(numbers_are_compared_whole),
        cmocka_unit_test(a_text_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
