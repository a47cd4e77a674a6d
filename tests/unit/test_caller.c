#include "people/caller.h"
#include "tests/unit/unit.h"

#include <string.h>

struct row {
    const char *text;
    enum caller_kind kind;
    const char *key;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char key[CALLER_SIZE];
        enum caller_kind kind = caller_parse(rows[i].text, key);
        if (kind != rows[i].kind || strcmp(key, rows[i].key) != 0)
            fail_msg("%s: got kind %d key \"%s\"", rows[i].text ? rows[i].text : "(null)", (int)kind, key);
    }
}

static void a_number_counts_however_it_is_written(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"+15550100001", CALLER_NUMBER, "+15550100001"},
        {"  +15550100001 ", CALLER_NUMBER, "+15550100001"},
        {"+1 555 010 0001", CALLER_NUMBER, "+15550100001"},
        {"+1-555-010-0001", CALLER_NUMBER, "+15550100001"},
        {"+1 (555) 010.0001", CALLER_NUMBER, "+15550100001"},
        {"(+1) 555-010-0001", CALLER_NUMBER, "+15550100001"},
        {"+1\xc2\xa0"
         "555\xe2\x80\x91"
         "010\xe2\x80\x93"
         "0001",
         CALLER_NUMBER, "+15550100001"},
        {"0015550100001", CALLER_NUMBER, "+15550100001"},
        {"00 1 555 010 0001", CALLER_NUMBER, "+15550100001"},
        {"tel:+15550100001", CALLER_NUMBER, "+15550100001"},
        {"TEL:+1-555-010-0001;ext=7", CALLER_NUMBER, "+15550100001"},
        {"sip:+15550100001@trunk.example.com", CALLER_NUMBER, "+15550100001"},
        {"SIPS:+15550100001@host;user=phone", CALLER_NUMBER, "+15550100001"},
        {"sip:0015550100001@10.0.0.1:5060", CALLER_NUMBER, "+15550100001"},
        {"\"Ana\" <sip:+15550100001@host>", CALLER_NUMBER, "+15550100001"},
        {"\"Ana\" <sip:+15550100001@host;user=phone>;tag=a1b2", CALLER_NUMBER, "+15550100001"},
        {"<tel:+15550100001>", CALLER_NUMBER, "+15550100001"},
        {"sip:+15550100001:password@host:5060", CALLER_NUMBER, "+15550100001"},
        {"sip:%2B15550100001@host", CALLER_NUMBER, "+15550100001"},
        {"tel:tel:+15550100001", CALLER_NUMBER, "+15550100001"},
        {"tel: sip:+15550100001@host", CALLER_NUMBER, "+15550100001"},
        {"+44 (0)20 7946 0018", CALLER_NUMBER, "+442079460018"},
        {"+112", CALLER_NUMBER, "+112"},
        {"+123456789012345", CALLER_NUMBER, "+123456789012345"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void a_withheld_number_is_nobody(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL, CALLER_NOBODY, ""},
        {"", CALLER_NOBODY, ""},
        {"   ", CALLER_NOBODY, ""},
        {"anonymous", CALLER_NOBODY, ""},
        {"00266696687", CALLER_NOBODY, ""},
        {"00 2562533", CALLER_NOBODY, ""},
        {"Anonymous", CALLER_NOBODY, ""},
        {"RESTRICTED", CALLER_NOBODY, ""},
        {"private", CALLER_NOBODY, ""},
        {"Unknown", CALLER_NOBODY, ""},
        {"unavailable", CALLER_NOBODY, ""},
        {"blocked", CALLER_NOBODY, ""},
        {"+266696687", CALLER_NOBODY, ""},
        {"266696687", CALLER_NOBODY, ""},
        {"+7378742833", CALLER_NOBODY, ""},
        {"+2562533", CALLER_NOBODY, ""},
        {"+8656696", CALLER_NOBODY, ""},
        {"+86282452253", CALLER_NOBODY, ""},
        {"+266 696 687", CALLER_NOBODY, ""},
        {"tel:+266696687", CALLER_NOBODY, ""},
        {"sip:anonymous@anonymous.invalid", CALLER_NOBODY, ""},
        {"\"Anonymous\" <sip:anonymous@anonymous.invalid>", CALLER_NOBODY, ""},
        {"sip:+266696687@host", CALLER_NOBODY, ""},
        {"sip:0086282452253@host", CALLER_NOBODY, ""},
        {"<sip:anonymous@anonymous.invalid>;tag=a1b2", CALLER_NOBODY, ""},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void another_identifier_is_a_caller_of_its_own(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"customer-8841", CALLER_OTHER, "customer-8841"},
        {"Customer-8841", CALLER_OTHER, "Customer-8841"},
        {"ana@example.com", CALLER_OTHER, "ana@example.com"},
        {"a", CALLER_OTHER, "a"},
        {"8841", CALLER_OTHER, "8841"},
        {"15550100001", CALLER_OTHER, "15550100001"}, /* no + and no 00: whose country? */
        {"555 010 0001", CALLER_OTHER, "5550100001"},
        {"(555) 010-0001", CALLER_OTHER, "5550100001"},
        {"sip:alice@example.com", CALLER_OTHER, "sip:alice@example.com"},
        {"sips:alice@example.com;transport=tls", CALLER_OTHER, "sip:alice@example.com"},
        {"+1234567890123456", CALLER_OTHER, "+1234567890123456"}, /* 16 digits: not E.164 */
        {"anonymous2", CALLER_OTHER, "anonymous2"},
        {"+15550100001a", CALLER_OTHER, "+15550100001a"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void anything_else_is_invalid(void **state)
{
    (void)state;
    char longest[200];
    memset(longest, 'x', sizeof longest);
    longest[128] = '\0';
    char longer[200];
    memset(longer, 'x', sizeof longer);
    longer[129] = '\0';
    const struct row rows[] = {
        {"Ana Kowalska", CALLER_INVALID, ""},
        {"a/b", CALLER_INVALID, ""},
        {"<script>", CALLER_INVALID, ""},
        {"'; DROP TABLE callers", CALLER_INVALID, ""},
        {"a\nb", CALLER_INVALID, ""},
        {"caf\xc3\xa9", CALLER_INVALID, ""},
        {longer, CALLER_INVALID, ""},
        {longest, CALLER_OTHER, longest},
        {"+", CALLER_NOBODY, ""},
        {"sip:", CALLER_NOBODY, ""},
        {"<>", CALLER_INVALID, ""},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_counts_however_it_is_written),
        cmocka_unit_test(a_withheld_number_is_nobody),
        cmocka_unit_test(another_identifier_is_a_caller_of_its_own),
        cmocka_unit_test(anything_else_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
