/* Parts of calls that go by age while the calls stay. */
#include "people/thinning.h"

#include "people/decision.h"
#include "people/reread.h"
#include "people/retention.h"

#include "tests/unit/calls.h"

#define OLD   100 /* days before NOW */
#define YOUNG 5
#define LIMIT 30

#define PREFERS(what) FILLED("notes", "preference | | I prefer " what " | ")

static const struct told old_call = {.conversation = "conv_old",
                                     .days_ago = OLD,
                                     .turns = {"A: Hello.", "This is Nora Quill. I prefer oolong tea.",
                                               "A: Noted. The zeppelin lands at noon."},
                                     .summary = "Nora Quill spoke of a harvest.",
                                     .collected =
                                         "\"callmem_caller\":{\"value\":\"Nora Quill | | \"}," PREFERS(
                                             "oolong tea") ",\"voucher\":{\"value\":\"VX-11\"}"};
static const struct told young_call = {.conversation = "conv_young",
                                       .days_ago = YOUNG,
                                       .turns = {"A: Hello.", "Nora Quill here. I prefer window seats.",
                                                 "A: Noted. The submarine dives at noon."},
                                       .summary = "Nora Quill spoke of a journey.",
                                       .collected = PREFERS("window seats")};

/* The settings count from now on, the calls from NOW. */
static void keep(struct office *office, const char *kind, int days)
{
    char line[100];
    snprintf(line, sizeof line, "CALLMEM_RETENTION_DAYS%s=%d\n", kind,
             (int)((clock_now() - NOW) / DAY) + days);
    office_set(office, line);
}

static struct thinning_counts run(struct office *office, bool dry)
{
    struct place *p = office->place;
    struct thinning_counts counts;
    good(p, thinning_run(p->store, office->settings, dry, &counts, &p->error));
    return counts;
}

static void check_counts(struct thinning_counts counts, size_t turns, size_t facts, size_t requests)
{
    assert_int_equal(counts.turns, turns);
    assert_int_equal(counts.facts, facts);
    assert_int_equal(counts.requests, requests);
}

static size_t found(struct office *office, const char *question)
{
    const struct memory_filter filter = {.caller = ANA};
    struct memory_list list;
    good(office->place, memory_search(office->place->store, &filter, question, &list, &office->place->error));
    size_t count = list.count;
    memory_list_free(&list);
    return count;
}

static size_t of_kinds(struct office *office, const char *conversation, unsigned kinds)
{
    struct memory_list list = listed(
        office->place, &(struct memory_filter){.caller = ANA, .conversation = conversation, .kinds = kinds});
    size_t count = list.count;
    memory_list_free(&list);
    return count;
}

static void tell_both(struct office *office)
{
    ends(office, ANA, &old_call);
    ends(office, ANA, &young_call);
}

static void nothing_goes_by_default(void **state)
{
    struct office *office = *state;
    tell_both(office);
    check_counts(run(office, false), 0, 0, 0);
    assert_int_equal(of_kinds(office, "", 1u << KIND_TURN), 6);
}

static void turns_go_and_the_rest_stays(void **state)
{
    struct office *office = *state;
    tell_both(office);
    assert_true(found(office, "zeppelin") > 0);
    keep(office, "_TURNS", LIMIT);
    check_counts(run(office, true), 3, 0, 0);
    assert_int_equal(of_kinds(office, "", 1u << KIND_TURN), 6);
    check_counts(run(office, false), 3, 0, 0);
    check_counts(run(office, false), 0, 0, 0);
    assert_int_equal(of_kinds(office, "conv_old", 1u << KIND_TURN), 0);
    assert_int_equal(of_kinds(office, "conv_young", 1u << KIND_TURN), 3);
    assert_int_equal(found(office, "zeppelin"), 0);
    assert_true(found(office, "submarine") > 0);
    assert_true(found(office, "harvest") > 0);
    assert_true(found(office, "oolong") > 0);
    profile_has(office, "caller_preferences", "oolong", true);
    check_profile(office, "caller_name", "Nora Quill");
    assert_int_equal(calls_of(office, ANA, ""), 2);
}

static void no_word_stays_in_the_database(void **state)
{
    struct office *office = *state;
    tell_both(office);
    assert_int_equal(
        number_of(office->place, "SELECT count(*) FROM memories WHERE content LIKE '%zeppelin%'"), 1);
    keep(office, "_TURNS", LIMIT);
    run(office, false);
    assert_int_equal(number_of(office->place, "SELECT count(*) FROM memories WHERE content LIKE '%zeppelin%' "
                                              "OR metadata LIKE '%zeppelin%'"),
                     0);
}

static void facts_go_unless_they_are_said_again(void **state)
{
    struct office *office = *state;
    tell_both(office);
    ends(office, ANA,
         &(struct told){.conversation = "conv_again",
                        .days_ago = OLD + 1,
                        .turns = {"A: Hello.", "Nora Quill. I prefer window seats."},
                        .summary = "",
                        .collected = PREFERS("window seats")});
    keep(office, "_FACTS", LIMIT);
    struct thinning_counts dry = run(office, true), done = run(office, false);
    assert_int_equal(dry.facts, done.facts);
    assert_true(done.facts >= 3); /* two preferences and the voucher */
    check_counts(run(office, false), 0, 0, 0);
    profile_has(office, "caller_preferences", "window seats", true);
    profile_has(office, "caller_preferences", "oolong", false);
    check_profile(office, "caller_name", "Nora Quill");
    assert_int_equal(calls_of(office, ANA, ""), 3);
    assert_int_equal(number_of(office->place, "SELECT count(*) FROM memories WHERE content LIKE '%VX-11%' "
                                              "OR metadata LIKE '%VX-11%'"),
                     0);
    /* What was said stays: only turns can still speak of tea. */
    assert_int_equal(of_kinds(office, "conv_old", 1u << KIND_TURN), 3);
}

static void wishes_not_to_be_called_outlive_facts(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){.conversation = "conv_call",
                        .days_ago = OLD,
                        .turns = {"A: Hello.", "Nora Quill here. Leave me in peace for good."},
                        .summary = "",
                        .collected = "\"callmem_request\":{\"value\":\"do_not_call\"}"});
    size_t before = of_kinds(office, "conv_call", 1u << KIND_INSTRUCTION);
    assert_true(before > 0);
    keep(office, "_FACTS", LIMIT);
    run(office, false);
    assert_int_equal(of_kinds(office, "conv_call", 1u << KIND_INSTRUCTION), before);
}

/* What is left says less than the call did: to understand it again would be to lose the facts, or to bring
 * back what went. */
static void what_is_left_is_not_understood_again(void **state)
{
    static const char *const kinds[] = {"_TURNS", "_FACTS"};
    struct office *office = *state;
    struct place *p = office->place;
    tell_both(office);
    for (size_t i = 0; i < 2; i++) {
        keep(office, kinds[i], LIMIT);
        run(office, false);
        char *before = document_of(office, ANA, "");
        const struct reread reread = {
            .store = p->store, .lexicon = office->lexicon, .settings = office->settings};
        struct reread_counts counts = {0};
        struct reread_text text;
        good(p, reread_caller(&reread, ANA, &counts, &p->error));
        char *after = document_of(office, ANA, "");
        assert_string_equal(after, before);
        fails(p, ERROR_NOT_FOUND, reread_open(&reread, ANA, "conv_old", &text, &p->error));
        reread_close(&text);
        free(before);
        free(after);
    }
    by_hand(p, is_postgres() ? "UPDATE memories SET metadata = replace(metadata::text, "
                               "'\"understood\":', '\"understood\":0,\"was\":') WHERE kind = 0"
                             : "UPDATE memories SET metadata = replace(metadata, '\"understood\":', "
                               "'\"understood\":0,\"was\":') WHERE kind = 0");
    assert_int_equal(reread_is_due(p->store, "", &p->error), 1);
    const struct reread reread = {
        .store = p->store, .lexicon = office->lexicon, .settings = office->settings};
    struct reread_counts counts = {0};
    good(p, reread_caller(&reread, ANA, &counts, &p->error));
    assert_int_equal(reread_is_due(p->store, "", &p->error), 0);
}

/* Secrets are masked in the words that are left all the same. */
static void what_is_left_is_redacted(void **state)
{
    struct office *office = *state;
    struct place *p = office->place;
    office_set(office, "CALLMEM_REDACT=none\n");
    ends(office, ANA,
         &(struct told){.conversation = "conv_card",
                        .days_ago = OLD,
                        .turns = {"A: Hello.", "My card is 4111 1111 1111 1111. I prefer oolong tea."},
                        .summary = "The card 4111 1111 1111 1111 was given.",
                        .collected = PREFERS("oolong tea")});
    keep(office, "_FACTS", LIMIT);
    run(office, false);
    const char *left = "SELECT count(*) FROM memories WHERE content LIKE '%1111%'";
    assert_int_equal(number_of(p, left), 2);
    office_set(office, "");
    struct reread reread = {.store = p->store,
                            .lexicon = office->lexicon,
                            .settings = office->settings,
                            .redact = true,
                            .dry = true};
    struct reread_counts counts = {0};
    good(p, reread_caller(&reread, ANA, &counts, &p->error));
    assert_true(counts.masked >= 2);
    assert_int_equal(number_of(p, left), 2);
    reread.dry = false;
    good(p, reread_caller(&reread, ANA, &counts, &p->error));
    assert_int_equal(number_of(p, left), 0);
    assert_int_equal(of_kinds(office, "", 1u << KIND_TURN), 2);
}

/* What a later call settled is not open again because its words are gone. */
static void what_was_settled_stays_settled(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){
             .conversation = "conv_1",
             .days_ago = OLD + 9,
             .turns = {"I still need my saddle order changed.", "A: I'll ask the workshop to ring you."},
             .summary = "",
             .collected = FILLED("open", "agent | the workshop rings about the saddle order | ")});
    profile_has(office, "memory_context", "saddle", true);
    ends(office, ANA,
         &(struct told){.conversation = "conv_2",
                        .days_ago = OLD,
                        .turns = {"About that saddle order, it looks lovely. I prefer oolong tea."},
                        .summary = "",
                        .collected = PREFERS("oolong tea")});
    profile_has(office, "memory_context", "saddle", false);
    keep(office, "_TURNS", LIMIT);
    check_counts(run(office, false), 3, 0, 0);
    profile_has(office, "memory_context", "saddle", false);
}

static void decide(struct office *office, enum request_state state, int days_ago)
{
    struct place *p = office->place;
    struct memory_list list;
    good(p, memory_requests(p->store, 100, &list, &p->error));
    assert_int_equal(list.count, 1);
    struct memory change = list.items[0];
    char metadata[200];
    struct request request;
    good(p, decision_set(p->store, office->settings, &change, state, &p->error));
    assert_true(privacy_read(&change, &request));
    snprintf(metadata, sizeof metadata, "{\"request\":\"%s\",\"state\":\"%s\",\"decided\":%lld}",
             privacy_name(request.kind), request_state_name(state),
             (long long)clock_now() - (long long)days_ago * DAY);
    change.metadata = metadata;
    good(p, memory_update(p->store, ANA, change.id, &change, &p->error));
    memory_list_free(&list);
}

static void asks(struct office *office, const char *what)
{
    char collected[100];
    snprintf(collected, sizeof collected, "\"callmem_request\":{\"value\":\"%s\"}", what);
    ends(office, ANA,
         &(struct told){
             .conversation = "conv_ask",
             .days_ago = OLD,
             .turns = {"A: Hello.",
                       "Nora Quill here. Delete all my data. Please do not keep a record of this call."},
             .summary = "",
             .collected = collected});
}

static void requests_go_after_their_decision(void **state)
{
    struct office *office = *state;
    asks(office, "erase");
    office_set(office, "CALLMEM_RETENTION_DAYS_REQUESTS=30\n");
    check_counts(run(office, false), 0, 0, 0); /* open, however old */
    decide(office, REQUEST_DISMISSED, 29);
    check_counts(run(office, false), 0, 0, 0);
    decide(office, REQUEST_DISMISSED, 31);
    check_counts(run(office, true), 0, 0, 1);
    check_counts(run(office, false), 0, 0, 1);
    assert_int_equal(of_kinds(office, "", 1u << KIND_PRIVACY), 0);
    assert_int_equal(of_kinds(office, "", 1u << KIND_TURN), 2);
    /* It is not made again of the words. */
    const struct reread reread = {
        .store = office->place->store, .lexicon = office->lexicon, .settings = office->settings};
    struct reread_counts counts = {0};
    good(office->place, reread_caller(&reread, ANA, &counts, &office->place->error));
    assert_int_equal(of_kinds(office, "", 1u << KIND_PRIVACY), 0);
}

static void a_call_that_is_not_kept_stays_so(void **state)
{
    struct office *office = *state;
    asks(office, "do_not_record");
    decide(office, REQUEST_GRANTED, 31);
    office_set(office, "CALLMEM_RETENTION_DAYS_REQUESTS=30\n");
    check_counts(run(office, false), 0, 0, 0);
    asks(office, "do_not_record");
    assert_int_equal(of_kinds(office, "", 1u << KIND_TURN), 0);
}

static void a_dry_run_counts_nothing_twice(void **state)
{
    struct office *office = *state;
    struct place *p = office->place;
    size_t count;
    char lines[200];
    int days = (int)((clock_now() - NOW) / DAY);
    tell_both(office);
    snprintf(lines, sizeof lines, "CALLMEM_RETENTION_DAYS=%d\nCALLMEM_RETENTION_DAYS_TURNS=%d\n",
             days + LIMIT, days + 1);
    office_set(office, lines);
    good(p, retention_count(p->store, office->settings, &count, &p->error));
    assert_int_equal(count, 1);
    check_counts(run(office, true), 3, 0, 0);
    good(p, retention_run(p->store, office->settings, &count, NULL, NULL, &p->error));
    assert_int_equal(count, 1);
    check_counts(run(office, false), 3, 0, 0);
}

/* More calls than one page, some of which began in the same second. */
static void many_calls(void **state)
{
    struct office *office = *state;
    struct place *p = office->place;
    good(p, memory_begin(p->store, &p->error));
    for (int i = 0; i < 1203; i++) {
        char name[20];
        snprintf(name, sizeof name, "c%d", i);
        struct memory memory = a_memory(ANA, name, 0, "Good day.");
        memory.created_at = NOW - OLD * DAY + i / 400;
        memory.kind = i % 3 ? KIND_SUMMARY : KIND_TURN;
        add_one(p, &memory);
    }
    good(p, memory_commit(p->store, &p->error));
    keep(office, "_TURNS", LIMIT);
    check_counts(run(office, true), 401, 0, 0);
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(nothing_goes_by_default),
        IN_OFFICE(turns_go_and_the_rest_stays),
        IN_OFFICE(no_word_stays_in_the_database),
        IN_OFFICE(facts_go_unless_they_are_said_again),
        IN_OFFICE(wishes_not_to_be_called_outlive_facts),
        IN_OFFICE(what_is_left_is_not_understood_again),
        IN_OFFICE(what_is_left_is_redacted),
        IN_OFFICE(what_was_settled_stays_settled),
        IN_OFFICE(requests_go_after_their_decision),
        IN_OFFICE(a_call_that_is_not_kept_stays_so),
        IN_OFFICE(a_dry_run_counts_nothing_twice),
        IN_OFFICE(many_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
