/*
 * fuzz_signature: what a stranger can write into ElevenLabs-Signature, Authorization and X-Api-Key (a line
 * each). Nothing may get in without the secret, or without a v0 that OpenSSL computes for the t that came
 * with it.
 */
#include "base/text.h"
#include "web/credentials.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "wsec_of_the_fuzzer"
#define BODY   "{\"type\":\"post_call_transcription\"}"
#define NOW    1772446021

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool holds_mac(const char *header, const char *stamp)
{
    char text[128], hex[65];
    unsigned char mac[32];
    int len = snprintf(text, sizeof text, "%s.%s", stamp, BODY);
    HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (unsigned char *)text, (size_t)len, mac, NULL);
    text_hex(mac, sizeof mac, hex);
    return strcasestr(header, hex) != NULL;
}

static void check_parsed(const struct signature *signature, const char *header)
{
    size_t len = strlen(signature->stamp);
    assert(len >= 1 && len <= 20 && strspn(signature->stamp, "0123456789") == len);
    assert(strstr(header, signature->stamp));
    assert(signature->time >= 0);
    assert(signature->count >= 1 && signature->count <= SIGNATURE_MACS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct credentials credentials = {
        .hmac = true, .secret = true, .secrets = {SECRET}, .secret_count = 1, .tolerance = 1800};
    static struct signature signature;
    char *text = text_dup_n((const char *)data, size), *rest = text;
    assert(text);
    const char *header = strsep(&rest, "\n"), *authorization = strsep(&rest, "\n"), *key = rest;
    struct error error = {ERROR_NONE, ""};
    bool parsed = signature_parse(header, &signature, &error) == 0;
    assert(parsed || error.code == ERROR_MALFORMED_SIGNATURE);
    if (parsed)
        check_parsed(&signature, header);
    struct check *check = check_begin(&credentials, header, authorization, key, NOW, &error);
    if (check)
        check_feed(check, BODY, strlen(BODY));
    if (check_end(check, &error) == 0) {
        bool knows = (authorization && strstr(authorization, SECRET)) || (key && strstr(key, SECRET));
        assert(knows || (parsed && holds_mac(header, signature.stamp)));
    }
    free(text);
    return 0;
}
