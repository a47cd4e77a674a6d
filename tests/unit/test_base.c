/*
 * The small modules of base: buf, error, arena, digest.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/zone.h"

#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- buf --- */

static void a_buf_grows_and_ends_with_nul(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    assert_string_equal(buf_text(&b), "");
    for (int i = 0; i < 10000; i++) {
        buf_printf(&b, "%d,", i % 10);
        assert_int_equal(b.data[b.len], '\0');
    }
    assert_int_equal(b.len, 20000);
    buf_add(&b, "\0x", 2);
    assert_int_equal(b.len, 20002);
    buf_putc(&b, 'y');
    assert_memory_equal(b.data + 20000, "\0xy", 4);
    buf_reset(&b);
    assert_string_equal(buf_text(&b), "");
    assert_true(b.cap > 20000); /* what was allocated is kept */
    buf_puts(&b, "again");
    assert_string_equal(buf_text(&b), "again");
    buf_free(&b);
    assert_null(b.data);
    buf_free(&b);
}

static void taking_a_text_leaves_an_empty_buf(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    char *text = buf_take(&b);
    assert_string_equal(text, "");
    free(text);
    buf_puts(&b, "mine");
    text = buf_take(&b);
    assert_string_equal(text, "mine");
    free(text);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_string_equal(buf_text(&b), "");
}

static void a_buf_that_failed_stays_failed_until_reset(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    buf_puts(&b, "text");
    assert_false(buf_reserve(&b, SIZE_MAX - 10));
    assert_true(b.failed);
    buf_puts(&b, "more");
    buf_putc(&b, 'x');
    buf_printf(&b, "%d", 1);
    buf_json(&b, "x", 1);
    assert_false(buf_reserve(&b, 1));
    assert_null(buf_text(&b));
    buf_reset(&b);
    buf_puts(&b, "again");
    assert_string_equal(buf_text(&b), "again");
    assert_false(buf_reserve(&b, SIZE_MAX - 10));
    assert_null(buf_take(&b)); /* and nothing is left to be freed */
    assert_null(b.data);
}

static void numbers_are_written_short(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *text;
    } whole[] = {{0, "0"},
                 {7, "7"},
                 {-1, "-1"},
                 {1234567890123, "1234567890123"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    static const struct {
        double number;
        int places;
        const char *text;
    } decimal[] = {{0.5, 3, "0.5"},     {1, 3, "1"},           {0, 3, "0"},
                   {0.9996, 3, "1"},    {0.3939, 4, "0.3939"}, {0.00012, 4, "0.0001"},
                   {0.00001, 4, "0"},   {-0.00001, 4, "0"},    {-0.25, 2, "-0.25"},
                   {12.305, 1, "12.3"}, {0.05, 2, "0.05"},     {999999999, 0, "999999999"},
                   {1e300, 3, "0"},     {(double)NAN, 3, "0"}, {(double)INFINITY, 3, "0"}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct buf b = BUF_INIT;
        buf_int(&b, whole[i].number);
        assert_string_equal(buf_text(&b), whole[i].text);
        buf_free(&b);
    }
    for (size_t i = 0; i < sizeof decimal / sizeof *decimal; i++) {
        struct buf b = BUF_INIT;
        buf_decimal(&b, decimal[i].number, decimal[i].places);
        assert_string_equal(buf_text(&b), decimal[i].text);
        buf_free(&b);
    }
}

/* Whatever stands where: what is looked at sixteen at a time is what each byte alone would be. */
static void what_needs_an_escape_is_found_anywhere(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 48; len++)
        for (size_t at = 0; at < len; at++)
            for (int c = 1; c < 256; c++) {
                char text[] = "abcdefghijklmnopqrstuvwxABCDEFGHIJKLMNOPQRSTUVWX";
                text[at] = (char)c;
                text[len] = '"';
                bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
                assert_int_equal(buf_plain(text, len), plain ? len : at);
            }
    assert_int_equal(buf_plain("", 0), 0);
    assert_int_equal(buf_plain("short", 5), 5);
}

static void text_becomes_json(void **state)
{
    (void)state;
    static const struct {
        const char *text, *json;
    } rows[] = {
        {"", "\"\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
        {"caf\xc3\xa9 \xe6\x9d\xb1 \xf0\x9f\x98\x80", "\"caf\xc3\xa9 \xe6\x9d\xb1 \xf0\x9f\x98\x80\""},
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xa9"
         "c",
         "\"a\\u2028b\\u2029c\""},
        {"a\xff"
         "b\xc3",
         "\"a\xef\xbf\xbd"
         "b\xef\xbf\xbd\""},
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xe2\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        buf_json(&b, rows[i].text, strlen(rows[i].text));
        assert_string_equal(buf_text(&b), rows[i].json);
        buf_free(&b);
    }
    struct buf b = BUF_INIT;
    buf_json(&b, "a\0b", 3);
    assert_string_equal(buf_text(&b), "\"a\\u0000b\"");
    buf_free(&b);
}

/* Whatever the bytes are, they make one line of JSON that reads back, and as they were when they were UTF-8.
 */
static void any_bytes_make_json(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        struct buf b = BUF_INIT;
        struct error error = {0};
        size_t len = (size_t)round % sizeof bytes;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            static const unsigned char likely[] = {0xe2, 0x80, 0xa8, 0xed, 0xa0, 0xf0,
                                                   0x9f, '\n', '"',  '\\', 0xc3, 0xff};
            unsigned char any = (unsigned char)(seed >> 8);
            bytes[i] = (char)(seed >> 30 ? likely[any % sizeof likely] : any);
            if (!bytes[i])
                bytes[i] = 'x'; /* C text cannot show what \u0000 is read as */
        }
        buf_puts(&b, "{\"v\":");
        buf_json(&b, bytes, len);
        buf_puts(&b, "}");
        assert_true(utf8_is_valid(b.data, b.len));
        for (size_t i = 0; i < b.len; i++)
            assert_true((unsigned char)b.data[i] >= 0x20);
        cJSON *object = json_parse(b.data, b.len, &error);
        if (!object)
            fail_msg("%s: %s", b.data, error.message);
        const char *read = cJSON_GetObjectItem(object, "v")->valuestring;
        if (utf8_is_valid(bytes, len)) {
            assert_int_equal(strlen(read), len);
            assert_memory_equal(read, bytes, len);
        }
        cJSON_Delete(object);
        buf_free(&b);
    }
}

/* --- error --- */

static void an_error_is_one_sentence_on_one_line(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(error_set(&error, ERROR_NOT_FOUND, "no %s\r\nSet-Cookie: %d\x7f\x1b", "such\tthing", 7),
                     -1);
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_string_equal(error.message, "no such thing  Set-Cookie: 7  ");
    assert_int_equal(error_set(NULL, ERROR_NOT_FOUND, "nobody wants to know"), -1);
}

static void a_long_error_is_cut_at_a_character(void **state)
{
    (void)state;
    for (int shift = 0; shift < 8; shift++) {
        struct error error;
        struct buf b = BUF_INIT;
        for (int i = 0; i < shift; i++)
            buf_putc(&b, 'x');
        for (int i = 0; i < 200; i++)
            buf_puts(&b, i % 2 ? "\xe6\x9d\xb1" : "\xf0\x9f\x98\x80");
        error_set(&error, ERROR_INTERNAL, "%s", buf_text(&b));
        size_t len = strlen(error.message);
        assert_true(len < sizeof error.message && len > sizeof error.message - 6);
        assert_true(utf8_is_valid(error.message, len));
        assert_memory_equal(error.message, b.data, len);
        buf_free(&b);
    }
}

static void every_error_has_its_name_and_status(void **state)
{
    (void)state;
    static const struct {
        enum error_code code;
        int status;
        const char *name;
        bool transient;
    } rows[] = {
        {ERROR_INVALID_JSON, 400, "invalid_json", false},
        {ERROR_INVALID_REQUEST, 400, "invalid_request", false},
        {ERROR_MISSING_CREDENTIALS, 401, "missing_credentials", false},
        {ERROR_MALFORMED_SIGNATURE, 401, "malformed_signature", false},
        {ERROR_TIMESTAMP_OUT_OF_TOLERANCE, 401, "timestamp_out_of_tolerance", false},
        {ERROR_INVALID_SIGNATURE, 401, "invalid_signature", false},
        {ERROR_INVALID_SECRET, 401, "invalid_secret", false},
        {ERROR_NOT_FOUND, 404, "not_found", false},
        {ERROR_METHOD_NOT_ALLOWED, 405, "method_not_allowed", false},
        {ERROR_BODY_TOO_LARGE, 413, "body_too_large", false},
        {ERROR_UNSUPPORTED_MEDIA_TYPE, 415, "unsupported_media_type", false},
        {ERROR_TOO_MANY_REQUESTS, 429, "too_many_requests", true},
        {ERROR_INTERNAL, 500, "internal_error", true},
        {ERROR_MEMORY_UNAVAILABLE, 503, "memory_unavailable", true},
        {ERROR_INBOX_UNAVAILABLE, 503, "inbox_unavailable", true},
        {ERROR_SETTINGS, 500, "settings", false},
        {ERROR_CODES, 500, "internal_error", true}, /* never a crash for a code that is none */
    };
    assert_int_equal(sizeof rows / sizeof *rows, ERROR_CODES); /* each but ERROR_NONE, and the one too many */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(error_name(rows[i].code), rows[i].name);
        assert_int_equal(error_status(rows[i].code), rows[i].status);
        assert_int_equal(error_is_transient(rows[i].code), rows[i].transient);
    }
}

/* --- arena --- */

static void an_arena_keeps_its_pieces_apart(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const char *texts[500];
    assert_non_null(arena);
    for (int i = 0; i < 500; i++) {
        max_align_t *aligned = arena_alloc(arena, (size_t)i + 1);
        assert_non_null(aligned);
        assert_int_equal((uintptr_t)aligned % _Alignof(max_align_t), 0);
        for (int j = 0; j <= i; j++)
            assert_int_equal(((char *)aligned)[j], 0);
        memset(aligned, 0xee, (size_t)i + 1);
        texts[i] = i % 2 ? arena_printf(arena, "number %d", i) : arena_text(arena, "numbers", 6);
    }
    char *large = arena_alloc(arena, 100000);
    assert_non_null(large);
    memset(large, 0xee, 100000);
    for (int i = 0; i < 500; i++) {
        char want[32];
        snprintf(want, sizeof want, "number %d", i);
        assert_string_equal(texts[i], i % 2 ? want : "number");
    }
    assert_string_equal(arena_text(arena, NULL, 0), "");
    assert_false(arena_failed(arena));
    arena_free(arena);
    arena_free(NULL);
}

static void an_arena_remembers_that_it_failed(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_non_null(arena_text(arena, "x", 1));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_alloc(arena, SIZE_MAX - 40));
    assert_true(arena_failed(arena));
    arena_free(arena);
}

/* --- digest --- */

/* printf abc | sha256sum */
static void a_digest_is_that_of_sha256sum(void **state)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char digest[DIGEST_SIZE];
        char hex[2 * DIGEST_SIZE + 1];
        assert_true(digest_sha256(rows[i].text, strlen(rows[i].text), digest));
        text_hex(digest, sizeof digest, hex);
        assert_string_equal(hex, rows[i].hex);
    }
}

/* --- zone --- */

static void a_zone_has_its_offset_at_a_time(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int64_t when;
        int offset;
    } rows[] = {
        {"UTC", 1794106800, 0},
        {"Europe/Berlin", 1794106800, 3600}, /* 2026-11-08 */
        {"Europe/Berlin", 1782000000, 7200}, /* 2026-06-21 */
        {"Europe/Berlin", 1774745999, 3600}, /* the second before summer begins */
        {"Europe/Berlin", 1774746000, 7200},
        {"America/Los_Angeles", 1794106800, -28800},
        {"Asia/Kolkata", 1794106800, 19800},
        {"Etc/GMT+5", 1794106800, -18000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int offset = 1;
        assert_true(zone_offset(rows[i].zone, rows[i].when, &offset));
        if (offset != rows[i].offset)
            fail_msg("%s: %d", rows[i].zone, offset);
    }
    static const char *const none[] = {
        "",        "Europe/Atlantis", "../../../etc/passwd", "/etc/passwd", "Europe",
        "Europe/", "zone.tab",        "Europe/Berlin\n"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        int offset = 1;
        if (zone_offset(none[i], 0, &offset) || offset != 0)
            fail_msg("%s is a zone", none[i]);
    }
    int offset;
    assert_false(zone_offset(NULL, 0, &offset));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buf_grows_and_ends_with_nul),
        cmocka_unit_test(taking_a_text_leaves_an_empty_buf),
        cmocka_unit_test(a_buf_that_failed_stays_failed_until_reset),
        cmocka_unit_test(numbers_are_written_short),
        cmocka_unit_test(what_needs_an_escape_is_found_anywhere),
        cmocka_unit_test(text_becomes_json),
        cmocka_unit_test(any_bytes_make_json),
        cmocka_unit_test(an_error_is_one_sentence_on_one_line),
        cmocka_unit_test(a_long_error_is_cut_at_a_character),
        cmocka_unit_test(every_error_has_its_name_and_status),
        cmocka_unit_test(an_arena_keeps_its_pieces_apart),
        cmocka_unit_test(an_arena_remembers_that_it_failed),
        cmocka_unit_test(a_digest_is_that_of_sha256sum),
        cmocka_unit_test(a_zone_has_its_offset_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
