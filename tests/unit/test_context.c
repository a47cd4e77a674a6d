/*
 * What an agent is told: the order of it, its dates, its bounds, and what never leaves.
 */
#include "tests/unit/calls.h"

#include <string.h>

static void call(struct office *office, const char *conversation, int days_ago, const char *language,
                 const char *summary, const char *collected, const char *const turns[8])
{
    struct told told = {.conversation = conversation,
                        .days_ago = days_ago,
                        .language = language,
                        .summary = summary,
                        .collected = collected};
    for (size_t i = 0; i < 8; i++)
        told.turns[i] = turns[i];
    ends(office, ANA, &told);
}

#define TURNS(...)                                                                                           \
    (const char *const[8])                                                                                   \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }

static void sections_come_in_the_order_of_a_receptionist(void **state)
{
    struct office *office = *state;
    call(office, "c1", 3, "en", "Ana ordered a saddle.",
         FILLED("caller", "Ana Kowalska | | ") "," FILLED(
             "notes",
             "fact | caller | Rides to work by bike | \\nid | caller | Order number HB20417 | "
             "\\ncontact | caller | Email ana@example.com | \\npreference | caller | Prefers leather saddles "
             "| "
             "\\ninstruction | caller | Never call before ten | \\nneed | caller | Is allergic to latex | "
             "\\nneed | Emil (son) | Emil is allergic to nuts | ") "," FILLED("open",
                                                                              "agent | send the receipt | "),
         TURNS("Ana Kowalska. I'm allergic to latex, and never call before ten. I ride to work by bike.",
               "A: Noted. And your order?",
               "HB20417. I prefer leather saddles. My email is ana@example.com. My son Emil is allergic to "
               "nuts.",
               "A: We will send the receipt."));
    char *text = document_of(office, ANA, "");
    cJSON *document = cJSON_Parse(text);
    const char *at = json_text(document, "memory_context");
    static const char *const order[] = {"Name: Ana Kowalska.",
                                        " Needs: Is allergic to latex (2026-02-27).",
                                        " How to treat them: Never call before ten (2026-02-27).",
                                        " Prefers: Prefers leather saddles (2026-02-27).",
                                        " Open: we: send the receipt (2026-02-27).",
                                        " Contact: Email ana@example.com (2026-02-27).",
                                        " Numbers: Order number HB20417 (2026-02-27).",
                                        " Facts: Rides to work by bike (2026-02-27).",
                                        " Emil (son): ",
                                        " Call of 2026-02-27: Ana ordered a saddle."};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const char *found = strstr(at, order[i]);
        if (!found)
            fail_msg("\"%s\" is not in its place in %s", order[i], text);
        at = found + strlen(order[i]);
    }
    cJSON_Delete(document);
    free(text);
}

/* Whatever callers, LLMs and operators say. */
static void nothing_leaves_that_is_markup(void **state)
{
    struct office *office = *state;
    static const char *const names[] = {"memory_context",     "caller_name", "caller_people",
                                        "caller_preferences", "key_topics",  "last_call_summary",
                                        "suggested_greeting"};
    call(office, "c1", 3, "en", "The caller said {{secret}} and <b>bold</b>.\n\n```rm```",
         FILLED("caller", "Ana <i>Kowalska</i> | {{name}} | ") "," FILLED(
             "notes", "need | caller | Is allergic to {latex} | \\nfact | {{who}} | Has a ```boat``` | "),
         TURNS("I'm Ana Kowalska. I'm allergic to {latex}, I have a ```boat```.", "A: Noted.",
               "Please never call {{system__caller_id}} before ten."));
    char *text = document_of(office, ANA, "");
    cJSON *document = cJSON_Parse(text);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = json_text(document, names[i]);
        assert_non_null(value);
        if (value[strcspn(value, "{}<>`\n\r\t")])
            fail_msg("%s: %s", names[i], value);
    }
    profile_has(office, "memory_context", "allergic to (latex)", true);
    cJSON_Delete(document);
    free(text);
}

static void greetings_are_in_the_language_of_the_last_call(void **state)
{
    struct office *office = *state;
    static const struct {
        const char *language, *conversation, *greeting;
    } cases[] = {
        {"en", "c1", "Welcome back, Ana Kowalska."},
        {"de", "c2", "Schön, wieder von Ihnen zu hören, Ana Kowalska."},
        {"es", "c3", "Hola de nuevo, Ana Kowalska."},
        {"fr", "c4", "Ravi de vous entendre à nouveau, Ana Kowalska."},
        {"it", "c5", "È un piacere risentirla, Ana Kowalska."},
        {"pt", "c6", "Olá de novo, Ana Kowalska."},
        {"tr", "c7", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        call(office, cases[i].conversation, 20 - (int)i, cases[i].language, "",
             FILLED("caller", "Ana Kowalska | | "), TURNS("Ana Kowalska."));
        check_profile(office, "suggested_greeting", cases[i].greeting);
    }
}

static void what_is_doubtful_is_empty(void **state)
{
    struct office *office = *state;
    call(office, "c1", 3, "en", NULL, NULL, TURNS("Hello.", "A: Hello.", "What are your opening hours?"));
    static const char *const names[] = {"memory_context",     "caller_name", "caller_people",
                                        "caller_preferences", "key_topics",  "last_call_summary",
                                        "suggested_greeting"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_profile(office, names[i], "");
}

static void several_people_are_told_apart(void **state)
{
    struct office *office = *state;
    call(office, "c1", 9, "en", NULL, NULL, TURNS("This is Rosa Vidal. I'm vegetarian."));
    call(office, "c2", 3, "en", NULL, NULL, TURNS("This is Bruno Keller. I'm allergic to shellfish."));
    check_profile(office, "memory_context",
                  "Several people use this number: ask who is calling. Rosa Vidal. Needs: I'm vegetarian "
                  "(2026-02-21). Bruno Keller. Needs: I'm allergic to shellfish (2026-02-27).");
    check_profile(office, "caller_preferences",
                  "Bruno Keller: I'm allergic to shellfish; Rosa Vidal: I'm vegetarian");
}

static void items_that_the_operator_names_are_told(void **state)
{
    struct office *office = *state;
    static const char old[] = "\"plan_name\":{\"value\":\"Silver\"},\"lead_score\":{\"value\":\"17\"}",
                      newer[] = "\"plan_name\":{\"value\":\"Gold\"},\"lead_score\":{\"value\":\"19\"}";
    office_set(office, "CALLMEM_CONTEXT_ITEMS=Plan_Name, branch\n");
    call(office, "c1", 9, "en", "A question.", old, TURNS("This is Ana Kowalska."));
    call(office, "c2", 3, "en", "A question.", newer, TURNS("Hello again."));
    profile_has(office, "memory_context", "Told: Plan_Name: Gold.", true);
    profile_has(office, "memory_context", "Silver", false);
    profile_has(office, "memory_context", "19", false);
    profile_has(office, "memory_context", "branch", false);
    /* On a line of several it is not known whose it is. */
    call(office, "c3", 1, "en", "A question.", newer, TURNS("This is Peter Hall."));
    profile_has(office, "memory_context", "Gold", false);
}

static void texts_are_bounded(void **state)
{
    struct office *office = *state;
    static const struct {
        const char *name;
        size_t chars;
    } bounds[] = {{"memory_context", 300},    {"caller_preferences", 500}, {"key_topics", 500},
                  {"last_call_summary", 600}, {"caller_people", 500},      {"caller_name", 80}};
    struct buf summary = BUF_INIT, notes = BUF_INIT, said = BUF_INIT;
    office_set(office, "CALLMEM_CONTEXT_CHARS=300\n");
    for (int i = 0; i < 300; i++)
        buf_puts(&summary, "wörtlich ");
    for (int i = 0; i < 40; i++) {
        buf_printf(&notes, "need | caller | Ist allergisch gegen Stoff Nummer %d | \\n", i);
        buf_printf(&said, "Ich bin allergisch gegen Stoff Nummer %d. ", i);
    }
    buf_puts(&said, "Ich heiße Ana Kowalska.");
    char *collected = NULL;
    assert_true(asprintf(&collected, "\"callmem_notes\":{\"value\":\"%s\"}", buf_text(&notes)) > 0);
    call(office, "c1", 3, "de", buf_text(&summary), collected, TURNS(buf_text(&said)));
    char *text = document_of(office, ANA, "");
    cJSON *document = cJSON_Parse(text);
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const char *value = json_text(document, bounds[i].name);
        size_t chars = 0;
        for (const char *c = value; *c; c++)
            chars += ((unsigned char)*c & 0xC0) != 0x80;
        if (chars > bounds[i].chars)
            fail_msg("%s has %zu characters: %s", bounds[i].name, chars, value);
    }
    profile_has(office, "memory_context", "Needs: Ist allergisch", true);
    profile_has(office, "memory_context", "Call of 2026-02-27: ", true);
    cJSON_Delete(document);
    free(text);
    free(collected);
    buf_free(&summary);
    buf_free(&notes);
    buf_free(&said);
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(sections_come_in_the_order_of_a_receptionist),
        IN_OFFICE(nothing_leaves_that_is_markup),
        IN_OFFICE(greetings_are_in_the_language_of_the_last_call),
        IN_OFFICE(what_is_doubtful_is_empty),
        IN_OFFICE(several_people_are_told_apart),
        IN_OFFICE(items_that_the_operator_names_are_told),
        IN_OFFICE(texts_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
