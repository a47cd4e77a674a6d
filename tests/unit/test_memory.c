#include "memory/open.h"

#include "base/clock.h"
#include "memory/sql/database.h"
#include "memory/sql/sql_store.h"

#include "tests/unit/store.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* --- Names --- */

static void sectors_and_kinds_have_the_names_of_the_contract(void **state)
{
    (void)state;
    static const char *const sectors[] = {"episodic", "semantic", "procedural", "emotional", "reflective"};
    for (unsigned i = 0; i < SECTORS; i++) {
        assert_string_equal(sector_name((enum sector)i), sectors[i]);
        assert_int_equal(sector_find(sectors[i]), i);
    }
    for (unsigned i = 0; i < KINDS; i++)
        assert_int_equal(kind_find(kind_name((enum kind)i)), i);
    assert_int_equal(kind_find("preference"), KIND_PREFERENCE);
    assert_int_equal(sector_find("Episodic"), SECTORS);
    assert_int_equal(sector_find(""), SECTORS);
    assert_int_equal(kind_find("turns"), KINDS);
    assert_string_equal(sector_name(SECTORS), "");
    assert_string_equal(kind_name(KINDS), "");
}

/* --- Adding, reading, changing --- */

static void what_was_added_comes_back_whole(void **state)
{
    struct place *p = *state;
    struct memory memory = {.caller = ANA,
                            .agent = "agent_7",
                            .conversation = "conv_1",
                            .language = "pt",
                            .kind = KIND_PREFERENCE,
                            .sector = SECTOR_SEMANTIC,
                            .position = 3,
                            .speaker = "user",
                            .content =
                                "Prefere caf\xc3\xa9 \xe2\x98\x95; \"sempre\" '); DROP TABLE memories; --",
                            .salience = 0.85,
                            .decay_lambda = 0.02,
                            .tags = "coffee,drink",
                            .metadata = "{\"slot\":\"like.coffee\"}",
                            .created_at = NOW - 5};
    size_t added;
    good(p, memory_add(p->store, &memory, 1, &added, &p->error));
    assert_int_equal(added, 1);
    struct memory_list list = all_of(p, ANA);
    assert_int_equal(list.count, 1);
    const struct memory *got = &list.items[0];
    assert_string_equal(got->caller, ANA);
    assert_string_equal(got->agent, "agent_7");
    assert_string_equal(got->conversation, "conv_1");
    assert_string_equal(got->language, "pt");
    assert_int_equal(got->kind, KIND_PREFERENCE);
    assert_int_equal(got->sector, SECTOR_SEMANTIC);
    assert_int_equal(got->position, 3);
    assert_string_equal(got->speaker, "user");
    assert_string_equal(got->content, memory.content);
    assert_true(got->salience == 0.85 && got->decay_lambda == 0.02 && got->score == 0);
    assert_string_equal(got->tags, "coffee,drink");
    assert_string_equal(got->metadata, "{\"slot\":\"like.coffee\"}");
    assert_true(got->created_at == NOW - 5 && got->updated_at == NOW);
    assert_true(strlen(got->id) > 1);
    memory_list_free(&list);
    assert_string_equal(memory_mode(p->store), is_postgres() ? "postgres" : "local");
}

static void what_is_left_out_is_empty(void **state)
{
    struct place *p = *state;
    struct memory memory = {.caller = ANA, .conversation = "c", .content = "x", .created_at = NOW};
    add_one(p, &memory);
    struct memory_list list = all_of(p, ANA);
    assert_string_equal(list.items[0].agent, "");
    assert_string_equal(list.items[0].language, "");
    assert_string_equal(list.items[0].speaker, "");
    assert_string_equal(list.items[0].tags, "");
    assert_string_equal(list.items[0].metadata, "{}");
    memory_list_free(&list);
}

static void adding_the_same_again_changes_nothing(void **state)
{
    struct place *p = *state;
    struct memory memories[3];
    size_t added;
    int64_t callers, count;
    for (int i = 0; i < 3; i++)
        memories[i] = a_memory(ANA, "c", i, "said");
    good(p, memory_add(p->store, memories, 3, &added, &p->error));
    assert_int_equal(added, 3);
    struct memory_list before = all_of(p, ANA);
    good(p, memory_add(p->store, memories, 3, &added, &p->error));
    assert_int_equal(added, 0);
    good(p, memory_add(p->store, memories, 2, NULL, &p->error));
    struct memory_list after = all_of(p, ANA);
    assert_int_equal(after.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(before.items[i].id, after.items[i].id);
    good(p, memory_count(p->store, &callers, &count, &p->error));
    assert_int_equal(callers, 1);
    assert_int_equal(count, 3);
    memory_list_free(&before);
    memory_list_free(&after);
}

static void the_key_is_caller_conversation_kind_and_position(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "c", 0, "old");
    add_one(p, &memory);
    memory.content = "new";
    memory.salience = 0.9;
    memory.created_at = NOW + 60;
    add_one(p, &memory);
    check_contents(all_of(p, ANA), "new");
    memory.position = 1;
    memory.content = "another position";
    add_one(p, &memory);
    memory.kind = KIND_FACT;
    memory.content = "another kind";
    add_one(p, &memory);
    memory.conversation = "d";
    memory.content = "another conversation";
    memory.created_at = NOW + 90;
    add_one(p, &memory);
    check_contents(all_of(p, ANA), "new\nanother position\nanother kind\nanother conversation");
}

static void one_caller_and_one_conversation_at_a_time(void **state)
{
    struct place *p = *state;
    struct memory memories[2] = {a_memory(ANA, "c", 0, "x"), a_memory(BEN, "c", 1, "x")};
    fails(p, ERROR_INTERNAL, memory_add(p->store, memories, 2, NULL, &p->error));
    memories[1] = a_memory(ANA, "d", 1, "x");
    fails(p, ERROR_INTERNAL, memory_add(p->store, memories, 2, NULL, &p->error));
    size_t added = 9;
    good(p, memory_add(p->store, memories, 0, &added, &p->error));
    assert_int_equal(added, 0);
    check_contents(all_of(p, ANA), "");
    check_contents(all_of(p, BEN), "");
}

static void nobody_has_no_memory(void **state)
{
    struct place *p = *state;
    static const char *const nobody[] = {"", NULL};
    for (int i = 0; i < 2; i++) {
        struct memory memory = a_memory(nobody[i], "c", 0, "x");
        struct memory_filter filter = {.caller = nobody[i]};
        struct memory_list list;
        struct memory_profile profile;
        size_t count;
        fails(p, ERROR_INTERNAL, memory_add(p->store, &memory, 1, NULL, &p->error));
        fails(p, ERROR_INTERNAL, memory_list(p->store, &filter, &list, &p->error));
        fails(p, ERROR_INTERNAL, memory_search(p->store, &filter, "x", &list, &p->error));
        fails(p, ERROR_INTERNAL, memory_get(p->store, nobody[i], "m1", &list, &p->error));
        fails(p, ERROR_INTERNAL, memory_update(p->store, nobody[i], "m1", &memory, &p->error));
        fails(p, ERROR_INTERNAL, memory_delete(p->store, nobody[i], "m1", &p->error));
        fails(p, ERROR_INTERNAL, memory_profile(p->store, nobody[i], "", &profile, &p->error));
        fails(p, ERROR_INTERNAL, memory_set_profile(p->store, nobody[i], "", NULL, &p->error));
        fails(p, ERROR_INTERNAL, memory_conversations(p->store, nobody[i], &list, &p->error));
        fails(p, ERROR_INTERNAL, memory_forget_conversation(p->store, nobody[i], "c", &p->error));
        fails(p, ERROR_INTERNAL, memory_forget(p->store, nobody[i], &count, &p->error));
    }
}

static void one_memory_by_its_id(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "zero");
    say(p, ANA, "c", 1, "one");
    struct memory_list all = all_of(p, ANA), one;
    good(p, memory_get(p->store, ANA, all.items[1].id, &one, &p->error));
    assert_string_equal(one.items[0].id, all.items[1].id);
    check_contents(one, "one");
    memory_list_free(&all);
}

/* More than one statement takes, in another order than they were stored in, with ids that are none or another
 * caller's between them. */
static void many_memories_by_their_ids(void **state)
{
    enum { MANY = 70 };
    struct place *p = *state;
    const char *ids[MANY + 3];
    char words[MANY][16];
    for (int i = 0; i < MANY; i++) {
        snprintf(words[i], sizeof words[i], "word %d", i);
        say(p, ANA, "c", i, words[i]);
    }
    say(p, BEN, "b", 0, "another's");
    struct memory_list all = all_of(p, ANA), of_ben = all_of(p, BEN), found;
    size_t count = 0;
    ids[count++] = "m99999";
    for (size_t i = MANY; i-- > 0;) {
        ids[count++] = all.items[i].id;
        if (i == MANY / 2) {
            ids[count++] = of_ben.items[0].id;
            ids[count++] = "none";
        }
    }
    good(p, memory_get_all(p->store, ANA, ids, count, &found, &p->error));
    assert_int_equal(found.count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_string_equal(found.items[i].content, words[MANY - 1 - i]);
        assert_string_equal(found.items[i].id, all.items[MANY - 1 - i].id);
        assert_string_equal(found.items[i].caller, ANA);
    }
    memory_list_free(&found);
    good(p, memory_get_all(p->store, ANA, ids, 1, &found, &p->error));
    assert_int_equal(found.count, 0);
    memory_list_free(&found);
    good(p, memory_get_all(p->store, ANA, NULL, 0, &found, &p->error));
    assert_int_equal(found.count, 0);
    memory_list_free(&all);
    memory_list_free(&of_ben);
}

static void an_id_that_is_none_is_not_found(void **state)
{
    struct place *p = *state;
    static const char *const ids[] = {
        "", "m", "m99", "1", "mx", "m-1", "m+1", "m 1", "m1x", "M1", "m1'", "m99999999999999999999", "m0x1",
    };
    say(p, ANA, "c", 0, "x");
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct memory_list list;
        struct memory change = a_memory(ANA, "c", 0, "changed");
        fails(p, ERROR_NOT_FOUND, memory_get(p->store, ANA, ids[i], &list, &p->error));
        assert_int_equal(list.count, 0);
        fails(p, ERROR_NOT_FOUND, memory_update(p->store, ANA, ids[i], &change, &p->error));
        fails(p, ERROR_NOT_FOUND, memory_delete(p->store, ANA, ids[i], &p->error));
    }
    check_contents(all_of(p, ANA), "x");
}

static void an_update_changes_what_it_says_it_does(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 2, "green");
    say(p, ANA, "c", 3, "beside it");
    struct memory_list list = all_of(p, ANA), got;
    struct memory change = {.caller = "ignored",
                            .kind = KIND_FACT,
                            .sector = SECTOR_SEMANTIC,
                            .content = "turquoise",
                            .salience = 0.7,
                            .decay_lambda = 0.1,
                            .tags = "colour",
                            .metadata = "{\"a\":1}"};
    p->now = NOW + 500;
    good(p, memory_update(p->store, ANA, list.items[0].id, &change, &p->error));
    good(p, memory_get(p->store, ANA, list.items[0].id, &got, &p->error));
    const struct memory *item = &got.items[0];
    assert_string_equal(item->content, "turquoise");
    assert_int_equal(item->sector, SECTOR_SEMANTIC);
    assert_true(item->salience == 0.7 && item->decay_lambda == 0.1 && item->updated_at == NOW + 500);
    assert_string_equal(item->tags, "colour");
    assert_string_equal(item->metadata, "{\"a\":1}");
    assert_string_equal(item->caller, ANA);
    assert_int_equal(item->kind, KIND_TURN);
    assert_int_equal(item->position, 2);
    assert_true(item->created_at == NOW + 2);
    memory_list_free(&got);
    memory_list_free(&list);
    /* the search knows it too */
    struct memory_filter filter = {.caller = ANA};
    good(p, memory_search(p->store, &filter, "turquoise", &list, &p->error));
    assert_true(list.count > 0);
    memory_list_free(&list);
    good(p, memory_search(p->store, &filter, "green", &list, &p->error));
    check_contents(list, "");
}

static void a_deleted_memory_is_gone_from_lists_and_searches(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "the key is under the geranium");
    say(p, ANA, "d", 0, "unrelated");
    struct memory_list list = all_of(p, ANA);
    good(p, memory_delete(p->store, ANA, list.items[0].id, &p->error));
    fails(p, ERROR_NOT_FOUND, memory_delete(p->store, ANA, list.items[0].id, &p->error));
    check_contents(all_of(p, ANA), "unrelated");
    char *id = strdup(list.items[0].id);
    memory_list_free(&list);
    good(p, memory_search(p->store, &(struct memory_filter){.caller = ANA}, "geranium", &list, &p->error));
    check_contents(list, "");
    /* its id is never given to another */
    say(p, ANA, "c", 0, "new");
    fails(p, ERROR_NOT_FOUND, memory_get(p->store, ANA, id, &list, &p->error));
    free(id);
}

/* --- Lists --- */

/* Two calls with two agents, and every filter has something to let through and something to keep back. */
static void fill_for_filters(struct place *p)
{
    struct memory memories[] = {
        a_memory(ANA, "late", 0, "late 0"),         a_memory(ANA, "late", 1, "late 1"),
        a_memory(ANA, "late", 0, "late fact"),      a_memory(ANA, "early", 7, "early 7"),
        a_memory(ANA, "early", 0, "early summary"),
    };
    memories[2].kind = KIND_FACT;
    memories[2].sector = SECTOR_SEMANTIC;
    memories[2].salience = 0.9;
    memories[3].agent = memories[4].agent = "agent_2";
    memories[3].created_at = NOW - 10 * DAY + 7;
    memories[4].created_at = NOW - 10 * DAY;
    memories[4].kind = KIND_SUMMARY;
    memories[4].salience = 0.7;
    good(p, memory_add(p->store, memories, 3, NULL, &p->error));
    good(p, memory_add(p->store, memories + 3, 2, NULL, &p->error));
    say(p, BEN, "late", 0, "of another caller");
}

static void lists_are_in_the_order_of_the_calls(void **state)
{
    struct place *p = *state;
    fill_for_filters(p);
    check_contents(all_of(p, ANA), "early summary\nearly 7\nlate 0\nlate fact\nlate 1");
    check_contents(all_of(p, BEN), "of another caller");
    check_contents(all_of(p, "+15550100003"), "");
}

static void every_filter_of_a_list_holds(void **state)
{
    struct place *p = *state;
    fill_for_filters(p);
    const struct {
        struct memory_filter filter;
        const char *contents;
    } rows[] = {
        {{.caller = ANA, .agent = "agent_2"}, "early summary\nearly 7"},
        {{.caller = ANA, .agent = "agent_3"}, ""},
        {{.caller = ANA, .agent = ""}, "early summary\nearly 7\nlate 0\nlate fact\nlate 1"},
        {{.caller = ANA, .conversation = "late"}, "late 0\nlate fact\nlate 1"},
        {{.caller = ANA, .conversation = ""}, "early summary\nearly 7\nlate 0\nlate fact\nlate 1"},
        {{.caller = ANA, .kinds = 1u << KIND_FACT}, "late fact"},
        {{.caller = ANA, .kinds = 1u << KIND_FACT | 1u << KIND_SUMMARY}, "early summary\nlate fact"},
        {{.caller = ANA, .kinds = ~(1u << KIND_TURN)}, "early summary\nlate fact"},
        {{.caller = ANA, .kinds = 1u << KIND_TURN}, "early 7\nlate 0\nlate 1"},
        {{.caller = ANA, .sectors = 1u << SECTOR_SEMANTIC}, "late fact"},
        {{.caller = ANA, .since = NOW}, "late 0\nlate fact\nlate 1"},
        {{.caller = ANA, .since = NOW + 1}, "late 1"},
        {{.caller = ANA, .until = NOW}, "early summary\nearly 7\nlate 0\nlate fact"},
        {{.caller = ANA, .until = NOW - 1}, "early summary\nearly 7"},
        {{.caller = ANA, .since = NOW - 10 * DAY + 7, .until = NOW}, "early 7\nlate 0\nlate fact"},
        {{.caller = ANA, .min_salience = 0.7}, "early summary\nlate fact"},
        {{.caller = ANA, .min_salience = 0.9}, "late fact"},
        {{.caller = ANA, .min_salience = 0.95}, ""},
        {{.caller = ANA, .limit = 2}, "early summary\nearly 7"},
        {{.caller = ANA, .conversation = "late", .limit = 2}, "late 0\nlate fact"},
        {{.caller = ANA, .agent = "agent_1", .kinds = 1u << KIND_TURN, .since = NOW + 1}, "late 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_contents(listed(p, &rows[i].filter), rows[i].contents);
}

/* Evidence, and what a caller asked about their data, is kept and listed, and never found. */
static void what_is_kept_for_the_record_is_not_searched(void **state)
{
    struct place *p = *state;
    static const enum kind kinds[] = {KIND_TURN, KIND_EVIDENCE, KIND_PRIVACY};
    struct memory_list list;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct memory memory = a_memory(ANA, "c", 0, "the parrot is called Hugo");
        memory.kind = kinds[i];
        add_one(p, &memory);
        assert_true(kind_is_searched(kinds[i]) == (kinds[i] == KIND_TURN));
        const struct memory_filter filter = {.caller = ANA, .kinds = 1u << kinds[i]};
        good(p, memory_search(p->store, &filter, "parrot Hugo", &list, &p->error));
        check_contents(list, kinds[i] == KIND_TURN ? "the parrot is called Hugo" : "");
        check_contents(listed(p, &filter), "the parrot is called Hugo");
    }
    good(p, memory_search(p->store, &(struct memory_filter){.caller = ANA}, "parrot", &list, &p->error));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].kind, KIND_TURN);
    memory_list_free(&list);
}

static void salience_fades_as_the_operator_set_it(void **state)
{
    struct place *p = *state;
    struct memory fading = a_memory(ANA, "c", 0, "fading"), staying = a_memory(ANA, "c", 1, "staying");
    fading.salience = staying.salience = 0.8;
    fading.created_at = staying.created_at = NOW;
    fading.decay_lambda = 0.0693147180559945; /* half of it is left after ten days */
    add_one(p, &fading);
    add_one(p, &staying);
    struct memory_filter filter = {.caller = ANA, .min_salience = 0.41};
    check_contents(listed(p, &filter), "fading\nstaying");
    p->now = NOW + 9 * DAY;
    check_contents(listed(p, &filter), "fading\nstaying");
    p->now = NOW + 10 * DAY;
    check_contents(listed(p, &filter), "staying");
    filter.min_salience = 0.39;
    check_contents(listed(p, &filter), "fading\nstaying");
    p->now = NOW - 10 * DAY; /* a clock that was set back makes nothing stronger */
    filter.min_salience = 0.81;
    check_contents(listed(p, &filter), "");
}

static void decay_is_by_the_day(void **state)
{
    (void)state;
    assert_true(memory_decayed(0.8, 0, 1000 * DAY) == 0.8);
    assert_true(memory_decayed(0.8, 0.1, 0) == 0.8);
    assert_true(memory_decayed(0.8, 0.1, -DAY) == 0.8);
    assert_float_equal(memory_decayed(1, 1, DAY), 0.36787944f, 1e-6f);
    assert_float_equal(memory_decayed(0.5, 0.5, 2 * DAY), 0.18393972f, 1e-6f);
    assert_true(memory_decayed(1, 1, INT64_MAX) >= 0);
}

/* --- Isolation --- */

static void callers_do_not_meet(void **state)
{
    struct place *p = *state;
    struct memory change = a_memory(BEN, "conv", 0, "changed by another");
    struct memory_list list;
    size_t count;
    /* the same conversation, kind, position and words */
    say(p, ANA, "conv", 0, "my code is 4711");
    say(p, BEN, "conv", 0, "my code is 4711");
    struct memory_list of_ana = all_of(p, ANA), of_ben = all_of(p, BEN);
    assert_int_equal(of_ana.count, 1);
    assert_int_equal(of_ben.count, 1);
    assert_string_not_equal(of_ana.items[0].id, of_ben.items[0].id);
    fails(p, ERROR_NOT_FOUND, memory_get(p->store, BEN, of_ana.items[0].id, &list, &p->error));
    fails(p, ERROR_NOT_FOUND, memory_update(p->store, BEN, of_ana.items[0].id, &change, &p->error));
    fails(p, ERROR_NOT_FOUND, memory_delete(p->store, BEN, of_ana.items[0].id, &p->error));
    good(p, memory_search(p->store, &(struct memory_filter){.caller = BEN}, "code 4711", &list, &p->error));
    for (size_t i = 0; i < list.count; i++)
        assert_string_equal(list.items[i].caller, BEN);
    memory_list_free(&list);
    good(p, memory_set_profile(p->store, BEN, "", PROFILE("{\"of\":\"ben\"}"), &p->error));
    check_document(p, ANA, "", NULL);
    good(p, memory_forget_conversation(p->store, BEN, "conv", &p->error));
    check_contents(all_of(p, ANA), "my code is 4711");
    good(p, memory_forget(p->store, BEN, &count, &p->error));
    check_contents(all_of(p, ANA), "my code is 4711");
    check_contents(all_of(p, BEN), "");
    memory_list_free(&of_ana);
    memory_list_free(&of_ben);
}

static void callers_that_look_alike_are_two(void **state)
{
    struct place *p = *state;
    static const char *const alike[] = {"ana", "Ana", "ana%", "an_", "*", "ana'--"};
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        say(p, alike[i], "c", 0, alike[i]);
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        check_contents(all_of(p, alike[i]), alike[i]);
    good(p, memory_forget(p->store, "ana%", NULL, &p->error));
    check_contents(all_of(p, "ana"), "ana");
}

/* --- Transactions --- */

static void nothing_of_a_rolled_back_transaction_is_left(void **state)
{
    struct place *p = *state;
    int64_t callers, count;
    say(p, ANA, "c", 0, "before");
    struct memory_list list = all_of(p, ANA);
    struct memory change = a_memory(ANA, "c", 0, "changed");
    good(p, memory_begin(p->store, &p->error));
    say(p, ANA, "c", 1, "within");
    say(p, BEN, "c", 0, "within");
    good(p, memory_set_profile(p->store, ANA, "", PROFILE("{}"), &p->error));
    good(p, memory_update(p->store, ANA, list.items[0].id, &change, &p->error));
    check_contents(all_of(p, ANA), "changed\nwithin"); /* this handle sees it */
    memory_rollback(p->store);
    check_contents(all_of(p, ANA), "before");
    good(p, memory_count(p->store, &callers, &count, &p->error));
    assert_int_equal(callers, 1);
    assert_int_equal(count, 1);
    check_document(p, ANA, "", NULL);
    memory_rollback(p->store); /* with none open: nothing happens */
    good(p, memory_begin(p->store, &p->error));
    good(p, memory_forget(p->store, ANA, NULL, &p->error));
    check_contents(all_of(p, ANA), "");
    memory_rollback(p->store);
    check_contents(all_of(p, ANA), "before");
    memory_list_free(&list);
}

static void others_see_a_transaction_when_it_is_committed(void **state)
{
    struct place *p = *state, other = *p;
    say(p, ANA, "c", 0, "before");
    place_open(&other);
    check_contents(all_of(&other, ANA), "before");
    good(p, memory_begin(p->store, &p->error));
    say(p, ANA, "c", 1, "one");
    say(p, ANA, "c", 2, "two");
    check_contents(all_of(&other, ANA), "before");
    good(p, memory_commit(p->store, &p->error));
    check_contents(all_of(&other, ANA), "before\none\ntwo");
    place_close(&other);
    place_open(&other);
    check_contents(all_of(&other, ANA), "before\none\ntwo");
    place_close(&other);
}

static void closing_takes_back_what_was_not_committed(void **state)
{
    struct place *p = *state;
    good(p, memory_begin(p->store, &p->error));
    say(p, ANA, "c", 0, "lost");
    place_close(p);
    place_open(p);
    check_contents(all_of(p, ANA), "");
    memory_close(NULL);
}

static void a_failed_change_leaves_nothing_half_done(void **state)
{
    struct place *p = *state;
    struct memory memories[2] = {a_memory(ANA, "c", 0, "first"), a_memory(ANA, "c", 1, "second")};
    say(p, BEN, "c", 0, "makes the tables");
    by_hand(p, is_postgres() ? "ALTER TABLE memories ADD CONSTRAINT no CHECK (content <> 'second')"
                             : "CREATE TRIGGER no BEFORE INSERT ON memories WHEN new.content = 'second' "
                               "BEGIN SELECT RAISE(ABORT, 'no'); END");
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_add(p->store, memories, 2, NULL, &p->error));
    check_contents(all_of(p, ANA), "");
    by_hand(p, is_postgres() ? "ALTER TABLE memories DROP CONSTRAINT no" : "DROP TRIGGER no");
    good(p, memory_add(p->store, memories, 2, NULL, &p->error));
    check_contents(all_of(p, ANA), "first\nsecond");
}

static void a_writer_that_waits_too_long_gives_up(void **state)
{
    struct place *p = *state, other = *p;
    say(p, ANA, "c", 0, "before");
    other.options.timeout_ms = other.options.write_timeout_ms = 30;
    place_open(&other);
    good(p, memory_begin(p->store, &p->error));
    check_contents(all_of(p, ANA), "before"); /* from here on PostgreSQL holds the caller, too */
    struct memory memory = a_memory(ANA, "c", 1, "waits");
    fails(&other, ERROR_MEMORY_UNAVAILABLE, memory_add(other.store, &memory, 1, NULL, &other.error));
    if (!is_postgres()) /* which holds one caller, not all of them */
        fails(&other, ERROR_MEMORY_UNAVAILABLE, memory_begin(other.store, &other.error));
    fails(&other, ERROR_MEMORY_UNAVAILABLE, memory_forget(other.store, ANA, NULL, &other.error));
    fails(&other, ERROR_MEMORY_UNAVAILABLE,
          memory_set_profile(other.store, ANA, "", PROFILE("{}"), &other.error));
    check_contents(all_of(&other, ANA), "before"); /* readers do not wait for a writer */
    good(p, memory_commit(p->store, &p->error));
    add_one(&other, &memory); /* and it works again, with the same handle */
    check_contents(all_of(p, ANA), "before\nwaits");
    place_close(&other);
}

/* The patience is with others: what the transaction itself needs is not counted. */
static void a_long_transaction_may_take_its_time(void **state)
{
    struct place *p = *state;
    struct db *db = sql_store_db(p->store);
    struct memory memories[50];
    char texts[50][32];
    for (int i = 0; i < 50; i++) {
        snprintf(texts[i], sizeof texts[i], "number %d", i);
        memories[i] = a_memory(ANA, "long", i, texts[i]);
    }
    good(p, memory_begin(p->store, &p->error));
    for (int i = 0; i < 20; i++) {
        db->deadline = clock_ms() - 1; /* as if all the time had gone by */
        good(p, memory_add(p->store, memories, 50, NULL, &p->error));
    }
    db->deadline = clock_ms() - 1;
    good(p, memory_commit(p->store, &p->error));
    struct memory_list list = all_of(p, ANA);
    assert_int_equal(list.count, 50);
    memory_list_free(&list);
}

/* But a search that would take too long for a call is given up. */
static void a_search_that_takes_too_long_is_given_up(void **state)
{
    struct place *p = *state;
    struct memory_list list;
    for (int i = 0; i < 30; i++) {
        char conversation[16];
        snprintf(conversation, sizeof conversation, "c%d", i);
        say(p, ANA, conversation, 0, "zebra");
    }
    struct db *db = sql_store_db(p->store);
    db->options.timeout_ms = -1; /* over before it begins */
    bool given_up = false;
    for (int i = 0; i < 1000 && !given_up; i++) /* the time is looked at now and then only */
        given_up =
            memory_search(p->store, &(struct memory_filter){.caller = ANA}, "zebra", &list, &p->error) != 0 ||
            (memory_list_free(&list), false);
    assert_true(given_up);
    assert_int_equal(p->error.code, ERROR_MEMORY_UNAVAILABLE);
    assert_non_null(strstr(p->error.message, "in time"));
    db->options.timeout_ms = 60000;
    good(p, memory_search(p->store, &(struct memory_filter){.caller = ANA}, "zebra", &list, &p->error));
    check_contents(list, "zebra");
}

struct writer {
    struct place place;
    const char *caller;
    int result;
};

static void *write_many(void *ctx)
{
    struct writer *writer = ctx;
    char conversation[32];
    for (int i = 0; i < 40; i++) {
        struct memory memory;
        snprintf(conversation, sizeof conversation, "c%02d", i);
        memory = a_memory(writer->caller, conversation, 0, conversation);
        writer->result = memory_add(writer->place.store, &memory, 1, NULL, &writer->place.error);
        if (writer->result != 0)
            break;
    }
    return NULL;
}

static void two_handles_write_at_once(void **state)
{
    struct place *p = *state;
    struct writer writers[3];
    pthread_t threads[3];
    static const char *const callers[] = {ANA, BEN, ANA};
    int64_t count;
    for (int i = 0; i < 3; i++) {
        writers[i] = (struct writer){*p, callers[i], -1};
        place_open(&writers[i].place);
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        place_close(&writers[i].place);
    }
    for (int i = 0; i < 3; i++)
        good(&writers[i].place, writers[i].result);
    good(p, memory_count(p->store, NULL, &count, &p->error));
    assert_int_equal(count, 80);
}

/* Whenever it is told to, opens the memory, sends how many memories Ana has, and closes it again. Forked
 * before SQLite holds any lock: what it knows of locks would be wrong in a child. */
static void come_and_go(struct place *place, int from, int to)
{
    char go;
    while (read(from, &go, 1) == 1) {
        struct memory_filter filter = {.caller = ANA};
        struct memory_list list;
        struct memory_store *store = memory_open(&place->options);
        int count = memory_list(store, &filter, &list, &place->error) == 0 ? (int)list.count : -1;
        memory_list_free(&list);
        memory_close(store);
        if (write(to, &count, sizeof count) != sizeof count)
            break;
    }
    _exit(0);
}

static int seen_by_another_process(const int to[2], const int from[2])
{
    int count;
    assert_int_equal(write(to[1], "x", 1), 1);
    assert_int_equal(read(from[0], &count, sizeof count), sizeof count);
    return count;
}

/* An operator's command opens the memory and closes it again while a server with several handles goes on. */
static void a_process_that_comes_and_goes_takes_nothing_with_it(void **state)
{
    struct place *p = *state, second = *p;
    int to[2], from[2], status;
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(to[1]);
        come_and_go(p, to[0], from[1]);
    }
    close(to[0]);
    say(p, ANA, "c", 0, "before");
    place_open(&second);
    check_contents(all_of(&second, ANA), "before");
    assert_int_equal(seen_by_another_process(to, from), 1);
    say(p, ANA, "c", 1, "after");
    check_contents(all_of(&second, ANA), "before\nafter");
    assert_int_equal(seen_by_another_process(to, from), 2);
    say(&second, ANA, "c", 2, "later");
    assert_int_equal(seen_by_another_process(to, from), 3);
    place_close(&second);
    say(p, ANA, "c", 3, "last");
    place_close(p);
    assert_int_equal(seen_by_another_process(to, from), 4);
    close(to[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(from[0]);
    close(from[1]);
    place_open(p);
}

/* --- Profiles --- */

static void a_profile_for_each_scope(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "x");
    check_document(p, ANA, "", NULL);
    good(p, memory_set_profile(p->store, ANA, "", PROFILE("{\"name\":\"\xc3\x81na\"}"), &p->error));
    good(p, memory_set_profile(p->store, ANA, "agent_1", PROFILE("{\"of\":1}"), &p->error));
    check_document(p, ANA, "", "{\"name\":\"\xc3\x81na\"}");
    check_document(p, ANA, "agent_1", "{\"of\":1}");
    check_document(p, ANA, "agent_2", NULL);
    good(p, memory_set_profile(p->store, ANA, "", PROFILE("{}"), &p->error));
    check_document(p, ANA, "", "{}");
    good(p, memory_set_profile(p->store, ANA, "", NULL, &p->error)); /* none any more */
    check_document(p, ANA, "", NULL);
    check_document(p, ANA, "agent_1", "{\"of\":1}");
    check_document(p, "nobody-known", "", NULL);
}

static void every_part_of_a_profile_comes_back(void **state)
{
    struct place *p = *state;
    const struct memory_profile profiles[] = {
        {"\"a\":1", "\"h\":2", "es", "{\"d\":3}", "{\"r\":4}", NULL, NULL},
        {"", "\"h\":\"\xc3\x81\"", "", "{}", "", NULL, NULL},
        {"\"a\":\"\xc3\x81\"", "", "en", NULL, NULL, NULL, NULL}};
    say(p, ANA, "c", 0, "x");
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        const struct memory_profile *want = &profiles[i];
        struct memory_profile profile;
        good(p, memory_set_profile(p->store, ANA, "", want, &p->error));
        good(p, memory_profile(p->store, ANA, "", &profile, &p->error));
        assert_string_equal(profile.answer, want->answer);
        assert_string_equal(profile.heading, want->heading);
        assert_string_equal(profile.language, want->language);
        assert_string_equal(profile.document, want->document ? want->document : "{\"a\":\"\xc3\x81\"}");
        char *ready;
        good(p, memory_ready(p->store, ANA, "", &ready, &p->error));
        assert_string_equal(ready ? ready : "", want->ready ? want->ready : "");
        free(ready);
        memory_profile_free(&profile);
        assert_null(profile.document);
        memory_profile_free(&profile); /* again is no error */
    }
}

/* A search in the middle of a call has both, or nothing. */
static void a_recall_is_a_search_and_a_profile(void **state)
{
    struct place *p = *state;
    struct memory_list list;
    struct memory_profile profile;
    const struct memory_filter filter = {.caller = ANA}, unknown = {.caller = BEN};
    say(p, ANA, "c", 0, "the geranium is for Zosia");
    good(p, memory_recall(p->store, &filter, "geranium", "", &list, &profile, &p->error));
    check_contents(list, "the geranium is for Zosia");
    assert_null(profile.document);
    good(p, memory_set_profile(p->store, ANA, "agent_1", PROFILE("{\"of\":1}"), &p->error));
    good(p, memory_recall(p->store, &filter, "nothing of it", "agent_1", &list, &profile, &p->error));
    memory_list_free(&list);
    assert_string_equal(profile.document, "{\"of\":1}");
    memory_profile_free(&profile);
    good(p, memory_recall(p->store, &filter, "geranium", "", &list, &profile, &p->error));
    memory_list_free(&list);
    assert_null(profile.document);
    good(p, memory_recall(p->store, &unknown, "geranium", "", &list, &profile, &p->error));
    assert_int_equal(list.count, 0);
    assert_null(profile.document);
    /* Within a transaction, too, which goes on. */
    good(p, memory_begin(p->store, &p->error));
    good(p, memory_set_profile(p->store, ANA, "", PROFILE("{}"), &p->error));
    good(p, memory_recall(p->store, &filter, "geranium", "", &list, &profile, &p->error));
    assert_int_equal(list.count, 1);
    memory_list_free(&list);
    assert_string_equal(profile.document, "{}");
    memory_profile_free(&profile);
    good(p, memory_commit(p->store, &p->error));
    fails(
        p, ERROR_INTERNAL,
        memory_recall(p->store, &(struct memory_filter){.caller = ""}, "x", "", &list, &profile, &p->error));
}

/* --- Conversations --- */

static void conversations_begin_with_their_earliest_memory(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "b", 0, "x");
    memory.created_at = NOW + 50;
    add_one(p, &memory);
    memory.position = 1;
    memory.created_at = NOW + 20;
    add_one(p, &memory);
    memory.position = 2;
    memory.created_at = NOW + 80;
    add_one(p, &memory);
    memory = a_memory(ANA, "a", 0, "x");
    memory.agent = "agent_9";
    memory.language = "de";
    memory.created_at = NOW + 30;
    add_one(p, &memory);
    say(p, BEN, "z", 0, "x");
    struct memory_list list;
    good(p, memory_conversations(p->store, ANA, &list, &p->error));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].conversation, "b");
    assert_true(list.items[0].created_at == NOW + 20);
    assert_string_equal(list.items[1].conversation, "a");
    assert_string_equal(list.items[1].agent, "agent_9");
    assert_string_equal(list.items[1].language, "de");
    assert_true(list.items[1].created_at == NOW + 30);
    memory_list_free(&list);
}

/* On a server each read sees what was written before it. */
static void reads_see_one_moment_until_they_end(void **state)
{
    struct place *p = *state, second = *p;
    struct memory_list list;
    const struct memory_filter filter = {.caller = ANA};
    const char *later = is_postgres() ? "before\nheron" : "before";
    say(p, ANA, "c", 0, "before");
    place_open(&second);
    good(p, memory_read_begin(p->store, ANA, &p->error));
    check_contents(all_of(p, ANA), "before");
    say(&second, ANA, "c", 1, "heron");
    check_contents(all_of(p, ANA), later);
    good(p, memory_read_begin(p->store, ANA, &p->error));
    good(p, memory_search(p->store, &filter, "heron", &list, &p->error));
    assert_int_equal(list.count, is_postgres() ? 1 : 0);
    memory_list_free(&list);
    memory_read_end(p->store);
    check_contents(all_of(p, ANA), later);
    memory_read_end(p->store);
    check_contents(all_of(p, ANA), "before\nheron");
    say(p, ANA, "c", 2, "written");
    check_contents(all_of(&second, ANA), "before\nheron\nwritten");
    /* Within a transaction, too, which goes on. */
    good(p, memory_begin(p->store, &p->error));
    good(p, memory_read_begin(p->store, ANA, &p->error));
    memory_read_end(p->store);
    say(p, ANA, "c", 3, "at last");
    good(p, memory_commit(p->store, &p->error));
    check_contents(all_of(&second, ANA), "before\nheron\nwritten\nat last");
    good(p, memory_search(p->store, &filter, "heron", &list, &p->error));
    assert_int_equal(list.count, 1);
    memory_list_free(&list);
    place_close(&second);
}

/* Two calls of the same second: which came in first must not matter. */
static void calls_of_the_same_second_have_one_order(void **state)
{
    struct place *p = *state;
    static const char *const orders[2][2] = {{"a", "b"}, {"b", "a"}};
    for (int i = 0; i < 2; i++) {
        const char *caller = i ? ANA : BEN;
        struct memory_list list;
        for (int j = 0; j < 2; j++)
            say(p, caller, orders[i][j], 0, orders[i][j]);
        check_contents(all_of(p, caller), "a\nb");
        good(p, memory_conversations(p->store, caller, &list, &p->error));
        assert_string_equal(list.items[0].conversation, "a");
        memory_list_free(&list);
    }
}

static void old_conversations_of_all_callers_are_found(void **state)
{
    struct place *p = *state;
    struct memory_list list;
    struct memory memory = a_memory(ANA, "older", 0, "x");
    memory.created_at = NOW - 20 * DAY;
    add_one(p, &memory);
    memory = a_memory(BEN, "oldest", 0, "x");
    memory.created_at = NOW - 30 * DAY;
    add_one(p, &memory);
    say(p, ANA, "new", 0, "x");
    good(p, memory_older(p->store, NOW - 10 * DAY, 100, &list, &p->error));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].caller, BEN);
    assert_string_equal(list.items[0].conversation, "oldest");
    assert_string_equal(list.items[0].agent, "agent_1");
    assert_true(list.items[0].created_at == NOW - 30 * DAY);
    assert_string_equal(list.items[1].caller, ANA);
    memory_list_free(&list);
    good(p, memory_older(p->store, NOW - 10 * DAY, 1, &list, &p->error));
    assert_int_equal(list.count, 1);
    memory_list_free(&list);
    good(p, memory_older(p->store, NOW - 30 * DAY, 100, &list,
                         &p->error)); /* that very second is not before it */
    assert_int_equal(list.count, 0);
    memory_list_free(&list);
}

/* --- Forgetting --- */

#define MARKER "Zanzibarquokka"

/* A memory of a kind with its metadata, of a day. */
static void keep(struct place *p, const char *caller, const char *conversation, enum kind kind,
                 const char *metadata, int days_ago)
{
    struct memory memory = a_memory(caller, conversation, 0, "x");
    memory.kind = kind;
    memory.metadata = metadata;
    memory.created_at = NOW - (int64_t)days_ago * DAY;
    add_one(p, &memory);
}

static void requests_of_all_callers(void **state)
{
    struct place *p = *state;
    struct memory_list list;
    good(p, memory_requests(p->store, 10, &list, &p->error));
    assert_int_equal(list.count, 0);
    keep(p, ANA, "c1", KIND_PRIVACY, "{\"request\":\"erase\"}", 2);
    keep(p, BEN, "c2", KIND_PRIVACY, "{}", 5);
    keep(p, BEN, "c2", KIND_SUMMARY, "{}", 5);
    keep(p, BEN, "c3", KIND_REQUEST, "{}", 9);
    good(p, memory_requests(p->store, 10, &list, &p->error));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].caller, BEN); /* the oldest first */
    assert_string_equal(list.items[1].caller, ANA);
    assert_string_equal(list.items[1].conversation, "c1");
    assert_string_equal(list.items[1].metadata, "{\"request\":\"erase\"}");
    struct memory_list same;
    good(p, memory_get(p->store, ANA, list.items[1].id, &same, &p->error));
    memory_list_free(&same);
    memory_list_free(&list);
    good(p, memory_requests(p->store, 1, &list, &p->error));
    assert_int_equal(list.count, 1);
    memory_list_free(&list);
    good(p, memory_forget(p->store, BEN, NULL, &p->error));
    good(p, memory_requests(p->store, 10, &list, &p->error));
    assert_int_equal(list.count, 1);
    memory_list_free(&list);
}

/* Which callers have a call that an older version understood, from `after` on, with commas between. */
static void check_outdated(struct place *p, int version, const char *after, size_t limit, const char *want)
{
    struct memory_list list;
    struct buf b = BUF_INIT;
    good(p, memory_outdated(p->store, version, after, limit, &list, &p->error));
    for (size_t i = 0; i < list.count; i++)
        buf_printf(&b, "%s%s", i ? "," : "", list.items[i].caller);
    assert_string_equal(b.len ? buf_text(&b) : "", want);
    buf_free(&b);
    memory_list_free(&list);
}

static void calls_of_older_versions(void **state)
{
    struct place *p = *state;
    check_outdated(p, 2, "", 10, "");
    keep(p, "+1003", "c1", KIND_SUMMARY, "{\"understood\":2}", 1);
    keep(p, "+1003", "c2", KIND_SUMMARY, "{}", 2);
    keep(p, "+1001", "c3", KIND_SUMMARY, "{\"understood\":1,\"title\":\"x\"}", 3);
    keep(p, "+1002", "c4", KIND_SUMMARY, "{\"understood\":2}", 4);
    keep(p, "+1002", "c5", KIND_ATTEMPT, "{}", 4); /* was not understood at all */
    keep(p, "+1004", "c6", KIND_TURN, "{}", 4);
    check_outdated(p, 2, "", 10, "+1001,+1003");
    check_outdated(p, 2, "", 1, "+1001");
    check_outdated(p, 2, "+1001", 10, "+1003");
    check_outdated(p, 2, "+1003", 10, "");
    check_outdated(p, 1, "", 10, "+1003");
    check_outdated(p, 3, "", 10, "+1001,+1002,+1003");
    keep(p, "+1001", "c3", KIND_SUMMARY, "{\"understood\":2}", 3);
    keep(p, "+1003", "c2", KIND_SUMMARY, "{\"understood\":2}", 3);
    check_outdated(p, 2, "", 10, "");
    keep(p, "+1005", "c7", KIND_SUMMARY, "not JSON", 3);
    check_outdated(p, 2, "", 10, "+1005");
}

static void remember_the_marker(struct place *p, const char *caller, const char *conversation)
{
    struct memory memory = a_memory(caller, conversation, 0, MARKER " is my password");
    memory.tags = MARKER;
    memory.metadata = "{\"value\":\"" MARKER "\"}";
    add_one(p, &memory);
    for (int i = 1; i < 60; i++) { /* so many that pages have to be filled and freed */
        char text[400];
        snprintf(text, sizeof text, "%d %s and %0*d", i, MARKER, 200, i);
        say(p, caller, conversation, i, text);
    }
    good(p, memory_set_profile(p->store, caller, "",
                               &(struct memory_profile){"\"a\":\"" MARKER "\"", "\"h\":\"" MARKER "\"", "en",
                                                        "{\"memory_context\":\"" MARKER "\"}",
                                                        "\"" MARKER "\"", NULL, NULL},
                               &p->error));
}

static void forgetting_a_caller_leaves_no_byte(void **state)
{
    struct place *p = *state;
    size_t count = 0;
    say(p, BEN, "c", 0, "stays");
    remember_the_marker(p, ANA, MARKER);
    remember_the_marker(p, ANA, "another-call");
    assert_true(is_in_files(p, MARKER));
    assert_true(is_in_files(p, ANA));
    good(p, memory_forget(p->store, ANA, &count, &p->error));
    assert_int_equal(count, 120);
    assert_false(is_in_files(p, MARKER));
    assert_false(is_in_files(p, ANA));
    check_contents(all_of(p, ANA), "");
    check_contents(all_of(p, BEN), "stays");
    good(p, memory_forget(p->store, ANA, &count, &p->error)); /* again is no error */
    assert_int_equal(count, 0);
    good(p, memory_forget(p->store, "never-called", NULL, &p->error));
    place_close(p);
    assert_false(is_in_files(p, MARKER));
    place_open(p);
}

static void forgetting_within_a_transaction_leaves_no_byte(void **state)
{
    struct place *p = *state;
    remember_the_marker(p, ANA, "c");
    good(p, memory_begin(p->store, &p->error));
    good(p, memory_forget(p->store, ANA, NULL, &p->error));
    say(p, BEN, "c", 0, "other work");
    good(p, memory_commit(p->store, &p->error));
    assert_false(is_in_files(p, MARKER));
}

static void forgetting_a_conversation_leaves_the_others(void **state)
{
    struct place *p = *state;
    say(p, ANA, "keep", 0, "kept");
    remember_the_marker(p, ANA, "lose");
    good(p, memory_set_profile(p->store, ANA, "", NULL, &p->error));
    good(p, memory_forget_conversation(p->store, ANA, "lose", &p->error));
    check_contents(all_of(p, ANA), "kept");
    assert_false(is_in_files(p, MARKER));
    fails(p, ERROR_NOT_FOUND, memory_forget_conversation(p->store, ANA, "lose", &p->error));
    fails(p, ERROR_NOT_FOUND, memory_forget_conversation(p->store, ANA, "never", &p->error));
    fails(p, ERROR_NOT_FOUND, memory_forget_conversation(p->store, BEN, "keep", &p->error));
    check_contents(all_of(p, ANA), "kept");
}

static void the_caller_goes_with_the_last_conversation(void **state)
{
    struct place *p = *state;
    int64_t callers;
    remember_the_marker(p, ANA, "only");
    say(p, BEN, "c", 0, "stays");
    good(p, memory_forget_conversation(p->store, ANA, "only", &p->error));
    good(p, memory_count(p->store, &callers, NULL, &p->error));
    assert_int_equal(callers, 1);
    assert_false(is_in_files(p, ANA));
    assert_false(is_in_files(p, MARKER));
}

static void a_deleted_or_replaced_memory_leaves_no_byte(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "c", 0, "said " MARKER);
    say(p, ANA, "c", 1, "stays");
    add_one(p, &memory);
    struct memory_list list = all_of(p, ANA);
    good(p, memory_delete(p->store, ANA, list.items[0].id, &p->error));
    memory_list_free(&list);
    assert_false(is_in_files(p, MARKER));
}

/* --- What can be wrong with the file --- */

static void the_file_is_for_its_owner_only(void **state)
{
    struct place *p = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    mode_t before = umask(0);
    say(p, ANA, "c", 0, "x");
    umask(before);
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        struct stat file;
        snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
        assert_int_equal(stat(path, &file), 0);
        assert_int_equal(file.st_mode & 0777, 0600);
    }
}

static void opening_does_no_work(void **state)
{
    struct place *p = *state;
    struct memory_options nowhere = {.path = "/nowhere/at/all.sqlite"};
    struct memory_store *store = memory_open(&nowhere);
    assert_non_null(store);
    assert_int_not_equal(access(p->path, F_OK), 0);
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_check(store, &p->error));
    memory_close(store);
}

/* Every way in fails with memory_unavailable, and nothing else happens. */
static void nothing_works(struct place *p)
{
    struct memory memory = a_memory(ANA, "c", 0, "x");
    struct memory_filter filter = {.caller = ANA};
    struct memory_list list;
    int64_t count;
    struct memory_profile profile;
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_check(p->store, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_begin(p->store, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_commit(p->store, &p->error));
    memory_rollback(p->store);
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_add(p->store, &memory, 1, NULL, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_update(p->store, ANA, "m1", &memory, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_get(p->store, ANA, "m1", &list, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_delete(p->store, ANA, "m1", &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_list(p->store, &filter, &list, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_search(p->store, &filter, "x", &list, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_recall(p->store, &filter, "x", "", &list, &profile, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_profile(p->store, ANA, "", &profile, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_set_profile(p->store, ANA, "", PROFILE("{}"), &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_conversations(p->store, ANA, &list, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_older(p->store, NOW, 1, &list, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_forget_conversation(p->store, ANA, "c", &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_forget(p->store, ANA, NULL, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_count(p->store, &count, &count, &p->error));
}

static void everything_works(struct place *p)
{
    good(p, memory_check(p->store, &p->error));
    say(p, ANA, "works", 0, "works again");
    struct memory_list list = listed(p, &(struct memory_filter){.caller = ANA, .conversation = "works"});
    check_contents(list, "works again");
}

static void a_directory_in_its_place(void **state)
{
    struct place *p = *state;
    assert_int_equal(mkdir(p->path, 0700), 0);
    nothing_works(p);
    assert_int_equal(rmdir(p->path), 0);
    everything_works(p);
}

static void garbage_in_its_place(void **state)
{
    struct place *p = *state;
    FILE *file = fopen(p->path, "w");
    assert_non_null(file);
    for (int i = 0; i < 3000; i++)
        fprintf(file, "this is no database %d\n", i);
    fclose(file);
    nothing_works(p);
    assert_int_equal(unlink(p->path), 0);
    everything_works(p);
}

static void a_folder_that_is_not_there(void **state)
{
    struct place *p = *state;
    char away[96];
    snprintf(away, sizeof away, "%s.away", p->folder);
    everything_works(p);
    assert_int_equal(rename(p->folder, away), 0);
    nothing_works(p);
    assert_int_equal(rename(away, p->folder), 0);
    everything_works(p);
}

static void a_file_that_is_taken_away_while_it_is_open(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "before");
    assert_int_equal(unlink(p->path), 0);
    /* A new one begins: nothing is read from or written to a file that nobody can see any more. */
    check_contents(all_of(p, ANA), "");
    everything_works(p);
    place_close(p);
    place_open(p);
    check_contents(all_of(p, ANA), "works again");
}

/* A database from a backup takes the place of the one that is open; what stood in the journal of the old one
 * must not get into it. */
static void a_file_that_is_replaced_while_it_is_open(void **state)
{
    struct place *p = *state, backup = *p;
    char path[112];
    snprintf(path, sizeof path, "%s.backup", p->path);
    backup.options.path = path;
    place_open(&backup);
    say(&backup, ANA, "c", 0, "from the backup");
    say(&backup, BEN, "c", 0, "from the backup too");
    place_close(&backup);
    for (int i = 0; i < 100; i++)
        say(p, ANA, "c", i, "of the old file, and now in its journal");
    assert_int_equal(rename(path, p->path), 0);
    check_contents(all_of(p, ANA), "from the backup");
    check_contents(all_of(p, BEN), "from the backup too");
    everything_works(p);
    place_close(p);
    place_open(p);
    check_contents(all_of(p, BEN), "from the backup too");
    sqlite3 *db;
    sqlite3_stmt *check;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &check, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(check), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    sqlite3_close(db);
}

static void a_database_of_a_newer_program_is_not_touched(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "x");
    place_close(p);
    by_hand(p, "PRAGMA user_version = 4711");
    place_open(p);
    nothing_works(p);
    assert_int_equal(memory_check(p->store, &p->error), -1);
    assert_non_null(strstr(p->error.message, "4711"));
    assert_non_null(strstr(p->error.message, "newer"));
}

static void a_table_that_is_missing_is_unavailable_and_no_crash(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "x");
    by_hand(p, "DROP TABLE terms");
    struct memory memory = a_memory(ANA, "c", 1, "y");
    struct memory_list list;
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_add(p->store, &memory, 1, NULL, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE,
          memory_search(p->store, &(struct memory_filter){.caller = ANA}, "x", &list, &p->error));
    check_contents(all_of(p, ANA), "x");
}

static void a_text_of_any_length_is_kept(void **state)
{
    struct place *p = *state;
    struct buf b = BUF_INIT;
    for (int i = 0; i < 200000; i++)
        buf_puts(&b, i % 10 ? "long" : " \xc3\xa9t\xc3\xa9 ");
    say(p, ANA, "c", 0, buf_text(&b));
    say(p, ANA, "c", 1, "");
    struct memory_list list = all_of(p, ANA);
    assert_string_equal(list.items[0].content, buf_text(&b));
    assert_string_equal(list.items[1].content, "");
    memory_list_free(&list);
    buf_free(&b);
}

/* --- Callers --- */

static void set_caller(struct place *p, const char *caller, const char *name, const char *people,
                       int64_t last)
{
    say(p, caller, "c", 0, "called");
    good(p, memory_set_caller(
                p->store,
                &(struct memory_caller){
                    .caller = caller, .name = name, .people = people, .last_call = last, .calls = 2},
                &p->error));
}

/* --- Other names, and what is shared --- */

static void check_user(struct place *p, const char *user, const char *want)
{
    char *caller;
    good(p, memory_find_user(p->store, user, &caller, &p->error));
    if (want)
        assert_string_equal(caller, want);
    else
        assert_null(caller);
    free(caller);
}

static void a_user_id_is_of_one_caller(void **state)
{
    struct place *p = *state;
    struct memory_profile profile;
    say(p, ANA, "one", 0, "Hello.");
    say(p, BEN, "two", 0, "Good morning.");
    check_user(p, "account-71", NULL);
    check_user(p, "", NULL);
    good(p, memory_set_user(p->store, ANA, "account-71", &p->error));
    check_user(p, "account-71", ANA);
    good(p, memory_set_profile(p->store, ANA, "", &(struct memory_profile){.answer = "\"a\":1"}, &p->error));
    good(p, memory_profile(p->store, ANA, "", &profile, &p->error));
    assert_string_equal(profile.user, "account-71");
    memory_profile_free(&profile);
    good(p, memory_set_user(p->store, BEN, "account-71", &p->error));
    check_user(p, "account-71", NULL);
    good(p, memory_set_user(p->store, BEN, "", &p->error));
    check_user(p, "account-71", ANA);
    good(p, memory_forget(p->store, ANA, NULL, &p->error));
    check_user(p, "account-71", NULL);
}

static struct memory_list line_of(struct place *p, const char *caller)
{
    return listed(p, &(struct memory_filter){.caller = caller, .line = true});
}

static void check_found(struct place *p, const char *caller, const char *query, const char *contents)
{
    struct memory_list list;
    good(p, memory_search(p->store, &(struct memory_filter){.caller = caller}, query, &list, &p->error));
    check_contents(list, contents);
}

static void conversations_are_shared(void **state)
{
    struct place *p = *state;
    struct memory_list list;
    struct memory change;
    const struct memory_place one = {ANA, "one"}, gone = {ANA, "gone"}, own = {BEN, "two"};
    say(p, ANA, "one", 0, "the parrot is called Hugo");
    say(p, ANA, "other", 0, "the parrot can whistle");
    say(p, BEN, "two", 0, "a kettle can whistle");
    assert_true(memory_can_share(p->store));
    good(p, memory_share(p->store, BEN, (struct memory_place[]){one, gone, own, one}, 4, &p->error));
    check_contents(line_of(p, BEN), "the parrot is called Hugo\na kettle can whistle");
    check_contents(line_of(p, ANA), "the parrot is called Hugo\nthe parrot can whistle");
    check_contents(all_of(p, BEN), "a kettle can whistle");
    check_found(p, BEN, "parrot", "the parrot is called Hugo");
    check_found(p, ANA, "kettle", "");
    /* It is read by whoever shares it, and changed by the one whose it is. */
    list = all_of(p, ANA);
    change = list.items[0];
    struct memory_list got;
    good(p, memory_get(p->store, BEN, change.id, &got, &p->error));
    assert_string_equal(got.items[0].caller, ANA);
    memory_list_free(&got);
    assert_int_equal(memory_get(p->store, BEN, list.items[1].id, &got, &p->error), -1);
    struct memory_list of_ben = all_of(p, BEN);
    good(p, memory_get_all(p->store, BEN, (const char *[]){list.items[1].id, of_ben.items[0].id, change.id},
                           3, &got, &p->error));
    check_contents(got, "a kettle can whistle\nthe parrot is called Hugo");
    memory_list_free(&of_ben);
    assert_int_equal(memory_update(p->store, BEN, change.id, &change, &p->error), -1);
    assert_int_equal(p->error.code, ERROR_NOT_FOUND);
    assert_int_equal(memory_delete(p->store, BEN, change.id, &p->error), -1);
    memory_list_free(&list);
    good(p, memory_share(p->store, BEN, NULL, 0, &p->error));
    check_contents(line_of(p, BEN), "a kettle can whistle");
    check_found(p, BEN, "parrot", "");
}

static void what_is_forgotten_is_shared_no_more(void **state)
{
    struct place *p = *state;
    const struct memory_place places[] = {{ANA, "one"}, {ANA, "other"}};
    say(p, ANA, "one", 0, "the parrot is called Hugo");
    say(p, ANA, "other", 0, "the parrot can whistle");
    say(p, BEN, "two", 0, "a kettle can whistle");
    good(p, memory_share(p->store, BEN, places, 2, &p->error));
    good(p, memory_forget_conversation(p->store, ANA, "one", &p->error));
    check_contents(line_of(p, BEN), "the parrot can whistle\na kettle can whistle");
    good(p, memory_forget(p->store, ANA, NULL, &p->error));
    check_contents(line_of(p, BEN), "a kettle can whistle");
    good(p, memory_forget(p->store, BEN, NULL, &p->error));
    check_contents(line_of(p, BEN), "");
}

static void check_callers(struct place *p, const struct memory_callers_filter *filter, const char *expected)
{
    struct memory_callers found;
    struct buf b = BUF_INIT;
    good(p, memory_callers(p->store, filter, &found, &p->error));
    for (size_t i = 0; i < found.count; i++)
        buf_printf(&b, "%s%s", i ? " " : "", found.items[i].caller);
    assert_string_equal(buf_text(&b) ? buf_text(&b) : "", expected);
    buf_free(&b);
    memory_callers_free(&found);
}

static void callers_are_listed_by_their_last_call_and_found_by_name_and_number(void **state)
{
    struct place *p = *state;
    check_callers(p, &(struct memory_callers_filter){0}, "");
    set_caller(p, ANA, "Ana", "Ana Gómez", NOW);
    set_caller(p, BEN, "", "Ben Ånd; Carla Ånd", NOW + 10);
    check_callers(p, &(struct memory_callers_filter){0}, BEN " " ANA);
    check_callers(p, &(struct memory_callers_filter){.since = NOW + 1}, BEN);
    check_callers(p, &(struct memory_callers_filter){.limit = 1}, BEN);
    check_callers(p, &(struct memory_callers_filter){.skip = 1}, ANA);
    check_callers(p, &(struct memory_callers_filter){.skip = 7}, "");
    check_callers(p, &(struct memory_callers_filter){.text = "GOMEZ"}, ANA);
    check_callers(p, &(struct memory_callers_filter){.text = "carla å"}, BEN);
    check_callers(p, &(struct memory_callers_filter){.text = &BEN[4]}, BEN);
    check_callers(p, &(struct memory_callers_filter){.text = "%"}, "");
    check_callers(p, &(struct memory_callers_filter){.text = "_"}, "");
    check_callers(p, &(struct memory_callers_filter){.text = "!"}, "");
    struct memory_callers found;
    good(p, memory_callers(p->store, &(struct memory_callers_filter){.text = "ana"}, &found, &p->error));
    assert_string_equal(found.items[0].name, "Ana");
    assert_string_equal(found.items[0].people, "Ana Gómez");
    assert_int_equal(found.items[0].last_call, NOW);
    assert_int_equal(found.items[0].calls, 2);
    memory_callers_free(&found);
    good(p, memory_forget(p->store, ANA, NULL, &p->error));
    check_callers(p, &(struct memory_callers_filter){0}, BEN);
}

/* A call of a caller that began then. */
static void call_at(struct place *p, const char *caller, const char *conversation, int64_t when)
{
    const struct memory turn = {.caller = caller,
                                .conversation = conversation,
                                .agent = "",
                                .language = "en",
                                .kind = KIND_TURN,
                                .sector = SECTOR_EPISODIC,
                                .speaker = "user",
                                .content = "hello",
                                .tags = "",
                                .metadata = "{}",
                                .created_at = when};
    good(p, memory_add(p->store, &turn, 1, NULL, &p->error));
}

static void calls_are_counted_by_day(void **state)
{
    struct place *p = *state;
    struct memory_day days[3];
    call_at(p, ANA, "before", NOW - 5 * DAY);
    call_at(p, ANA, "first", NOW);
    call_at(p, ANA, "again", NOW + 60);
    call_at(p, BEN, "new", NOW + 120);
    call_at(p, BEN, MEMORY_OPERATOR "1234", NOW + 180);
    call_at(p, BEN, "later", NOW + 2 * DAY + DAY - 1);
    call_at(p, BEN, "after", NOW + 3 * DAY);
    good(p, memory_days(p->store, NOW, days, 3, &p->error));
    assert_int_equal(days[0].calls, 3);
    assert_int_equal(days[0].known, 2);
    assert_int_equal(days[0].callers, 2);
    assert_int_equal(days[1].calls, 0);
    assert_int_equal(days[2].calls, 1);
    assert_int_equal(days[2].known, 1);
    assert_int_equal(days[2].callers, 1);
}

static void a_conversation_and_a_memory_are_found_without_their_caller(void **state)
{
    struct place *p = *state;
    struct memory_list list, found;
    say(p, ANA, "conv_1", 0, "hello");
    say(p, BEN, "conv_2", 0, "good morning");
    good(p, memory_find_conversation(p->store, "conv_2", &list, &p->error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].caller, BEN);
    assert_string_equal(list.items[0].conversation, "conv_2");
    memory_list_free(&list);
    good(p, memory_find_conversation(p->store, "conv_", &list, &p->error));
    assert_int_equal(list.count, 0);
    memory_list_free(&list);
    list = all_of(p, BEN);
    good(p, memory_find(p->store, list.items[0].id, &found, &p->error));
    assert_string_equal(found.items[0].caller, BEN);
    assert_string_equal(found.items[0].content, "good morning");
    memory_list_free(&found);
    memory_list_free(&list);
    fails(p, ERROR_NOT_FOUND, memory_find(p->store, "m4711", &found, &p->error));
    fails(p, ERROR_NOT_FOUND, memory_find(p->store, "conv_2", &found, &p->error));
}

static void what_is_hidden_is_kept_and_not_found(void **state)
{
    struct place *p = *state;
    struct memory_list list;
    say(p, ANA, "c", 0, "allergic to walnuts");
    list = all_of(p, ANA);
    struct memory change = list.items[0];
    change.metadata = "{\"" MEMORY_HIDDEN "\":true}";
    good(p, memory_update(p->store, ANA, list.items[0].id, &change, &p->error));
    memory_list_free(&list);
    good(p, memory_search(p->store, &(struct memory_filter){.caller = ANA}, "walnuts", &list, &p->error));
    assert_int_equal(list.count, 0);
    memory_list_free(&list);
    check_contents(all_of(p, ANA), "allergic to walnuts");
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

#define OF_FILES 7

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sectors_and_kinds_have_the_names_of_the_contract),
        IN_PLACE(what_was_added_comes_back_whole),
        IN_PLACE(calls_are_counted_by_day),
        IN_PLACE(callers_are_listed_by_their_last_call_and_found_by_name_and_number),
        IN_PLACE(a_conversation_and_a_memory_are_found_without_their_caller),
        IN_PLACE(what_is_hidden_is_kept_and_not_found),
        IN_PLACE(what_is_left_out_is_empty),
        IN_PLACE(adding_the_same_again_changes_nothing),
        IN_PLACE(the_key_is_caller_conversation_kind_and_position),
        IN_PLACE(one_caller_and_one_conversation_at_a_time),
        IN_PLACE(nobody_has_no_memory),
        IN_PLACE(one_memory_by_its_id),
        IN_PLACE(many_memories_by_their_ids),
        IN_PLACE(an_id_that_is_none_is_not_found),
        IN_PLACE(an_update_changes_what_it_says_it_does),
        IN_PLACE(a_deleted_memory_is_gone_from_lists_and_searches),
        IN_PLACE(lists_are_in_the_order_of_the_calls),
        IN_PLACE(every_filter_of_a_list_holds),
        IN_PLACE(what_is_kept_for_the_record_is_not_searched),
        IN_PLACE(salience_fades_as_the_operator_set_it),
        cmocka_unit_test(decay_is_by_the_day),
        IN_PLACE(callers_do_not_meet),
        IN_PLACE(callers_that_look_alike_are_two),
        IN_PLACE(nothing_of_a_rolled_back_transaction_is_left),
        IN_PLACE(others_see_a_transaction_when_it_is_committed),
        IN_PLACE(closing_takes_back_what_was_not_committed),
        IN_PLACE(a_failed_change_leaves_nothing_half_done),
        IN_PLACE(a_writer_that_waits_too_long_gives_up),
        IN_PLACE(a_long_transaction_may_take_its_time),
        IN_PLACE(a_search_that_takes_too_long_is_given_up),
        IN_PLACE(two_handles_write_at_once),
        IN_PLACE(a_process_that_comes_and_goes_takes_nothing_with_it),
        IN_PLACE(a_profile_for_each_scope),
        IN_PLACE(every_part_of_a_profile_comes_back),
        IN_PLACE(a_recall_is_a_search_and_a_profile),
        IN_PLACE(conversations_begin_with_their_earliest_memory),
        IN_PLACE(reads_see_one_moment_until_they_end),
        IN_PLACE(calls_of_the_same_second_have_one_order),
        IN_PLACE(old_conversations_of_all_callers_are_found),
        IN_PLACE(requests_of_all_callers),
        IN_PLACE(a_user_id_is_of_one_caller),
        IN_PLACE(conversations_are_shared),
        IN_PLACE(what_is_forgotten_is_shared_no_more),
        IN_PLACE(calls_of_older_versions),
        IN_PLACE(forgetting_a_caller_leaves_no_byte),
        IN_PLACE(forgetting_within_a_transaction_leaves_no_byte),
        IN_PLACE(forgetting_a_conversation_leaves_the_others),
        IN_PLACE(the_caller_goes_with_the_last_conversation),
        IN_PLACE(a_deleted_or_replaced_memory_leaves_no_byte),
        IN_PLACE(opening_does_no_work),
        IN_PLACE(a_table_that_is_missing_is_unavailable_and_no_crash),
        IN_PLACE(a_text_of_any_length_is_kept),
        /* Of a file, and the last OF_FILES: PostgreSQL has its own in test_postgres.c. */
        IN_PLACE(the_file_is_for_its_owner_only),
        IN_PLACE(a_directory_in_its_place),
        IN_PLACE(garbage_in_its_place),
        IN_PLACE(a_folder_that_is_not_there),
        IN_PLACE(a_file_that_is_taken_away_while_it_is_open),
        IN_PLACE(a_file_that_is_replaced_while_it_is_open),
        IN_PLACE(a_database_of_a_newer_program_is_not_touched),
    };
    size_t count = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("memory", tests, is_postgres() ? count - OF_FILES : count, NULL, NULL);
}
