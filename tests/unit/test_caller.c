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
        {"15550100001", CALLER_NUMBER, "+15550100001"}, /* eleven digits that can be a whole number */
        {"sip:15550100001@192.0.2.4", CALLER_NUMBER, "+15550100001"},
        {"1-555-010-0001", CALLER_NUMBER, "+15550100001"},
        {"+15550203005@pbx", CALLER_NUMBER, "+15550203005"},
        {"15550203005@pbx.example.com:5060", CALLER_NUMBER, "+15550203005"},
        {"+15550100001;ext=5", CALLER_NUMBER, "+15550100001"},
        {"+15550100001x12", CALLER_NUMBER, "+15550100001"},
        {"+1 555 010 0001 ext. 12", CALLER_NUMBER, "+15550100001"},
        {"+1 555 010 0001 #12", CALLER_NUMBER, "+15550100001"},
        {"%2B15550100001", CALLER_NUMBER, "+15550100001"},
        {"\xef\xbc\x8b"
         "15550100001",
         CALLER_NUMBER, "+15550100001"},
        {"+\xef\xbc\x91"
         "5550100001",
         CALLER_NUMBER, "+15550100001"},
        {"\xe2\x80\xaa+15550100001\xe2\x80\xac", CALLER_NUMBER, "+15550100001"},
        {"\xef\xbb\xbf+15550100001", CALLER_NUMBER, "+15550100001"},
        {" 15550100001", CALLER_NUMBER, "+15550100001"},
        {" 4930123456", CALLER_NUMBER, "+4930123456"}, /* a blank in the place of the plus */
        {"011 44 20 7946 0018", CALLER_NUMBER, "+442079460018"},
        {"+155501501455", CALLER_NUMBER, "+155501501455"}, /* a digit more is another one */
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
        {"anonymous@anonymous.invalid", CALLER_NOBODY, ""},
        {"c8fe6f5d@anonymous.invalid", CALLER_NOBODY, ""},
        {"unknown@192.0.2.7:5060", CALLER_NOBODY, ""},
        {"+17378742833", CALLER_NOBODY, ""},
        {"+1 266696687", CALLER_NOBODY, ""},
        {"sip:+17378742833@host", CALLER_NOBODY, ""},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void a_placeholder_is_nobody(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0", CALLER_NOBODY, ""},
        {"00000000", CALLER_NOBODY, ""},
        {"+10000000000", CALLER_NOBODY, ""},
        {"0010000000000", CALLER_NOBODY, ""},
        {"sip:00000000@host", CALLER_NOBODY, ""},
        {"+4900000000", CALLER_NOBODY, ""},
        {"+19999999999", CALLER_NOBODY, ""},
        {"null", CALLER_NOBODY, ""},
        {"NULL", CALLER_NOBODY, ""},
        {"None", CALLER_NOBODY, ""},
        {"undefined", CALLER_NOBODY, ""},
        {"sip:undefined@host", CALLER_NOBODY, ""},
        {"withheld", CALLER_NOBODY, ""},
        {"Hidden", CALLER_NOBODY, ""},
        {"No Caller ID", CALLER_NOBODY, ""},
        {"no-caller-id", CALLER_NOBODY, ""},
        {"Private Number", CALLER_NOBODY, ""},
        {"system__caller_id", CALLER_NOBODY, ""},
        {"{{system__caller_id}}", CALLER_NOBODY, ""},
        {"test", CALLER_NOBODY, ""},
        {"invalid", CALLER_NOBODY, ""},
        {"N/A", CALLER_NOBODY, ""},
        {"-", CALLER_NOBODY, ""},
        {"\xe2\x80\x8e", CALLER_NOBODY, ""},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void a_country_has_numbers_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *country, *text, *key;
    } rows[] = {
        {"DE", "030 123456", "+4930123456"},
        {"de", "0151 23456789", "+4915123456789"},
        {"DE", "004930123456", "+4930123456"},
        {"DE", "4930123456", "+4930123456"},
        {"DE", "15550100001", "+15550100001"},
        {"DE", "0049 30 123456", "+4930123456"},
        {"US", "555 010 0001", "+15550100001"},
        {"US", "1 555 010 0001", "+15550100001"},
        {"US", "011 49 30 123456", "+4930123456"},
        {"IN", "09876543210", "+919876543210"},
        {"IN", "9876543210", "+919876543210"},
        {"IN", "sip:09876543210@host", "+919876543210"},
        {"IT", "06 6982 1234", "+390669821234"},
        {"CN", "13912345678", "+8613912345678"},
        {"BR", "(11) 96123-4567", "+5511961234567"},
        {"RU", "8 912 345-67-89", "+79123456789"},
        {"ES", "912 345 678", "+34912345678"},
        {"GB", "100", "100"},
        {"US", "8841", "8841"},
        {"XX", "030 123456", "030123456"},
        {"", "030 123456", "030123456"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char key[CALLER_SIZE];
        caller_set_country(rows[i].country);
        caller_parse(rows[i].text, key);
        if (strcmp(key, rows[i].key) != 0)
            fail_msg("%s of %s: got \"%s\"", rows[i].text, rows[i].country, key);
    }
    caller_set_country(NULL);
}

static void a_session_names_itself_in_a_space_of_its_own(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"+15550100001", CALLER_OTHER, "user:+15550100001"},
        {"15550100001", CALLER_OTHER, "user:15550100001"},
        {"555-0100", CALLER_OTHER, "user:555-0100"},
        {"sip:ana@host", CALLER_OTHER, "user:sip:ana@host"},
        {"member-3307", CALLER_OTHER, "member-3307"},
        {"user:+15550100001", CALLER_OTHER, "user:+15550100001"},
        {" ana@example.com ", CALLER_OTHER, "user:ana@example.com"},
        {"anonymous", CALLER_NOBODY, ""},
        {"0000", CALLER_NOBODY, ""},
        {"", CALLER_NOBODY, ""},
        {NULL, CALLER_NOBODY, ""},
        {"Ana Kowalska", CALLER_INVALID, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char key[CALLER_SIZE], again[CALLER_SIZE];
        assert_int_equal(caller_parse_user(rows[i].text, key), rows[i].kind);
        assert_string_equal(key, rows[i].key);
        caller_parse(key, again);
        assert_string_equal(again, key);
    }
    char key[CALLER_SIZE];
    assert_int_equal(caller_parse_whatsapp("15550100001", key), CALLER_NUMBER);
    assert_string_equal(key, "+15550100001");
    assert_int_equal(caller_parse_whatsapp("US.13491208", key), CALLER_OTHER);
    assert_string_equal(key, "whatsapp:US.13491208");
    assert_int_equal(caller_parse_whatsapp("", key), CALLER_NOBODY);
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
        cmocka_unit_test(a_placeholder_is_nobody),
        cmocka_unit_test(a_country_has_numbers_of_its_own),
        cmocka_unit_test(a_session_names_itself_in_a_space_of_its_own),
        cmocka_unit_test(another_identifier_is_a_caller_of_its_own),
        cmocka_unit_test(anything_else_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
