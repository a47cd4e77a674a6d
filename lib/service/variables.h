/*
 * variables: the dynamic variables that callmem gives an agent (docs/elevenlabs.md); every answer of
 * client-data has all of them. An operator's own variable, CALLMEM_VARIABLE_<NAME>, cannot have one of these
 * names.
 */
#ifndef CALLMEM_SERVICE_VARIABLES_H
#define CALLMEM_SERVICE_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

/* Macros, so that a name can be part of a literal. */
#define VARIABLE_CALLER_KNOWN       "caller_known"
#define VARIABLE_CALLER_ID          "caller_id"
#define VARIABLE_CALLER_NAME        "caller_name"
#define VARIABLE_CALL_COUNT         "call_count"
#define VARIABLE_FIRST_CALL_DATE    "first_call_date"
#define VARIABLE_LAST_CALL_DATE     "last_call_date"
#define VARIABLE_LAST_CALL_SUMMARY  "last_call_summary"
#define VARIABLE_CALLER_PREFERENCES "caller_preferences"
#define VARIABLE_KEY_TOPICS         "key_topics"
#define VARIABLE_CALLER_SENTIMENT   "caller_sentiment"
#define VARIABLE_MEMORY_CONTEXT     "memory_context"
#define VARIABLE_CALLER_PEOPLE      "caller_people"
#define VARIABLE_SUGGESTED_GREETING "suggested_greeting"
#define VARIABLE_CALLER_LANGUAGES   "caller_languages"

enum variable_type { VARIABLE_BOOL, VARIABLE_TEXT, VARIABLE_NUMBER };

struct variable {
    const char *name;
    enum variable_type type;
    bool in_profile; /* a member of the profile document, with the same name */
};

#define VARIABLES 14
extern const struct variable variable_rows[VARIABLES]; /* in the order of the answer */

/* Whether a name of `len` bytes is one of these. */
bool variable_is_ours(const char *name, size_t len);

#endif
