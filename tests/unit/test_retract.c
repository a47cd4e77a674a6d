/*
 * What of a call goes into memory, and what its caller does not want to be kept.
 */
#include "tests/unit/calls.h"

static size_t count(struct office *office, const char *caller, unsigned kinds, const char *part)
{
    const struct memory_filter filter = {.caller = caller, .kinds = kinds};
    struct memory_list list;
    size_t found = 0;
    good(office->place, memory_list(office->place->store, &filter, &list, &office->place->error));
    for (size_t i = 0; i < list.count; i++)
        found += strstr(list.items[i].content, part) != NULL;
    memory_list_free(&list);
    return found;
}

static void a_call_is_kept_with_what_was_understood(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .turns = {"A: Hello!", "My name is Ana, I'm allergic to peanuts."},
                        .summary = "Ana called.", .collected = "\"order_number\":{\"value\":\"HB-20417\"}"});
    assert_int_equal(count(office, ANA, 1u << KIND_TURN, ""), 2);
    assert_int_equal(count(office, ANA, 1u << KIND_SUMMARY, "Ana called."), 1);
    assert_int_equal(count(office, ANA, 1u << KIND_NAME, "Ana"), 1);
    assert_int_equal(count(office, ANA, 1u << KIND_NEED, "peanuts"), 1);
    assert_int_equal(count(office, ANA, 1u << KIND_COLLECTED, "order number: HB-20417"), 1);
}

static void who_withholds_the_number_is_not_kept(void **state)
{
    struct office *office = *state;
    ends(office, "", &(struct told){"c1", .turns = {"My name is Ana."}, .withheld = true});
    assert_int_equal(count(office, ANA, 0, ""), 0);
}

static void what_is_not_to_be_kept_is_not(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1",
                        .turns = {"My door code is 4711.", "A: Noted.", "Forget that, please.", "A: Done.",
                                  "I ordered a saddle."},
                        .summary = "The door code is 4711. A saddle was ordered."});
    assert_int_equal(count(office, ANA, 0, "4711"), 0);
    assert_true(count(office, ANA, 0, "saddle") > 0);
}

static void what_an_earlier_call_told_can_be_taken_back(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .days_ago = 9,
                        .turns = {"My address is 14 Sandpiper Lane.", "A: Thank you.", "I like green tea."}});
    ends(office, ANA, &(struct told){"c2", .days_ago = 2, .turns = {"Please delete my address."}});
    assert_int_equal(count(office, ANA, 0, "Sandpiper"), 0);
    assert_true(count(office, ANA, 0, "green tea") > 0);
    profile_has(office, "memory_context", "Sandpiper", false);
}

static void a_changed_mind_is_no_wish_to_be_forgotten(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &(struct told){"c1", .days_ago = 9, .turns = {"I'm vegetarian."}});
    ends(office, ANA,
         &(struct told){"c2", .days_ago = 2,
                        .turns = {"Forget what I said about vegetarian, I'm pescatarian now."}});
    check_profile(office, "caller_preferences", "pescatarian");
}

static void who_wants_everything_deleted_is_a_stranger(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &(struct told){"c1", .days_ago = 9, .turns = {"My name is Ana."}});
    ends(office, ANA, &(struct told){"c2", .turns = {"Delete everything you have about me."}});
    assert_int_equal(count(office, ANA, 0, ""), 0);
    char *document = document_of(office, ANA, "");
    assert_string_equal(document, "");
    free(document);
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(a_call_is_kept_with_what_was_understood),
        IN_OFFICE(who_withholds_the_number_is_not_kept),
        IN_OFFICE(what_is_not_to_be_kept_is_not),
        IN_OFFICE(what_an_earlier_call_told_can_be_taken_back),
        IN_OFFICE(a_changed_mind_is_no_wish_to_be_forgotten),
        IN_OFFICE(who_wants_everything_deleted_is_a_stranger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
