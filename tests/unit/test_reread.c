/* Calls that are in memory are understood again. */
#include "people/decision.h"
#include "people/reread.h"
#include "understand/understand.h"

#include "tests/unit/calls.h"

static const struct told calls[] = {
    {.conversation = "conv_1",
     .days_ago = 20,
     .turns = {"A: Quince Bakery, who is calling?", "My name is Nora Quill. I'm allergic to hazelnuts.",
               "A: I see."},
     .summary = "Nora Quill ordered a cake.",
     .collected = "\"order\":{\"value\":\"QB-1\"}"},
    {.conversation = "conv_2",
     .days_ago = 10,
     .turns = {"A: Quince Bakery.", "Nora Quill. Please never call me before ten."},
     .summary = "Nora Quill wants no calls before ten.",
     .collected = "\"callmem_caller\":{\"value\":\"Nora Quill | | \"},"
                  "\"callmem_notes\":{\"value\":\"instruction | caller | Never call before ten |\"},"
                  "\"callmem_open\":{\"value\":null},\"callmem_request\":{\"value\":\"none\"}"},
    {.conversation = "conv_3",
     .agent = "agent_2",
     .days_ago = 5,
     .turns = {"A: Quince Bakery.", "Delete all my data, please."},
     .summary = "Nora asked for erasure.",
     .outbound = true,
     .members = ",\"feedback\":{\"overall_score\":\"dislike\",\"comment\":\"Slow.\"}",
     .tail = ",\"branch_id\":\"branch_1\""},
};

static void tell_all(struct office *office)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        ends(office, ANA, &calls[i]);
}

static void sql(struct office *office, const char *statement)
{
    by_hand(office->place, statement);
}

/* All that is kept of a caller. */
static char *dump(struct office *office)
{
    static const char *const questions[] = {
        "SELECT c.conversation, c.agent, c.language, c.started_at, m.kind, m.position, m.sector, m.speaker, "
        "m.content, m.salience, m.metadata, m.created_at FROM conversations c JOIN memories m "
        "ON m.conversation_id = c.id ORDER BY 1, 5, 6",
        "SELECT scope, answer, heading, language, document FROM profiles ORDER BY 1",
    };
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        rows_by_hand(office->place, questions[i], &b);
    return buf_take(&b);
}

struct changes {
    struct buf text;
};

static void note(void *ctx, const char *conversation, enum kind kind, const char *content, bool added)
{
    struct changes *changes = ctx;
    buf_printf(&changes->text, "%c%s %s: %s\n", added ? '+' : '-', conversation, kind_name(kind), content);
}

static struct reread_counts reread(struct office *office, struct reread how)
{
    struct reread_counts counts = {0};
    how.store = office->place->store;
    how.lexicon = office->lexicon;
    how.settings = office->settings;
    good(office->place, reread_caller(&how, ANA, &counts, &office->place->error));
    return counts;
}

static void check_same(struct office *office, char *before)
{
    char *after = dump(office);
    assert_string_equal(after, before);
    free(after);
    free(before);
}

/* What this version understood it understands again in the same way. */
static void the_same_again(void **state)
{
    struct office *office = *state;
    struct changes changes = {BUF_INIT};
    tell_all(office);
    char *before = dump(office);
    assert_non_null(strstr(before, "Never call before ten"));
    struct reread_counts counts = reread(office, (struct reread){.differs = note, .ctx = &changes});
    assert_int_equal(counts.calls, 3);
    assert_string_equal(changes.text.data ? changes.text.data : "", "");
    buf_free(&changes.text);
    check_same(office, before);
}

/* What the released version had made of the calls, which was wrong. */
static void make_old(struct office *office)
{
    sql(office,
        "DELETE FROM memories WHERE kind IN (3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18);"
        "UPDATE memories SET metadata = replace(metadata, '\"understood\":', '\"before\":') WHERE kind = 0;"
        "INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, "
        "decay_lambda, tags, metadata, created_at, updated_at) SELECT id, 4, 0, 1, '', "
        "'Prefers: the blue one', 0.9, 0, '', '{\"slot\":\"like.colour\",\"value\":\"the blue one\"}', "
        "started_at, started_at FROM conversations;"
        "INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, "
        "decay_lambda, tags, metadata, created_at, updated_at) SELECT id, 11, 0, 4, '', "
        "'cake', 0.9, 0, '', '{}', started_at, started_at FROM conversations;"
        "DELETE FROM profiles");
}

static int next(struct office *office, char after[CALLER_SIZE])
{
    const struct reread how = {
        .store = office->place->store, .lexicon = office->lexicon, .settings = office->settings};
    return reread_next(&how, after, &office->place->error);
}

static void an_old_memory_is_read_again(void **state)
{
    struct office *office = *state;
    char after[CALLER_SIZE] = "";
    struct error *error = &office->place->error;
    tell_all(office);
    assert_int_equal(reread_is_due(office->place->store, "", error), 0);
    make_old(office);
    assert_int_equal(reread_is_due(office->place->store, "", error), 1);
    assert_int_equal(reread_is_due(office->place->store, ANA, error), 0); /* nobody behind her */
    good(office->place, next(office, after));
    assert_string_equal(after, ANA);
    assert_int_equal(reread_is_due(office->place->store, "", error), 0);
    char *text = dump(office);
    assert_null(strstr(text, "the blue one"));
    assert_null(strstr(text, "cake|0.9")); /* no topic */
    assert_non_null(strstr(text, "hazelnuts"));
    assert_non_null(strstr(text, "Nora Quill"));
    free(text);
    check_profile(office, "caller_name", "Nora Quill");
    profile_has(office, "memory_context", "hazelnuts", true);
    assert_int_equal(calls_of(office, ANA, "agent_2"), 1);
    struct memory_list list;
    good(office->place, memory_requests(office->place->store, 10, &list, error));
    assert_int_equal(list.count, 1);
    memory_list_free(&list);
    /* With nobody left it does nothing. */
    good(office->place, next(office, after));
}

static bool only_two(void *ctx, int64_t worked_us)
{
    int *left = ctx;
    assert_true(worked_us >= 0);
    return --*left > 0;
}

/* Who is interrupted is found again. */
static void it_can_be_interrupted(void **state)
{
    struct office *office = *state;
    int left = 2;
    tell_all(office);
    make_old(office);
    assert_int_equal(reread(office, (struct reread){.rest = only_two, .rest_ctx = &left}).calls, 2);
    assert_int_equal(reread_is_due(office->place->store, "", &office->place->error), 1);
    left = 3;
    assert_int_equal(reread(office, (struct reread){.rest = only_two, .rest_ctx = &left}).calls, 3);
    assert_int_equal(reread_is_due(office->place->store, "", &office->place->error), 0);
    check_profile(office, "caller_name", "Nora Quill");
}

/* What a person said or decided stays. */
static void people_stay(void **state)
{
    struct office *office = *state;
    struct memory_list list;
    tell_all(office);
    good(office->place, memory_requests(office->place->store, 10, &list, &office->place->error));
    good(office->place, decision_set(office->place->store, office->settings, &list.items[0],
                                     REQUEST_DISMISSED, &office->place->error));
    memory_list_free(&list);
    struct memory note = a_memory(ANA, "conv_1", 0, "Pays by invoice");
    note.kind = KIND_NEED; /* in the place of one that is understood */
    note.metadata = "{\"source\":\"operator\",\"author\":\"kim\",\"text\":\"Pays by invoice\"}";
    add_one(office->place, &note);
    reread(office, (struct reread){0});
    char *text = dump(office);
    assert_non_null(strstr(text, "Pays by invoice"));
    assert_non_null(strstr(text, "hazelnuts"));
    assert_non_null(strstr(text, "\"state\":\"dismissed\""));
    assert_null(strstr(text, "\"state\":\"open\""));
    free(text);
    text = dump(office);
    reread(office, (struct reread){0});
    check_same(office, text);
}

static void a_dry_run_changes_nothing(void **state)
{
    struct office *office = *state;
    struct changes changes = {BUF_INIT};
    tell_all(office);
    make_old(office);
    char *before = dump(office);
    reread(office, (struct reread){.dry = true, .redact = true, .differs = note, .ctx = &changes});
    assert_non_null(strstr(changes.text.data, "-conv_1 preference: Prefers: the blue one\n"));
    assert_non_null(strstr(changes.text.data, "hazelnuts"));
    assert_non_null(strstr(changes.text.data, "+conv_2 instruction: Never call before ten"));
    buf_free(&changes.text);
    check_same(office, before);
}

static void only_young_calls(void **state)
{
    struct office *office = *state;
    tell_all(office);
    make_old(office);
    assert_int_equal(reread(office, (struct reread){.since = NOW - 12 * DAY}).calls, 2);
    char *text = dump(office);
    assert_null(strstr(text, "hazelnuts|0"));
    assert_non_null(strstr(text, "Never call before ten"));
    free(text);
    assert_int_equal(reread(office, (struct reread){.since = NOW}).calls, 0);
}

#define CARD "4111 1111 1111 1111"

/* Secrets in what is stored go only where that is asked for; in what is understood there are none. */
static void secrets(void **state)
{
    struct office *office = *state;
    office_set(office, "CALLMEM_REDACT=none\n");
    ends(office, ANA,
         &(struct told){.conversation = "conv_1",
                        .days_ago = 1,
                        .turns = {"A: What is your card number?", "It's " CARD "."},
                        .summary = "Nora paid."});
    office_set(office, "");
    char *text = dump(office);
    assert_non_null(strstr(text, CARD));
    free(text);
    assert_int_equal(reread(office, (struct reread){0}).masked, 0);
    text = dump(office);
    assert_non_null(strstr(text, CARD));
    free(text);
    assert_int_equal(reread(office, (struct reread){.redact = true}).masked, 1);
    text = dump(office);
    assert_null(strstr(text, "1111"));
    assert_non_null(strstr(text, "[card number]"));
    free(text);
}

/* Names that a call started with stand nowhere else. */
static void given_names_stay(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){.conversation = "conv_1",
                        .days_ago = 1,
                        .turns = {"A: Hello.", "Hello, is my order there?"},
                        .summary = "An order was asked for."});
    sql(office, "INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, "
                "decay_lambda, tags, metadata, created_at, updated_at) SELECT id, 3, 0, 1, '', "
                "'Name: Nora Quill', 0.9, 0, '', '{\"full\":\"Nora Quill\",\"source\":\"variable\"}', "
                "started_at, started_at FROM conversations");
    reread(office, (struct reread){0});
    check_profile(office, "caller_name", "Nora Quill");
}

/* A call that did not come about, one without words, one whose metadata nobody can read. */
static void odd_calls(void **state)
{
    struct office *office = *state;
    struct memory attempt = a_memory(ANA, "conv_a", 0, "We tried to call");
    attempt.kind = KIND_ATTEMPT;
    add_one(office->place, &attempt);
    struct memory summary = a_memory(ANA, "conv_b", 0, "");
    summary.kind = KIND_SUMMARY;
    add_one(office->place, &summary);
    static const enum kind kinds[] = {KIND_SUMMARY, KIND_NAME, KIND_COLLECTED, KIND_EVIDENCE, KIND_NEED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct memory broken = a_memory(ANA, "conv_c", 0, "?");
        broken.kind = kinds[i];
        broken.metadata = "[}";
        add_one(office->place, &broken);
    }
    say(office->place, ANA, "conv_d", 0, "a turn without a call");
    assert_int_equal(reread(office, (struct reread){0}).calls, 4);
    assert_int_equal(reread_is_due(office->place->store, "", &office->place->error), 0);
}

/* --- An LLM of the operator's own --- */

static const char *const item_keys[] = {"callmem_caller", "callmem_notes", "callmem_open"};

static const struct told unread = {
    .conversation = "conv_unread",
    .days_ago = 3,
    .turns = {"A: Quince Bakery, who is calling?", "Nora Quill. My card number is 4111 1111 1111 1111.",
              "A: How do you want your bread?", "Well, the crust has to be cut off for me, with my teeth."},
    .summary = "Nora Quill ordered bread.",
    .collected = "\"order\":{\"value\":\"QB-7\"}"};

static struct reread how_of(struct office *office)
{
    return (struct reread){
        .store = office->place->store, .lexicon = office->lexicon, .settings = office->settings};
}

/* Understands the call with these notes. */
static int read_by_llm(struct office *office, const struct reread_text *text, const char *notes)
{
    const char *const values[] = {"Nora Quill | | ", notes, NULL};
    const struct reread how = how_of(office);
    return reread_with(&how, text, item_keys, values, 3, &office->place->error);
}

static void an_llm_reads_a_call(void **state)
{
    struct office *office = *state;
    struct reread_text text;
    const struct reread how = how_of(office);
    ends(office, ANA, &unread);
    good(office->place, reread_open(&how, ANA, "conv_unread", &text, &office->place->error));
    assert_false(text.event.transcript.asked);
    assert_int_equal(text.event.transcript.turn_count, 4);
    assert_null(strstr(text.event.transcript.turns[1].text, "4111"));
    good(office->place,
         read_by_llm(office, &text,
                     "need | caller | The crust has to be cut off | \nneed | caller | Is deaf | "));
    reread_close(&text);
    char *all = dump(office);
    assert_non_null(strstr(all, "The crust has to be cut off"));
    assert_non_null(strstr(all, "\"source\":\"llm\""));
    assert_non_null(strstr(all, "order: QB-7"));
    assert_null(strstr(all, "|Is deaf|"));
    free(all);
    /* Read again without the LLM it is the same; asked again, it is replaced. */
    all = dump(office);
    reread(office, (struct reread){0});
    check_same(office, all);
    good(office->place, reread_open(&how, ANA, "conv_unread", &text, &office->place->error));
    assert_true(text.event.transcript.asked && text.event.transcript.own_llm);
    good(office->place, read_by_llm(office, &text, NULL));
    reread_close(&text);
    all = dump(office);
    assert_null(strstr(all, "The crust has to be cut off"));
    free(all);
}

static void what_changed_meanwhile_is_not_overwritten(void **state)
{
    struct office *office = *state;
    struct reread_text text;
    const struct reread how = how_of(office);
    struct told more = unread;
    more.turns[4] = "A: Anything else?";
    ends(office, ANA, &unread);
    good(office->place, reread_open(&how, ANA, "conv_unread", &text, &office->place->error));
    ends(office, ANA, &more);
    assert_int_equal(read_by_llm(office, &text, "need | caller | The crust has to be cut off | "), -1);
    assert_int_equal(office->place->error.code, ERROR_MEMORY_UNAVAILABLE);
    good(office->place, memory_forget(office->place->store, ANA, NULL, &office->place->error));
    assert_int_equal(read_by_llm(office, &text, "need | caller | The crust has to be cut off | "), -1);
    assert_int_equal(office->place->error.code, ERROR_NOT_FOUND);
    reread_close(&text);
    assert_int_equal(reread_open(&how, ANA, "conv_unread", &text, &office->place->error), -1);
    assert_int_equal(office->place->error.code, ERROR_NOT_FOUND);
    reread_close(&text);
    char *all = dump(office);
    assert_string_equal(all ? all : "", "");
    free(all);
}

static int note_unread(void *ctx, const char *caller, const char *conversation, struct error *error)
{
    struct changes *changes = ctx;
    (void)error;
    assert_string_equal(caller, ANA);
    buf_printf(&changes->text, "%s ", conversation);
    return 0;
}

static void calls_that_no_llm_has_read_are_said(void **state)
{
    struct office *office = *state;
    struct changes changes = {BUF_INIT};
    tell_all(office);
    reread(office, (struct reread){.unread = note_unread, .ctx = &changes, .dry = true});
    assert_null(changes.text.data);
    reread(office, (struct reread){.unread = note_unread, .ctx = &changes});
    assert_string_equal(buf_text(&changes.text), "conv_1 conv_3 ");
    buf_free(&changes.text);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)
    const struct CMUnitTest tests[] = {
        CASE(the_same_again),
        CASE(an_old_memory_is_read_again),
        CASE(people_stay),
        CASE(it_can_be_interrupted),
        CASE(a_dry_run_changes_nothing),
        CASE(only_young_calls),
        CASE(secrets),
        CASE(given_names_stay),
        CASE(odd_calls),
        CASE(an_llm_reads_a_call),
        CASE(what_changed_meanwhile_is_not_overwritten),
        CASE(calls_that_no_llm_has_read_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
