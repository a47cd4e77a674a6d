/*
 * json: where cJSON is too lenient. It reads numbers as doubles, accepts bytes that are not UTF-8 and ends a
 * string at \u0000; so JSON from outside passes json_scan first, which accepts exactly RFC 8259.
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
 * RFC 8259 (a byte order mark before it is passed over), nested deeper than JSON_MAX_DEPTH, or not an object.
 * "\u0000" and lone surrogates are read as U+FFFD, so that no text is cut and all that comes out is UTF-8; a
 * number has the value of the nearest double, however many digits it is written with. The result is
 * cJSON_Delete()d by the caller. */
cJSON *json_parse(const char *bytes, size_t len, struct error *error);

/* Members by exact name; NULL (or the fallback) when absent, null or of another type. `object` may be NULL.
 */
const cJSON *json_get(const cJSON *object, const char *name);
const cJSON *json_object(const cJSON *object, const char *name);
const cJSON *json_array(const cJSON *object, const char *name);
const char *json_text(const cJSON *object, const char *name);
const char *json_text_or_empty(const cJSON *object, const char *name); /* "" for NULL */
double json_number(const cJSON *object, const char *name, double fallback);
int64_t json_int(const cJSON *object, const char *name, int64_t fallback); /* cut to int64, NaN: fallback */
bool json_bool(const cJSON *object, const char *name, bool fallback);

/* Adds a value, unformatted, to a buf. NULL, for a value that could not be made, makes the buf fail. */
void json_add(struct buf *b, const cJSON *value);

/*
 * A scanner for JSON that does not fit into memory. It is fed pieces as they arrive and keeps only its
 * nesting and half a kilobyte of text. It checks all of RFC 8259, UTF-8 and the depth, and reports members of
 * interest as they go by. Of members with the same name the first counts, as in json_get().
 */
struct json_scan;

/* A member of interest: of the object that is member number `parent` of the same table, -1 for the outermost
 * object. At most 32 in a table, with names of less than 512 bytes. */
struct json_member {
    const char *name;
    int parent;
};

enum json_type { JSON_STRING, JSON_NUMBER, JSON_BOOL, JSON_NULL, JSON_OBJECT, JSON_ARRAY };

/* Called when the value of a member begins, with its type and no text. The text of a string follows in any
 * number of further calls, decoded as json_parse() does; a piece may end within a character. -1 with an error
 * ends the scan. */
typedef int json_scan_report(void *ctx, int member, enum json_type type, const char *text, size_t len,
                             struct error *error);

/* NULL when out of memory. `members` is borrowed; without any the scan only validates. */
struct json_scan *json_scan_new(const struct json_member *members, int member_count, json_scan_report *report,
                                void *ctx);
void json_scan_free(struct json_scan *scan); /* NULL is allowed */
/* 0, or -1 with ERROR_INVALID_JSON and the byte position and cause, or with the report's error; after that
 * only json_scan_free() is allowed. */
int json_scan_feed(struct json_scan *scan, const char *bytes, size_t len, struct error *error);
int json_scan_end(struct json_scan *scan, struct error *error); /* the text must be a whole object now */
size_t json_scan_at(const struct json_scan *scan); /* bytes that were good so far, also after an error */

#endif
