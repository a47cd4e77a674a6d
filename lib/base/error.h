/*
 * error: why an operation failed, for programs (code) and for people (message).
 *
 * Every function that can fail returns 0 or -1 (or NULL) and fills a struct error that the caller owns.
 * The codes and their HTTP status are the error table of docs/http.md; log lines have them as "error".
 */
#ifndef CALLMEM_BASE_ERROR_H
#define CALLMEM_BASE_ERROR_H

#include <stdbool.h>

enum error_code {
    ERROR_NONE = 0,
    ERROR_INVALID_JSON,               /* 400 */
    ERROR_INVALID_REQUEST,            /* 400, the message names the field */
    ERROR_MISSING_CREDENTIALS,        /* 401 */
    ERROR_MALFORMED_SIGNATURE,        /* 401 */
    ERROR_TIMESTAMP_OUT_OF_TOLERANCE, /* 401 */
    ERROR_INVALID_SIGNATURE,          /* 401 */
    ERROR_INVALID_SECRET,             /* 401 */
    ERROR_NOT_FOUND,                  /* 404 */
    ERROR_METHOD_NOT_ALLOWED,         /* 405 */
    ERROR_BODY_TOO_LARGE,             /* 413 */
    ERROR_UNSUPPORTED_MEDIA_TYPE,     /* 415 */
    ERROR_TOO_MANY_REQUESTS,          /* 429 */
    ERROR_INTERNAL,                   /* 500 */
    ERROR_MEMORY_UNAVAILABLE,         /* 503, transient: try again */
    ERROR_INBOX_UNAVAILABLE,          /* 503, transient: try again */
    ERROR_SETTINGS,                   /* never sent over HTTP: the program does not start, exit status 78 */
    ERROR_CODES
};

struct error {
    enum error_code code;
    char message[400]; /* one sentence, UTF-8, no line breaks; never a secret, a transcript or a number */
};

/* Fills `error` (may be NULL) as printf does, and always returns -1, so that `return error_set(…)` reads
 * well. Line breaks and control characters become spaces; truncation never splits a character. */
int error_set(struct error *error, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Lets compilers and analysers know that the result is always -1. */
static inline int error_always(int result)
{
    (void)result;
    return -1;
}
#define error_set(...) error_always(error_set(__VA_ARGS__))
/* For a failed allocation. */
static inline int error_no_memory(struct error *error)
{
    return error_set(error, ERROR_INTERNAL, "out of memory");
}

const char *error_name(enum error_code code);  /* "invalid_json"; static */
int error_status(enum error_code code);        /* HTTP status, 500 for codes without one */
bool error_is_transient(enum error_code code); /* a later try may succeed: 429, 500 and 503 */

#endif
