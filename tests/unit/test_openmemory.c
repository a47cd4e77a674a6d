#include "tests/unit/openmemory.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>

/* Everything here runs against both kinds of server. */
static struct openmemory_server servers[2], *server;
static struct place front, other; /* two front ends */

static void open_front(struct place *place)
{
    place->options = (struct memory_options){.url = server->url,
                                             .key = OM_KEY,
                                             .timeout_ms = 60000,
                                             .write_timeout_ms = 60000,
                                             .now = place_clock};
    place->now = NOW;
    place_open(place);
}

static int start_servers(void **state)
{
    (void)state;
    server_make(&servers[0], "user");
    server_make(&servers[1], "tenant");
    place_now = &front;
    return 0;
}

static int stop_servers(void **state)
{
    (void)state;
    server_remove(&servers[0]);
    server_remove(&servers[1]);
    return 0;
}

static int begin(void **state)
{
    server = *state;
    misbehave(server, "{\"reset\": true, \"memories\": [], \"clear\": true}");
    open_front(&front);
    open_front(&other);
    return 0;
}

static int end(void **state)
{
    (void)state;
    place_close(&front);
    place_close(&other);
    return 0;
}

/* What a front end says of the memory that it was given. */
static struct memory_list found_by(struct place *place, const char *caller, const char *query)
{
    struct memory_list found;
    good(place, memory_search(place->store, &(struct memory_filter){.caller = caller}, query, &found,
                              &place->error));
    return found;
}

static void check_profile(struct place *place, const char *caller, const char *wanted)
{
    check_document(place, caller, "", wanted);
}

/* A call as it is processed: its memories and the profile, at once. */
static int try_call(struct place *place, const char *caller, const char *conversation, const char *content)
{
    const struct memory turn = a_memory(caller, conversation, 0, content);
    if (memory_begin(place->store, &place->error) != 0)
        return -1;
    if (memory_add(place->store, &turn, 1, NULL, &place->error) == 0 &&
        memory_set_profile(place->store, caller, "", PROFILE(content), &place->error) == 0)
        return memory_commit(place->store, &place->error);
    memory_rollback(place->store);
    return -1;
}

static void call(struct place *place, const char *caller, const char *conversation, const char *content)
{
    good(place, try_call(place, caller, conversation, content));
}

/* --- Nothing is changed on the way ---------------------------------------------------------------------- */

static void test_everything_survives(void **state)
{
    (void)state;
    static char whole[4000];
    memset(whole, 'x', sizeof whole - 1);
    for (size_t i = 0; i < sizeof whole - 1; i += 50)
        memcpy(whole + i, ". Another sentence ", 19);
    struct memory items[] = {a_memory(ANA, "conv", 3, whole),
                             a_memory(ANA, "conv", 0, "I prefer email — ünïcode \"q\".")};
    items[1].kind = KIND_PREFERENCE;
    items[1].sector = SECTOR_PROCEDURAL;
    items[1].salience = 0.8125;
    items[1].decay_lambda = 0.0375;
    items[1].tags = "a,b";
    items[1].metadata = "{\"slot\":\"contact.channel\",\"value\":\"email\"}";
    items[1].speaker = "";
    items[1].created_at = NOW - 12345;
    items[1].updated_at = NOW - 99;
    size_t added;
    good(&front, memory_add(front.store, items, 2, &added, &front.error));
    assert_int_equal(added, 2);
    struct memory_list list = all_of(&other, ANA);
    assert_int_equal(list.count, 2);
    const struct memory *preference = &list.items[0], *turn = &list.items[1];
    assert_string_equal(turn->content, whole);
    assert_string_equal(turn->id, "turn.3.conv");
    assert_string_equal(turn->speaker, "user");
    assert_string_equal(preference->content, items[1].content);
    assert_string_equal(preference->agent, "agent_1");
    assert_string_equal(preference->language, "en");
    assert_string_equal(preference->tags, "a,b");
    assert_string_equal(preference->metadata, items[1].metadata);
    assert_int_equal(preference->kind, KIND_PREFERENCE);
    assert_int_equal(preference->sector, SECTOR_PROCEDURAL);
    assert_true(preference->salience == 0.8125 && preference->decay_lambda == 0.0375);
    assert_int_equal(preference->created_at, NOW - 12345);
    assert_int_equal(preference->updated_at, NOW - 99);
    memory_list_free(&list);
    good(&other, memory_conversations(other.store, ANA, &list, &other.error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].agent, "agent_1");
    assert_int_equal(list.items[0].created_at, NOW - 12345);
    memory_list_free(&list);
}

/* More than a server takes at once. */
static void test_a_long_call(void **state)
{
    (void)state;
    enum { TURNS = 400 };
    static char texts[TURNS][4000];
    static struct memory items[TURNS];
    for (int i = 0; i < TURNS; i++) {
        memset(texts[i], 'a' + i % 26, sizeof texts[i] - 1);
        snprintf(texts[i], 40, "turn number %d", i);
        texts[i][strlen(texts[i])] = ' ';
        items[i] = a_memory(ANA, "long", i, texts[i]);
    }
    good(&front, memory_add(front.store, items, TURNS, NULL, &front.error));
    assert_true(memories_on(server) > 4);
    struct memory_list list = all_of(&other, ANA);
    assert_int_equal(list.count, TURNS);
    for (int i = 0; i < TURNS; i++)
        assert_string_equal(list.items[i].content, texts[i]);
    memory_list_free(&list);
    good(&other, memory_forget(other.store, ANA, NULL, &other.error));
    assert_int_equal(memories_on(server), 0);
}

/* --- Nothing is lost or mixed up ------------------------------------------------------------------------ */

static void test_twenty_callers_say_the_same(void **state)
{
    (void)state;
    enum { CALLERS = 20 };
    char caller[40];
    for (int i = 0; i < CALLERS; i++) {
        snprintf(caller, sizeof caller, "+155506000%02d", i);
        call(&front, caller, "conv", "I would like to have my order sent by post.");
    }
    for (int i = 0; i < CALLERS; i++) {
        snprintf(caller, sizeof caller, "+155506000%02d", i);
        struct memory_list list = found_by(&other, caller, "how is the order sent?");
        assert_int_equal(list.count, 1);
        assert_string_equal(list.items[0].caller, caller);
        memory_list_free(&list);
        check_profile(&other, caller, "I would like to have my order sent by post.");
    }
    /* A record and a state each. */
    assert_int_equal(memories_on(server), 2 * CALLERS);
}

static void test_again_changes_nothing(void **state)
{
    (void)state;
    call(&front, ANA, "one", "The parcel is late.");
    call(&front, ANA, "two", "The parcel came.");
    int before = memories_on(server);
    call(&other, ANA, "one", "The parcel is late.");
    call(&front, ANA, "two", "The parcel came.");
    assert_int_equal(memories_on(server), before);
    check_contents(all_of(&other, ANA), "The parcel is late.\nThe parcel came.");
}

static void test_a_call_that_changes(void **state)
{
    (void)state;
    call(&front, ANA, "one", "The parcel is late.");
    check_contents(all_of(&other, ANA), "The parcel is late.");
    int before = memories_on(server);
    call(&front, ANA, "one", "The parcel is lost.");
    assert_int_equal(memories_on(server), before);
    check_contents(all_of(&other, ANA), "The parcel is lost.");
    struct memory change = a_memory(ANA, "one", 0, "The parcel was found.");
    good(&other, memory_update(other.store, ANA, "turn.0.one", &change, &other.error));
    check_contents(all_of(&front, ANA), "The parcel was found.");
    fails(&front, ERROR_NOT_FOUND, memory_update(front.store, BEN, "turn.0.one", &change, &front.error));
    fails(&front, ERROR_NOT_FOUND, memory_delete(front.store, ANA, "turn.1.one", &front.error));
    fails(&front, ERROR_NOT_FOUND, memory_delete(front.store, ANA, "nonsense", &front.error));
    good(&front, memory_delete(front.store, ANA, "turn.0.one", &front.error));
    check_contents(all_of(&other, ANA), "");
    assert_int_equal(memories_on(server), 0);
}

static void test_rolled_back(void **state)
{
    (void)state;
    call(&front, ANA, "one", "The parcel is late.");
    const struct memory turn = a_memory(ANA, "two", 0, "Never mind.");
    good(&front, memory_begin(front.store, &front.error));
    good(&front, memory_add(front.store, &turn, 1, NULL, &front.error));
    struct memory_list list = all_of(&front, ANA);
    assert_int_equal(list.count, 2);
    memory_list_free(&list);
    memory_rollback(front.store);
    check_contents(all_of(&front, ANA), "The parcel is late.");
    check_contents(all_of(&other, ANA), "The parcel is late.");
}

/* Another front end writes the same caller between our reading and our writing: ours fails, nothing is lost,
 * and done again it succeeds. */
static void two_front_ends_at_once(void)
{
    for (int round = 0; round < 2; round++) { /* without and with a state that is there before */
        char ours[24], theirs[24];
        snprintf(ours, sizeof ours, "ours-%d", round);
        snprintf(theirs, sizeof theirs, "theirs-%d", round);
        const struct memory turn = a_memory(ANA, ours, 0, "Ours.");
        good(&front, memory_begin(front.store, &front.error));
        good(&front, memory_add(front.store, &turn, 1, NULL, &front.error));
        good(&front, memory_set_profile(front.store, ANA, "", PROFILE("ours"), &front.error));
        call(&other, ANA, theirs, "Theirs.");
        fails(&front, ERROR_MEMORY_UNAVAILABLE, memory_commit(front.store, &front.error));
        call(&front, ANA, ours, "Ours.");
        struct memory_list list = all_of(&other, ANA);
        assert_int_equal(list.count, 2 * (round + 1));
        memory_list_free(&list);
        check_profile(&other, ANA, "Ours.");
    }
    assert_int_equal(memories_on(server), 5);
}

static void test_two_front_ends_at_once(void **state)
{
    (void)state;
    two_front_ends_at_once();
}

/* Where a server does not tell that the state of the caller is there already, both make one. */
static void check_language(struct place *place, const char *want)
{
    struct memory_profile profile;
    check_contents(all_of(place, ANA), "Hola."); /* and looks, if it had looked a moment ago */
    good(place, memory_profile(place->store, ANA, "", &profile, &place->error));
    assert_string_equal(profile.document, "{\"of\":\"Ana\"}");
    assert_string_equal(profile.language, want);
    /* What others can write is not handed on unread. */
    assert_string_equal(profile.answer, "");
    assert_string_equal(profile.heading, "");
    memory_profile_free(&profile);
}

/* An older callmem wrote states without the languages of profiles. */
static void test_the_language_of_a_profile(void **state)
{
    (void)state;
    char command[200];
    struct memory_profile profile = {"\"of\":\"Ana\"", "\"h\":1", "es", NULL, NULL, NULL, NULL};
    call(&front, ANA, "one", "Hola.");
    good(&front, memory_set_profile(front.store, ANA, "", &profile, &front.error));
    check_language(&front, "es");
    check_language(&other, "es");
    profile.language = "en"; /* which is a change, too */
    good(&front, memory_set_profile(front.store, ANA, "", &profile, &front.error));
    check_language(&other, "en");
    server_stop(server);
    snprintf(command, sizeof command, "grep -q languages '%s/store' && sed -i s/languages/others/ '%s/store'",
             server->folder, server->folder);
    assert_int_equal(system(command), 0);
    server_start(server);
    place_close(&other);
    place_open(&other);
    check_language(&other, "");
    good(&other, memory_set_profile(other.store, ANA, "", &profile, &other.error));
    check_language(&front, "en");
    good(&front, memory_set_profile(front.store, ANA, "", NULL, &front.error));
    check_contents(all_of(&other, ANA), "Hola.");
    check_profile(&other, ANA, NULL);
}

static void test_two_front_ends_make_two_states(void **state)
{
    (void)state;
    misbehave(server, "{\"postgres\": true}");
    two_front_ends_at_once();
}

/* Each of two front ends stored the same call and removed the other's record of it, so that the state names
 * one that is gone: what is left is the call. */
static void test_a_record_with_another_id(void **state)
{
    (void)state;
    call(&front, ANA, "one", "The parcel is late.");
    cJSON *memories = server_ask(server, "GET", "/standin/memories", NULL), *settings = cJSON_CreateObject();
    cJSON *again = cJSON_AddArrayToObject(settings, "memories"), *each;
    const char *id = "";
    cJSON_ArrayForEach(each, memories)
    {
        if (!json_text(json_object(json_object(each, "metadata"), "callmem"), "conversation"))
            continue;
        id = json_text(each, "id");
        cJSON_AddItemToArray(again, cJSON_Duplicate(each, true));
    }
    char *told = cJSON_PrintUnformatted(settings), path[80];
    misbehave(server, told);
    assert_int_equal(memories_on(server), 3);
    snprintf(path, sizeof path, "/memory/%s", id);
    cJSON_Delete(server_ask(server, "DELETE", path, NULL));
    fails(&other, ERROR_MEMORY_UNAVAILABLE, try_call(&other, ANA, "two", "It came."));
    call(&other, ANA, "two", "It came.");
    for (int i = 0; i < 2; i++)
        check_contents(all_of(i ? &front : &other, ANA), "The parcel is late.\nIt came.");
    assert_int_equal(memories_on(server), 3);
    cJSON_free(told);
    cJSON_Delete(settings);
    cJSON_Delete(memories);
}

/* What another front end does while the server is busy with removing something. */
struct meanwhile {
    const char *caller;
    bool done;
    int result;
};

static void *call_meanwhile(void *arg)
{
    struct meanwhile *meanwhile = arg;
    int waiting = 0;
    for (int tries = 0; tries < 1000 && waiting == 0; tries++) {
        cJSON *told = server_ask(server, "GET", "/standin", NULL);
        waiting = (int)json_int(told, "waiting", 0);
        cJSON_Delete(told);
        usleep(2000);
    }
    meanwhile->done = waiting > 0;
    meanwhile->result = try_call(&other, meanwhile->caller, "meanwhile", "Meanwhile.");
    return NULL;
}

/* Of the two states one goes, which may be the one that the other front end knows and writes at that moment.
 * On a user server alone: the others say which record it is that they have already. */
static void test_a_state_that_is_removed_meanwhile(void **state)
{
    (void)state;
    char url[64];
    /* Where a state is, a process knows by the server's address: under another one it is another process. */
    place_close(&other);
    snprintf(url, sizeof url, "http://localhost:%s", server->port);
    other.options.url = url;
    place_open(&other);
    for (int i = 0; i < 8; i++) {
        char caller[40];
        pthread_t thread;
        snprintf(caller, sizeof caller, "+155506100%02d", i);
        struct meanwhile meanwhile = {.caller = caller};
        const struct memory turn = a_memory(caller, "ours", 0, "Ours.");
        misbehave(server, "{\"reset\": true, \"postgres\": true}");
        good(&front, memory_begin(front.store, &front.error));
        good(&front, memory_add(front.store, &turn, 1, NULL, &front.error));
        call(&other, caller, "theirs", "Theirs.");
        fails(&front, ERROR_MEMORY_UNAVAILABLE, memory_commit(front.store, &front.error));
        /* The other one takes what it finds of ours into the state that it knows. */
        fails(&other, ERROR_MEMORY_UNAVAILABLE, try_call(&other, caller, "more", "More."));
        call(&other, caller, "more", "More.");
        misbehave(server, "{\"reset\": true, \"only\": [\"DELETE /memory/:id\"], \"slow_ms\": 300}");
        assert_int_equal(pthread_create(&thread, NULL, call_meanwhile, &meanwhile), 0);
        int result = try_call(&front, caller, "ours", "Ours.");
        pthread_join(thread, NULL);
        misbehave(server, "{\"reset\": true}");
        assert_true(meanwhile.done);
        /* What another one changed is done again, as an event is. */
        for (int tries = 0; tries < 5 && (result != 0 || meanwhile.result != 0); tries++) {
            if (result != 0)
                result = try_call(&front, caller, "ours", "Ours.");
            if (meanwhile.result != 0)
                meanwhile.result = try_call(&other, caller, "meanwhile", "Meanwhile.");
        }
        assert_int_equal(result, 0);
        assert_int_equal(meanwhile.result, 0);
        struct memory_list list = all_of(i % 2 ? &front : &other, caller);
        assert_int_equal(list.count, 4);
        memory_list_free(&list);
    }
}

/* The server takes a text for another's: every time at first, then it relents. */
static void test_taken_for_another(void **state)
{
    (void)state;
    call(&front, BEN, "first", "Somebody else said this.");
    misbehave(server, server->kind[0] == 'u'
                          ? "{\"wrong\": \"merge\", \"only\": [\"POST /memory/add\"], \"times\": 2}"
                          : "{\"wrong\": \"merge\", \"only\": [\"POST /mcp\"], \"skip\": 1, \"times\": 2}");
    call(&front, ANA, "one", "And I said that.");
    misbehave(server, "{\"reset\": true}");
    check_contents(all_of(&other, ANA), "And I said that.");
    misbehave(server, "{\"wrong\": \"merge\"}");
    assert_int_equal(try_call(&front, ANA, "two", "More."), -1);
    assert_string_equal(error_name(front.error.code), "memory_unavailable");
    misbehave(server, "{\"reset\": true}");
    call(&front, ANA, "two", "More.");
    check_contents(all_of(&other, ANA), "And I said that.\nMore.");
    check_contents(all_of(&other, BEN), "Somebody else said this.");
}

static void test_others_memories_are_dropped(void **state)
{
    (void)state;
    call(&front, BEN, "his", "Ben has a secret garden.");
    call(&front, ANA, "hers", "Ana has a boat.");
    for (int i = 0; i < 2; i++) {
        struct memory_list list;
        misbehave(server, i == 0 ? "{\"wrong\": \"foreign\"}" : "{\"wrong\": \"ids\"}");
        if (memory_search(other.store, &(struct memory_filter){.caller = ANA}, "garden", &list,
                          &other.error) == 0)
            for (size_t at = 0; at < list.count; at++) {
                assert_string_equal(list.items[at].caller, ANA);
                assert_string_equal(list.items[at].content, "Ana has a boat.");
            }
        memory_list_free(&list);
        misbehave(server, "{\"reset\": true}");
    }
    check_contents(all_of(&other, ANA), "Ana has a boat.");
}

/* --- Forgetting ----------------------------------------------------------------------------------------- */

static void test_forgetting(void **state)
{
    (void)state;
    size_t count;
    call(&front, ANA, "one", "The first call.");
    call(&front, ANA, "two", "The second call.");
    call(&front, BEN, "three", "Ben's call.");
    check_contents(all_of(&other, ANA), "The first call.\nThe second call.");
    good(&front, memory_forget_conversation(front.store, ANA, "one", &front.error));
    check_contents(all_of(&other, ANA), "The second call.");
    fails(&front, ERROR_NOT_FOUND, memory_forget_conversation(front.store, ANA, "one", &front.error));
    good(&other, memory_forget(other.store, ANA, &count, &other.error));
    assert_int_equal(count, 1);
    check_contents(all_of(&front, ANA), "");
    check_profile(&front, ANA, NULL);
    check_contents(all_of(&front, BEN), "Ben's call.");
    assert_int_equal(memories_on(server), 2);
    good(&other, memory_forget(other.store, ANA, &count, &other.error));
    assert_int_equal(count, 0);
    good(&other, memory_forget_conversation(other.store, BEN, "three", &other.error));
    assert_int_equal(memories_on(server), 0);
}

static void test_all_callers(void **state)
{
    (void)state;
    int64_t callers, memories;
    struct memory_list list;
    call(&front, ANA, "one", "The first call.");
    call(&front, ANA, "two", "The second call.");
    call(&front, BEN, "three", "Ben's call.");
    good(&other, memory_count(other.store, &callers, &memories, &other.error));
    assert_int_equal(callers, 2);
    assert_int_equal(memories, 3);
    good(&other, memory_older(other.store, NOW + 1, 2, &list, &other.error));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].agent, "agent_1");
    memory_list_free(&list);
    good(&other, memory_older(other.store, NOW, 10, &list, &other.error));
    assert_int_equal(list.count, 0);
    memory_list_free(&list);
}

static void tell(struct place *p, const char *caller, enum kind kind, const char *metadata)
{
    struct memory memory = a_memory(caller, kind == KIND_PRIVACY ? "one" : "two", 0, "Something.");
    memory.kind = kind;
    memory.metadata = metadata;
    good(p, memory_add(p->store, &memory, 1, NULL, &p->error));
}

/* What callers asked about their data, and whose calls an older version understood. */
static void test_what_is_looked_for_in_all_callers(void **state)
{
    (void)state;
    struct memory_list list, same;
    tell(&front, ANA, KIND_PRIVACY, "{\"request\":\"erase\"}");
    tell(&front, ANA, KIND_SUMMARY, "{\"understood\":2}");
    tell(&front, BEN, KIND_SUMMARY, "{\"understood\":1}");
    good(&other, memory_requests(other.store, 10, &list, &other.error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].caller, ANA);
    assert_string_equal(list.items[0].metadata, "{\"request\":\"erase\"}");
    good(&other, memory_get(other.store, ANA, list.items[0].id, &same, &other.error));
    memory_list_free(&same);
    memory_list_free(&list);
    good(&other, memory_outdated(other.store, 2, "", 10, &list, &other.error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].caller, BEN);
    memory_list_free(&list);
    good(&other, memory_outdated(other.store, 3, "", 1, &list, &other.error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].caller, ANA);
    memory_list_free(&list);
    good(&other, memory_outdated(other.store, 3, ANA, 10, &list, &other.error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].caller, BEN);
    memory_list_free(&list);
    tell(&front, ANA, KIND_PRIVACY, "{}"); /* the record before it may still be there */
    good(&front, memory_forget(front.store, ANA, NULL, &front.error));
    good(&front, memory_requests(front.store, 10, &list, &front.error));
    assert_int_equal(list.count, 0);
    memory_list_free(&list);
}

/* --- What a request costs ------------------------------------------------------------------------------- */

static void test_requests(void **state)
{
    (void)state;
    char conversation[32];
    for (int i = 0; i < 8; i++) {
        snprintf(conversation, sizeof conversation, "conv-%d", i);
        call(&front, ANA, conversation, "A call about a blue boat.");
    }
    check_profile(&other, ANA, "A call about a blue boat."); /* which kind of server it is is known now */
    misbehave(server, "{\"clear\": true}");
    place_close(&other);
    open_front(&other);
    check_profile(&other, BEN, NULL);
    assert_int_equal(requests_to(server), 1);
    usleep(250000);
    misbehave(server, "{\"clear\": true}");
    check_profile(&other, ANA, "A call about a blue boat.");
    assert_int_equal(requests_to(server), 1);
    usleep(250000);
    misbehave(server, "{\"clear\": true}");
    struct memory_list list = found_by(&other, ANA, "boat");
    memory_list_free(&list);
    assert_in_range(requests_to(server), 2, 12); /* the first time all calls are read */
    usleep(250000);
    misbehave(server, "{\"clear\": true}");
    list = found_by(&other, ANA, "boat");
    memory_list_free(&list);
    check_profile(&other, ANA, "A call about a blue boat.");
    assert_in_range(requests_to(server), 1, 2); /* one look for both, when the second follows at once */
}

/* A caller with hundreds of calls, at a front end that knows nothing: a user server gives them by the page.
 */
static void test_hundreds_of_calls(void **state)
{
    (void)state;
    enum { CALLS = 230 };
    char conversation[32], content[64];
    good(&front, memory_begin(front.store, &front.error));
    for (int i = 0; i < CALLS; i++) {
        snprintf(conversation, sizeof conversation, "conv-%d", i);
        snprintf(content, sizeof content, "Call number %d about a boat.", i);
        const struct memory turn = a_memory(ANA, conversation, 0, content);
        good(&front, memory_add(front.store, &turn, 1, NULL, &front.error));
    }
    good(&front, memory_commit(front.store, &front.error));
    misbehave(server, "{\"clear\": true}");
    struct memory_list list = all_of(&other, ANA);
    assert_int_equal(list.count, CALLS);
    memory_list_free(&list);
    assert_in_range(requests_to(server), 3, server->kind[0] == 'u' ? 4 : CALLS);
}

/* --- Servers that do not work --------------------------------------------------------------------------- */

/* Each of these fails without harm, and all is well afterwards. */
static void test_misbehaviour(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "{\"status\": 500}",
        "{\"status\": 503}",
        "{\"cut\": \"nothing\"}",
        "{\"cut\": \"half\"}",
        "{\"garbage\": \"html\"}",
        "{\"garbage\": \"empty\"}",
        "{\"garbage\": \"json\"}",
        "{\"garbage\": \"broken\"}",
        "{\"garbage\": \"types\"}",
        "{\"slow_ms\": 400}",
        "{\"late_status\": 500}",
        "{\"full\": 507}",
        "{\"rate_limit\": 1, \"rate_window_s\": 1}",
    };
    call(&front, ANA, "before", "Before.");
    place_close(&other);
    other.options.timeout_ms = other.options.write_timeout_ms = 200;
    place_open(&other);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char conversation[32];
        struct memory_profile profile;
        snprintf(conversation, sizeof conversation, "conv-%zu", i);
        misbehave(server, ways[i]);
        for (int tries = 0; tries < 3; tries++) {
            struct memory_list list = {0};
            if (try_call(&other, ANA, conversation, "During.") != 0)
                assert_string_equal(error_name(other.error.code), "memory_unavailable");
            if (memory_profile(other.store, ANA, "", &profile, &other.error) != 0)
                assert_string_equal(error_name(other.error.code), "memory_unavailable");
            memory_profile_free(&profile);
            if (memory_search(other.store, &(struct memory_filter){.caller = ANA}, "before", &list,
                              &other.error) != 0)
                assert_string_equal(error_name(other.error.code), "memory_unavailable");
            memory_list_free(&list);
        }
        misbehave(server, "{\"reset\": true}");
        /* It is asked again by and by, and the call is stored once. */
        int tries = 0;
        while (try_call(&front, ANA, conversation, "During.") != 0 && tries++ < 200)
            usleep(50000);
        struct memory_list list = all_of(&front, ANA);
        assert_int_equal(list.count, 2 + i);
        memory_list_free(&list);
    }
    assert_int_equal(memories_on(server), 2 + (int)(sizeof ways / sizeof *ways));
}

static void test_a_server_that_is_away(void **state)
{
    (void)state;
    call(&front, ANA, "before", "Before.");
    server_stop(server);
    for (int tries = 0; tries < 5; tries++) {
        struct memory_list list;
        fails(&front, ERROR_MEMORY_UNAVAILABLE, try_call(&front, ANA, "during", "During."));
        fails(&other, ERROR_MEMORY_UNAVAILABLE,
              memory_search(other.store, &(struct memory_filter){.caller = ANA}, "before", &list,
                            &other.error));
        fails(&other, ERROR_MEMORY_UNAVAILABLE, memory_check(other.store, &other.error));
    }
    server_start(server);
    good(&other, memory_check(other.store, &other.error));
    call(&front, ANA, "during", "During.");
    check_contents(all_of(&other, ANA), "Before.\nDuring.");
}

/* Another kind of server behind our back; one that is neither; and back. What is stored belongs to the kind.
 */
static void test_a_server_that_changes(void **state)
{
    (void)state;
    bool user = server->kind[0] == 'u';
    call(&front, ANA, "one", "One.");
    misbehave(server, user ? "{\"kind\": \"tenant\"}" : "{\"kind\": \"user\"}");
    int tries = 0;
    while (try_call(&front, BEN, "two", "Two.") != 0 && tries++ < 5)
        assert_string_equal(error_name(front.error.code), "memory_unavailable");
    assert_true(tries < 5);
    check_contents(all_of(&other, BEN), "Two.");
    misbehave(server, "{\"kind\": \"neither\"}");
    for (int i = 0; i < 3; i++)
        fails(&front, ERROR_MEMORY_UNAVAILABLE, try_call(&front, BEN, "three", "Three."));
    misbehave(server, "{\"reset\": true}");
    call(&front, BEN, "three", "Three.");
}

/* What OpenMemory has become is named, nothing is written to it, and it takes no time to be done with. */
static void fails_by_name(struct place *place, int result)
{
    assert_int_equal(result, -1);
    assert_string_equal(error_name(place->error.code), "memory_unavailable");
    assert_non_null(strstr(place->error.message, "LongMemory"));
    place->error = (struct error){0};
}

static void test_longmemory(void **state)
{
    (void)state;
    call(&front, ANA, "one", "One.");
    misbehave(server, "{\"kind\": \"longmemory\"}");
    for (int i = 0; i < 5; i++) {
        fails_by_name(&front, try_call(&front, ANA, "two", "Two."));
        fails_by_name(&other, memory_check(other.store, &other.error));
    }
    misbehave(server, "{\"reset\": true}");
    call(&front, ANA, "two", "Two.");
    check_contents(all_of(&other, ANA), "One.\nTwo.");
}

/* What is stored by one instance goes through a turnstile, one after the other; nobody waits for ever. */
static void test_one_after_the_other(void **state)
{
    (void)state;
    char path[96];
    snprintf(path, sizeof path, "%s/openmemory.lock", server->folder);
    place_close(&other);
    other.options.state_dir = server->folder;
    other.options.write_timeout_ms = 50;
    place_open(&other);
    int turnstile = open(path, O_RDWR | O_CLOEXEC);
    assert_true(turnstile >= 0);
    assert_int_equal(flock(turnstile, LOCK_EX), 0);
    fails(&other, ERROR_MEMORY_UNAVAILABLE, try_call(&other, ANA, "one", "One."));
    check_contents(all_of(&front, ANA), "");
    assert_int_equal(close(turnstile), 0);
    place_close(&other);
    other.options.write_timeout_ms = 60000;
    place_open(&other);
    call(&other, ANA, "one", "One.");
    check_contents(all_of(&front, ANA), "One.");
}

/* A server on PostgreSQL that stores something else just now fails, and what it was asked to do is done or is
 * not. Each call is there once, and in the end nothing else. */
static void test_a_busy_server(void **state)
{
    (void)state;
    static const char *const ways[] = {"active", "release"};
    size_t calls = 0;
    for (int i = 0; i < 12; i++) {
        char settings[160], conversation[32];
        snprintf(settings, sizeof settings,
                 "{\"postgres\": true, \"busy\": \"%s\", \"skip\": %d, \"times\": 2, "
                 "\"only\": [\"POST /memory/add\", \"POST /mcp\", \"PATCH /memory/:id\"]}",
                 ways[i % 2], i / 2);
        snprintf(conversation, sizeof conversation, "conv-%d", i);
        misbehave(server, settings);
        int tries = 0;
        while (try_call(&front, ANA, conversation, "During.") != 0 && tries++ < 3)
            assert_string_equal(error_name(front.error.code), "memory_unavailable");
        assert_true(tries == 0 || i % 2); /* what was not done is tried again at once */
        misbehave(server, "{\"reset\": true}");
        struct memory_list list = all_of(&other, ANA);
        assert_int_equal(list.count, ++calls);
        memory_list_free(&list);
    }
    call(&front, ANA, "after", "After.");
    assert_int_equal(memories_on(server), (int)calls + 2);
}

/* One that has a text for one that it has does not tell which, when it has PostgreSQL and is a user server.
 */
static void test_taken_for_another_by_postgres(void **state)
{
    (void)state;
    char caller[40];
    misbehave(server, "{\"postgres\": true}");
    for (int i = 0; i < 10; i++) {
        snprintf(caller, sizeof caller, "+155506000%02d", i);
        call(&front, caller, "conv", "I would like to have my order sent by post.");
        call(&front, caller, "conv", "I would like to have my order sent by post.");
        check_contents(all_of(&other, caller), "I would like to have my order sent by post.");
    }
    assert_int_equal(memories_on(server), 20);
}

static void test_a_wrong_key(void **state)
{
    (void)state;
    place_close(&other);
    other.options.key = "another-key";
    place_open(&other);
    fails(&other, ERROR_MEMORY_UNAVAILABLE, memory_check(other.store, &other.error));
    assert_int_equal(memory_check(other.store, &other.error), -1);
    assert_non_null(strstr(other.error.message, "OPENMEMORY_API_KEY"));
    other.options.key = OM_KEY;
}

#define EACH(test)                                                                                           \
    cmocka_unit_test_prestate_setup_teardown(test, begin, end, &servers[0]),                                 \
        cmocka_unit_test_prestate_setup_teardown(test, begin, end, &servers[1])

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_everything_survives),
        EACH(test_a_long_call),
        EACH(test_twenty_callers_say_the_same),
        EACH(test_again_changes_nothing),
        EACH(test_a_call_that_changes),
        EACH(test_rolled_back),
        EACH(test_two_front_ends_at_once),
        EACH(test_two_front_ends_make_two_states),
        EACH(test_a_record_with_another_id),
        cmocka_unit_test_prestate_setup_teardown(test_a_state_that_is_removed_meanwhile, begin, end,
                                                 &servers[0]),
        EACH(test_the_language_of_a_profile),
        EACH(test_taken_for_another),
        EACH(test_others_memories_are_dropped),
        EACH(test_forgetting),
        EACH(test_all_callers),
        EACH(test_what_is_looked_for_in_all_callers),
        EACH(test_requests),
        EACH(test_hundreds_of_calls),
        EACH(test_misbehaviour),
        EACH(test_a_server_that_is_away),
        EACH(test_a_server_that_changes),
        EACH(test_longmemory),
        EACH(test_one_after_the_other),
        EACH(test_a_busy_server),
        EACH(test_taken_for_another_by_postgres),
        EACH(test_a_wrong_key),
    };
    return cmocka_run_group_tests(tests, start_servers, stop_servers);
}
