/* Events become memories: whole or not at all, the same in any order, and the same when done twice. */
#include "base/json.h"
#include "people/profile.h"

#include "tests/unit/calls.h"

#define CALLS 4

static const struct told calls[CALLS] = {
    {.conversation = "conv_1",
     .days_ago = 40,
     .turns = {"A: Quince Bakery.", "My name is Nora Quill. Please always text me.",
               "My address is 5 Mill Lane."},
     .summary = "Nora ordered a cake.",
     .collected = "\"order\":{\"value\":\"QB-1\"}"},
    {.conversation = "conv_2",
     .days_ago = 30,
     .turns = {"A: Quince Bakery.", "Please email me from now on. This was awful."},
     .summary = "Nora complained."},
    {.conversation = "conv_3",
     .agent = "agent_2",
     .days_ago = 20,
     .turns = {"A: Hello.", "I have moved out. Please forget my address."},
     .summary = "Nora asked for something to be forgotten."},
    {.conversation = "conv_4", .days_ago = 10, .turns = {"A: Hello.", "Thank you, that was great!"}},
};

/* All that is kept of callers, without the numbers that a database gives to its rows. */
static char *dump(struct office *office)
{
    static const char *const questions[] = {
        "SELECT k.caller, c.conversation, c.agent, c.language, c.started_at, m.kind, m.position, m.sector, "
        "m.speaker, m.content, m.salience, m.tags, m.metadata, m.created_at FROM callers k JOIN "
        "conversations c "
        "ON c.caller_id = k.id LEFT JOIN memories m ON m.conversation_id = c.id ORDER BY 1, 2, 6, 7",
        "SELECT k.caller, p.scope, p.document FROM callers k JOIN profiles p ON p.caller_id = k.id ORDER BY "
        "1, 2",
    };
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        rows_by_hand(office->place, questions[i], &b);
    return buf_take(&b);
}

/* No profile can be changed, or can be again. */
static void profiles_are_stuck(struct office *office, bool stuck)
{
    if (!is_postgres())
        by_hand(office->place,
                stuck
                    ? "CREATE TRIGGER stuck BEFORE UPDATE ON profiles BEGIN SELECT RAISE(ABORT, 'stuck'); END"
                    : "DROP TRIGGER stuck");
    else
        by_hand(
            office->place,
            stuck ? "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS "
                    "'BEGIN RAISE EXCEPTION ''stuck''; END'; CREATE TRIGGER stuck BEFORE UPDATE ON profiles "
                    "FOR EACH ROW EXECUTE FUNCTION stuck()"
                  : "DROP TRIGGER stuck ON profiles; DROP FUNCTION stuck");
}

static void start_anew(struct office *office)
{
    good(office->place, memory_forget(office->place->store, ANA, NULL, &office->place->error));
}

/* Tells the calls in an order that `turn` chooses of all that there are. */
static void tell_in_order(struct office *office, int turn)
{
    int left[CALLS] = {0, 1, 2, 3};
    for (int count = CALLS; count > 0; count--) {
        int at = turn % count;
        turn /= count;
        ends(office, ANA, &calls[left[at]]);
        left[at] = left[count - 1];
    }
}

static void any_order_leaves_the_same(void **state)
{
    struct office *office = *state;
    tell_in_order(office, 0);
    start_anew(office);
    for (int i = 0; i < CALLS; i++)
        ends(office, ANA, &calls[i]);
    char *wanted = dump(office);
    assert_non_null(strstr(wanted, "|Please email me from now on|"));
    for (int turn = 0; turn < 24; turn++) {
        start_anew(office);
        tell_in_order(office, turn);
        char *got = dump(office);
        assert_string_equal(got, wanted);
        free(got);
    }
    free(wanted);
}

static void twice_is_once(void **state)
{
    struct office *office = *state;
    tell_in_order(office, 0);
    char *once = dump(office);
    tell_in_order(office, 11);
    char *twice = dump(office);
    assert_string_equal(twice, once);
    free(once);
    free(twice);
}

/* The profile is written last: when that fails, nothing of the event may be there. */
static void all_of_it_or_nothing(void **state)
{
    struct office *office = *state;
    struct buf b = BUF_INIT;
    ends(office, ANA, &calls[0]);
    char *before = dump(office);
    profiles_are_stuck(office, true);
    write_event(&b, &calls[1], ANA);
    fails(office->place, ERROR_MEMORY_UNAVAILABLE, remember_json(office, buf_text(&b)));
    char *after = dump(office);
    assert_string_equal(after, before);
    profiles_are_stuck(office, false);
    good(office->place, remember_json(office, buf_text(&b)));
    assert_int_equal(calls_of(office, ANA, ""), 2);
    buf_free(&b);
    free(before);
    free(after);
}

/* A call of which nothing may be kept goes together with what the profile said because of it. */
static void what_may_not_be_kept_leaves_the_profile_too(void **state)
{
    struct office *office = *state;
    struct told private = calls[1];
    struct buf b = BUF_INIT;
    ends(office, ANA, &calls[0]);
    char *before = dump(office);
    ends(office, ANA, &calls[1]);
    private.members = ",\"deletion_settings\":{\"delete_transcript_and_pii\":true}";
    write_event(&b, &private, ANA);
    profiles_are_stuck(office, true);
    fails(office->place, ERROR_MEMORY_UNAVAILABLE, remember_json(office, buf_text(&b)));
    profiles_are_stuck(office, false);
    /* The worker's next try. */
    good(office->place, remember_json(office, buf_text(&b)));
    char *after = dump(office);
    assert_string_equal(after, before);
    good(office->place, remember_json(office, buf_text(&b)));
    buf_free(&b);
    free(before);
    free(after);
}

/* After an upgrade searches have to make indexes on their way; from the caller's next call on no more. */
static void the_next_call_makes_old_indexes_anew(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &calls[0]);
    ends(office, ANA, &calls[1]);
    by_hand(office->place, "UPDATE terms SET version = 0");
    ends(office, ANA, &calls[2]);
    assert_int_equal(number_of(office->place, "SELECT count(*) FROM terms WHERE version > 0"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_order_leaves_the_same, office_open, office_close),
        cmocka_unit_test_setup_teardown(twice_is_once, office_open, office_close),
        cmocka_unit_test_setup_teardown(all_of_it_or_nothing, office_open, office_close),
        cmocka_unit_test_setup_teardown(the_next_call_makes_old_indexes_anew, office_open, office_close),
        cmocka_unit_test_setup_teardown(what_may_not_be_kept_leaves_the_profile_too, office_open,
                                        office_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
