/*
 * json: what cJSON leaves open. cJSON reads numbers as doubles, takes bytes that are not UTF-8 and ends a
 * string at \u0000; what comes from outside passes json_scan first, which knows RFC 8259 to the letter.
 */
#ifndef CALLMEM_BASE_JSON_H
#define CALLMEM_BASE_JSON_H

#include "base/buf.h"
#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 64

/* Parses one JSON object of `len` bytes. ERROR_INVALID_JSON with position and cause when it is not UTF-8, not
 * RFC 8259, nested deeper than JSON_MAX_DEPTH, or not an object. "\u0000" and lone surrogates are read as
 * U+FFFD, so that no text is cut and all that comes out is UTF-8; a number has the value of the
 * nearest double, however many digits it is written with. The result is cJSON_Delete()d by the caller. */
cJSON *json_parse(const char *bytes, size_t len, struct error *error);

/* Members by exact name; NULL (or the fallback) when absent, null or of another type. `object` may be NULL.
 */
const cJSON *json_get(const cJSON *object, const char *name);
const cJSON *json_object(const cJSON *object, const char *name);
const cJSON *json_array(const cJSON *object, const char *name);
const char *json_text(const cJSON *object, const char *name);
double json_number(const cJSON *object, const char *name, double fallback);
int64_t json_int(const cJSON *object, const char *name, int64_t fallback); /* cut to int64, NaN: fallback */
bool json_bool(const cJSON *object, const char *name, bool fallback);

/* Adds a value, unformatted, to a buf. NULL is one that could not be made: the buf has failed then. */
void json_add(struct buf *b, const cJSON *value);

/*
 * A scanner for JSON that does not fit into memory. It is fed pieces as they arrive and keeps only its
 * nesting: it checks all of RFC 8259, UTF-8 and the depth, and reports members of interest as they go by.
 */
struct json_scan;

/* What the scanner tells. `path` is the dotted path of names ("data.conversation_id", arrays as "[]":
 * "data.transcript[].role"); names longer than 64 bytes are reported cut and never match a real path. A
 * string arrives decoded in pieces of any size with `last` set on the final one (which may be empty);
 * numbers, true, false and null arrive as their literal text with is_string false, in one piece unless that
 * is longer than 512 bytes. Objects and arrays themselves are not reported. Return false to stop the scan:
 * json_scan_feed() then fails with ERROR_INVALID_REQUEST. */
typedef bool json_scan_value(void *ctx, const char *path, bool is_string, const char *piece, size_t len,
                             bool last);

/* NULL when out of memory. `value` may be NULL: the scanner then only validates. */
struct json_scan *json_scan_new(json_scan_value *value, void *ctx);
void json_scan_free(struct json_scan *scan);
/* 0, or -1 with ERROR_INVALID_JSON and the byte position and cause; after that only free is allowed. */
int json_scan_feed(struct json_scan *scan, const char *bytes, size_t len, struct error *error);
int json_scan_end(struct json_scan *scan, struct error *error); /* the text must be one whole object by now */

#endif
