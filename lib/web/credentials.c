#include "web/credentials.h"

#include "base/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAC_SIZE  32
#define STAMP_MAX 20 /* digits of t */

struct slice {
    const char *text;
    size_t len; /* 0: absent */
};

struct check {
    bool passed; /* already known, without the body */
    bool broken; /* OpenSSL failed */
    size_t count;
    EVP_MAC_CTX *mac[CREDENTIALS_SECRETS]; /* one for each secret */
    struct signature *signature;           /* large: allocated only when the request has one */
};

static struct slice trimmed(const char *text, size_t len)
{
    while (len > 0 && (text[0] == ' ' || text[0] == '\t')) {
        text++;
        len--;
    }
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return (struct slice){text, len};
}

static struct slice header_value(const char *header)
{
    return header ? trimmed(header, strlen(header)) : (struct slice){"", 0};
}

/* The token after "Bearer "; absent for another scheme. */
static struct slice bearer_token(const char *authorization)
{
    static const char scheme[] = "Bearer";
    struct slice value = header_value(authorization);
    size_t len = sizeof scheme - 1;
    if (value.len <= len || strncasecmp(value.text, scheme, len) != 0 ||
        (value.text[len] != ' ' && value.text[len] != '\t'))
        return (struct slice){"", 0};
    return trimmed(value.text + len, value.len - len);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool parse_mac(const char *hex, size_t len, unsigned char mac[MAC_SIZE])
{
    if (len != (size_t)2 * MAC_SIZE)
        return false;
    for (size_t i = 0; i < MAC_SIZE; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        mac[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static bool parse_stamp(const char *digits, size_t len, struct signature *signature)
{
    if (len < 1 || len > STAMP_MAX)
        return false;
    int64_t time = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = digits[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        /* A time that overflows counts as the latest possible. */
        time = time > (INT64_MAX - digit) / 10 ? INT64_MAX : time * 10 + digit;
    }
    memcpy(signature->stamp, digits, len);
    signature->stamp[len] = '\0';
    signature->time = time;
    return true;
}

static int malformed(struct error *error, const char *what)
{
    return error_set(error, ERROR_MALFORMED_SIGNATURE,
                     "ElevenLabs-Signature %s; it should read t=<unix seconds>,v0=<64 hexadecimal digits>",
                     what);
}

int signature_parse(const char *header, struct signature *signature, struct error *error)
{
    size_t left = strnlen(header, SIGNATURE_MAX + 1), stamps = 0;
    if (left > SIGNATURE_MAX)
        return malformed(error, "is too long");
    signature->count = 0;
    for (;;) {
        const char *comma = memchr(header, ',', left);
        size_t len = comma ? (size_t)(comma - header) : left;
        struct slice part = trimmed(header, len);
        if (part.len >= 2 && memcmp(part.text, "t=", 2) == 0) {
            if (++stamps > 1)
                return malformed(error, "has more than one t=");
            if (!parse_stamp(part.text + 2, part.len - 2, signature))
                return malformed(error, "has a t= that is not 1 to 20 digits");
        } else if (part.len >= 3 && memcmp(part.text, "v0=", 3) == 0 && signature->count < SIGNATURE_MACS) {
            if (parse_mac(part.text + 3, part.len - 3, signature->mac[signature->count]))
                signature->count++;
        }
        if (!comma)
            break;
        header += len + 1;
        left -= len + 1;
    }
    if (stamps == 0)
        return malformed(error, "has no t=");
    if (signature->count == 0)
        return malformed(error, "has no v0= of 64 hexadecimal digits");
    return 0;
}

static bool usable(const char *secret)
{
    return secret && *secret;
}

/* Whether `given` is the secret. Every byte that came is compared with one of the secret, or with its
 * terminating NUL, so that the time taken reveals neither how much of it matches nor the secret's length. */
static unsigned is_secret(const char *secret, struct slice given)
{
    size_t len = strlen(secret);
    unsigned char differs = len != given.len;
    for (size_t i = 0; i < given.len; i++)
        differs |= (unsigned char)(given.text[i] ^ secret[i < len ? i : len]);
    return differs == 0;
}

/* Compares all secrets, so that the time taken does not reveal which one matches. */
static bool secret_fits(const struct credentials *credentials, struct slice given)
{
    unsigned fits = 0;
    for (size_t i = 0; i < credentials->secret_count && i < CREDENTIALS_SECRETS; i++)
        if (usable(credentials->secrets[i]))
            fits |= is_secret(credentials->secrets[i], given);
    return fits != 0;
}

static EVP_MAC_CTX *mac_new(EVP_MAC *algorithm, const char *secret)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(algorithm);
    if (mac && EVP_MAC_init(mac, (const unsigned char *)secret, strlen(secret), params) != 1) {
        EVP_MAC_CTX_free(mac);
        return NULL;
    }
    return mac;
}

/* Starts one HMAC for each secret over "<t>.". */
static int begin_macs(struct check *check, const struct credentials *credentials, struct error *error)
{
    EVP_MAC *algorithm = digest_ready() ? EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL) : NULL;
    bool good = algorithm != NULL;
    for (size_t i = 0; good && i < credentials->secret_count && i < CREDENTIALS_SECRETS; i++) {
        if (!usable(credentials->secrets[i]) || credentials->header_only[i])
            continue;
        EVP_MAC_CTX *mac = mac_new(algorithm, credentials->secrets[i]);
        if (mac)
            check->mac[check->count++] = mac;
        else
            good = false;
    }
    EVP_MAC_free(algorithm);
    if (!good)
        return error_set(error, ERROR_INTERNAL, "cannot compute the signature");
    check_feed(check, check->signature->stamp, strlen(check->signature->stamp));
    check_feed(check, ".", 1);
    return 0;
}

static int check_time(int64_t time, int64_t tolerance, int64_t now, struct error *error)
{
    int64_t age = now - time;
    if (age > tolerance)
        return error_set(error, ERROR_TIMESTAMP_OUT_OF_TOLERANCE,
                         "the signature is %lld seconds old, the limit is %lld: sign again, or correct the "
                         "clock",
                         (long long)age, (long long)tolerance);
    if (-age > CREDENTIALS_AHEAD_SECS)
        return error_set(error, ERROR_TIMESTAMP_OUT_OF_TOLERANCE,
                         "the signature is %lld seconds ahead, the limit is %d: t= must be in Unix seconds, "
                         "and both clocks right",
                         (long long)-age, CREDENTIALS_AHEAD_SECS);
    return 0;
}

static int begin_signature(struct check *check, const struct credentials *credentials, const char *header,
                           int64_t now, struct error *error)
{
    check->signature = malloc(sizeof *check->signature);
    if (!check->signature)
        return error_no_memory(error);
    if (signature_parse(header, check->signature, error) ||
        check_time(check->signature->time, credentials->tolerance, now, error))
        return -1;
    return begin_macs(check, credentials, error);
}

static int missing(const struct credentials *credentials, struct error *error)
{
    static const char secret[] = "the endpoint's secret as Authorization: Bearer or X-Api-Key";
    static const char signature[] = "an ElevenLabs-Signature header";
    if (credentials->hmac && credentials->secret)
        return error_set(error, ERROR_MISSING_CREDENTIALS, "no credentials: send %s, or %s", secret,
                         signature);
    return error_set(error, ERROR_MISSING_CREDENTIALS, "no credentials: send %s",
                     credentials->hmac ? signature : secret);
}

static int begin(struct check *check, const struct credentials *credentials, const char *signature,
                 const char *authorization, const char *api_key, int64_t now, struct error *error)
{
    if (!credentials->hmac && !credentials->secret) {
        check->passed = true;
        return 0;
    }
    bool is_signed = credentials->hmac && header_value(signature).len > 0;
    struct slice token = bearer_token(authorization), key = header_value(api_key);
    bool has_secret = credentials->secret && (token.len > 0 || key.len > 0);
    if (!is_signed && !has_secret)
        return missing(credentials, error);
    if (has_secret) {
        bool token_fits = secret_fits(credentials, token), key_fits = secret_fits(credentials, key);
        check->passed = token_fits || key_fits;
    }
    if (check->passed)
        return 0;
    if (is_signed)
        return begin_signature(check, credentials, signature, now, error);
    return error_set(error, ERROR_INVALID_SECRET, "the secret in %s is not the secret of this endpoint",
                     token.len > 0 ? "Authorization" : "X-Api-Key");
}

struct check *check_begin(const struct credentials *credentials, const char *signature,
                          const char *authorization, const char *api_key, int64_t now, struct error *error)
{
    struct check *check = calloc(1, sizeof *check);
    if (!check) {
        error_no_memory(error);
        return NULL;
    }
    if (begin(check, credentials, signature, authorization, api_key, now, error)) {
        check_abandon(check);
        return NULL;
    }
    return check;
}

void check_feed(struct check *check, const void *bytes, size_t len)
{
    for (size_t i = 0; i < check->count; i++)
        if (EVP_MAC_update(check->mac[i], bytes, len) != 1)
            check->broken = true;
}

/* Compares every v0 with every secret's HMAC, even after a match. */
static bool signature_fits(struct check *check)
{
    unsigned fits = 0;
    for (size_t i = 0; i < check->count; i++) {
        unsigned char mac[MAC_SIZE];
        size_t len = 0;
        if (EVP_MAC_final(check->mac[i], mac, &len, sizeof mac) != 1 || len != sizeof mac) {
            check->broken = true;
            continue;
        }
        for (size_t j = 0; j < check->signature->count; j++)
            fits |= CRYPTO_memcmp(mac, check->signature->mac[j], sizeof mac) == 0;
        OPENSSL_cleanse(mac, sizeof mac);
    }
    return fits != 0 && !check->broken;
}

int check_end(struct check *check, struct error *error)
{
    if (!check)
        return -1;
    bool passed = check->passed || signature_fits(check), broken = check->broken;
    check_abandon(check);
    if (passed)
        return 0;
    if (broken)
        return error_set(error, ERROR_INTERNAL, "cannot compute the signature");
    return error_set(error, ERROR_INVALID_SIGNATURE,
                     "no v0= matches: it must be the HMAC-SHA256 of \"<t>.<raw body>\" with this endpoint's "
                     "secret");
}

void check_abandon(struct check *check)
{
    if (!check)
        return;
    for (size_t i = 0; i < check->count; i++)
        EVP_MAC_CTX_free(check->mac[i]);
    free(check->signature);
    free(check);
}

int credentials_prepare(struct error *error)
{
    /* printf '1.body' | openssl dgst -sha256 -hmac secret */
    static const char signature[] = "t=1,v0=842b24d9575dee4b6ec460b7e3af7d683501d84fe6279102340787c79d2e2bab";
    static const struct credentials credentials = {
        .hmac = true, .secrets = {"secret"}, .secret_count = 1, .tolerance = 0};
    struct check *check = check_begin(&credentials, signature, NULL, NULL, 1, NULL);
    if (check)
        check_feed(check, "body", 4);
    return check_end(check, NULL) == 0
               ? 0
               : error_set(error, ERROR_INTERNAL, "OpenSSL cannot compute HMAC-SHA256");
}
