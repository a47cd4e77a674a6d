/* What becomes of callers' requests about their data. */
#include "base/clock.h"
#include "people/decision.h"
#include "people/profile.h"
#include "people/search_answer.h"

#include "tests/unit/calls.h"

#define ASKED(value) "\"callmem_request\":{\"value\":\"" value "\"}"

static const struct told erase = {
    .conversation = "conv_erase",
    .days_ago = 2,
    .turns = {"A: Hello.", "My name is Nora Quill. Delete all my data.", "A: I see."},
    .summary = "Nora Quill asked for erasure.",
    .collected = ASKED("erase")};
static const struct told no_call = {.conversation = "conv_call",
                                    .days_ago = 1,
                                    .turns = {"A: Hello.", "Nora Quill here. Leave me in peace for good."},
                                    .summary = "Nora Quill wants no calls.",
                                    .collected = ASKED("do_not_call")};

/* The requests of all callers. */
static struct memory_list requests(struct office *office)
{
    struct memory_list list;
    good(office->place, memory_requests(office->place->store, 100, &list, &office->place->error));
    return list;
}

static struct request the_request(struct office *office)
{
    struct memory_list list = requests(office);
    struct request request;
    assert_int_equal(list.count, 1);
    assert_true(privacy_read(&list.items[0], &request));
    memory_list_free(&list);
    return request;
}

static void decide(struct office *office, enum request_state state)
{
    struct memory_list list = requests(office);
    good(office->place,
         decision_set(office->place->store, office->settings, &list.items[0], state, &office->place->error));
    memory_list_free(&list);
}

static void a_request_is_kept(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &erase);
    struct request request = the_request(office);
    assert_int_equal(request.kind, PRIVACY_ERASE);
    assert_int_equal(request.state, REQUEST_OPEN);
    assert_int_equal(request.turn, 1);
    assert_int_equal(request.hidden, 0);
    assert_int_equal(calls_of(office, ANA, ""), 1);
}

/* What was decided survives the event that comes again, with more in it. */
static void a_decision_stays(void **state)
{
    struct office *office = *state;
    struct told more = erase;
    ends(office, ANA, &erase);
    decide(office, REQUEST_DISMISSED);
    more.summary = "Nora Quill asked for erasure, again.";
    ends(office, ANA, &more);
    struct request request = the_request(office);
    assert_int_equal(request.state, REQUEST_DISMISSED);
    assert_true(request.decided > 0);
}

static void requests_are_found_by_id(void **state)
{
    struct office *office = *state;
    struct memory_list found, all;
    ends(office, ANA, &erase);
    ends(office, BEN, &no_call);
    all = requests(office);
    assert_int_equal(all.count, 2);
    assert_string_equal(all.items[0].caller, ANA); /* the oldest first */
    good(office->place, decision_find(office->place->store, all.items[1].id, &found, &office->place->error));
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].caller, BEN);
    memory_list_free(&found);
    memory_list_free(&all);
    fails(office->place, ERROR_NOT_FOUND,
          decision_find(office->place->store, "m0", &found, &office->place->error));
}

static void instruction_is(struct office *office, bool there)
{
    profile_has(office, "caller_preferences", "not to be called again", there);
}

/* The next agent sees it, unless it was not meant. */
static void not_to_be_called(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &no_call);
    instruction_is(office, true);
    decide(office, REQUEST_GRANTED);
    instruction_is(office, true);
    decide(office, REQUEST_DISMISSED);
    instruction_is(office, false);
    ends(office, ANA, &no_call);
    instruction_is(office, false);
}

/* --- Hiding --- */

static int erased;

static int erase_now(void *ctx, const char *caller, struct error *error)
{
    struct office *office = ctx;
    erased++;
    return memory_forget(office->place->store, caller, NULL, error);
}

static int refuse(void *ctx, const char *caller, struct error *error)
{
    (void)ctx;
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s cannot be erased", caller);
}

static struct decision_review review(struct office *office)
{
    struct decision_review review;
    good(office->place, decision_review(office->place->store, office->settings, erase_now, office, &review,
                                        &office->place->error));
    return review;
}

static bool is_known(struct office *office, const char *scope)
{
    char *document = document_of(office, ANA, scope);
    bool known = *document;
    free(document);
    return known;
}

static bool is_found(struct office *office)
{
    struct buf b = BUF_INIT;
    const struct memory_filter filter = {.caller = ANA};
    good(office->place, search_answer_add(&b, office->settings, office->place->store, &filter, "Nora",
                                          &office->place->error));
    bool found = strstr(buf_text(&b), "Nora") != NULL;
    buf_free(&b);
    return found;
}

static void hidden_at_once(void **state)
{
    struct office *office = *state;
    office_set(office, "CALLMEM_FORGET_ON_REQUEST=hide\n");
    ends(office, ANA,
         &(struct told){.conversation = "conv_0",
                        .days_ago = 3,
                        .turns = {"A: Hello.", "My name is Nora Quill."},
                        .summary = "Nora Quill called."});
    assert_true(is_known(office, "") && is_known(office, "agent_1") && is_found(office));
    ends(office, ANA, &erase);
    assert_false(is_known(office, ""));
    assert_false(is_known(office, "agent_1"));
    assert_false(is_found(office));
    assert_true(the_request(office).hidden > 0);
    /* A later call does not bring the caller back. */
    ends(office, ANA,
         &(struct told){.conversation = "conv_9",
                        .turns = {"A: Hello.", "It's Nora Quill again."},
                        .summary = "Nora Quill called."});
    assert_false(is_known(office, ""));
    assert_false(is_found(office));
    struct decision_review seen = review(office);
    assert_int_equal(seen.open, 1);
    assert_int_equal(seen.erased, 0);
    decide(office, REQUEST_DISMISSED);
    assert_true(is_known(office, "") && is_known(office, "agent_1") && is_found(office));
    assert_int_equal(review(office).open, 0);
}

/* As if it had been heard so many days ago. */
static void age(struct office *office, int days)
{
    struct memory_list list = requests(office);
    struct memory change = list.items[0];
    char metadata[100];
    snprintf(metadata, sizeof metadata, "{\"request\":\"erase\",\"state\":\"open\",\"hidden\":%lld}",
             (long long)clock_now() - (long long)days * DAY - 10);
    change.metadata = metadata;
    good(office->place, memory_update(office->place->store, ANA, change.id, &change, &office->place->error));
    memory_list_free(&list);
}

static void erased_after_days(void **state)
{
    struct office *office = *state;
    struct decision_review seen;
    erased = 0;
    office_set(office, "CALLMEM_FORGET_ON_REQUEST=hide\nCALLMEM_FORGET_AFTER_DAYS=3\n");
    ends(office, ANA, &erase);
    age(office, 2);
    assert_int_equal(review(office).erased, 0);
    age(office, 3);
    fails(office->place, ERROR_MEMORY_UNAVAILABLE,
          decision_review(office->place->store, office->settings, refuse, office, &seen,
                          &office->place->error));
    assert_int_equal(review(office).erased, 1);
    assert_int_equal(erased, 1);
    struct memory_list list = requests(office);
    assert_int_equal(list.count, 0);
    memory_list_free(&list);
    assert_int_equal(review(office).open, 0);
}

/* The settings decide, also about requests that were there before. */
static void the_settings_change(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &erase);
    assert_true(is_known(office, ""));
    office_set(office, "CALLMEM_FORGET_ON_REQUEST=hide\n");
    review(office);
    assert_false(is_known(office, "") || is_found(office));
    office_set(office, "");
    review(office);
    assert_true(is_known(office, "") && is_found(office));
    age(office, 1000);
    assert_int_equal(review(office).erased, 0); /* not without the setting */
    assert_true(is_known(office, ""));
}

/* What is no request of ours does no harm. */
static void broken_requests(void **state)
{
    struct office *office = *state;
    static const char *const metadata[] = {"{}", "[1]", "{\"request\":7,\"state\":{}}",
                                           "{\"request\":\"party\",\"state\":\"maybe\"}"};
    office_set(office, "CALLMEM_FORGET_ON_REQUEST=hide\n");
    for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++) {
        struct memory memory = a_memory(ANA, "conv_x", (int)i, "Asked for something");
        memory.kind = KIND_PRIVACY;
        memory.metadata = metadata[i];
        add_one(office->place, &memory);
    }
    struct memory_list list = requests(office);
    assert_int_equal(list.count, 4);
    for (size_t i = 0; i < list.count; i++) {
        struct request request;
        assert_true(privacy_read(&list.items[i], &request));
        assert_int_equal(request.kind, PRIVACY_NONE);
        assert_int_equal(request.state, REQUEST_OPEN);
    }
    memory_list_free(&list);
    assert_int_equal(review(office).open, 4);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)
    const struct CMUnitTest tests[] = {
        CASE(a_request_is_kept),   CASE(a_decision_stays), CASE(requests_are_found_by_id),
        CASE(not_to_be_called),    CASE(hidden_at_once),   CASE(erased_after_days),
        CASE(the_settings_change), CASE(broken_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
