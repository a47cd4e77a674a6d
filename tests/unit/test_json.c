#include "base/json.h"

#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const good[] = {
    "{}",
    " \r\n\t{ } ",
    "{\"a\":1}",
    "{\"a\":-0.5e+10,\"b\":[],\"c\":[1,2,{\"d\":null}],\"e\":true,\"f\":false}",
    "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"}",
    "{\"\":\"\",\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}",
    "{\"a\":0,\"b\":-0,\"c\":0.0,\"d\":1E5}",
};

static const char *const bad[] = {
    "",
    "   ",
    "[]",
    "1",
    "\"text\"",
    "null",
    "{",
    "}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\":1}x",
    "{\"a\":1}{}",
    "{'a':1}",
    "{a:1}",
    "{\"a\":01}",
    "{\"a\":1.}",
    "{\"a\":.5}",
    "{\"a\":-}",
    "{\"a\":1e}",
    "{\"a\":+1}",
    "{\"a\":NaN}",
    "{\"a\":tru}",
    "{\"a\":nul}",
    "{\"a\":[1,]}",
    "{\"a\":[1 2]}",
    "{\"a\":[1}",
    "{\"a\":{]}",
    "{\"a\":\"\n\"}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\\u12\"}",
    "{\"a\":\"open",
    "{\"a\":\"\xff\"}",
    "{\"a\":\"\xc0\xaf\"}",
    "{\"a\":\"\xed\xa0\x80\"}",
    "{\"a\":\"\xf4\x90\x80\x80\"}",
    "{\"a\":\"\xc3\"}",
    "{\"a\":\"\xe2\x82\"}",
    "\xef\xbb{}",
    "\xbb\xbf{}",
    "{}\xef\xbb\xbf",
    "\xef\xbb\xbf\xef\xbb\xbf{}",
    "\xef\xbb\xbf",
};

static void takes_what_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct error error = {0};
        cJSON *object = json_parse(good[i], strlen(good[i]), &error);
        if (!object)
            fail_msg("%s: %s", good[i], error.message);
        cJSON_Delete(object);
    }
}

static void refuses_what_is_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error error = {0};
        cJSON *object = json_parse(bad[i], strlen(bad[i]), &error);
        if (object)
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(error.code, ERROR_INVALID_JSON);
        assert_true(strlen(error.message) > 10);
    }
    struct error error = {0};
    assert_null(json_parse("{\"a\":\"\0\"}", 9, &error)); /* a NUL byte is a control character */
}

static void knows_how_deep_is_too_deep(void **state)
{
    (void)state;
    char text[512];
    for (int depth = 63; depth <= 66; depth++) {
        /* depth - 1 arrays within the outermost object */
        size_t len = 0;
        memcpy(text, "{\"a\":", 5);
        len = 5;
        memset(text + len, '[', (size_t)depth - 1);
        len += (size_t)depth - 1;
        memset(text + len, ']', (size_t)depth - 1);
        len += (size_t)depth - 1;
        text[len++] = '}';
        struct error error = {0};
        cJSON *object = json_parse(text, len, &error);
        assert_int_equal(object != NULL, depth <= JSON_MAX_DEPTH);
        cJSON_Delete(object);
    }
}

static void no_text_is_cut_at_a_nul(void **state)
{
    (void)state;
    const char *text = "{\"a\":\"x\\u0000y\",\"b\":\"\\ud83d!\",\"c\":\"\\ude00\",\"d\":\"\\\\u0000\",\"e\":"
                       "\"\\uD83D\\uDE00\"}";
    struct error error = {0};
    cJSON *object = json_parse(text, strlen(text), &error);
    assert_non_null(object);
    assert_string_equal(json_text(object, "a"), "x\xef\xbf\xbdy");
    assert_string_equal(json_text(object, "b"), "\xef\xbf\xbd!");
    assert_string_equal(json_text(object, "c"), "\xef\xbf\xbd");
    assert_string_equal(json_text(object, "d"), "\\u0000");
    assert_string_equal(json_text(object, "e"), "\xf0\x9f\x98\x80");
    cJSON_Delete(object);
}

static const struct json_member members[] = {{"type", -1}, {"data", -1}, {"n", 1},      {"a", 1},    {"e", 1},
                                             {"s", 1},     {"deep", 4},  {"after", -1}, {"stop", -1}};

static int note(void *ctx, int member, enum json_type type, const char *text, size_t len, struct error *error)
{
    static const char *const types[] = {
        [JSON_STRING] = "string", [JSON_NUMBER] = "number", [JSON_BOOL] = "bool",
        [JSON_NULL] = "null",     [JSON_OBJECT] = "object", [JSON_ARRAY] = "array",
    };
    struct buf *seen = ctx;
    if (len == 0)
        buf_printf(seen, "\n%s %s ", members[member].name, types[type]);
    else
        assert_int_equal(type, JSON_STRING);
    buf_add(seen, text, len);
    return strcmp(members[member].name, "stop") == 0 ? error_set(error, ERROR_INVALID_REQUEST, "stopped") : 0;
}

/* Feeds `text` in pieces of `size` bytes. */
static char *scanned(const char *text, size_t size)
{
    struct buf seen = BUF_INIT;
    struct error error = {0};
    struct json_scan *scan = json_scan_new(members, sizeof members / sizeof *members, note, &seen);
    assert_non_null(scan);
    size_t len = strlen(text);
    int result = 0;
    for (size_t at = 0; at < len && result == 0; at += size)
        result = json_scan_feed(scan, text + at, len - at < size ? len - at : size, &error);
    if (result == 0)
        result = json_scan_end(scan, &error);
    if (result != 0)
        buf_printf(&seen, "\nerror %s: %s", error_name(error.code), error.message);
    json_scan_free(scan);
    return buf_take(&seen);
}

static void expect_scanned(const char *text, const char *want)
{
    for (size_t size = 1; size <= strlen(text); size++) {
        char *got = scanned(text, size);
        assert_string_equal(got, want);
        free(got);
    }
}

static void scanner_reports_members_and_their_values(void **state)
{
    (void)state;
    expect_scanned(
        "{\"type\":\"x\\u00e9\\ud83d\\ude00\\ud83d\\u0000y\",\"data\":{\"n\":-1.5e3,\"a\":[1,{\"b\":\"c\"},"
        "[null,true]],\"e\":{\"deep\":true}, \"s\":\"\"},\"after\":\"\xc3\xa9z\\udc00\"}",
        "\ntype string x\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbdy\ndata object \nn number \na array "
        "\ne object \ndeep bool \ns string \nafter string \xc3\xa9z\xef\xbf\xbd");
    expect_scanned("{\"t\\u0079p\\u0065\":\"escaped \\\\ \\/ \\n\"}", "\ntype string escaped \\ / \n");
    expect_scanned("{\"type\":null,\"data\":[]}", "\ntype null \ndata array ");
}

/* As for cJSON, whatever it is. */
static void scanner_reports_the_first_of_its_name(void **state)
{
    (void)state;
    expect_scanned("{\"type\":\"one\",\"type\":\"two\"}", "\ntype string one");
    expect_scanned("{\"type\":{},\"type\":\"two\"}", "\ntype object ");
    expect_scanned("{\"data\":{\"s\":\"in\"},\"data\":{\"s\":\"no\",\"n\":1}}",
                   "\ndata object \ns string in");
    expect_scanned("{\"data\":7,\"data\":{\"s\":\"no\"}}", "\ndata number ");
}

static void scanner_reports_nothing_from_elsewhere(void **state)
{
    (void)state;
    expect_scanned("{\"s\":\"1\",\"data\":{\"type\":2,\"x\":{\"s\":3}},\"y\":[{\"type\":4}],\"TYPE\":5}",
                   "\ndata object ");
    expect_scanned("{\"data\":[{\"s\":1},\"s\"],\"data.s\":\"2\",\"typ\":3,\"types\":4,\"\":5}",
                   "\ndata array ");
    expect_scanned("{\"data\":{\"e\":[{\"deep\":1}]}}", "\ndata object \ne array ");
}

static void scanner_agrees_with_the_parser(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (size_t size = 1; size < 8; size++) {
            char *got = scanned(bad[i], size);
            if (!strstr(got, "error invalid_json"))
                fail_msg("taken: %s", bad[i]);
            free(got);
        }
}

static void messages_name_the_byte_and_the_cause(void **state)
{
    (void)state;
    expect_scanned("{\"a\":[true,01]}", "\nerror invalid_json: invalid JSON at byte 12: a comma or a closing "
                                        "bracket is expected");
    expect_scanned("{\"count\": 1.5.2}",
                   "\nerror invalid_json: invalid JSON at byte 13: a comma or a closing "
                   "bracket is expected");
    expect_scanned("{\"count\": -x}", "\nerror invalid_json: invalid JSON at byte 11: malformed number");
    expect_scanned("{\"a\":\"plain text \xff\"}",
                   "\nerror invalid_json: invalid JSON at byte 17: malformed UTF-8");
}

static void scanner_stops_when_told(void **state)
{
    (void)state;
    expect_scanned("{\"type\":1,\"stop\":\"here\",\"after\":2}",
                   "\ntype number \nstop string \nerror invalid_request: stopped");
}

static void long_strings_come_in_pieces(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, 333, 512, 5000, 100000};
    struct buf text = BUF_INIT, want = BUF_INIT;
    buf_puts(&text, "{\"type\":\"");
    for (int i = 0; i < 5000; i++)
        buf_puts(&text, i % 7 ? "abc" : "\\n\xc3\xa9");
    for (int i = 0; i < 2000; i++)
        buf_puts(&text, "plain");
    buf_puts(&text, "\"}");
    struct error error = {0};
    cJSON *object = json_parse(text.data, text.len, &error);
    assert_non_null(object);
    buf_printf(&want, "\ntype string %s", json_text(object, "type"));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *got = scanned(buf_text(&text), sizes[i]);
        assert_string_equal(got, buf_text(&want));
        free(got);
    }
    cJSON_Delete(object);
    buf_free(&want);
    buf_free(&text);
}

static void long_names_match_nothing(void **state)
{
    (void)state;
    struct buf text = BUF_INIT;
    for (int len = 500; len < 1100; len++) {
        buf_reset(&text);
        buf_puts(&text, "{\"type");
        for (int i = 4; i < len; i++)
            buf_putc(&text, 'n');
        buf_puts(&text, "\":1}");
        char *got = scanned(buf_text(&text), 50);
        assert_string_equal(got, "");
        free(got);
    }
    buf_free(&text);
}

static void members_by_name_and_type(void **state)
{
    (void)state;
    const char *text =
        "{\"t\":\"x\",\"n\":2.7,\"z\":null,\"b\":true,\"o\":{},\"a\":[],\"big\":1e300,\"T\":1}";
    struct error error = {0};
    cJSON *object = json_parse(text, strlen(text), &error);
    assert_string_equal(json_text(object, "t"), "x");
    assert_null(json_text(object, "n"));
    assert_null(json_get(object, "z"));
    assert_null(json_text(NULL, "t"));
    assert_int_equal(json_int(object, "n", 9), 2);
    assert_int_equal(json_int(object, "t", 9), 9);
    assert_true(json_int(object, "big", 0) == INT64_MAX);
    assert_true(json_bool(object, "b", false));
    assert_true(json_bool(object, "t", true));
    assert_non_null(json_object(object, "o"));
    assert_null(json_object(object, "a"));
    assert_non_null(json_array(object, "a"));
    cJSON_Delete(object);
}

/* cJSON reads 63 characters of a number. */
static void a_number_may_have_any_length(void **state)
{
    (void)state;
    char text[4096], digits[601], nines[71];
    struct error error = {0};
    memset(digits, '0', 600);
    digits[600] = '\0';
    memset(nines, '9', 70);
    nines[70] = '\0';
    int len =
        snprintf(text, sizeof text,
                 "{\"s\":\"%s\\\"%s\",\"big\":1%s,\"low\":-1%s,\"small\":0.%s1,\"n\":-%.30s.%se-12,\"t\":7}",
                 digits, digits, digits, digits, digits, nines, nines);
    cJSON *object = json_parse(text, (size_t)len, &error);
    if (!object)
        fail_msg("%s", error.message);
    assert_int_equal(strlen(json_text(object, "s")), 1201);
    assert_true(json_number(object, "big", 0) > 1e300);
    assert_true(json_number(object, "low", 0) < -1e300);
    assert_true(json_number(object, "small", 1) >= 0 && json_number(object, "small", 1) < 1e-300);
    assert_true(json_number(object, "n", 0) < -0.999e18 && json_number(object, "n", 0) > -1.001e18);
    assert_int_equal(json_int(object, "t", 0), 7);
    cJSON_Delete(object);
}

/* What is written is read back as the same, by us and by cJSON. */
static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":[],\"o\":{},\"n\":[0,-7,0.1,1e+300,-2.5e-07,9007199254740991,123456789012345680,3."
        "3333333333333335],"
        "\"t\":[true,false,null],\"s\":\"\\\"\\\\/\\n\\u0001\\u2028\u00e9\",\"\\u00ebx\":[[{\"d\":[1]}]]}";
    struct error error = {0};
    struct buf b = BUF_INIT, again = BUF_INIT;
    cJSON *value = json_parse(text, sizeof text - 1, &error);
    assert_non_null(value);
    json_add(&b, value);
    cJSON *read = json_parse(buf_text(&b), b.len, &error), *theirs = cJSON_Parse(buf_text(&b));
    assert_true(cJSON_Compare(value, read, true));
    assert_true(cJSON_Compare(value, theirs, true));
    json_add(&again, read);
    assert_string_equal(buf_text(&b), buf_text(&again));
    assert_non_null(strstr(
        b.data, "[0,-7,0.1,1e+300,-2.5e-07,9007199254740991,1.2345678901234568e+17,3.3333333333333335]"));
    cJSON_Delete(value);
    cJSON_Delete(read);
    cJSON_Delete(theirs);
    buf_reset(&b);
    cJSON *odd = cJSON_CreateArray();
    cJSON_AddItemToArray(odd, cJSON_CreateNumber((double)NAN));
    cJSON_AddItemToArray(odd, cJSON_CreateNumber((double)INFINITY));
    cJSON_AddItemToArray(odd, cJSON_CreateRaw("{\"raw\":1}"));
    json_add(&b, odd);
    assert_string_equal(buf_text(&b), "[null,null,{\"raw\":1}]");
    cJSON_Delete(odd);
    json_add(&b, NULL);
    assert_null(buf_text(&b));
    buf_free(&b);
    buf_free(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_json),
        cmocka_unit_test(refuses_what_is_not),
        cmocka_unit_test(knows_how_deep_is_too_deep),
        cmocka_unit_test(no_text_is_cut_at_a_nul),
        cmocka_unit_test(scanner_reports_members_and_their_values),
        cmocka_unit_test(scanner_reports_the_first_of_its_name),
        cmocka_unit_test(scanner_reports_nothing_from_elsewhere),
        cmocka_unit_test(messages_name_the_byte_and_the_cause),
        cmocka_unit_test(scanner_agrees_with_the_parser),
        cmocka_unit_test(scanner_stops_when_told),
        cmocka_unit_test(long_strings_come_in_pieces),
        cmocka_unit_test(long_names_match_nothing),
        cmocka_unit_test(members_by_name_and_type),
        cmocka_unit_test(a_number_may_have_any_length),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
