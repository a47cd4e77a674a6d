#include "service/variables.h"

#include <string.h>

const struct variable variable_rows[VARIABLES] = {
    {VARIABLE_CALLER_KNOWN, VARIABLE_BOOL, false},     {VARIABLE_CALLER_ID, VARIABLE_TEXT, false},
    {VARIABLE_CALLER_NAME, VARIABLE_TEXT, true},       {VARIABLE_CALL_COUNT, VARIABLE_NUMBER, true},
    {VARIABLE_FIRST_CALL_DATE, VARIABLE_TEXT, true},   {VARIABLE_LAST_CALL_DATE, VARIABLE_TEXT, true},
    {VARIABLE_LAST_CALL_SUMMARY, VARIABLE_TEXT, true}, {VARIABLE_CALLER_PREFERENCES, VARIABLE_TEXT, true},
    {VARIABLE_KEY_TOPICS, VARIABLE_TEXT, true},        {VARIABLE_CALLER_SENTIMENT, VARIABLE_TEXT, true},
    {VARIABLE_CALLER_PEOPLE, VARIABLE_TEXT, true},     {VARIABLE_SUGGESTED_GREETING, VARIABLE_TEXT, true},
    {VARIABLE_CALLER_LANGUAGES, VARIABLE_TEXT, true},  {VARIABLE_MEMORY_CONTEXT, VARIABLE_TEXT, true},
};

bool variable_is_ours(const char *name, size_t len)
{
    for (size_t i = 0; i < VARIABLES; i++)
        if (strlen(variable_rows[i].name) == len && memcmp(variable_rows[i].name, name, len) == 0)
            return true;
    return false;
}
