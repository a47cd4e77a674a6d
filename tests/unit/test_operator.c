/*
 * What an operator says, beside what calls say: corrections, drops, notes, two people of one.
 */
#include "people/ids.h"
#include "people/operator.h"
#include "people/passed.h"

#include "tests/unit/calls.h"

static void call(struct office *office, const char *conversation, int days_ago, const char *said,
                 const char *notes)
{
    struct told told = {.conversation = conversation, .days_ago = days_ago, .turns = {said, "A: I see."}};
    struct buf b = BUF_INIT;
    if (notes) {
        buf_puts(&b, FILLED("caller", "") ",\"callmem_notes\":{\"value\":");
        buf_json(&b, notes, strlen(notes));
        buf_putc(&b, '}');
        told.collected = buf_text(&b);
    }
    told.summary = "";
    ends(office, ANA, &told);
    buf_free(&b);
}

static struct operator_context by_anna(struct office *office)
{
    return (struct operator_context){
        .store = office->place->store, .settings = office->settings, .by = "anna"};
}

/* The id of the first memory with a content; free() it. */
static char *id_of(struct office *office, const char *content)
{
    struct memory_list list = all_of(office->place, ANA);
    struct arena *arena = arena_new();
    char *id = NULL;
    for (size_t i = 0; i < list.count && !id; i++)
        if (list.items[i].kind != KIND_TURN && strcmp(list.items[i].content, content) == 0)
            id = strdup(ids_of(arena, &list.items[i]));
    arena_free(arena);
    memory_list_free(&list);
    assert_non_null(id);
    return id;
}

static void correct(struct office *office, const char *id, const char *text)
{
    const struct operator_context context = by_anna(office);
    struct operator_change change;
    good(office->place, operator_correct(&context, id, text, &change, &office->place->error));
    operator_change_free(&change);
}

static void drop(struct office *office, const char *id)
{
    const struct operator_context context = by_anna(office);
    struct operator_change change;
    good(office->place, operator_drop(&context, id, &change, &office->place->error));
    operator_change_free(&change);
}

static void undo(struct office *office, const char *id)
{
    const struct operator_context context = by_anna(office);
    struct operator_change change;
    good(office->place, operator_undo(&context, id, &change, &office->place->error));
    operator_change_free(&change);
}

static void has(struct office *office, const char *part)
{
    profile_has(office, "memory_context", part, true);
}

static void has_not(struct office *office, const char *part)
{
    profile_has(office, "memory_context", part, false);
}

#define WALNUTS "I am allergic to walnuts."

static void what_is_corrected_stands_above_what_calls_say(void **state)
{
    struct office *office = *state;
    call(office, "c1", 20, WALNUTS, "need | caller | Allergic to walnuts | ");
    char *id = id_of(office, "Allergic to walnuts");
    correct(office, id, "Allergic to hazelnuts");
    has(office, "Needs: Allergic to hazelnuts");
    has_not(office, "walnuts");
    profile_has(office, "caller_preferences", "Allergic to hazelnuts", true);
    /* The same in another call, and in the same one in other words. */
    call(office, "c2", 9, WALNUTS, "need | caller | Allergic to walnuts | ");
    has_not(office, "walnuts");
    call(office, "c1", 20, WALNUTS, "need | caller | Has a walnut allergy, allergic | ");
    has_not(office, "walnut");
    /* Whatever it says otherwise is something else. */
    call(office, "c3", 2, "I am allergic to latex.", "need | caller | Allergic to latex | ");
    has(office, "latex");
    undo(office, id);
    has(office, "walnuts");
    free(id);
}

static void a_later_call_does_not_replace_what_an_operator_said(void **state)
{
    struct office *office = *state;
    call(office, "c1", 20, "I live at 4 Elm Road.", "contact | caller | Address: 4 Elm Road | ");
    char *id = id_of(office, "Address: 4 Elm Road");
    correct(office, id, "Address: 14 Elm Road");
    call(office, "c2", 9, "I live at 4 Elm Road.", "contact | caller | Address: 4 Elm Road | ");
    has(office, "Contact: Address: 14 Elm Road");
    has_not(office, "Address: 4 Elm Road");
    free(id);
}

static void an_id_stays_good_when_a_call_is_understood_in_other_words(void **state)
{
    struct office *office = *state;
    call(office, "c1", 20, WALNUTS, "need | caller | Allergic to walnuts | ");
    char *id = id_of(office, "Allergic to walnuts");
    call(office, "c1", 20, WALNUTS, "need | caller | Is allergic to all walnuts | ");
    has(office, "all walnuts");
    drop(office, id);
    has_not(office, "walnuts");
    undo(office, id);
    has(office, "all walnuts");
    free(id);
}

static void a_drop_hides_the_words_of_the_call_as_well(void **state)
{
    struct office *office = *state;
    struct place *place = office->place;
    struct memory_list list;
    call(office, "c1", 20, WALNUTS, "need | caller | Allergic to walnuts | ");
    char *id = id_of(office, "Allergic to walnuts");
    drop(office, id);
    good(place, memory_search(place->store, &(struct memory_filter){.caller = ANA}, "walnuts", &list,
                              &place->error));
    assert_int_equal(list.count, 0);
    memory_list_free(&list);
    undo(office, id);
    good(place, memory_search(place->store, &(struct memory_filter){.caller = ANA}, "walnuts", &list,
                              &place->error));
    assert_int_not_equal(list.count, 0);
    memory_list_free(&list);
    free(id);
}

static void a_name_is_corrected_for_all_calls(void **state)
{
    struct office *office = *state;
    call(office, "c1", 20, "This is Jon Clark.", NULL);
    char *id = id_of(office, "Name: Jon Clark");
    correct(office, id, "John Clarke, called Johnny");
    check_profile(office, "caller_name", "Johnny");
    check_profile(office, "caller_people", "John Clarke");
    call(office, "c2", 9, "This is Jon Clark.", NULL);
    check_profile(office, "caller_people", "John Clarke");
    call(office, "c0", 30, "This is Jon Clark.", NULL);
    check_profile(office, "caller_people", "John Clarke");
    call(office, "c3", 2, "This is Ines Pell.", NULL);
    check_profile(office, "caller_people", "John Clarke; Ines Pell");
    undo(office, id);
    check_profile(office, "caller_people", "Jon Clark; Ines Pell");
    free(id);
}

static void a_name_that_is_nobodys_is_not_heard(void **state)
{
    struct office *office = *state;
    call(office, "c1", 20, "This is Jon Clark.", NULL);
    char *id = id_of(office, "Name: Jon Clark");
    drop(office, id);
    check_profile(office, "caller_name", "");
    call(office, "c2", 9, "This is Jon Clark.", NULL);
    check_profile(office, "caller_name", "");
    free(id);
}

static void whoever_said_no_name_can_be_named(void **state)
{
    struct office *office = *state;
    const struct operator_context context = by_anna(office);
    struct operator_change change;
    call(office, "c1", 20, "I am vegan.", NULL);
    check_profile(office, "caller_name", "");
    good(office->place, operator_name(&context, ANA, "Ines Pell", &change, &office->place->error));
    operator_change_free(&change);
    check_profile(office, "caller_name", "Ines Pell");
    call(office, "c2", 9, "I am in a hurry.", NULL);
    check_profile(office, "caller_name", "Ines Pell");
    good(office->place, operator_name(&context, ANA, "Ines Bell", &change, &office->place->error));
    operator_change_free(&change);
    check_profile(office, "caller_people", "Ines Bell");
    fails(office->place, ERROR_NOT_FOUND,
          operator_name(&context, BEN, "Ben", &change, &office->place->error));
}

static void a_note_is_told_until_its_day(void **state)
{
    struct office *office = *state;
    const struct operator_context context = by_anna(office);
    struct operator_change change;
    struct operator_note note = {.caller = ANA, .text = "Ring twice", .until = "2099-12-24"};
    good(office->place, operator_add_note(&context, &note, &change, &office->place->error));
    assert_string_equal(change.now, "Ring twice");
    call(office, "c1", 20, "This is Jon Clark.", NULL);
    has(office, "Name: Jon Clark. Note: Ring twice (until 2099-12-24).");
    undo(office, change.id);
    has_not(office, "Ring twice");
    operator_change_free(&change);
    note.until = "2001-01-01";
    good(office->place, operator_add_note(&context, &note, &change, &office->place->error));
    has_not(office, "Ring twice");
    operator_change_free(&change);
    note.until = "soon";
    fails(office->place, ERROR_INVALID_REQUEST,
          operator_add_note(&context, &note, &change, &office->place->error));
    note.text = " ";
    fails(office->place, ERROR_INVALID_REQUEST,
          operator_add_note(&context, &note, &change, &office->place->error));
}

/* As if the day had passed since: nothing was made again after it. */
static void let_pass(struct office *office, const char *text)
{
    struct memory_list list = all_of(office->place, ANA);
    bool found = false;
    for (size_t i = 0; i < list.count; i++) {
        struct memory change = list.items[i];
        char metadata[1000];
        const char *day = strstr(change.metadata, "2099-12-24");
        if (change.kind == KIND_OPERATOR || strcmp(change.content, text) != 0 || !day)
            continue;
        snprintf(metadata, sizeof metadata, "%.*s2001-01-01%s", (int)(day - change.metadata), change.metadata,
                 day + 10);
        change.metadata = metadata;
        good(office->place,
             memory_update(office->place->store, ANA, change.id, &change, &office->place->error));
        found = true;
    }
    memory_list_free(&list);
    assert_true(found);
}

static void a_note_ends_with_its_day_though_nobody_calls(void **state)
{
    struct office *office = *state;
    const struct operator_context context = by_anna(office);
    struct memory_store *store = office->place->store;
    struct operator_change change;
    struct operator_note note = {.caller = ANA, .text = "Ring twice", .until = "2099-12-24"};
    size_t count;
    call(office, "c1", 20, "This is Jon Clark.", NULL);
    good(office->place, operator_add_note(&context, &note, &change, &office->place->error));
    operator_change_free(&change);
    note.text = "Knock softly";
    good(office->place, operator_add_note(&context, &note, &change, &office->place->error));
    operator_change_free(&change);
    good(office->place, passed_run(store, office->settings, &count, &office->place->error));
    assert_int_equal(count, 0);
    has(office, "Ring twice (until 2099-12-24)");
    let_pass(office, "Ring twice");
    has(office, "Ring twice");
    good(office->place, passed_run(store, office->settings, &count, &office->place->error));
    assert_int_equal(count, 1);
    has_not(office, "Ring twice");
    has(office, "Knock softly (until 2099-12-24)");
    good(office->place, passed_run(store, office->settings, &count, &office->place->error));
    assert_int_equal(count, 0);
}

static void one_who_was_taken_for_another_is_split_off(void **state)
{
    struct office *office = *state;
    const struct operator_context context = by_anna(office);
    struct operator_change change;
    call(office, "c1", 20, "This is Margaret Whelan.", NULL);
    call(office, "c2", 9, "This is Peggy Whelan. I'm allergic to latex.", NULL);
    check_profile(office, "caller_people", "Peggy Whelan");
    good(office->place, operator_split(&context, ANA, "Peggy Whelan", NULL, &change, &office->place->error));
    check_profile(office, "caller_people", "Margaret Whelan; Peggy Whelan");
    has(office, "Peggy Whelan. Needs: I'm allergic to latex");
    undo(office, change.id);
    check_profile(office, "caller_people", "Peggy Whelan");
    operator_change_free(&change);
    good(office->place, operator_split(&context, ANA, "Emil", "c2", &change, &office->place->error));
    has(office, "Emil. Needs: I'm allergic to latex");
    operator_change_free(&change);
    fails(office->place, ERROR_NOT_FOUND,
          operator_split(&context, ANA, "Nobody", NULL, &change, &office->place->error));
    fails(office->place, ERROR_NOT_FOUND,
          operator_split(&context, ANA, "Emil", "c2, c9", &change, &office->place->error));
}

static void a_dry_run_changes_nothing(void **state)
{
    struct office *office = *state;
    struct operator_context context = by_anna(office);
    struct operator_change change;
    call(office, "c1", 20, WALNUTS, "need | caller | Allergic to walnuts | ");
    char *id = id_of(office, "Allergic to walnuts");
    context.dry = true;
    good(office->place, operator_correct(&context, id, "Allergic to figs", &change, &office->place->error));
    assert_string_equal(change.was, "Allergic to walnuts");
    assert_string_equal(change.now, "Allergic to figs");
    assert_string_equal(change.id, "");
    operator_change_free(&change);
    has(office, "walnuts");
    free(id);
}

static void ids_of_nothing_are_not_found(void **state)
{
    struct office *office = *state;
    const struct operator_context context = by_anna(office);
    struct operator_change change;
    static const char *const ids[] = {"",       "f",      "f00000000.c1", "f00000000.", "operator-",
                                      "m99999", "turn.0", "c1",           "need.0.c1",  "f0000000g.c1"};
    call(office, "c1", 20, WALNUTS, NULL);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        fails(office->place, ERROR_NOT_FOUND,
              operator_drop(&context, ids[i], &change, &office->place->error));
        fails(office->place, ERROR_NOT_FOUND,
              operator_undo(&context, ids[i], &change, &office->place->error));
    }
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(what_is_corrected_stands_above_what_calls_say),
        IN_OFFICE(a_later_call_does_not_replace_what_an_operator_said),
        IN_OFFICE(an_id_stays_good_when_a_call_is_understood_in_other_words),
        IN_OFFICE(a_drop_hides_the_words_of_the_call_as_well),
        IN_OFFICE(a_name_is_corrected_for_all_calls),
        IN_OFFICE(a_name_that_is_nobodys_is_not_heard),
        IN_OFFICE(whoever_said_no_name_can_be_named),
        IN_OFFICE(a_note_is_told_until_its_day),
        IN_OFFICE(a_note_ends_with_its_day_though_nobody_calls),
        IN_OFFICE(one_who_was_taken_for_another_is_split_off),
        IN_OFFICE(a_dry_run_changes_nothing),
        IN_OFFICE(ids_of_nothing_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
