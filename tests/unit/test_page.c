/* What the operator's page is made of: forms and cookies of browsers, addresses, escaped text, sessions. */
#include "base/digest.h"
#include "base/network.h"
#include "page/html.h"
#include "page/session.h"
#include "web/form.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW 1772445600

/* --- forms and cookies --- */

static struct form *parse(const char *text)
{
    struct error error;
    struct form *form = form_parse(text, strlen(text), &error);
    assert_true(form || error.code == ERROR_INVALID_REQUEST);
    return form;
}

static void test_form(void **state)
{
    (void)state;
    struct form *form = parse("a=1&b=%C3%A4+x&a=2&empty=&alone&c=x%0D%0Ay%26z&=nameless&&");
    assert_non_null(form);
    assert_string_equal(form_value(form, "a"), "1");
    assert_string_equal(form_value(form, "b"), "\xc3\xa4 x");
    assert_string_equal(form_value(form, "empty"), "");
    assert_string_equal(form_value(form, "alone"), "");
    assert_string_equal(form_value(form, "c"), "x\ny&z");
    assert_string_equal(form_value(form, "missing"), "");
    form_free(form);
    form = parse("");
    assert_string_equal(form_value(form, "a"), "");
    form_free(form);
}

static void test_malformed_form(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%",   "a=%4",  "a=%4g",      "a=%00",
                                      "a=%FF", "%FF=a", "a=\xc0\x80", "a=1&b=%ED%A0%80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(parse(bad[i]));
    char fields[2 * (FORM_FIELDS + 1) + 1] = "";
    for (int i = 0; i < FORM_FIELDS; i++)
        memcpy(fields + 2 * i, "a&", 3);
    struct form *form = parse(fields);
    assert_non_null(form);
    form_free(form);
    memcpy(fields + 2 * FORM_FIELDS, "a&", 3);
    assert_null(parse(fields));
    char *large = malloc(FORM_BYTES + 2);
    assert_non_null(large);
    memset(large, 'a', FORM_BYTES + 1);
    large[FORM_BYTES + 1] = '\0';
    assert_null(parse(large));
    free(large);
}

static void test_cookie(void **state)
{
    (void)state;
    char value[8];
    assert_true(cookie_value("a=1; name=abc; b=2", "name", value, sizeof value));
    assert_string_equal(value, "abc");
    assert_true(cookie_value("name=abc ", "name", value, sizeof value));
    assert_string_equal(value, "abc");
    static const char *const none[] = {
        "", "name", "name=", "xname=abc", "name=abcdefgh", "name=a; name=b", "NAME=a"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(cookie_value(none[i], "name", value, sizeof value));
    assert_false(cookie_value(NULL, "name", value, sizeof value));
}

/* --- addresses --- */

static bool has(const char *range, const char *address)
{
    struct network network, other;
    assert_true(network_parse(range, &network));
    return network_parse(address, &other) && network_has(&network, &other);
}

static void test_networks(void **state)
{
    (void)state;
    assert_true(has("127.0.0.0/8", "127.1.2.3"));
    assert_false(has("127.0.0.0/8", "128.0.0.1"));
    assert_true(has("192.0.2.7", "192.0.2.7"));
    assert_false(has("192.0.2.7", "192.0.2.6"));
    assert_true(has("192.0.2.4/30", "192.0.2.7"));
    assert_false(has("192.0.2.4/30", "192.0.2.8"));
    assert_true(has("0.0.0.0/0", "203.0.113.9"));
    assert_false(has("0.0.0.0/0", "2001:db8::1"));
    assert_true(has("::/0", "203.0.113.9"));
    assert_true(has("2001:db8::/33", "[2001:db8:7fff::1]"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(has("127.0.0.1", "::ffff:127.0.0.1"));
    static const char *const bad[] = {"",           "localhost", "192.0.2",      "192.0.2.0/33",
                                      "192.0.2.0/", "::/129",    "192.0.2.0/-1", "192.0.2.0/8x",
                                      "/8",         "unix:",     "::1/1111"};
    struct network network;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(network_parse(bad[i], &network));
    assert_true(network_parse("::1", &network) && network_is_loopback(&network));
    assert_true(network_parse("127.0.0.53", &network) && network_is_loopback(&network));
    assert_false(network_parse("10.0.0.1", &network) && network_is_loopback(&network));
}

/* --- text in a page --- */

static void assert_shown(const char *text, const char *wanted)
{
    struct buf b = BUF_INIT;
    html_text(&b, text);
    assert_string_equal(buf_text(&b), wanted);
    buf_free(&b);
}

#define GONE "\xef\xbf\xbd"

static void test_text(void **state)
{
    (void)state;
    assert_shown("<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    assert_shown("{{x}}", "&#123;&#123;x&#125;&#125;");
    assert_shown("a\x01\x7f"
                 "b\r\tc\n",
                 "a" GONE GONE "b" GONE "\tc\n");
    assert_shown("\xe2\x80\xaetxt\xe2\x80\xac \xe2\x81\xa6", GONE "txt" GONE " " GONE);
    assert_shown("\xc2\x85\xef\xbb\xbf\xf3\xa0\x81\x81", GONE GONE GONE);
    assert_shown("\xff\xc3", GONE GONE);
    assert_shown("Zo\xc3\xab \xe5\xb1\xb1\xe7\x94\xb0 \xf0\x9f\x8c\xb9",
                 "Zo\xc3\xab \xe5\xb1\xb1\xe7\x94\xb0 \xf0\x9f\x8c\xb9");
    struct buf b = BUF_INIT;
    html_url(&b, "+1555 a/b&c=\xc3\xa4");
    assert_string_equal(buf_text(&b), "%2B1555%20a%2Fb%26c%3D%C3%A4");
    buf_reset(&b);
    html_printf(&b, "%s-%d-%zu%%", "<", -3, (size_t)4);
    assert_string_equal(buf_text(&b), "&lt;--3-4%");
    buf_free(&b);
}

/* --- sessions --- */

struct place {
    char folder[64];
    struct settings *settings;
    struct sessions *sessions, *others; /* of two processes */
};

static struct settings *settings_with(const char *secret)
{
    struct buf complaints = BUF_INIT, warnings = BUF_INIT;
    char text[256];
    int len = snprintf(text, sizeof text, "CALLMEM_OPERATOR_SECRET=%s\n", secret);
    struct settings *settings = settings_parse(text, (size_t)len, "test", &complaints, &warnings);
    buf_free(&complaints);
    buf_free(&warnings);
    return settings;
}

static int make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    struct error error;
    if (!place || !digest_ready())
        return -1;
    snprintf(place->folder, sizeof place->folder, "/tmp/callmem-page-XXXXXX");
    if (!mkdtemp(place->folder) || !(place->settings = settings_with("first-secret,second-secret")))
        return -1;
    place->sessions = sessions_open(place->folder, place->settings, &error);
    place->others = sessions_open(place->folder, place->settings, &error);
    *state = place;
    return place->sessions && place->others ? 0 : -1;
}

static int end(void **state)
{
    static const char *const files[] = {SESSION_FILE, SESSION_FILE "-wal", SESSION_FILE "-shm"};
    struct place *place = *state;
    char path[128];
    sessions_close(place->sessions);
    sessions_close(place->others);
    settings_free(place->settings);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", place->folder, files[i]);
        unlink(path);
    }
    rmdir(place->folder);
    free(place);
    return 0;
}

static enum error_code begin(struct sessions *sessions, const char *secret, const char *address, int64_t now,
                             char token[SESSION_TOKEN_SIZE])
{
    struct error error = {0};
    return session_begin(sessions, secret, "Ada", address, now, token, &error) == 0 ? ERROR_NONE : error.code;
}

static enum error_code find(struct sessions *sessions, const char *token, int64_t now)
{
    char name[SESSION_NAME_SIZE];
    struct error error = {0};
    if (session_find(sessions, token, now, name, &error) != 0)
        return error.code;
    assert_string_equal(name, "Ada");
    return ERROR_NONE;
}

static void test_session(void **state)
{
    struct place *place = *state;
    char token[SESSION_TOKEN_SIZE], other[SESSION_TOKEN_SIZE];
    assert_int_equal(begin(place->sessions, "first-secret", "192.0.2.1", NOW, token), ERROR_NONE);
    assert_int_equal(begin(place->others, "second-secret", "192.0.2.1", NOW, other), ERROR_NONE);
    assert_string_not_equal(token, other);
    assert_int_equal(find(place->others, token, NOW), ERROR_NONE);
    /* It ends a while after its last use. */
    assert_int_equal(find(place->sessions, token, NOW + SESSION_IDLE_SECS - 1), ERROR_NONE);
    assert_int_equal(find(place->sessions, token, NOW + 2 * SESSION_IDLE_SECS - 2), ERROR_NONE);
    assert_int_equal(find(place->sessions, other, NOW + SESSION_IDLE_SECS), ERROR_MISSING_CREDENTIALS);
    assert_int_equal(find(place->sessions, token, NOW + 3 * SESSION_IDLE_SECS), ERROR_MISSING_CREDENTIALS);
    /* And, used all the time, after half a day. */
    assert_int_equal(begin(place->sessions, "first-secret", "192.0.2.1", NOW, token), ERROR_NONE);
    for (int64_t now = NOW; now < NOW + SESSION_MOST_SECS; now += SESSION_IDLE_SECS / 2)
        assert_int_equal(find(place->sessions, token, now), ERROR_NONE);
    assert_int_equal(find(place->sessions, token, NOW + SESSION_MOST_SECS), ERROR_MISSING_CREDENTIALS);
}

static void test_logout(void **state)
{
    struct place *place = *state;
    char token[SESSION_TOKEN_SIZE], other[SESSION_TOKEN_SIZE];
    assert_int_equal(begin(place->sessions, "first-secret", "192.0.2.1", NOW, token), ERROR_NONE);
    assert_int_equal(begin(place->sessions, "first-secret", "192.0.2.1", NOW, other), ERROR_NONE);
    assert_int_equal(session_end(place->others, token, NULL), 0);
    assert_int_equal(find(place->sessions, token, NOW), ERROR_MISSING_CREDENTIALS);
    assert_int_equal(find(place->sessions, other, NOW), ERROR_NONE);
    assert_int_equal(session_end(place->others, NULL, NULL), 0);
    assert_int_equal(find(place->sessions, other, NOW), ERROR_MISSING_CREDENTIALS);
}

static void test_another_secret_ends_sessions(void **state)
{
    struct place *place = *state;
    char token[SESSION_TOKEN_SIZE];
    struct error error;
    assert_int_equal(begin(place->sessions, "first-secret", "192.0.2.1", NOW, token), ERROR_NONE);
    struct settings *settings = settings_with("first-secret,third-secret");
    struct sessions *changed = sessions_open(place->folder, settings, &error);
    assert_int_equal(find(changed, token, NOW), ERROR_MISSING_CREDENTIALS);
    assert_int_equal(find(place->sessions, token, NOW), ERROR_NONE);
    sessions_close(changed);
    settings_free(settings);
}

static void test_tries(void **state)
{
    struct place *place = *state;
    char token[SESSION_TOKEN_SIZE];
    assert_int_equal(begin(place->sessions, "", "192.0.2.1", NOW, token), ERROR_INVALID_SECRET);
    for (int i = 1; i < SESSION_TRIES; i++)
        assert_int_equal(
            begin(i % 2 ? place->sessions : place->others, "first-secre", "192.0.2.1", NOW, token),
            ERROR_INVALID_SECRET);
    assert_int_equal(begin(place->sessions, "first-secret", "192.0.2.1", NOW, token),
                     ERROR_TOO_MANY_REQUESTS);
    assert_int_equal(begin(place->others, "first-secret", "192.0.2.1", NOW, token), ERROR_TOO_MANY_REQUESTS);
    assert_int_equal(begin(place->others, "first-secret", "192.0.2.2", NOW, token), ERROR_NONE);
    assert_int_equal(begin(place->others, "first-secret", "192.0.2.1", NOW + SESSION_TRIES_SECS, token),
                     ERROR_NONE);
    /* From many addresses together there are not endlessly many, either. */
    char address[32];
    int refused = 0;
    for (int i = 0; i < 2 * SESSION_TRIES_ALL; i++) {
        snprintf(address, sizeof address, "2001:db8::%x", (unsigned)i);
        refused += begin(place->sessions, "wrong", address, NOW + 1000, token) == ERROR_TOO_MANY_REQUESTS;
    }
    assert_int_equal(refused, SESSION_TRIES_ALL);
}

static void test_form_token(void **state)
{
    struct place *place = *state;
    char token[SESSION_TOKEN_SIZE], other[SESSION_TOKEN_SIZE], form[SESSION_TOKEN_SIZE];
    assert_int_equal(session_token(token, NULL), 0);
    assert_int_equal(session_token(other, NULL), 0);
    assert_int_equal(session_form_token(place->sessions, token, form, NULL), 0);
    assert_string_not_equal(token, form);
    assert_true(session_form_is_ours(place->others, token, form));
    assert_false(session_form_is_ours(place->sessions, other, form));
    assert_false(session_form_is_ours(place->sessions, token, token));
    assert_false(session_form_is_ours(place->sessions, token, ""));
    assert_int_equal(session_form_token(place->sessions, "", form, NULL), 0);
    assert_false(session_form_is_ours(place->sessions, "", form));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_malformed_form),
        cmocka_unit_test(test_cookie),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_text),
        cmocka_unit_test_setup_teardown(test_session, make, end),
        cmocka_unit_test_setup_teardown(test_logout, make, end),
        cmocka_unit_test_setup_teardown(test_another_secret_ends_sessions, make, end),
        cmocka_unit_test_setup_teardown(test_tries, make, end),
        cmocka_unit_test_setup_teardown(test_form_token, make, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
