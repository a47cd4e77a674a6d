#include "people/trust.h"

#include "base/text.h"
#include "memory/memory.h"
#include "people/caller.h"

#include <string.h>

/* In the order of the choices of CALLMEM_PRIVATE. */
static const unsigned private_kinds[] = {
    1u << KIND_NEED,
    1u << KIND_PREFERENCE,
    1u << KIND_INSTRUCTION,
    1u << KIND_FACT | 1u << KIND_ENDED,
    1u << KIND_CONTACT,
    1u << KIND_ID | 1u << KIND_COLLECTED,
    1u << KIND_REQUEST | 1u << KIND_PROMISE,
    1u << KIND_SUMMARY,
    1u << KIND_TURN,
};

unsigned trust_private(const struct settings *settings)
{
    int64_t chosen = setting_int(settings, CALLMEM_PRIVATE);
    unsigned kinds = 0;
    for (size_t i = 0; i < sizeof private_kinds / sizeof *private_kinds; i++)
        kinds |= chosen >> i & 1 ? private_kinds[i] : 0;
    return kinds;
}

struct looking {
    const char *caller;
    bool found;
};

static bool is_line(void *ctx, const char *part, size_t len)
{
    struct looking *looking = ctx;
    char number[CALLER_SIZE], caller[CALLER_SIZE];
    if (len >= sizeof number)
        return true;
    memcpy(number, part, len);
    number[len] = '\0';
    looking->found = caller_parse(number, caller) == CALLER_NUMBER && strcmp(caller, looking->caller) == 0;
    return !looking->found;
}

bool trust_is_shared(const struct settings *settings, const char *caller)
{
    struct looking looking = {.caller = caller};
    const char *lines = setting_text(settings, CALLMEM_SHARED_LINES);
    if (*lines)
        text_split(lines, is_line, &looking);
    return looking.found;
}

bool trust_greets(const struct settings *settings, const char *caller, int64_t calls, bool alone)
{
    switch (setting_choice(settings, CALLMEM_GREET)) {
    case GREET_NEVER:
        return false;
    case GREET_KNOWN_LINE:
        return *caller == '+' && calls >= 2 && alone;
    case GREET_ALWAYS:
    default:
        return true;
    }
}
