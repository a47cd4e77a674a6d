/*
 * Whether two names are of one person.
 */
#include "tests/unit/unit.h"

#include "understand/person_name.h"

static void forms_of_one_name(void **state)
{
    static const struct {
        const char *a, *b;
        enum name_match match;
    } cases[] = {
        {"Peggy Whelan", "Whelan", NAME_SAME},
        {"Curt", "Curtis Bowen", NAME_SAME},
        {"Mr. Hollins", "Martin Hollins", NAME_SAME},
        {"Winnie", "Winifred Osei", NAME_SAME},
        {"Danny Holt", "Daniel Holt", NAME_SAME},
        {"Barty", "Bartholomew Holt", NAME_SAME},
        {"Peg Holt", "Margaret Holt", NAME_SAME},
        {"Beppe Riva", "Giuseppe Riva", NAME_SAME},
        {"Mary Holt", "Mark Holt", NAME_OTHER},
        {"Frau Doktor Weber", "Ines Weber", NAME_SAME},
        {"Dr. Amara Obi", "amara obi", NAME_SAME},
        {"J. Parry", "John Parry", NAME_SAME},
        {"José García Márquez", "Jose Garcia Marquez", NAME_SAME},
        {"Mary Ann Lee", "Mary Lee", NAME_SAME},
        {"Kowalska, Ana", "Ana Kowalska", NAME_SAME},
        {"Meyer", "Meyers", NAME_SAME},
        {"佐藤", "佐藤健一", NAME_SAME},
        {"Anne-Marie Dubois", "Anne Dubois", NAME_SAME},
        {"Ana Winter", "Ana Lopez", NAME_RENAMED},
        {"Maria Huber", "Anton Huber", NAME_OTHER},
        {"Ana", "Eva", NAME_OTHER},
        {"佐藤", "鈴木", NAME_OTHER},
        {"", "Ana", NAME_OTHER},
        {"Ana", "", NAME_OTHER},
        {"", "", NAME_OTHER},
        {"Mr.", "Mr. Hollins", NAME_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (name_compare(cases[i].a, cases[i].b) != cases[i].match ||
            name_compare(cases[i].b, cases[i].a) != cases[i].match)
            fail_msg("%s, %s: %d, %d", cases[i].a, cases[i].b, name_compare(cases[i].a, cases[i].b),
                     name_compare(cases[i].b, cases[i].a));
}

static void names_that_sound_alike(void **state)
{
    static const struct {
        const char *a, *b;
        bool alike;
    } cases[] = {
        {"Jon", "John", true},
        {"Jon Clark", "Joan Clarke", true},
        {"Smith", "Smythe", true},
        {"Brian", "Ryan", true},
        {"Ana Winter", "Ana Lopez", true},
        {"Ana", "Peter", false},
        {"Gordon Pell", "Peter Hall", false},
        {"Jon", "Tom", false},
        {"", "Ana", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (name_sounds_like(cases[i].a, cases[i].b) != cases[i].alike ||
            name_sounds_like(cases[i].b, cases[i].a) != cases[i].alike)
            fail_msg("%s, %s", cases[i].a, cases[i].b);
}

static void whole_names(void **state)
{
    (void)state;
    assert_true(name_is_full("Ana Kowalska"));
    assert_true(name_is_full("佐藤健一"));
    assert_false(name_is_full("Ana"));
    assert_false(name_is_full("Mr. Hollins"));
    assert_false(name_is_full("佐藤"));
    assert_false(name_is_full(""));
}

static void a_name_stands_in_a_text_as_a_word(void **state)
{
    bool failed = false;
    (void)state;
    assert_true(name_stands_in("Biscuit", "Sadly Biscuit died.", &failed));
    assert_true(name_stands_in("José Ruiz", "es de jose", &failed));
    assert_false(name_stands_in("Ann", "Annual report", &failed));
    assert_false(name_stands_in("Mr. X", "Mr. Smith", &failed));
    assert_false(name_stands_in("", "Ana", &failed));
    assert_false(failed);
}

/* Names are outside text: long ones are cut, none is read past its end. */
static void names_of_any_length(void **state)
{
    char name[4096];
    (void)state;
    for (size_t i = 0; i + 1 < sizeof name; i++)
        name[i] = i % 7 == 6 ? ' ' : (char)('a' + i % 5);
    name[sizeof name - 1] = '\0';
    assert_int_equal(name_compare(name, name), NAME_SAME);
    assert_int_equal(name_compare("(", "(((("), NAME_OTHER);
    assert_int_equal(name_compare("Ana (", "Ana"), NAME_SAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_one_name),   cmocka_unit_test(names_that_sound_alike),
        cmocka_unit_test(whole_names),         cmocka_unit_test(a_name_stands_in_a_text_as_a_word),
        cmocka_unit_test(names_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
