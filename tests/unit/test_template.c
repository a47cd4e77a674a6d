#include "service/template.h"

#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"
#include "service/settings.h"

#include "tests/unit/unit.h"

#include <string.h>

static cJSON *variables(void)
{
    static const char text[] =
        "{\"caller_name\":\"Ana\",\"call_count\":3,\"half\":0.5,\"huge\":12345678901,\"negative\":-7,"
        "\"known\":true,"
        "\"off\":false,\"zero\":0,\"empty\":\"\",\"blank\":\" \\n\\u202e "
        "\",\"null\":null,\"list\":[1],\"object\":{},"
        "\"hostile\":\"one\\ntwo\\u202e {{caller_name}} \\\"x\\\"\",\"wide\":\"\xc3\x81na \xf0\x9f\x98\x80\","
        "\"system__caller_id\":\"+15550100001\",\"A1_b\":\"x\"}";
    struct error error = {0};
    cJSON *object = json_parse(text, strlen(text), &error);
    assert_non_null(object);
    return object;
}

static void variables_are_filled_in(void **state)
{
    (void)state;
    static const struct {
        const char *text, *filled;
    } rows[] = {
        {"plain", "plain"},
        {"{{caller_name}}", "Ana"},
        {"Welcome back, {{caller_name}}!", "Welcome back, Ana!"},
        {"{{ caller_name }} and {{\tcaller_name}}", "Ana and Ana"},
        {"{{caller_name}}{{caller_name}}", "AnaAna"},
        {"call {{call_count}}", "call 3"},
        {"{{half}} {{huge}} {{negative}} {{zero}}", "0.5 12345678901 -7 0"},
        {"{{known}} {{off}}", "true false"},
        {"{{wide}}", "\xc3\x81na \xf0\x9f\x98\x80"},
        {"{{system__caller_id}} {{A1_b}}", "+15550100001 x"},
        {"a { b } c }} d", "a { b } c }} d"},
        /* a value is one line, and nobody reads it as a template */
        {"<{{hostile}}>", "<one two ((caller_name)) \"x\">"},
        {"line\nbreaks of the operator stay", "line\nbreaks of the operator stay"},
    };
    cJSON *values = variables();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        buf_puts(&b, "before ");
        if (!template_apply(rows[i].text, values, &b))
            fail_msg("does not apply: %s", rows[i].text);
        assert_string_equal(buf_text(&b) + 7, rows[i].filled);
        assert_memory_equal(b.data, "before ", 7);
        assert_int_equal(strlen(b.data), b.len);
        buf_free(&b);
    }
    cJSON_Delete(values);
}

static void a_template_without_all_its_values_does_not_apply(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "{{absent}}",
        "Hello {{caller_name}}, {{absent}}",
        "{{empty}}",
        "{{blank}}",
        "{{null}}",
        "{{list}}",
        "{{object}}",
        "{{Caller_Name}}",
        "{{caller_name",
        "{{caller_name}",
        "{{caller_name} }",
        "{{}}",
        "{{ }}",
        "{{caller name}}",
        "{{caller-name}}",
        "{{{caller_name}}}",
        "{{",
        "text {{",
        "{{caller_name}} {{",
        "{{n\xc3\xa9}}",
    };
    cJSON *values = variables();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        buf_puts(&b, "before");
        if (template_apply(rows[i], values, &b))
            fail_msg("applies: %s", rows[i]);
        assert_string_equal(buf_text(&b), "before"); /* nothing was added */
        assert_int_equal(b.len, 6);
        buf_free(&b);
        assert_false(template_apply(rows[i], values, &b));
        assert_string_equal(buf_text(&b), "");
        buf_free(&b);
    }
    struct buf b = BUF_INIT;
    assert_false(template_apply("{{caller_name}}", NULL, &b));
    assert_true(template_apply("nothing to fill in", NULL, &b));
    buf_free(&b);
    cJSON_Delete(values);
}

static void a_long_value_is_cut_and_a_long_name_is_none(void **state)
{
    (void)state;
    struct buf value = BUF_INIT, name = BUF_INIT, b = BUF_INIT;
    for (int i = 0; i < 5000; i++)
        buf_puts(&value, "\xe6\x9d\xb1");
    for (int i = 0; i < 300; i++)
        buf_putc(&name, 'n');
    cJSON *values = cJSON_CreateObject();
    cJSON_AddStringToObject(values, "long", buf_text(&value));
    cJSON_AddStringToObject(values, buf_text(&name), "x");
    assert_true(template_apply("{{long}}", values, &b));
    assert_true(text_chars(b.data) <= 2000);
    assert_true(utf8_is_valid(b.data, b.len));
    buf_reset(&b);
    struct buf text = BUF_INIT;
    buf_printf(&text, "{{%s}}", buf_text(&name));
    assert_false(template_apply(buf_text(&text), values, &b));
    buf_free(&text);
    buf_free(&b);
    buf_free(&name);
    buf_free(&value);
    cJSON_Delete(values);
}

/* What the settings take for a template applies as soon as its variables have values. */
static void settings_and_templates_agree(void **state)
{
    (void)state;
    static const char *const good[] = {"plain", "{{caller_name}}", "a {{ b }} c {{d}}", "{ }",
                                       "}",     "{{A1_b}}}"};
    static const char *const bad[] = {"{{",        "{{a",           "{{a}",         "{{a} }",   "{{}}",
                                      "{{ }}",     "{{a b}}",       "{{a-b}}",      "{{a}} {{", "{{{a}}}",
                                      "a}} {{b}}", "caller_name}}", "{{n\xc3\xa9}}"};
    cJSON *values = variables();
    cJSON_AddStringToObject(values, "b", "x");
    cJSON_AddStringToObject(values, "d", "x");
    for (size_t i = 0; i < sizeof good / sizeof *good + sizeof bad / sizeof *bad; i++) {
        bool is_good = i < sizeof good / sizeof *good;
        const char *text = is_good ? good[i] : bad[i - sizeof good / sizeof *good];
        struct buf file = BUF_INIT, complaints = BUF_INIT, warnings = BUF_INIT, b = BUF_INIT;
        buf_printf(&file, "CALLMEM_PROMPT=\"%s\"\n", text);
        struct settings *settings =
            settings_parse(buf_text(&file), file.len, "test.env", &complaints, &warnings);
        if ((settings != NULL) != is_good)
            fail_msg("%s: %s", text, buf_text(&complaints));
        if (is_good && !template_apply(setting_text(settings, CALLMEM_PROMPT), values, &b))
            fail_msg("does not apply: %s", text);
        settings_free(settings);
        buf_free(&file);
        buf_free(&complaints);
        buf_free(&warnings);
        buf_free(&b);
    }
    cJSON_Delete(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_filled_in),
        cmocka_unit_test(a_template_without_all_its_values_does_not_apply),
        cmocka_unit_test(a_long_value_is_cut_and_a_long_name_is_none),
        cmocka_unit_test(settings_and_templates_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
