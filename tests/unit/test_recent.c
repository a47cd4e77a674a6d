/*
 * What is told of a line when nothing in particular is asked for.
 */
#include "base/json.h"
#include "people/profile.h"
#include "people/ready.h"
#include "people/whose.h"
#include "tests/unit/store.h"

static void keep(struct place *p, const char *conversation, int days_ago, enum kind kind, int position,
                 const char *content, const char *metadata)
{
    struct memory memory = a_memory(ANA, conversation, position, content);
    memory.kind = kind;
    memory.sector = kind_sector(kind);
    memory.salience = kind_salience(kind);
    memory.speaker = kind == KIND_TURN ? "user" : "";
    memory.metadata = metadata ? metadata : "{}";
    memory.created_at = NOW - (int64_t)days_ago * DAY + position;
    add_one(p, &memory);
}

static struct memory_list recent(struct place *p, const struct memory_filter *filter)
{
    struct memory_list found;
    good(p, ready_recent(p->store, filter, "", &found, &p->error));
    for (size_t i = 0; i < found.count; i++)
        assert_true(*found.items[i].id && *found.items[i].content && *found.items[i].conversation);
    return found;
}

static void is_told_now(struct place *p, const struct memory_filter *filter, const char *want)
{
    struct memory_list found = recent(p, filter);
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < found.count; i++)
        buf_printf(&b, "%s%s", i ? " | " : "", found.items[i].content);
    assert_string_equal(b.len ? b.data : "", want);
    buf_free(&b);
    memory_list_free(&found);
}

static void make_profile(struct place *p)
{
    good(p, profile_update(p->store, ANA, NULL, &(struct context_bounds){.chars = 2000, .items = ""},
                           &p->error));
}

/* The same from the line, as long as nothing is stored, and from what was made ready with the profile. */
static void is_told(struct place *p, const struct memory_filter *filter, const char *want)
{
    char *ready;
    good(p, memory_set_profile(p->store, ANA, "", NULL, &p->error));
    is_told_now(p, filter, want);
    make_profile(p);
    good(p, memory_ready(p->store, ANA, "", &ready, &p->error));
    assert_non_null(strstr(ready, "recent"));
    free(ready);
    is_told_now(p, filter, want);
}

static const struct memory_filter all = {.caller = ANA};

static void two_calls(struct place *p)
{
    keep(p, "c1", 30, KIND_SUMMARY, 0, "The caller bought a kayak.", NULL);
    keep(p, "c1", 30, KIND_NEED, 0, "Cannot lift heavy things", NULL);
    keep(p, "c1", 30, KIND_FACT, 0, "Lives in Leeds", "{\"slot\":\"home\"}");
    keep(p, "c2", 3, KIND_SUMMARY, 0, "The caller asked for a longer paddle.", NULL);
    keep(p, "c2", 3, KIND_PROMISE, 0, "A paddle is sent by post", NULL);
    keep(p, "c2", 3, KIND_FACT, 0, "Lives in York", "{\"slot\":\"home\"}");
}

static void the_last_call_what_is_open_and_what_holds(void **state)
{
    struct place *p = *state;
    two_calls(p);
    is_told(p, &all,
            "The caller asked for a longer paddle. | A paddle is sent by post | Cannot lift heavy things | "
            "The caller bought a kayak. | Lives in York"); /* and not Leeds */
    is_told(p, &(struct memory_filter){.caller = ANA, .limit = 2},
            "The caller asked for a longer paddle. | A paddle is sent by post");
    is_told(p, &(struct memory_filter){.caller = ANA, .kinds = 1u << KIND_NEED}, "Cannot lift heavy things");
    is_told(p,
            &(struct memory_filter){.caller = ANA, .sectors = 1u << SECTOR_SEMANTIC, .since = NOW - 4 * DAY},
            "Lives in York");
    is_told(p, &(struct memory_filter){.caller = ANA, .conversation = "c1"},
            "Cannot lift heavy things | The caller bought a kayak.");
    is_told(p, &(struct memory_filter){.caller = ANA, .agent = "agent_2"}, "");
    is_told(p, &(struct memory_filter){.caller = BEN}, "");
}

static void a_call_without_a_summary_is_told_in_the_callers_words(void **state)
{
    struct place *p = *state;
    two_calls(p);
    keep(p, "c3", 1, KIND_SUMMARY, 0, "", NULL);
    keep(p, "c3", 1, KIND_TURN, 0, "Hello.", NULL);
    keep(p, "c3", 1, KIND_TURN, 1, "I would like to return the kayak.", NULL);
    is_told(p, &(struct memory_filter){.caller = ANA, .limit = 2},
            "I would like to return the kayak. | A paddle is sent by post");
}

/* What is ready speaks of a memory that is gone: then the line is read. */
static void what_is_gone_is_not_told(void **state)
{
    struct place *p = *state;
    two_calls(p);
    make_profile(p);
    good(p, memory_forget_conversation(p->store, ANA, "c2", &p->error));
    is_told_now(p, &all, "The caller bought a kayak. | Cannot lift heavy things | Lives in Leeds");
}

static void an_attempt_is_no_call(void **state)
{
    struct place *p = *state;
    two_calls(p);
    keep(p, "c3", 1, KIND_ATTEMPT, 0, "We tried to call; it did not come about (busy).", NULL);
    is_told(p, &(struct memory_filter){.caller = ANA, .limit = 1}, "The caller asked for a longer paddle.");
}

static void on_a_line_of_several_each_is_named(void **state)
{
    struct place *p = *state;
    keep(p, "c1", 30, KIND_SUMMARY, 0, "Rosa bought a kayak.", NULL);
    keep(p, "c1", 30, KIND_NAME, 0, "Name: Rosa Hill", "{\"full\":\"Rosa Hill\"}");
    keep(p, "c1", 30, KIND_NEED, 0, "Allergic to nuts", NULL);
    keep(p, "c2", 3, KIND_SUMMARY, 0, "Omar asked for a tent.", NULL);
    keep(p, "c2", 3, KIND_NAME, 0, "Name: Omar Hill", "{\"full\":\"Omar Hill\"}");
    keep(p, "c2", 3, KIND_FACT, 0, "Bruno: has a dog bed",
         "{\"whose\":\"Bruno\",\"text\":\"has a dog bed\"}");
    is_told(
        p, &all,
        "Omar Hill: Omar asked for a tent. | Rosa Hill: Allergic to nuts | Rosa Hill: Rosa bought a kayak. | "
        "Bruno: has a dog bed");
}

/* What the memory of a fact says since when it is over; "" when nothing. */
static void check_over(struct place *p, const char *content, const char *want)
{
    struct memory_list list = all_of(p, ANA);
    const char *metadata = NULL;
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.items[i].content, content) == 0)
            metadata = list.items[i].metadata;
    assert_non_null(metadata);
    cJSON *object = cJSON_Parse(metadata);
    const char *over = json_text(object, "over");
    assert_string_equal(over ? over : "", want);
    cJSON_Delete(object);
    memory_list_free(&list);
}

/* A search reads on the memory since when it is over; the profile, which knows, notes it there. */
static void a_profile_notes_what_is_over(void **state)
{
    struct place *p = *state;
    two_calls(p);
    keep(p, "c1", 30, KIND_CONTACT, 0, "Email a@example.com",
         "{\"slot\":\"contact.email\",\"value\":\"a@example.com\"}");
    keep(p, "c2", 3, KIND_CONTACT, 0, "The email is a@example.com",
         "{\"slot\":\"contact.email\",\"value\":\"a@example.com\"}");
    keep(p, "c1", 30, KIND_NEED, 1, "On crutches", "{\"until\":\"2026-02-20\"}");
    good(p, profile_update(p->store, ANA, NULL, &(struct context_bounds){.chars = 2000, .items = ""},
                           &p->error));
    check_over(p, "Lives in Leeds", "2026-02-27");
    check_over(p, "Lives in York", "");
    check_over(p, "Cannot lift heavy things", "");
    check_over(p, "Email a@example.com", ""); /* the same again contradicts nothing */
    check_over(p, "On crutches", "2026-02-20");
    /* A call that went takes with it what it said of others. */
    good(p, memory_forget_conversation(p->store, ANA, "c2", &p->error));
    good(p, profile_update(p->store, ANA, NULL, &(struct context_bounds){.chars = 2000, .items = ""},
                           &p->error));
    check_over(p, "Lives in Leeds", "");
}

static void a_search_names_who_of_several_spoke(void **state)
{
    struct place *p = *state;
    struct memory_profile profile;
    struct memory_list found;
    const struct memory_filter turns = {.caller = ANA, .kinds = 1u << KIND_TURN},
                               needs = {.caller = ANA, .kinds = 1u << KIND_NEED};
    keep(p, "c1", 30, KIND_NAME, 0, "Name: Rosa Hill", "{\"full\":\"Rosa Hill\"}");
    keep(p, "c1", 30, KIND_SUMMARY, 0, "Rosa called.", NULL);
    keep(p, "c1", 30, KIND_TURN, 0, "I need a canoe.", NULL);
    good(p, profile_update(p->store, ANA, NULL, &(struct context_bounds){.chars = 2000, .items = ""},
                           &p->error));
    good(p, memory_profile(p->store, ANA, "", &profile, &p->error));
    assert_false(whose_is_shared(&profile));
    memory_profile_free(&profile);
    keep(p, "c2", 3, KIND_NAME, 0, "Name: Omar Hill", "{\"full\":\"Omar Hill\"}");
    keep(p, "c2", 3, KIND_SUMMARY, 0, "Omar called.", NULL);
    keep(p, "c2", 3, KIND_TURN, 0, "I need a tent.", NULL);
    keep(p, "c2", 3, KIND_TURN, 1, "A tent for nine.", NULL);
    keep(p, "c2", 3, KIND_NEED, 0, "Needs a tent", NULL);
    /* Two spoke in one call: who said what is not known. */
    keep(p, "c3", 2, KIND_NAME, 0, "Name: Omar Hill", "{\"full\":\"Omar Hill\"}");
    keep(p, "c3", 2, KIND_NAME, 1, "Name: Rosa Hill", "{\"full\":\"Rosa Hill\"}");
    keep(p, "c3", 2, KIND_SUMMARY, 0, "Both called.", NULL);
    keep(p, "c3", 2, KIND_TURN, 0, "We need a paddle.", NULL);
    good(p, profile_update(p->store, ANA, NULL, &(struct context_bounds){.chars = 2000, .items = ""},
                           &p->error));
    static const struct {
        const char *query, *want;
    } cases[] = {{"canoe", "Rosa Hill: I need a canoe."},
                 {"tent", "Omar Hill: I need a tent. Omar Hill: A tent for nine."},
                 {"paddle", "We need a paddle."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_profile(p);
        good(p, memory_recall(p->store, &turns, cases[i].query, "", &found, &profile, &p->error));
        if (i % 2)
            good(p, memory_set_profile(p->store, ANA, "", NULL, &p->error));
        assert_true(whose_is_shared(&profile));
        good(p, ready_names(p->store, &turns, "", &found, &p->error));
        assert_string_equal(found.items[0].content, cases[i].want);
        memory_profile_free(&profile);
        memory_list_free(&found);
    }
    good(p, memory_search(p->store, &needs, "tent", &found, &p->error));
    good(p, ready_names(p->store, &needs, "", &found, &p->error));
    assert_string_equal(found.items[0].content, "Omar Hill: Needs a tent");
    memory_list_free(&found);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(the_last_call_what_is_open_and_what_holds),
        IN_PLACE(a_call_without_a_summary_is_told_in_the_callers_words),
        IN_PLACE(what_is_gone_is_not_told),
        IN_PLACE(an_attempt_is_no_call),
        IN_PLACE(a_search_names_who_of_several_spoke),
        IN_PLACE(a_profile_notes_what_is_over),
        IN_PLACE(on_a_line_of_several_each_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
