/*
 * What is known of a caller after several calls, and how it reads to whoever picks up the phone.
 */
#include "tests/unit/calls.h"

#include "people/profile.h"
#include "service/variables.h"

static void a_newer_wish_replaces_the_older(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &(struct told){"c1", .days_ago = 30, .turns = {"Please email me, that's easiest."}});
    profile_has(office, "caller_preferences", "email", true);
    ends(office, ANA, &(struct told){"c2", .days_ago = 9, .turns = {"Please text me from now on."}});
    check_profile(office, "caller_preferences", "Please text me from now on");
    /* An event that comes late is not the newest word. */
    ends(office, ANA, &(struct told){"c0", .days_ago = 40, .turns = {"Please always contact me by post."}});
    check_profile(office, "caller_preferences", "Please text me from now on");
}

static void the_older_wish_stays_in_the_history(void **state)
{
    struct office *office = *state;
    const struct memory_filter wishes = {.caller = ANA, .kinds = 1u << KIND_INSTRUCTION};
    struct memory_list list;
    ends(office, ANA, &(struct told){"c1", .days_ago = 30, .turns = {"Email is best for me."}});
    ends(office, ANA, &(struct told){"c2", .days_ago = 9, .turns = {"Please text me instead."}});
    good(office->place, memory_list(office->place->store, &wishes, &list, &office->place->error));
    assert_int_equal(list.count, 2);
    assert_non_null(strstr(list.items[0].content, "Email"));
    assert_int_equal(list.items[0].created_at / DAY, (NOW - 30 * (int64_t)DAY) / DAY);
    assert_non_null(strstr(list.items[1].content, "text"));
    memory_list_free(&list);
}

static void within_a_call_the_last_word_counts_of_what_there_is_one_of(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .turns = {"Please just email me, I prefer that.", "A: We will.",
                                        "Actually, please text me instead. And never call before ten."}});
    profile_has(office, "caller_preferences", "text", true);
    profile_has(office, "caller_preferences", "email", false);
    profile_has(office, "caller_preferences", "before ten", true);
}

/* What somebody liked once, chose for once, or meant to do is nothing to greet them with. */
static void what_is_liked_chosen_or_meant_is_not_kept(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1",
                        .turns = {"We really liked the hotel in Porto, and I enjoyed the soup.",
                                  "A: Window or aisle?", "The aisle, please.", "A: I'll have a look at that.",
                                  "I'll call again on Friday.", "A: Fine.", "It's about the lease."}});
    check_profile(office, "caller_preferences", "");
    check_profile(office, "key_topics", "");
    check_profile(office, "memory_context", "");
}

/* A confirmed name is not overwritten by another one: both may be on the line. */
static void another_name_is_another_person(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .days_ago = 9, .turns = {"A: Is this Ana Kowalska?", "Yes, that's me."}});
    check_profile(office, "caller_name", "Ana Kowalska");
    check_profile(office, "suggested_greeting", "Welcome back, Ana Kowalska.");
    ends(office, ANA,
         &(struct told){"c2", .days_ago = 5,
                        .turns = {"A: Certainly. I will do that.", "Please confirm it."}});
    check_profile(office, "caller_name", "Ana Kowalska");
    ends(office, ANA, &(struct told){"c3", .days_ago = 2, .turns = {"Hi, this is Hannah."}});
    check_profile(office, "caller_name", "");
    check_profile(office, "suggested_greeting", "");
    check_profile(office, "caller_people", "Ana Kowalska; Hannah");
}

static void the_languages_of_the_calls_are_told_newest_first(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &(struct told){"c1", .days_ago = 9, .language = "es", .turns = {"Hola."}});
    check_profile(office, "caller_languages", "es");
    ends(office, ANA, &(struct told){"c2", .days_ago = 5, .language = "en", .turns = {"Hello."}});
    ends(office, ANA, &(struct told){"c3", .days_ago = 2, .language = "es", .turns = {"Hola."}});
    check_profile(office, "caller_languages", "es, en");
}

static void the_fuller_form_of_a_name_stands(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &(struct told){"c1", .days_ago = 9, .turns = {"This is Emeka Okafor."}});
    ends(office, ANA,
         &(struct told){"c2", .days_ago = 5, .turns = {"This is Okafor.", "A: I'm sorry, Mr. Okafor."}});
    check_profile(office, "caller_name", "Emeka Okafor");
    ends(office, ANA, &(struct told){"c3", .days_ago = 2, .turns = {"Please call me Emeka."}});
    check_profile(office, "caller_name", "Emeka");
    check_profile(office, "caller_people", "Emeka Okafor");
    profile_has(office, "memory_context", "Name: Emeka Okafor, called Emeka.", true);
}

static void what_is_open_is_recent(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){
             "c1", .days_ago = 30,
             .turns = {"I still need my saddle order changed.", "A: I'll ask the workshop to ring you."},
             .summary = "",
             .collected = FILLED("open", "agent | the workshop rings about the saddle order | ")});
    ends(office, ANA,
         &(struct told){
             "c2", .days_ago = 9,
             .turns = {"I want a manager to call me back.", "A: A manager will call you back on the "
                                                            "first of March."},
             .summary = "", .collected = FILLED("open", "agent | a manager calls back | 2026-03-01")});
    profile_has(office, "memory_context", "we: the workshop rings about the saddle order (2026-01-31)", true);
    profile_has(office, "memory_context", "we: a manager calls back, by 2026-03-01", true);
    /* A call of that day does not end it, one after it does. */
    ends(office, ANA, &(struct told){"c3", .days_ago = 1, .turns = {"What are your opening hours?"}});
    profile_has(office, "memory_context", "a manager calls back", true);
    ends(office, ANA, &(struct told){"c4", .days_ago = 0, .turns = {"What are your opening hours?"}});
    profile_has(office, "memory_context", "a manager calls back", false);
    profile_has(office, "memory_context", "saddle", true);
    ends(office, ANA, &(struct told){"c5", .days_ago = 0, .turns = {"Thanks, the saddle came."}});
    profile_has(office, "memory_context", "saddle", false);
}

static void the_context_reads_like_notes(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .days_ago = 3,
                        .turns = {"My name is Ana Kowalska, I'm vegetarian.", "A: How can we reach you?",
                                  "I prefer email. And never call before ten."},
                        .summary = "Ana ordered a saddle.",
                        .collected = "\"customer_name\":{\"value\":\"Ana Kowalska\"},"
                                     "\"order_number\":{\"value\":\"HB-20417\"}"});
    check_profile(
        office, "memory_context",
        "Name: Ana Kowalska. Needs: I'm vegetarian (2026-02-27). How to treat them: Never call before ten "
        "(2026-02-27). Prefers: I prefer email (2026-02-27). Call of 2026-02-27: Ana ordered a saddle.");
}

static void the_context_keeps_within_its_length(void **state)
{
    struct office *office = *state;
    office_set(office, "CALLMEM_CONTEXT_CHARS=200\n");
    for (int i = 0; i < 6; i++) {
        char id[8];
        snprintf(id, sizeof id, "c%d", i);
        ends(office, ANA,
             &(struct told){id, .days_ago = 10 - i, .turns = {"I love green tea.", "I'm allergic to nuts."},
                            .summary = "A long talk about the many saddles of the shop, one after another."});
    }
    char *text = document_of(office, ANA, "");
    cJSON *document = cJSON_Parse(text);
    assert_true(strlen(json_text(document, "memory_context")) <= 200);
    assert_non_null(strstr(json_text(document, "memory_context"), "nuts"));
    cJSON_Delete(document);
    free(text);
}

static void what_counts_and_dates_say(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &(struct told){"c2", .days_ago = 2, .turns = {"That was great, thank you so much!"}});
    ends(office, ANA,
         &(struct told){"c1", .days_ago = 9, .turns = {"I'm really upset."}, .summary = "Upset."});
    check_profile(office, "first_call_date", "2026-02-21");
    check_profile(office, "last_call_date", "2026-02-28");
    check_profile(office, "last_call_summary", "Upset.");
    check_profile(office, "caller_sentiment", "positive");
    assert_int_equal(calls_of(office, ANA, ""), 2);
    ends(office, ANA,
         &(struct told){"c3", .days_ago = 1, .turns = {"Fine."}, .collected = FILLED("mood", "negative"),
                        .summary = ""});
    check_profile(office, "caller_sentiment", "negative");
}

/* What one agent is told is what was said to it. */
static void an_agent_can_have_a_profile_of_its_own(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", "agent_1", .days_ago = 9, .turns = {"I'm Ana Kowalska and I'm vegan."}});
    ends(office, ANA,
         &(struct told){"c2", "agent_2", .days_ago = 2, .turns = {"I'm allergic to penicillin."}});
    check_profile_of(office, ANA, "agent_1", "caller_preferences", "I'm vegan");
    check_profile_of(office, ANA, "agent_2", "caller_preferences", "I'm allergic to penicillin");
    check_profile_of(office, ANA, "agent_2", "caller_name", "");
    check_profile(office, "caller_preferences", "I'm allergic to penicillin; I'm vegan");
    assert_int_equal(calls_of(office, ANA, "agent_1"), 1);
    assert_int_equal(calls_of(office, ANA, ""), 2);
}

static void attempt(struct office *office, const char *conversation, int days_ago)
{
    struct buf b = BUF_INIT;
    buf_printf(
        &b,
        "{\"type\":\"call_initiation_failure\",\"event_timestamp\":%lld,\"data\":{\"conversation_id\":\"%s\","
        "\"agent_id\":\"agent_1\",\"failure_reason\":\"busy\",\"metadata\":{\"type\":\"twilio\",\"body\":"
        "{\"To\":\"" ANA "\",\"From\":\"+15550100009\"}}}}",
        (long long)NOW - days_ago * (long long)DAY, conversation);
    good(office->place, remember_json(office, buf_text(&b)));
    buf_free(&b);
}

static void whoever_is_known_by_attempts_alone_is_not_known(void **state)
{
    struct office *office = *state;
    attempt(office, "a1", 9);
    char *document = document_of(office, ANA, "");
    assert_string_equal(document, "");
    free(document);
    ends(office, ANA, &(struct told){"c1", .days_ago = 5, .turns = {"This is Ana Kowalska."}});
    attempt(office, "a2", 2);
    assert_int_equal(calls_of(office, ANA, ""), 1);
    check_profile(office, "last_call_date", "2026-02-25");
    profile_has(office, "memory_context",
                "Call of 2026-02-28: We tried to call; it did not come about (busy).", true);
}

static void who_is_forgotten_is_a_stranger(void **state)
{
    struct office *office = *state;
    ends(office, ANA, &(struct told){"c1", .days_ago = 9, .turns = {"My name is Ana Kowalska."}});
    good(office->place, memory_forget(office->place->store, ANA, NULL, &office->place->error));
    char *document = document_of(office, ANA, "");
    assert_string_equal(document, "");
    free(document);
    ends(office, ANA, &(struct told){"c2", .days_ago = 2, .turns = {"Hello, it's me."}});
    check_profile(office, "caller_name", "");
    assert_int_equal(calls_of(office, ANA, ""), 1);
}

static struct memory_profile profile_of(struct office *office)
{
    struct memory_profile profile;
    good(office->place, memory_profile(office->place->store, ANA, "", &profile, &office->place->error));
    assert_non_null(profile.document);
    return profile;
}

static void check_heading(const struct memory_profile *profile, const char *want)
{
    struct buf b = BUF_INIT;
    profile_add_heading(&b, profile);
    assert_string_equal(buf_text(&b), want);
    buf_free(&b);
}

static void what_a_search_says_of_a_caller_is_ready(void **state)
{
    static const char nobody[] = "\"caller_name\":\"\",\"call_count\":0", some[] = "\"some\":\"text\"";
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){
             "c1", .days_ago = 3,
             .turns = {"Hello, my name is Ana Kowalska. I said \",\"first_call_date\":\" to you."}});
    struct memory_profile profile = profile_of(office);
    assert_string_equal(profile.heading, "\"caller_name\":\"Ana Kowalska\",\"call_count\":1");
    check_heading(&profile, profile.heading);
    profile.heading = some;
    check_heading(&profile, some);
    profile.heading = ""; /* the document says the same */
    check_heading(&profile, "\"caller_name\":\"Ana Kowalska\",\"call_count\":1");
    memory_profile_free(&profile);
    check_heading(&profile, nobody);
    static const struct {
        const char *document, *want;
    } others[] = {
        {"{\"call_count\":2}", "\"caller_name\":\"\",\"call_count\":2"},
        {"{\"version\":1,\"call_count\":2,\"caller_name\":\"A\"}", "\"caller_name\":\"A\",\"call_count\":2"},
        {"{\"version\":1,\"caller_name\":7,\"call_count\":2}", "\"caller_name\":\"\",\"call_count\":2"},
        {"{\"version\":1,\"caller_name\":\"\\\"\\u00e9\\n\",\"call_count\":2", nobody},
        {"{\"version\":1,", nobody},
        {"no profile", nobody},
        {"", nobody},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        check_heading(&(struct memory_profile){"", "", "", others[i].document, NULL, NULL, NULL},
                      others[i].want);
}

/* All the variables of the table, each of its type, and no others. */
static void check_rows(const cJSON *filled)
{
    assert_int_equal(cJSON_GetArraySize(filled), VARIABLES);
    for (size_t i = 0; i < VARIABLES; i++) {
        const cJSON *value = json_get(filled, variable_rows[i].name);
        enum variable_type type = cJSON_IsBool(value)     ? VARIABLE_BOOL
                                  : cJSON_IsNumber(value) ? VARIABLE_NUMBER
                                                          : VARIABLE_TEXT;
        if (!value || type != variable_rows[i].type)
            fail_msg("%s is missing or of another type", variable_rows[i].name);
    }
}

/* What is added for a profile says what its document says, if in another order; NULL: nobody known. */
static void check_variables(const struct memory_profile *profile, const char *document, const char *caller)
{
    struct buf b = BUF_INIT;
    cJSON *want = profile_variables(document, caller);
    buf_putc(&b, '{');
    bool good = profile_add_variables(&b, profile, caller);
    assert_int_equal(good, want != NULL);
    buf_putc(&b, '}');
    if (!want)
        assert_string_equal(buf_text(&b), "{}");
    struct error error = {0};
    cJSON *got = json_parse(buf_text(&b), b.len, &error);
    if (want)
        check_rows(want);
    if (want && !cJSON_Compare(got, want, true))
        fail_msg("%s gives %s", document ? document : "nothing", buf_text(&b));
    cJSON_Delete(got);
    cJSON_Delete(want);
    buf_free(&b);
}

static void check_both(struct memory_profile *profile)
{
    assert_true(*profile->answer);
    check_variables(profile, profile->document, ANA);
    profile->answer = "";
    check_variables(profile, profile->document, ANA);
    memory_profile_free(profile);
}

static void a_ringing_phone_is_answered_with_what_is_ready(void **state)
{
    struct office *office = *state;
    static const char *const others[] = {
        "{\"version\":1,\"caller_name\":\"A\"}",
        "{\"version\":1,\"caller_name\":\"A\",\"language\":\"en\"",
        "{\"version\":1,\"caller_name\":\"A\",\"call_count\":2,\"language\":7}",
        "{\"version\":2,\"caller_name\":\"A\",\"call_count\":2,\"language\":\"en\"}",
        "{\"version\":1,\"caller_name\":\"",
        "{\"version\":1,",
        "{}",
        "[]",
        "\"}",
        "nothing of it",
        "",
    };
    ends(office, ANA, &(struct told){"c1", .days_ago = 3, .turns = {"Hello, my name is Ana Kowalska."}});
    struct memory_profile profile = profile_of(office);
    assert_string_equal(profile.language, "en");
    check_both(&profile);
    ends(office, ANA,
         &(struct told){"c2", .language = "es",
                        .turns = {"I said \"\\u2028 {\",\"language\":\"\"}\" and \xc3\xa9\xe2\x80\xa8.",
                                  "Please email me."}});
    profile = profile_of(office);
    assert_string_equal(profile.language, "es");
    check_both(&profile);
    struct buf b = BUF_INIT;
    assert_true(profile_add_variables(
        &b, &(struct memory_profile){"\"ready\":1", "", "", "{}", NULL, NULL, NULL}, ANA));
    assert_string_equal(buf_text(&b), "\"ready\":1");
    buf_free(&b);
    check_variables(&(struct memory_profile){0}, NULL, ANA);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        check_variables(&(struct memory_profile){"", "", "", others[i], NULL, NULL, NULL}, others[i], ANA);
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(a_newer_wish_replaces_the_older),
        IN_OFFICE(the_older_wish_stays_in_the_history),
        IN_OFFICE(within_a_call_the_last_word_counts_of_what_there_is_one_of),
        IN_OFFICE(what_is_liked_chosen_or_meant_is_not_kept),
        IN_OFFICE(another_name_is_another_person),
        IN_OFFICE(the_languages_of_the_calls_are_told_newest_first),
        IN_OFFICE(the_fuller_form_of_a_name_stands),
        IN_OFFICE(what_is_open_is_recent),
        IN_OFFICE(the_context_reads_like_notes),
        IN_OFFICE(the_context_keeps_within_its_length),
        IN_OFFICE(what_counts_and_dates_say),
        IN_OFFICE(an_agent_can_have_a_profile_of_its_own),
        IN_OFFICE(whoever_is_known_by_attempts_alone_is_not_known),
        IN_OFFICE(who_is_forgotten_is_a_stranger),
        IN_OFFICE(what_a_search_says_of_a_caller_is_ready),
        IN_OFFICE(a_ringing_phone_is_answered_with_what_is_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
