#include "people/line_read.h"

int line_settle_from(struct memory_store *store, const char *caller, struct line *line, struct error *error)
{
    struct memory_filter filter = {
        .caller = caller, .kinds = 1u << KIND_TURN | 1u << KIND_SUMMARY, .line = true};
    struct memory_list turns;
    if (!line_wants_turns(line, &filter.since))
        return 0;
    if (memory_list(store, &filter, &turns, error) != 0)
        return -1;
    int result = line_settle(line, &turns, error);
    memory_list_free(&turns);
    return result;
}

int line_memories(struct memory_store *store, const char *caller, struct memory_list *list,
                  struct error *error)
{
    const struct memory_filter of_interest = {
        .caller = caller, .kinds = ~(1u << KIND_TURN | 1u << KIND_EVIDENCE), .line = true};
    return memory_list(store, &of_interest, list, error);
}

int line_read(struct memory_store *store, const char *caller, const char *scope, struct memory_list *list,
              struct line *line, struct error *error)
{
    if (line_memories(store, caller, list, error) != 0)
        return -1;
    int result = line_open(line, list, scope ? scope : "", error);
    if (result == 0)
        result = line_settle_from(store, caller, line, error);
    if (result == 0)
        return 0;
    line_close(line);
    memory_list_free(list);
    return -1;
}
