/*
 * The day that words speak of, against the day of the call: Monday, 2 March 2026.
 */
#include "tests/unit/understood.h"

#include "base/clock.h"
#include "understand/date.h"

static void a_day_is(const char *language, const char *line, const char *want)
{
    struct said said = {.language = language, .lines = {line}};
    struct call call;
    struct reading reading;
    char date[CLOCK_STAMP_SIZE] = "";
    call_make(&call, &said);
    assert_int_equal(reading_open(&reading, call.lexicon, &call.transcript, call.arena), 0);
    const struct spoken *spoken = &reading.spoken[0];
    int64_t when = date_find(&reading, spoken, (struct span){0, spoken->words.count});
    if (when)
        clock_date(when, date);
    if (strcmp(date, want) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", line, date, want);
    reading_close(&reading);
    call_free(&call);
}

static void days_from_the_call_on(void **state)
{
    (void)state;
    a_day_is("en", "I'll call you back in three days.", "2026-03-05");
    a_day_is("en", "You'll receive an email tomorrow.", "2026-03-03");
    a_day_is("en", "It will be with you in two weeks.", "2026-03-16");
    a_day_is("de", "Wir rufen Sie morgen zurück.", "2026-03-03");
    a_day_is("es", "Le llamaremos mañana.", "2026-03-03");
    a_day_is("fr", "Nous vous rappellerons demain.", "2026-03-03");
    a_day_is("it", "La richiameremo domani.", "2026-03-03");
    a_day_is("pt", "Vamos ligar amanhã.", "2026-03-03");
}

static void weekdays(void **state)
{
    (void)state;
    a_day_is("en", "Your order ships on Friday.", "2026-03-06");
    a_day_is("en", "A technician will come next Friday.", "2026-03-13");
    a_day_is("en", "We'll see you on Monday.", "2026-03-09");
    a_day_is("es", "Le llamaremos el próximo viernes.", "2026-03-06");
    a_day_is("de", "Der Techniker kommt am Freitag.", "2026-03-06");
}

static void days_of_a_month(void **state)
{
    (void)state;
    a_day_is("en", "Order 7 leaves our warehouse on Friday the sixth.", "2026-03-06");
    a_day_is("en", "My birthday is on the fifth of May.", "2026-05-05");
    a_day_is("en", "We need it by the end of the month.", "2026-03-31");
    a_day_is("de", "Ein Techniker kommt am Freitag, den 6. März.", "2026-03-06");
}

static void no_day_at_all(void **state)
{
    (void)state;
    a_day_is("en", "I have 7 bicycles.", "");
    a_day_is("en", "Thank you very much.", "");
    a_day_is("pl", "Zadzwonimy jutro.", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_from_the_call_on),
        cmocka_unit_test(weekdays),
        cmocka_unit_test(days_of_a_month),
        cmocka_unit_test(no_day_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
