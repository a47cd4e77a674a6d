#include "operate/caller_operand.h"

#include <stdio.h>
#include <string.h>

bool caller_operand_read(const struct args *args, char caller[CALLER_SIZE])
{
    return caller_operand_read_at(args, 0, caller);
}

bool caller_operand_read_at(const struct args *args, size_t at, char caller[CALLER_SIZE])
{
    const char *operand = args->operands[at];
    size_t len = strlen(operand);
    if (*operand == '=' && len > 1 && len <= CALLER_CHARS) {
        memcpy(caller, operand + 1, len);
        return true;
    }
    switch (caller_parse(operand, caller)) {
    case CALLER_NUMBER:
    case CALLER_OTHER:
        return true;
    case CALLER_NOBODY:
        fprintf(stderr, "A withheld number is nobody: nothing is kept of it.\n");
        return false;
    case CALLER_INVALID:
    default:
        fprintf(stderr, "That is no caller: a number such as +15550100001 is expected, or an identifier of "
                        "letters, digits and . _ : @ + - with at most 128 characters.\n");
        return false;
    }
}

void caller_operand_hint(const char *caller)
{
    fflush(stdout);
    if (caller[strspn(caller, "0123456789")] == '\0')
        fprintf(stderr,
                "%s names no country, so it is treated as an identifier: a number begins with + and the "
                "country, such as +15550100001.\n",
                caller);
}
