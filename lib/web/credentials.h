/*
 * credentials: who may call an endpoint: either with ElevenLabs' signature,
 *
 *     ElevenLabs-Signature: t=<unix seconds>,v0=<hex of HMAC-SHA256(secret, "<t>.<raw body>")>
 *
 * with any number of v0 and t and v0 in any order, or the secret itself as `Authorization: Bearer <secret>`
 * or `X-Api-Key: <secret>`. An endpoint has one secret, or several during a rotation. The time of a
 * comparison depends on the length of what was sent, not on how much of it matches. Source: ElevenLabs'
 * webhook documentation and SDKs (webhooks.constructEvent).
 */
#ifndef CALLMEM_WEB_CREDENTIALS_H
#define CALLMEM_WEB_CREDENTIALS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREDENTIALS_SECRETS    8    /* how many secrets an endpoint can have at once */
#define CREDENTIALS_AHEAD_SECS 300  /* how far a signature's time may be in the future */
#define SIGNATURE_MAX          8192 /* bytes of the header; web servers reject longer ones */
#define SIGNATURE_MACS         (SIGNATURE_MAX / 68 + 1) /* the most v0=<64 digits>, that fit into it */

/* What an endpoint requires; filled in from the settings, whose strings it borrows. */
struct credentials {
    bool hmac, secret;                        /* accepted kinds; neither: every request passes (AUTH_NONE) */
    const char *secrets[CREDENTIALS_SECRETS]; /* NULL or empty ones never match */
    bool header_only[CREDENTIALS_SECRETS];    /* no signature counts that was made with this secret */
    size_t secret_count;                      /* 0 although a kind is accepted: no request passes */
    int64_t tolerance;                        /* seconds that a signature may be old */
};

/* A parsed signature header. */
struct signature {
    int64_t time;
    char stamp[24];                        /* the digits after t=, as they were signed */
    unsigned char mac[SIGNATURE_MACS][32]; /* the v0 values */
    size_t count;
};

/* The header's parser: 0, or -1 with ERROR_MALFORMED_SIGNATURE. At most SIGNATURE_MAX bytes of name=value
 * parts between commas, blanks around a part do not count. Exactly one t (1 to 20 digits, no sign) and at
 * least one v0 of 64 hexadecimal digits in either case; a v0 that is not is passed over, as one that fits is
 * enough, and so are other schemes (v1=…). */
int signature_parse(const char *header, struct signature *signature, struct error *error);

/* Computes a signature once, before threads start: what OpenSSL fails to load on first use stays broken for
 * the life of the process. -1 with ERROR_INTERNAL: the process should exit. */
int credentials_prepare(struct error *error);

/* A check in progress. */
struct check;

/* Looks at the headers (NULL when absent; an empty one counts as absent, and so does a credential of a kind
 * that is not accepted, and an Authorization of another scheme than Bearer). Fails at once where the body
 * cannot change the outcome: ERROR_MISSING_CREDENTIALS, ERROR_MALFORMED_SIGNATURE,
 * ERROR_TIMESTAMP_OUT_OF_TOLERANCE, ERROR_INVALID_SECRET. When both a signature and a secret came and both
 * kinds are accepted, one that fits is enough, and when none does, the error is the signature's.
 * ERROR_INTERNAL: nothing could be compared. `now` is in Unix seconds. */
struct check *check_begin(const struct credentials *credentials, const char *signature,
                          const char *authorization, const char *api_key, int64_t now, struct error *error);
void check_feed(struct check *check, const void *bytes, size_t len); /* the body, in pieces, as it came */
/* Frees the check in every case. 0, or -1 with ERROR_INVALID_SIGNATURE (or ERROR_INTERNAL: nothing could be
 * computed). NULL has failed already: -1, and `error` stays what check_begin() made it. */
int check_end(struct check *check, struct error *error);
void check_abandon(struct check *check); /* frees it without an outcome; NULL is taken */

#endif
