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
    check_profile(office, "caller_preferences", "email");
    ends(office, ANA, &(struct told){"c2", .days_ago = 9, .turns = {"Please text me from now on."}});
    check_profile(office, "caller_preferences", "text");
    /* An event that comes late is not the newest word. */
    ends(office, ANA, &(struct told){"c0", .days_ago = 40, .turns = {"Please contact me by post."}});
    check_profile(office, "caller_preferences", "text");
}

static void the_older_wish_stays_in_the_history(void **state)
{
    struct office *office = *state;
    const struct memory_filter wishes = {.caller = ANA, .kinds = 1u << KIND_PREFERENCE};
    struct memory_list list;
    ends(office, ANA, &(struct told){"c1", .days_ago = 30, .turns = {"Please email me."}});
    ends(office, ANA, &(struct told){"c2", .days_ago = 9, .turns = {"Please text me."}});
    good(office->place, memory_list(office->place->store, &wishes, &list, &office->place->error));
    assert_int_equal(list.count, 2);
    assert_non_null(strstr(list.items[0].content, "email"));
    assert_int_equal(list.items[0].created_at / DAY, (NOW - 30 * (int64_t)DAY) / DAY);
    assert_non_null(strstr(list.items[1].content, "text"));
    memory_list_free(&list);
}

static void within_a_call_the_last_word_counts_of_what_there_is_one_of(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .turns = {"Please email me.", "A: We will.",
                                        "Actually, please text me instead.", "A: Window or aisle?",
                                        "The aisle, please. I prefer to sit near the front."}});
    profile_has(office, "caller_preferences", "text", true);
    profile_has(office, "caller_preferences", "email", false);
    profile_has(office, "caller_preferences", "aisle", true);
}

static void a_confirmed_name_survives_a_mishearing(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .days_ago = 9, .turns = {"A: Is this Ana Kowalska?", "Yes, that's me."}});
    check_profile(office, "caller_name", "Ana Kowalska");
    ends(office, ANA, &(struct told){"c2", .days_ago = 5, .turns = {"Hi, this is Hannah."}});
    check_profile(office, "caller_name", "Ana Kowalska");
    ends(office, ANA,
         &(struct told){"c3", .days_ago = 2,
                        .turns = {"A: Certainly. I will do that.", "Please confirm it."}});
    check_profile(office, "caller_name", "Ana Kowalska");
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
}

static void what_is_open_is_recent(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .days_ago = 30, .turns = {"I need to change my saddle order.", "A: Noted."}});
    ends(office, ANA,
         &(struct told){"c2", .days_ago = 9, .turns = {"I want a manager to call me back.", "A: I see."}});
    profile_has(office, "memory_context", "saddle order, on 2026-01-31", true);
    ends(office, ANA, &(struct told){"c3", .days_ago = 2, .turns = {"A: It ships tomorrow.", "OK."}});
    profile_has(office, "memory_context", "saddle", false);
    profile_has(office, "memory_context", "a manager to call me back, on 2026-02-21", true);
    profile_has(office, "memory_context", "(2026-03-01)", true);
    /* Another call after that day: it is no promise any more. */
    ends(office, ANA, &(struct told){"c4", .days_ago = 0, .turns = {"Thanks, it came."}});
    profile_has(office, "memory_context", "ships", false);
}

static void the_context_reads_like_notes(void **state)
{
    struct office *office = *state;
    ends(office, ANA,
         &(struct told){"c1", .days_ago = 3,
                        .turns = {"My name is Ana Kowalska, I'm vegetarian.", "A: How can we reach you?",
                                  "Please email me. And never call before ten."},
                        .summary = "Ana ordered a saddle.",
                        .collected = "\"customer_name\":{\"value\":\"Ana Kowalska\"},"
                                     "\"order_number\":{\"value\":\"HB-20417\"}"});
    check_profile(office, "memory_context",
                  "Name: Ana Kowalska. Needs: Diet: vegetarian. Instructions: never call before ten. "
                  "Preferences: contact by email. On record: order number: HB-20417. "
                  "2026-02-27: Ana ordered a saddle.");
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
        check_heading(&(struct memory_profile){"", "", "", others[i].document, NULL}, others[i].want);
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
    assert_true(profile_add_variables(&b, &(struct memory_profile){"\"ready\":1", "", "", "{}", NULL}, ANA));
    assert_string_equal(buf_text(&b), "\"ready\":1");
    buf_free(&b);
    check_variables(&(struct memory_profile){0}, NULL, ANA);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        check_variables(&(struct memory_profile){"", "", "", others[i], NULL}, others[i], ANA);
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(a_newer_wish_replaces_the_older),
        IN_OFFICE(the_older_wish_stays_in_the_history),
        IN_OFFICE(within_a_call_the_last_word_counts_of_what_there_is_one_of),
        IN_OFFICE(a_confirmed_name_survives_a_mishearing),
        IN_OFFICE(the_fuller_form_of_a_name_stands),
        IN_OFFICE(what_is_open_is_recent),
        IN_OFFICE(the_context_reads_like_notes),
        IN_OFFICE(what_a_search_says_of_a_caller_is_ready),
        IN_OFFICE(a_ringing_phone_is_answered_with_what_is_ready),
        IN_OFFICE(the_context_keeps_within_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
