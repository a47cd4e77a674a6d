#include "base/error.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int status;
} codes[ERROR_CODES] = {
    [ERROR_NONE] = {"none", 200},
    [ERROR_INVALID_JSON] = {"invalid_json", 400},
    [ERROR_INVALID_REQUEST] = {"invalid_request", 400},
    [ERROR_MISSING_CREDENTIALS] = {"missing_credentials", 401},
    [ERROR_MALFORMED_SIGNATURE] = {"malformed_signature", 401},
    [ERROR_TIMESTAMP_OUT_OF_TOLERANCE] = {"timestamp_out_of_tolerance", 401},
    [ERROR_INVALID_SIGNATURE] = {"invalid_signature", 401},
    [ERROR_INVALID_SECRET] = {"invalid_secret", 401},
    [ERROR_NOT_FOUND] = {"not_found", 404},
    [ERROR_METHOD_NOT_ALLOWED] = {"method_not_allowed", 405},
    [ERROR_BODY_TOO_LARGE] = {"body_too_large", 413},
    [ERROR_UNSUPPORTED_MEDIA_TYPE] = {"unsupported_media_type", 415},
    [ERROR_TOO_MANY_REQUESTS] = {"too_many_requests", 429},
    [ERROR_INTERNAL] = {"internal_error", 500},
    [ERROR_MEMORY_UNAVAILABLE] = {"memory_unavailable", 503},
    [ERROR_INBOX_UNAVAILABLE] = {"inbox_unavailable", 503},
    [ERROR_SETTINGS] = {"settings", 500},
};

int(error_set)(struct error *error, enum error_code code, const char *format, ...)
{
    if (!error)
        return -1;
    error->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    for (char *p = error->message; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    /* A message that was cut may end within a character. */
    size_t len = strlen(error->message);
    while (len > 0 && !utf8_is_valid(error->message, len) && len + 4 > sizeof error->message - 1)
        error->message[--len] = '\0';
    return -1;
}

const char *error_name(enum error_code code)
{
    return (unsigned)code < ERROR_CODES ? codes[code].name : "internal_error";
}

int error_status(enum error_code code)
{
    return (unsigned)code < ERROR_CODES ? codes[code].status : 500;
}

bool error_is_transient(enum error_code code)
{
    int status = error_status(code);
    return code != ERROR_SETTINGS && (status == 429 || status >= 500);
}
