/* Secrets in the bodies that a payload log gets. */
#include "operate/redaction.h"

#include "tests/unit/calls.h"

static struct instance instance;
static struct redaction *redaction;

static void use(const char *lines)
{
    struct error error = {0};
    redaction_close(redaction);
    settings_free(instance.settings);
    instance.settings = settings_with(lines);
    assert_int_equal(redaction_open(&instance, &redaction, &error), 0);
}

static int end(void **state)
{
    (void)state;
    redaction_close(redaction);
    settings_free(instance.settings);
    return 0;
}

/* A body after it was masked; free() it. */
static char *masked(const char *json)
{
    cJSON *body = cJSON_Parse(json);
    assert_non_null(body);
    assert_true(redaction_mask(redaction, body));
    char *text = cJSON_PrintUnformatted(body);
    cJSON_Delete(body);
    return text;
}

static void check_masked(const char *json, const char *want)
{
    char *text = masked(json);
    assert_string_equal(text, want);
    cJSON_free(text);
}

static void every_text(void **state)
{
    (void)state;
    use("");
    check_masked("{\"query\":\"is 4111 1111 1111 1111 my card?\",\"limit\":3,\"words\":null}",
                 "{\"query\":\"is [card number] my card?\",\"limit\":3,\"words\":null}");
    check_masked("{\"a\":[\"x\",{\"b\":\"4111111111111111\"}],\"id\":\"conv_1\",\"n\":\"+15550100200\"}",
                 "{\"a\":[\"x\",{\"b\":\"[card number]\"}],\"id\":\"conv_1\",\"n\":\"+15550100200\"}");
    check_masked("\"my pin is 4471\"", "\"my pin is [password]\"");
    check_masked("{}", "{}");
}

/* A question of the agent says what the digits of the answer are. */
static void a_transcript(void **state)
{
    (void)state;
    use("");
    char *text =
        masked("{\"type\":\"post_call_transcription\",\"data\":{\"metadata\":{\"main_language\":\"en\"},"
               "\"transcript\":[{\"role\":\"agent\",\"message\":\"And your PIN?\"},"
               "{\"role\":\"user\",\"message\":null},{\"role\":\"user\",\"message\":\"four four "
               "seven one\"},7,{\"role\":\"user\"}]}}");
    assert_null(strstr(text, "seven"));
    assert_non_null(strstr(text, "[password]"));
    cJSON_free(text);
    check_masked("{\"data\":{\"transcript\":{}}}", "{\"data\":{\"transcript\":{}}}");
    check_masked("{\"data\":{\"transcript\":[]}}", "{\"data\":{\"transcript\":[]}}");
}

static void as_the_settings_say(void **state)
{
    (void)state;
    use("CALLMEM_REDACT=card\n");
    check_masked("[\"my pin is 4471\",\"4111111111111111\"]", "[\"my pin is 4471\",\"[card number]\"]");
    use("CALLMEM_REDACT=none\n");
    assert_null(redaction);
}

static void what_is_no_text(void **state)
{
    (void)state;
    use("");
    cJSON *body = cJSON_CreateString("\xff\xfe 4111111111111111");
    assert_false(redaction_mask(redaction, body));
    cJSON_Delete(body);
    /* A recording is left: a payload log has the beginning of it alone. */
    struct buf b = BUF_INIT;
    for (int i = 0; i < 10000; i++)
        buf_puts(&b, "UklGRiQA");
    body = cJSON_CreateString(buf_text(&b));
    assert_true(redaction_mask(redaction, body));
    assert_string_equal(body->valuestring, buf_text(&b));
    cJSON_Delete(body);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text),
        cmocka_unit_test(a_transcript),
        cmocka_unit_test(as_the_settings_say),
        cmocka_unit_test(what_is_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
