/*
 * Who a caller is: whatever a network, a SIP header or an operator writes, the key is one of the few forms
 * that there are, means the same when it is read again, and is nobody's when nothing is left of it.
 */
#include "base/text.h"
#include "people/caller.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_key(enum caller_kind kind, const char *key)
{
    size_t len = strlen(key);
    switch (kind) {
    case CALLER_NUMBER:
        must(key[0] == '+' && len >= 4 && len <= 16 && strspn(key + 1, "0123456789") == len - 1);
        break;
    case CALLER_OTHER:
        must(len >= 1 && len <= 128);
        must(strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@+-") == len);
        break;
    case CALLER_NOBODY:
    case CALLER_INVALID:
    default:
        must(len == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = text_dup_n((const char *)data, size), *around;
    char key[CALLER_SIZE], again[CALLER_SIZE];
    must(text != NULL);
    caller_set_country(size % 3 == 0 ? "DE" : size % 3 == 1 ? "US" : NULL);
    must(caller_parse_user(text, key) != CALLER_NUMBER &&
         (!*key || strncmp(key, "user:", 5) == 0 || !strpbrk(key, "+@:")));
    enum caller_kind kind = caller_parse(text, key);
    check_key(kind, key);
    /* What is stored and exported is the key; blanks around it mean nothing. */
    if (*key) {
        must(caller_parse(key, again) == kind && strcmp(key, again) == 0);
        around = malloc(strlen(text) + 4);
        must(around != NULL);
        memcpy(around, " \t", 2);
        memcpy(around + 2, text, strlen(text));
        memcpy(around + 2 + strlen(text), "\n", 2);
        /* But one before digits, which may be a plus that was lost. */
        if (text[0] != ' ')
            must(caller_parse(around, again) == kind && strcmp(key, again) == 0);
        free(around);
    }
    free(text);
    return 0;
}
