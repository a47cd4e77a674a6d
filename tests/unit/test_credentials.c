#include "web/credentials.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY  "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"conv_1\"}}"
#define TIME  1772446021
#define STAMP "1772446021"
#define OLD   "wsec_7d5c2f"
#define NEXT  "wsec_next"
#define LONG  "a \"quoted\"; secret # of many bytes, which is longer than the block of SHA-256"

/* printf '1772446021.%s' BODY | openssl dgst -sha256 -hmac SECRET */
#define MAC_OLD  "9d1857d25ab34930aef67f444369bec475799c140d297d0140cabd92756dfcb5"
#define MAC_NEXT "02da264009e65c4935c4b0c385b66029372a13311710f719fabaf23948a80fe9"
#define MAC_LONG "d58d0a93047378b7dc86b4f8dfad3e4046a922d71304198b1660e097097a82ef"
/* printf '1772446021.' | openssl dgst -sha256 -hmac wsec_7d5c2f */
#define MAC_EMPTY "3e32050376bd68149b496c8352abf581a4a1e7f0c187059f6b71b5cb393e6173"
/* printf '0001772446021.%s' BODY | openssl dgst -sha256 -hmac wsec_7d5c2f */
#define MAC_ZEROS "4a95619383e0661755fc2b75e5d63c0dfc8433adb55e0159183a47215dc90375"
/* 64 digits that fit nothing. */
#define MAC_WRONG "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct credentials hmac = {
    .hmac = true, .secret = false, .secrets = {OLD}, .secret_count = 1, .tolerance = 1800};
static const struct credentials secret = {
    .hmac = false, .secret = true, .secrets = {OLD}, .secret_count = 1, .tolerance = 1800};
static const struct credentials either = {
    .hmac = true, .secret = true, .secrets = {OLD}, .secret_count = 1, .tolerance = 1800};
static const struct credentials rotation = {
    .hmac = true, .secret = true, .secrets = {OLD, NEXT, LONG}, .secret_count = 3, .tolerance = 1800};
static const struct credentials none = {
    .hmac = false, .secret = false, .secrets = {OLD}, .secret_count = 1, .tolerance = 1800};
static const struct credentials nobody = {
    .hmac = true, .secret = true, .secrets = {NULL}, .secret_count = 0, .tolerance = 1800};
static const struct credentials unset = {
    .hmac = true, .secret = true, .secrets = {"", NULL}, .secret_count = 2, .tolerance = 1800};

struct call {
    const char *what;
    const struct credentials *credentials;
    const char *signature, *authorization, *api_key;
    const char *body;
    int64_t now;
    enum error_code want;
};

/* Feeds the body in pieces of `piece` bytes. */
static enum error_code outcome(const struct call *call, size_t piece, struct error *error)
{
    *error = (struct error){ERROR_NONE, ""};
    const char *body = call->body ? call->body : BODY;
    struct check *check = check_begin(call->credentials, call->signature, call->authorization, call->api_key,
                                      call->now ? call->now : TIME, error);
    for (size_t at = 0, len = strlen(body); check && at < len; at += piece)
        check_feed(check, body + at, len - at < piece ? len - at : piece);
    int result = check_end(check, error);
    assert_int_equal(result, error->code == ERROR_NONE ? 0 : -1);
    return error->code;
}

static const struct call calls[] = {
    /* A signature. */
    {"openssl's", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, 0, ERROR_NONE},
    {"v0 first", &hmac, "v0=" MAC_OLD ",t=" STAMP, 0, 0, 0, 0, ERROR_NONE},
    {"blanks", &hmac, " t=" STAMP " ,\tv0=" MAC_OLD " ", 0, 0, 0, 0, ERROR_NONE},
    {"upper case", &hmac, "t=" STAMP ",v0=9D1857D25AB34930AEF67F444369BEC475799C140D297D0140CABD92756DFCB5",
     0, 0, 0, 0, ERROR_NONE},
    {"second v0 fits", &hmac, "t=" STAMP ",v0=" MAC_WRONG ",v0=" MAC_OLD, 0, 0, 0, 0, ERROR_NONE},
    {"first v0 fits", &hmac, "v0=" MAC_OLD ",t=" STAMP ",v0=" MAC_WRONG, 0, 0, 0, 0, ERROR_NONE},
    {"a v0 of nonsense beside", &hmac, "t=" STAMP ",v0=beef,v0=" MAC_OLD, 0, 0, 0, 0, ERROR_NONE},
    {"another scheme beside", &hmac, "t=" STAMP ",v1=" MAC_WRONG ",v0=" MAC_OLD ",x", 0, 0, 0, 0, ERROR_NONE},
    {"the stamp as it was signed", &hmac, "t=000" STAMP ",v0=" MAC_ZEROS, 0, 0, 0, 0, ERROR_NONE},
    {"the number is not the stamp", &hmac, "t=000" STAMP ",v0=" MAC_OLD, 0, 0, 0, 0, ERROR_INVALID_SIGNATURE},
    {"an empty body", &hmac, "t=" STAMP ",v0=" MAC_EMPTY, 0, 0, "", 0, ERROR_NONE},
    {"another body", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, BODY " ", 0, ERROR_INVALID_SIGNATURE},
    {"a shorter body", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, "{", 0, ERROR_INVALID_SIGNATURE},
    {"another time", &hmac, "t=1772446022,v0=" MAC_OLD, 0, 0, 0, 0, ERROR_INVALID_SIGNATURE},
    {"another secret", &hmac, "t=" STAMP ",v0=" MAC_NEXT, 0, 0, 0, 0, ERROR_INVALID_SIGNATURE},
    {"no v0 fits", &hmac, "t=" STAMP ",v0=" MAC_WRONG ",v0=" MAC_NEXT, 0, 0, 0, 0, ERROR_INVALID_SIGNATURE},
    {"rotation, first", &rotation, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, 0, ERROR_NONE},
    {"rotation, second", &rotation, "t=" STAMP ",v0=" MAC_NEXT, 0, 0, 0, 0, ERROR_NONE},
    {"rotation, third", &rotation, "t=" STAMP ",v0=" MAC_LONG, 0, 0, 0, 0, ERROR_NONE},
    {"rotation, none", &rotation, "t=" STAMP ",v0=" MAC_WRONG, 0, 0, 0, 0, ERROR_INVALID_SIGNATURE},
    /* Its time. */
    {"as old as tolerated", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, TIME + 1800, ERROR_NONE},
    {"a second too old", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, TIME + 1801,
     ERROR_TIMESTAMP_OUT_OF_TOLERANCE},
    {"as far ahead as allowed", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, TIME - 300, ERROR_NONE},
    {"a second too far", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, TIME - 301,
     ERROR_TIMESTAMP_OUT_OF_TOLERANCE},
    {"milliseconds", &hmac, "t=" STAMP "000,v0=" MAC_OLD, 0, 0, 0, 0, ERROR_TIMESTAMP_OUT_OF_TOLERANCE},
    {"beyond 64 bits", &hmac, "t=99999999999999999999,v0=" MAC_OLD, 0, 0, 0, 0,
     ERROR_TIMESTAMP_OUT_OF_TOLERANCE},
    {"time before signature", &hmac, "t=1,v0=" MAC_WRONG, 0, 0, 0, 0, ERROR_TIMESTAMP_OUT_OF_TOLERANCE},
    /* The secret itself. */
    {"bearer", &secret, 0, "Bearer " OLD, 0, 0, 0, ERROR_NONE},
    {"bearer in lower case", &secret, 0, "bearer  " OLD " ", 0, 0, 0, ERROR_NONE},
    {"api key", &secret, 0, 0, OLD, 0, 0, ERROR_NONE},
    {"wrong bearer", &secret, 0, "Bearer " NEXT, 0, 0, 0, ERROR_INVALID_SECRET},
    {"wrong api key", &secret, 0, 0, NEXT, 0, 0, ERROR_INVALID_SECRET},
    {"a part of it", &secret, 0, 0, "wsec_7d5c2", 0, 0, ERROR_INVALID_SECRET},
    {"more than it", &secret, 0, 0, OLD "f", 0, 0, ERROR_INVALID_SECRET},
    {"in another case", &secret, 0, 0, "WSEC_7D5C2F", 0, 0, ERROR_INVALID_SECRET},
    {"wrong bearer, right key", &secret, 0, "Bearer " NEXT, OLD, 0, 0, ERROR_NONE},
    {"right bearer, wrong key", &secret, 0, "Bearer " OLD, NEXT, 0, 0, ERROR_NONE},
    {"another scheme", &secret, 0, "Basic " OLD, 0, 0, 0, ERROR_MISSING_CREDENTIALS},
    {"another scheme, right key", &secret, 0, "Basic abc", OLD, 0, 0, ERROR_NONE},
    {"no scheme", &secret, 0, OLD, 0, 0, 0, ERROR_MISSING_CREDENTIALS},
    {"scheme alone", &secret, 0, "Bearer ", 0, 0, 0, ERROR_MISSING_CREDENTIALS},
    {"scheme and secret in one", &secret, 0, "Bearer" OLD, 0, 0, 0, ERROR_MISSING_CREDENTIALS},
    {"rotation, bearer", &rotation, 0, "Bearer " LONG, 0, 0, 0, ERROR_NONE},
    {"rotation, api key", &rotation, 0, 0, NEXT, 0, 0, ERROR_NONE},
    /* What is absent. */
    {"nothing", &either, 0, 0, 0, 0, 0, ERROR_MISSING_CREDENTIALS},
    {"empty headers", &either, "", "", "", 0, 0, ERROR_MISSING_CREDENTIALS},
    {"blank headers", &either, " ", "\t", "  ", 0, 0, ERROR_MISSING_CREDENTIALS},
    {"an empty one beside a good one", &either, "", 0, OLD, 0, 0, ERROR_NONE},
    {"a secret where signatures are asked for", &hmac, 0, "Bearer " OLD, OLD, 0, 0,
     ERROR_MISSING_CREDENTIALS},
    {"a signature where secrets are", &secret, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, 0,
     ERROR_MISSING_CREDENTIALS},
    {"nonsense of a kind not accepted", &secret, "nonsense", 0, OLD, 0, 0, ERROR_NONE},
    /* Both kinds. */
    {"both fit", &either, "t=" STAMP ",v0=" MAC_OLD, 0, OLD, 0, 0, ERROR_NONE},
    {"signature fits", &either, "t=" STAMP ",v0=" MAC_OLD, "Bearer x", "y", 0, 0, ERROR_NONE},
    {"secret fits, signature does not", &either, "t=" STAMP ",v0=" MAC_WRONG, 0, OLD, 0, 0, ERROR_NONE},
    {"secret fits, signature malformed", &either, "nonsense", "Bearer " OLD, 0, 0, 0, ERROR_NONE},
    {"secret fits, signature old", &either, "t=1,v0=" MAC_OLD, 0, OLD, 0, 0, ERROR_NONE},
    {"none fits", &either, "t=" STAMP ",v0=" MAC_WRONG, 0, NEXT, 0, 0, ERROR_INVALID_SIGNATURE},
    {"none fits, malformed", &either, "nonsense", 0, NEXT, 0, 0, ERROR_MALFORMED_SIGNATURE},
    {"none fits, old", &either, "t=1,v0=" MAC_OLD, 0, NEXT, 0, 0, ERROR_TIMESTAMP_OUT_OF_TOLERANCE},
    {"only a secret, wrong", &either, "", 0, NEXT, 0, 0, ERROR_INVALID_SECRET},
    /* Everybody and nobody. */
    {"none asked for", &none, 0, 0, 0, 0, 0, ERROR_NONE},
    {"none asked for, nonsense", &none, "nonsense", "Bearer x", "y", 0, 0, ERROR_NONE},
    {"no secret set, signature", &nobody, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, 0, ERROR_INVALID_SIGNATURE},
    {"no secret set, secret", &nobody, 0, 0, OLD, 0, 0, ERROR_INVALID_SECRET},
    {"empty secret, signature", &unset, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, 0, ERROR_INVALID_SIGNATURE},
    {"empty secret, secret", &unset, 0, "Bearer x", 0, 0, 0, ERROR_INVALID_SECRET},
};

static void test_calls(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 7, 4096};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++) {
            struct error error;
            enum error_code got = outcome(&calls[i], pieces[j], &error);
            if (got != calls[i].want)
                fail_msg("%s: %s (%s)", calls[i].what, error_name(got), error.message);
        }
}

/* Nothing that an attacker could use, and what the operator needs. */
static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct error error;
        if (outcome(&calls[i], 4096, &error) == ERROR_NONE)
            continue;
        assert_null(strstr(error.message, "wsec_"));
        assert_null(strstr(error.message, "9d1857"));
        assert_true(strlen(error.message) > 20);
    }
    struct error error;
    struct call old = {"", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, TIME + 4000, 0};
    outcome(&old, 4096, &error);
    assert_non_null(strstr(error.message, "4000 seconds old"));
    assert_non_null(strstr(error.message, "1800"));
    struct call ahead = {"", &hmac, "t=" STAMP ",v0=" MAC_OLD, 0, 0, 0, TIME - 999, 0};
    outcome(&ahead, 4096, &error);
    assert_non_null(strstr(error.message, "999 seconds ahead"));
    struct call wants_signature = {"", &hmac, 0, 0, 0, 0, 0, 0};
    outcome(&wants_signature, 4096, &error);
    assert_non_null(strstr(error.message, "ElevenLabs-Signature"));
    assert_null(strstr(error.message, "X-Api-Key"));
    struct call wants_secret = {"", &secret, 0, 0, 0, 0, 0, 0};
    outcome(&wants_secret, 4096, &error);
    assert_non_null(strstr(error.message, "X-Api-Key"));
    assert_null(strstr(error.message, "ElevenLabs-Signature"));
}

static const char *const malformed[] = {
    "",
    ",",
    "nonsense",
    "t=",
    "t=" STAMP,
    "v0=" MAC_OLD,
    "t=,v0=" MAC_OLD,
    "t=-" STAMP ",v0=" MAC_OLD,
    "t=+" STAMP ",v0=" MAC_OLD,
    "t= " STAMP ",v0=" MAC_OLD,
    "t=" STAMP ".5,v0=" MAC_OLD,
    "t=0x6,v0=" MAC_OLD,
    "t=123456789012345678901,v0=" MAC_OLD,
    "t=" STAMP ",t=" STAMP ",v0=" MAC_OLD,
    "t=" STAMP " v0=" MAC_OLD,
    "t=" STAMP ";v0=" MAC_OLD,
    "t=" STAMP ",v0=",
    "t=" STAMP ",v0=9d18",
    "t=" STAMP ",v0=" MAC_OLD "0",
    "t=" STAMP ",v0=g" MAC_OLD,
    "t=" STAMP ",v0=zz1857d25ab34930aef67f444369bec475799c140d297d0140cabd92756dfcb5",
    "t=" STAMP ",v1=" MAC_OLD,
    "T=" STAMP ",V0=" MAC_OLD,
};

static void test_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        struct signature signature;
        struct error error = {ERROR_NONE, ""};
        if (signature_parse(malformed[i], &signature, &error) != -1 ||
            error.code != ERROR_MALFORMED_SIGNATURE)
            fail_msg("taken: %s", malformed[i]);
        assert_non_null(strstr(error.message, "t=<unix seconds>,v0=<64 hexadecimal digits>"));
    }
}

static void test_parse(void **state)
{
    (void)state;
    struct signature signature;
    assert_int_equal(signature_parse("v0=" MAC_WRONG ",t=0042,v0=" MAC_OLD, &signature, NULL), 0);
    assert_int_equal(signature.time, 42);
    assert_string_equal(signature.stamp, "0042");
    assert_int_equal(signature.count, 2);
    assert_int_equal(signature.mac[0][1], 0x11);
    assert_int_equal(signature.mac[1][0], 0x9d);
    assert_int_equal(signature.mac[1][31], 0xb5);
    assert_int_equal(signature_parse("t=99999999999999999999,v0=" MAC_OLD, &signature, NULL), 0);
    assert_true(signature.time == INT64_MAX);
}

/* As many v0 as a header can hold, the good one last. */
static void test_many(void **state)
{
    (void)state;
    char header[SIGNATURE_MAX + 200] = "t=" STAMP;
    size_t len = strlen(header), part = strlen(",v0=" MAC_WRONG);
    while (len + 2 * part <= SIGNATURE_MAX) {
        memcpy(header + len, ",v0=" MAC_WRONG, part + 1);
        len += part;
    }
    memcpy(header + len, ",v0=" MAC_OLD, part + 1);
    len += part;
    struct error error;
    struct call many = {"", &hmac, header, 0, 0, 0, 0, 0};
    assert_int_equal(outcome(&many, 4096, &error), ERROR_NONE);
    memset(header + len, ',', SIGNATURE_MAX - len);
    header[SIGNATURE_MAX] = '\0';
    assert_int_equal(outcome(&many, 4096, &error), ERROR_NONE);
    header[SIGNATURE_MAX] = ',';
    header[SIGNATURE_MAX + 1] = '\0';
    assert_int_equal(outcome(&many, 4096, &error), ERROR_MALFORMED_SIGNATURE);
}

/* What the openssl program signs now, with a body that is no text. */
static void test_openssl(void **state)
{
    (void)state;
    char name[] = "/tmp/callmem-test-XXXXXX", command[200], mac[65] = "", header[200];
    int fd = mkstemp(name);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    assert_non_null(file);
    unsigned char body[3000];
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (unsigned char)(i * 7);
    fprintf(file, "%d.", TIME);
    fwrite(body, 1, sizeof body, file);
    assert_int_equal(fclose(file), 0);
    snprintf(command, sizeof command, "openssl dgst -r -sha256 -hmac '%s' %s", OLD, name);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fread(mac, 1, 64, pipe), 64);
    pclose(pipe);
    remove(name);
    snprintf(header, sizeof header, "t=%d,v0=%s", TIME, mac);
    struct check *check = check_begin(&rotation, header, NULL, NULL, TIME, NULL);
    assert_non_null(check);
    check_feed(check, body, 1000);
    check_feed(check, body + 1000, 0);
    check_feed(check, body + 1000, sizeof body - 1000);
    assert_int_equal(check_end(check, NULL), 0);
}

static void test_failed_stays_failed(void **state)
{
    (void)state;
    struct error error = {ERROR_NONE, ""};
    assert_null(check_begin(&hmac, "nonsense", NULL, NULL, TIME, &error));
    assert_int_equal(check_end(NULL, &error), -1);
    assert_int_equal(error.code, ERROR_MALFORMED_SIGNATURE);
    check_abandon(NULL);
    check_abandon(check_begin(&rotation, "t=" STAMP ",v0=" MAC_OLD, NULL, NULL, TIME, &error));
}

static void test_prepare(void **state)
{
    (void)state;
    assert_int_equal(credentials_prepare(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_openssl),
        cmocka_unit_test(test_failed_stays_failed),
        cmocka_unit_test(test_prepare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
