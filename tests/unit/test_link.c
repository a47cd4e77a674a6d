/* Lines that an operator joined: whose calls each shares, whatever comes first and whoever has which name. */
#include "people/linking.h"

#include "base/clock.h"
#include "people/profile.h"
#include "people/retention.h"

#include "unit.h"

#include "tests/unit/calls.h"

#define EVE "+15550600003"

/* A call in which somebody says who they are, or with "" does not. */
static void tells(struct office *office, const char *caller, const char *conversation, int days_ago,
                  const char *name, const char *preference)
{
    char hello[100], turn[100], collected[300];
    snprintf(hello, sizeof hello, *name ? "Hello, this is %s." : "Hello.%s", name);
    snprintf(turn, sizeof turn, "I prefer %s.", preference);
    snprintf(collected, sizeof collected, "%s%s%s" FILLED("notes", "preference | | I prefer %s | "),
             *name ? "\"callmem_caller\":{\"value\":\"" : "", name, *name ? " | | \"}," : "", preference);
    ends(office, caller,
         &(struct told){conversation, .days_ago = days_ago, .turns = {hello, turn}, .summary = "",
                        .collected = collected});
}

static int join(struct office *office, const char *a, const char *b, const char *name, bool dry)
{
    struct linked linked;
    const struct linking linking = {office->place->store, office->settings, "ops", dry};
    int result = linking_link(&linking, a, b, name, &linked, &office->place->error);
    linked_free(&linked);
    return result;
}

static void joined(struct office *office, const char *a, const char *b, const char *name)
{
    good(office->place, join(office, a, b, name, false));
}

static size_t parted(struct office *office, const char *a, const char *b)
{
    size_t count;
    const struct linking linking = {office->place->store, office->settings, "ops", false};
    good(office->place, linking_unlink(&linking, a, b, &count, &office->place->error));
    return count;
}

static void check(struct office *office, const char *caller, const char *people, const char *preferences)
{
    check_profile_of(office, caller, "", "caller_people", people);
    check_profile_of(office, caller, "", "caller_preferences", preferences);
}

static void a_person_has_two_numbers(void **state)
{
    struct office *office = *state;
    tells(office, ANA, "m1", 9, "Maria Lopez", "oolong tea");
    tells(office, BEN, "h1", 8, "Maria Lopez", "window seats");
    tells(office, BEN, "h2", 7, "Carlos Lopez", "aisle seats");
    assert_int_equal(join(office, ANA, BEN, "", false), -1);
    assert_int_equal(office->place->error.code, ERROR_INVALID_REQUEST);
    assert_int_equal(join(office, ANA, BEN, "Lopez", false), -1);
    good(office->place, join(office, ANA, BEN, "Maria", true));
    check(office, ANA, "Maria Lopez", "I prefer oolong tea");
    joined(office, ANA, BEN, "Maria");
    check(office, ANA, "Maria Lopez", "I prefer window seats; I prefer oolong tea");
    assert_int_equal(calls_of(office, BEN, ""), 3);
    tells(office, BEN, "h3", 6, "Maria Lopez", "green ink");
    tells(office, BEN, "h4", 5, "Carlos Lopez", "red ink");
    check(office, ANA, "Maria Lopez", "I prefer green ink; I prefer window seats; I prefer oolong tea");
    tells(office, ANA, "m2", 4, "", "blue paper");
    profile_has(office, "caller_preferences", "blue paper", true);
    /* On the house line it is hers as well, though she said no name. */
    char *house = document_of(office, BEN, "");
    assert_non_null(strstr(house, "blue paper"));
    assert_null(strstr(house, "not clear who said"));
    free(house);
    assert_int_equal(parted(office, BEN, ANA), 1);
    check(office, ANA, "Maria Lopez", "I prefer blue paper; I prefer oolong tea");
    assert_int_equal(calls_of(office, BEN, ""), 4);
}

/* The same however often and in which order what was said and done arrives. */
static void the_order_does_not_matter(void **state)
{
    struct office *office = *state;
    tells(office, BEN, "h2", 7, "Carlos Lopez", "green ink");
    joined(office, ANA, BEN, "");
    assert_int_equal(calls_of(office, ANA, ""), 1);
    tells(office, ANA, "m1", 9, "Carlos Lopez", "oolong tea");
    tells(office, BEN, "h1", 8, "Carlos Lopez", "window seats");
    tells(office, BEN, "h1", 8, "Carlos Lopez", "window seats");
    check(office, ANA, "Carlos Lopez", "I prefer green ink; I prefer window seats; I prefer oolong tea");
    check(office, BEN, "Carlos Lopez", "I prefer green ink; I prefer window seats; I prefer oolong tea");
    assert_int_equal(calls_of(office, ANA, ""), 3);
}

static void one_person_has_two_names(void **state)
{
    struct office *office = *state;
    tells(office, ANA, "m1", 9, "Maria Lopez", "oolong tea");
    tells(office, BEN, "o1", 8, "Mimi", "window seats");
    joined(office, ANA, BEN, "");
    check_profile_of(office, ANA, "", "caller_people", "Maria Lopez");
    check_profile_of(office, BEN, "", "caller_people", "Maria Lopez");
    assert_int_equal(calls_of(office, ANA, ""), 2);
}

static void a_line_that_gets_another_person_shares_the_linked_one(void **state)
{
    struct office *office = *state;
    tells(office, ANA, "m1", 9, "Maria Lopez", "oolong tea");
    tells(office, BEN, "o1", 8, "Maria Lopez", "window seats");
    joined(office, ANA, BEN, "");
    tells(office, BEN, "o2", 7, "Carlos Lopez", "aisle seats");
    check(office, ANA, "Maria Lopez", "I prefer window seats; I prefer oolong tea");
}

static void three_numbers_of_one(void **state)
{
    struct office *office = *state;
    tells(office, ANA, "m1", 9, "Maria Lopez", "oolong tea");
    tells(office, BEN, "o1", 8, "Maria Lopez", "window seats");
    tells(office, EVE, "p1", 7, "Maria Lopez", "green ink");
    joined(office, ANA, BEN, "");
    joined(office, BEN, EVE, "");
    assert_int_equal(calls_of(office, ANA, ""), 3);
    assert_int_equal(calls_of(office, EVE, ""), 3);
    tells(office, ANA, "m2", 6, "Maria Lopez", "blue paper");
    assert_int_equal(calls_of(office, EVE, ""), 4);
    parted(office, ANA, BEN);
    assert_int_equal(calls_of(office, ANA, ""), 2);
    assert_int_equal(calls_of(office, EVE, ""), 2);
}

static void what_is_forgotten_is_known_nowhere(void **state)
{
    struct office *office = *state;
    size_t count;
    tells(office, ANA, "m1", 9, "Maria Lopez", "oolong tea");
    tells(office, BEN, "h1", 8, "Maria Lopez", "window seats");
    tells(office, BEN, "h2", 7, "Carlos Lopez", "aisle seats");
    joined(office, ANA, BEN, "Maria");
    good(office->place,
         linking_forget(office->place->store, office->settings, ANA, &count, &office->place->error));
    assert_true(count > 4);
    assert_int_equal(calls_of(office, ANA, ""), -1);
    check(office, BEN, "Carlos Lopez", "I prefer aisle seats");
    check_contents(listed(office->place, &(struct memory_filter){.caller = BEN, .kinds = 1u << KIND_LINK}),
                   "");
}

/* A call that goes by its age is missed on both lines. */
static void a_conversation_that_goes_is_shared_no_more(void **state)
{
    struct office *office = *state;
    const struct context_bounds bounds = profile_bounds(office->settings);
    tells(office, ANA, "m1", 9, "Maria Lopez", "oolong tea");
    tells(office, BEN, "o1", 8, "Maria Lopez", "window seats");
    joined(office, ANA, BEN, "");
    good(office->place, memory_forget_conversation(office->place->store, BEN, "o1", &office->place->error));
    good(office->place, profile_update(office->place->store, BEN, "agent_1", &bounds, &office->place->error));
    check(office, ANA, "Maria Lopez", "I prefer oolong tea");
    check(office, BEN, "Maria Lopez", "I prefer oolong tea");
}

/* A link stays as long as its line has calls. */
static void retention_keeps_links_of_lines_with_calls(void **state)
{
    struct office *office = *state;
    struct place *p = office->place;
    const struct memory_filter links = {.caller = ANA, .kinds = 1u << KIND_LINK};
    struct memory_list left;
    size_t forgotten;
    char days[60];
    snprintf(days, sizeof days, "CALLMEM_RETENTION_DAYS=%d", (int)((clock_now() - NOW) / DAY) + 30);
    office_set(office, days);
    tells(office, ANA, "m1", 40, "Maria Lopez", "oolong tea");
    tells(office, ANA, "m2", 5, "Maria Lopez", "green ink");
    tells(office, BEN, "o1", 40, "Maria Lopez", "blue paper");
    joined(office, ANA, BEN, "");
    by_hand(p, "UPDATE conversations SET started_at = 0 WHERE conversation LIKE 'operator-%'");
    good(p, retention_run(p->store, office->settings, &forgotten, NULL, NULL, &p->error));
    assert_int_equal(forgotten, 2);
    check(office, ANA, "Maria Lopez", "I prefer green ink");
    left = listed(p, &links);
    assert_int_equal(left.count, 1);
    memory_list_free(&left);
    good(p, memory_forget_conversation(p->store, ANA, "m2", &p->error));
    good(p, retention_run(p->store, office->settings, &forgotten, NULL, NULL, &p->error));
    assert_int_equal(forgotten, 0);
    check_contents(listed(p, &links), "");
}

static void nobody_is_linked_with_themselves_or_nobody(void **state)
{
    struct office *office = *state;
    size_t count;
    const struct linking linking = {office->place->store, office->settings, "ops", false};
    assert_int_equal(join(office, ANA, ANA, "", false), -1);
    assert_int_equal(join(office, ANA, BEN, "", false), -1);
    assert_int_equal(linking_unlink(&linking, ANA, BEN, &count, &office->place->error), -1);
    assert_int_equal(office->place->error.code, ERROR_NOT_FOUND);
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(a_person_has_two_numbers),
        IN_OFFICE(the_order_does_not_matter),
        IN_OFFICE(one_person_has_two_names),
        IN_OFFICE(a_line_that_gets_another_person_shares_the_linked_one),
        IN_OFFICE(three_numbers_of_one),
        IN_OFFICE(what_is_forgotten_is_known_nowhere),
        IN_OFFICE(a_conversation_that_goes_is_shared_no_more),
        IN_OFFICE(retention_keeps_links_of_lines_with_calls),
        IN_OFFICE(nobody_is_linked_with_themselves_or_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
