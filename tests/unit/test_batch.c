/* Lists of people to be called, and the tables that they come in. */
#include "operate/batch.h"

#include "base/csv.h"
#include "base/json.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

/* --- Tables --- */

/* A table as its fields in brackets, or what is wrong with it. */
static const char *read_table(const char *text)
{
    static char said[500];
    struct error error = {0};
    struct arena *arena = arena_new();
    struct csv_record record;
    struct csv csv;
    int got;
    *said = '\0';
    csv_open(&csv, text, strlen(text));
    while ((got = csv_read(&csv, arena, &record, &error)) > 0) {
        for (size_t i = 0; i < record.count; i++)
            snprintf(said + strlen(said), sizeof said - strlen(said), "[%s]", record.fields[i].text);
        snprintf(said + strlen(said), sizeof said - strlen(said), "\n");
    }
    if (got < 0)
        snprintf(said, sizeof said, "%s", error.message);
    arena_free(arena);
    return said;
}

static void tables_are_read(void **state)
{
    (void)state;
    assert_string_equal(read_table(""), "");
    assert_string_equal(read_table("a,b\n1,2\n"), "[a][b]\n[1][2]\n");
    assert_string_equal(read_table("a,b\r\n1,2"), "[a][b]\n[1][2]\n");
    assert_string_equal(read_table("a,,\n,,c\n"), "[a][][]\n[][][c]\n");
    assert_string_equal(read_table("\n\r\na\n\n\nb\n"), "[a]\n[b]\n");
    assert_string_equal(read_table("\"a, \"\"b\"\"\",\"two\r\nlines\"\n\"\",x\n"),
                        "[a, \"b\"][two\r\nlines]\n[][x]\n");
    assert_string_equal(read_table(" a , b\rc\n"), "[ a ][ b\rc]\n");
}

static void what_is_no_table_is_found(void **state)
{
    (void)state;
    assert_string_equal(read_table("a,b\n1,\"2\n3\n"), "line 2, column 3: this quote is not closed");
    assert_string_equal(
        read_table("a\n\xc3\xa4\xc3\xb6\"x\"\n"),
        "line 2, column 3: a field with a quote in it is put in quotes, and the quote doubled");
    assert_string_equal(read_table("\"a\nb\"c\n"),
                        "line 2, column 3: a comma or the end of the line is expected");
    assert_string_equal(read_table("a,\xff\n"), "line 1, column 3: this is not text in UTF-8");
    assert_string_equal(read_table("a,\"\xe2\x82\n"), "line 1, column 4: this is not text in UTF-8");
}

/* --- Lists --- */

/* What each of them is answered. */
static int answer(void *ctx, const char *caller, struct buf *b, struct error *error)
{
    const char *failing = ctx;
    if (failing && strcmp(failing, caller) == 0)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory is away");
    bool known = strcmp(caller, "+15550100001") == 0;
    buf_printf(b,
               "{\"type\":\"conversation_initiation_client_data\",\"dynamic_variables\":{"
               "\"caller_known\":%s,\"caller_id\":\"%s\",\"caller_name\":\"%s\",\"call_count\":%d}%s}",
               known ? "true" : "false", known ? caller : "", known ? "=Ana, \\\"A\\\"" : "", known,
               known ? ",\"conversation_config_override\":{\"agent\":{\"first_message\":\"Hi!\",\"prompt\":{"
                       "\"prompt\":\"Be kind.\"}}}"
                     : "");
    return 0;
}

/* A list as it is printed, or what is wrong with it. */
static const char *fill(const char *text, const char *failing)
{
    static char said[3000];
    struct buf out = BUF_INIT, complaints = BUF_INIT;
    struct error error = {0};
    int result = batch_fill(text, strlen(text), answer, (void *)failing, &out, &complaints, &error);
    if (result != 0)
        assert_int_equal(out.len, 0);
    snprintf(said, sizeof said, "%s%s", result == 0 ? buf_text(&out) : buf_text(&complaints), error.message);
    buf_free(&out);
    buf_free(&complaints);
    return said;
}

static const char *fill_json(const char *text)
{
    static char said[3000];
    cJSON *json = cJSON_Parse(fill(text, NULL));
    assert_non_null(json);
    assert_true(cJSON_PrintPreallocated(json, said, sizeof said, false));
    cJSON_Delete(json);
    return said;
}

static void columns_are_added(void **state)
{
    (void)state;
    assert_string_equal(
        fill("phone_number,city\n+1 555 010-0001,\"Paris, TX\"\n+15550100002,Rome\n", NULL),
        "phone_number,city,caller_known,caller_id,caller_name,call_count,first_message,system_prompt\n"
        "+1 555 010-0001,\"Paris, TX\",true,+15550100001,\" =Ana, \"\"A\"\"\",1,Hi!,Be kind.\n"
        "+15550100002,Rome,false,,,0,,\n");
    assert_string_equal(fill("\xef\xbb\xbfphone_number\r\n+15550100002\r\n", NULL),
                        "phone_number,caller_known,caller_id,caller_name,call_count\r\n"
                        "+15550100002,false,,,0\r\n");
    assert_string_equal(fill("phone_number\n", NULL), "phone_number\n");
}

static void what_the_table_says_counts(void **state)
{
    (void)state;
    assert_string_equal(
        fill("caller_name,first_message,phone_number\nAnita,,+15550100001\n,Hello,+15550100001\n", NULL),
        "caller_name,first_message,phone_number,caller_known,caller_id,call_count,system_prompt\n"
        "Anita,Hi!,+15550100001,true,+15550100001,1,Be kind.\n"
        "\" =Ana, \"\"A\"\"\",Hello,+15550100001,true,+15550100001,1,Be kind.\n");
}

static void recipients_are_filled(void **state)
{
    (void)state;
    assert_string_equal(
        fill_json("[{\"phone_number\": \"+15550100002\", \"id\": \"r1\"}]"),
        "[{\"phone_number\":\"+15550100002\",\"id\":\"r1\",\"conversation_initiation_client_data\":{"
        "\"dynamic_variables\":{\"caller_known\":false,\"caller_id\":\"\",\"caller_name\":\"\",\"call_"
        "count\":0}}"
        "}]");
    assert_string_equal(
        fill_json(
            "{\"call_name\": \"recipients\", \"recipients\": [{\"whatsapp_user_id\": \"15550100001\","
            "\"phone_number\": null, \"conversation_initiation_client_data\": {\"user_id\": \"u1\","
            "\"dynamic_variables\": {\"caller_name\": \"Anita\", \"caller_id\": null, \"city\": \"Rome\"},"
            "\"conversation_config_override\": {\"agent\": {\"first_message\": \"Ahoy\"}}}}]}"),
        "{\"call_name\":\"recipients\",\"recipients\":[{\"whatsapp_user_id\":\"15550100001\","
        "\"phone_number\":null,\"conversation_initiation_client_data\":{\"user_id\":\"u1\","
        "\"dynamic_variables\":{\"caller_name\":\"Anita\",\"city\":\"Rome\",\"caller_known\":true,"
        "\"caller_id\":\"+15550100001\",\"call_count\":1},"
        "\"conversation_config_override\":{\"agent\":{\"first_message\":\"Ahoy\",\"prompt\":{\"prompt\":"
        "\"Be kind.\"}}}}}]}");
}

static void wrong_lists_are_refused(void **state)
{
    (void)state;
    assert_string_equal(fill("number;city\n+15550100001;Rome\n", NULL),
                        "line 1, column 1: the first line names the columns, with commas between, and one of "
                        "them is phone_number");
    assert_string_equal(fill("phone_number,a,a\n", NULL), "line 1, column 16: two columns have this name");
    assert_string_equal(fill("phone_number,a\n+15550100001\n", NULL),
                        "line 2, column 13: the line has 1 fields, and the first line names 2");
    assert_string_equal(fill("phone_number,a\n+15550100001,b,c\n", NULL),
                        "line 2, column 16: the line has 3 fields, and the first line names 2");
    assert_string_equal(fill("a,phone_number\nx,12\ny,+15550100001\n\"z\nz\",anonymous\n", NULL),
                        "line 2, column 3: phone_number: a phone number with its country code is expected\n"
                        "line 5, column 4: phone_number: a phone number with its country code is expected\n"
                        "2 recipients cannot be called; nothing was printed");
    assert_string_equal(fill("{\"a\": 1}", NULL), "line 1, column 1: there is no array \"recipients\"");
    assert_string_equal(fill("[{},\n 5, {\"phone_number\": \"]\"},\n\n  {\"phone_number\": 5}]", NULL),
                        "line 1, column 2: the recipient has neither phone_number nor whatsapp_user_id\n"
                        "line 2, column 2: a recipient is an object\n"
                        "line 2, column 5: phone_number: a phone number with its country code is expected\n"
                        "line 4, column 3: phone_number: a phone number with its country code is expected\n"
                        "4 recipients cannot be called; nothing was printed");
    assert_string_equal(fill("{\"x\": [[\"recipients\"], {\"recipients\": [1]}],\n \"recipients\": "
                             "[{\"phone_number\":\"1\"}]}",
                             NULL),
                        "line 2, column 17: phone_number: a phone number with its country code is expected\n"
                        "1 recipient cannot be called; nothing was printed");
    assert_string_equal(
        fill("[{\"phone_number\":\"+15550100001\",\"conversation_initiation_client_data\":3}]", NULL),
        "line 1, column 2: conversation_initiation_client_data: an object is expected\n"
        "1 recipient cannot be called; nothing was printed");
    assert_string_equal(fill("[{\"whatsapp_user_id\":\"anonymous\"}]", NULL),
                        "line 1, column 2: whatsapp_user_id: this is nobody's\n"
                        "1 recipient cannot be called; nothing was printed");
}

static void wrong_json_is_located(void **state)
{
    (void)state;
    assert_non_null(
        strstr(fill("[\n  {\"phone_number\" \"+15550100001\"}]", NULL), "line 2, column 19: invalid JSON: "));
    assert_non_null(strstr(fill("{\"recipients\": [\n]", NULL), "line 2, column 2: invalid JSON: "));
}

static void a_failure_prints_nothing(void **state)
{
    (void)state;
    assert_string_equal(fill("phone_number\n+15550100001\n+15550100002\n", "+15550100002"),
                        "the memory is away");
    assert_string_equal(
        fill("[{\"phone_number\":\"+15550100001\"},{\"phone_number\":\"+15550100002\"}]", "+15550100002"),
        "the memory is away");
}

static void many_complaints_are_cut(void **state)
{
    struct buf text = BUF_INIT;
    size_t lines = 0;
    (void)state;
    buf_puts(&text, "phone_number\n");
    for (int i = 0; i < 100; i++)
        buf_puts(&text, "nobody-at-all\n");
    const char *said = fill(buf_text(&text), NULL);
    for (const char *at = said; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 20);
    assert_non_null(strstr(said, "\n100 recipients cannot be called"));
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read),         cmocka_unit_test(what_is_no_table_is_found),
        cmocka_unit_test(columns_are_added),       cmocka_unit_test(what_the_table_says_counts),
        cmocka_unit_test(recipients_are_filled),   cmocka_unit_test(wrong_lists_are_refused),
        cmocka_unit_test(wrong_json_is_located),   cmocka_unit_test(a_failure_prints_nothing),
        cmocka_unit_test(many_complaints_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
