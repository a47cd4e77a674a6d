#include "people/alias.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool alias_is_name(const char *user, const char *caller)
{
    char key[CALLER_SIZE];
    return caller_parse(user, key) == CALLER_OTHER && strcmp(key, user) == 0 && strcmp(user, caller) != 0;
}

const char *alias_of(const struct memory_list *memories, const char *caller)
{
    const struct memory *newest = NULL;
    for (size_t i = 0; i < memories->count; i++) {
        const struct memory *memory = &memories->items[i];
        if (memory->kind == KIND_ALIAS && strcmp(memory->caller, caller) == 0 &&
            (!newest || memory->created_at >= newest->created_at))
            newest = memory;
    }
    /* An import may have brought anything. */
    return newest && alias_is_name(newest->content, caller) ? newest->content : "";
}

int alias_resolve(struct memory_store *store, char caller[CALLER_SIZE], struct error *error)
{
    char *named;
    if (!caller_trusts_user_id())
        return 0;
    if (memory_find_user(store, caller, &named, error) != 0)
        return -1;
    if (named && strlen(named) < CALLER_SIZE)
        memcpy(caller, named, strlen(named) + 1);
    free(named);
    return 0;
}
