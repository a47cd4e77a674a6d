/*
 * Facts on their way into memory and back.
 */
#include "tests/unit/unit.h"

#include "people/fact.h"

#include <string.h>

static struct memory stored(enum kind kind, const char *content, const char *metadata)
{
    return (struct memory){.kind = kind, .content = content, .metadata = metadata};
}

static void what_is_kept_is_read_back(void **state)
{
    static const struct statement cases[] = {
        {STATEMENT_NEED, "", "Allergic to penicillin", "", "", "", "", SOURCE_ITEM, 3},
        {STATEMENT_NEED, "Emil (son)", "allergic to \"latex\"", "", "", "", "", SOURCE_LLM, 0},
        {STATEMENT_CONTACT, "", "E-mail: ana@example.com", "email", "ana@example.com", "", "", SOURCE_RULE,
         1},
        {STATEMENT_ID, "", "Order number: HB20417", "order", "HB20417", "", "", SOURCE_COLLECTED, -1},
        {STATEMENT_OPEN, "", "send the invoice", "", "", "agent", "2026-03-27", SOURCE_ITEM, 4},
        {STATEMENT_OPEN, "", "bring the form", "", "", "caller", "2026-03-27T10:00", SOURCE_ITEM, 4},
        {STATEMENT_ENDED, "", "Moved out", "address", "", "", "", SOURCE_OPERATOR, -1},
        {STATEMENT_INSTRUCTION, WHOSE_UNCLEAR, "Never call", "contact.channel", "", "", "", SOURCE_VARIABLE,
         9},
        {STATEMENT_FACT, "", "Hört Ünïcode\\ und {Klammern}", "", "", "", "", SOURCE_RULE, 2},
        {STATEMENT_PREFERENCE, "", "Window seats", "seat", "", "", "2027-01-01", SOURCE_RULE, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct statement *want = &cases[i];
        struct arena *arena = arena_new();
        struct memory memory =
            stored(fact_kind(want), fact_content(arena, want), fact_metadata(arena, want, "kim"));
        struct fact fact;
        assert_true(fact_is_kind(memory.kind));
        assert_true(fact_read(arena, &memory, &fact));
        assert_int_equal(fact.statement.kind, want->kind);
        assert_string_equal(fact.statement.whose, want->whose);
        assert_string_equal(fact.statement.text, want->text);
        assert_string_equal(fact.statement.slot, want->slot);
        assert_string_equal(fact.statement.value, want->value);
        assert_string_equal(fact.statement.by, want->by);
        assert_string_equal(fact.statement.until, want->until);
        assert_int_equal(fact.statement.source, want->source);
        assert_int_equal(fact.statement.turn, want->turn);
        assert_string_equal(fact.author, "kim");
        arena_free(arena);
    }
}

static void what_people_read(void **state)
{
    static const struct {
        struct statement statement;
        const char *content;
    } cases[] = {
        {{.kind = STATEMENT_NEED, .whose = "Emil (son)", .text = "allergic to latex"},
         "Emil (son): allergic to latex"},
        {{.kind = STATEMENT_NEED, .whose = "", .text = "Allergic to latex"}, "Allergic to latex"},
        {{.kind = STATEMENT_NEED, .whose = WHOSE_UNCLEAR, .text = "Allergic to latex"}, "Allergic to latex"},
        {{.kind = STATEMENT_OPEN,
          .whose = "",
          .text = "send the invoice",
          .by = "agent",
          .until = "2026-03-27"},
         "send the invoice (2026-03-27)"},
    };
    struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(fact_content(arena, &cases[i].statement), cases[i].content);
    arena_free(arena);
}

static void speakers_are_read_back(void **state)
{
    static const struct {
        struct speaker speaker;
        const char *content;
    } cases[] = {
        {{"Margaret Whelan", "Peggy", "mother of Emil", "", false, SOURCE_ITEM, 1, false},
         "Name: Margaret Whelan, called Peggy (mother of Emil)"},
        {{"Ana Lopez", "", "", "Ana Winter", true, SOURCE_RULE, 0, false}, "Name: Ana Lopez"},
        {{"", "Becky", "", "", false, SOURCE_RULE, 0, false}, "Name: Becky"},
        {{"Emeka", "Emeka", "", "", false, SOURCE_RULE, 0, false}, "Name: Emeka"},
        {{"", "", "wife of Gordon Pell", "", false, SOURCE_ITEM, -1, false},
         "On the line: wife of Gordon Pell"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct speaker *want = &cases[i].speaker;
        struct arena *arena = arena_new();
        struct memory memory =
            stored(KIND_NAME, fact_speaker_content(arena, want), fact_speaker_metadata(arena, want));
        struct speaker speaker;
        assert_string_equal(memory.content, cases[i].content);
        assert_true(fact_read_speaker(arena, &memory, &speaker));
        assert_string_equal(speaker.full, want->full);
        assert_string_equal(speaker.called, want->called);
        assert_string_equal(speaker.role, want->role);
        assert_string_equal(speaker.was, want->was);
        assert_int_equal(speaker.renamed, want->renamed);
        assert_int_equal(speaker.source, want->source);
        assert_int_equal(speaker.turn, want->turn);
        arena_free(arena);
    }
}

/* The first version kept a value and how sure it was. */
static void names_of_the_first_version_are_read(void **state)
{
    struct arena *arena = arena_new();
    struct speaker speaker;
    struct fact fact;
    struct memory name =
        stored(KIND_NAME, "Name: Ana Kowalska",
               "{\"slot\":\"name\",\"value\":\"Ana Kowalska\",\"confidence\":0.86,\"turn\":2}");
    struct memory need = stored(KIND_NEED, "Diet: vegan", "{\"slot\":\"diet\",\"value\":\"vegan\"}");
    (void)state;
    assert_true(fact_read_speaker(arena, &name, &speaker));
    assert_string_equal(speaker.full, "Ana Kowalska");
    assert_string_equal(speaker.called, "");
    assert_int_equal(speaker.turn, 2);
    assert_true(fact_read(arena, &need, &fact));
    assert_string_equal(fact.statement.text, "Diet: vegan");
    assert_string_equal(fact.statement.slot, "diet");
    assert_int_equal(fact.statement.source, SOURCE_RULE);
    assert_int_equal(fact.statement.turn, -1);
    arena_free(arena);
}

/* What an operator or a bad disk made of it. */
static void metadata_that_cannot_be_read_is_empty(void **state)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "[]",
                                      "null",
                                      "7",
                                      "{\"text\":7,\"until\":\"much longer than a date is\"}",
                                      "{\"source\":\"nowhere\",\"turn\":\"two\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena *arena = arena_new();
        struct memory memory = stored(KIND_FACT, "Owns a boat", bad[i]);
        struct speaker speaker;
        struct fact fact;
        assert_true(fact_read(arena, &memory, &fact));
        assert_string_equal(fact.statement.text, "Owns a boat");
        assert_string_equal(fact.statement.until, "");
        assert_true(fact_read_speaker(arena, &memory, &speaker));
        assert_string_equal(speaker.full, "");
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_read_back),
        cmocka_unit_test(what_people_read),
        cmocka_unit_test(speakers_are_read_back),
        cmocka_unit_test(names_of_the_first_version_are_read),
        cmocka_unit_test(metadata_that_cannot_be_read_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
