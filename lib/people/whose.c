#include "people/whose.h"

#include "base/buf.h"
#include "people/profile.h"
#include "service/variables.h"

#include <string.h>

bool whose_is_shared(const struct memory_profile *profile)
{
    static const char member[] = "\"" VARIABLE_CALLER_PEOPLE "\":\"";
    const char *people = profile->document ? strstr(profile->document, member) : NULL;
    if (!people)
        return false;
    people += strlen(member);
    const char *another = strstr(people, "; "), *end = people;
    while (*end && *end != '"')
        end += *end == '\\' && end[1] ? 2 : 1;
    return another && another < end;
}

const char *whose_content(struct arena *arena, const struct line *line, const struct known *known)
{
    const char *content = known->fact.memory->content;
    const char *name = known->owner == NOBODY ? "" : person_name(&line->persons[known->owner]);
    if (line_speakers(line) > 1 && !*known->fact.statement.whose && known->owner == NOBODY)
        return arena_printf(arena, "It is not clear who said: %s", content);
    if (line_speakers(line) > 1 && !*known->fact.statement.whose && *name)
        return arena_printf(arena, "%s: %s", name, content);
    return arena_text(arena, content, strlen(content));
}

/* Who spoke in a conversation; "" where that is not clear, or more than one did. */
static const char *speaker_in(const struct line *line, const struct memory_list *list,
                              const char *conversation)
{
    size_t names = 0;
    for (size_t i = 0; i < list->count; i++)
        names += list->items[i].kind == KIND_NAME && strcmp(list->items[i].conversation, conversation) == 0;
    for (size_t i = 0; i < line->call_count && names <= 1; i++)
        if (strcmp(line->calls[i].memory->conversation, conversation) == 0)
            return line->calls[i].speaker == NOBODY ? ""
                                                    : person_name(&line->persons[line->calls[i].speaker]);
    return "";
}

/* One turn of the caller's has nobody before it, several turns have "Caller: " before each of theirs. */
static void name_turns(struct buf *b, const char *content, const char *name)
{
    const char *rest = content, *at;
    bool alone = strncmp(content, MEMORY_CALLER, strlen(MEMORY_CALLER)) != 0 &&
                 strncmp(content, MEMORY_AGENT, strlen(MEMORY_AGENT)) != 0;
    if (alone)
        buf_printf(b, "%s: %s", name, content);
    while (!alone && (at = strstr(rest, MEMORY_CALLER))) {
        bool begins = at == content || at[-1] == ' ';
        buf_add(b, rest, (size_t)(at - rest));
        buf_printf(b, begins ? "%s: " : MEMORY_CALLER, name);
        rest = at + strlen(MEMORY_CALLER);
    }
    if (!alone)
        buf_puts(b, rest);
}

static const char *named_turn(struct arena *arena, const char *content, const char *name)
{
    struct buf b = BUF_INIT;
    name_turns(&b, content, name);
    const char *named = buf_text(&b) ? arena_text(arena, buf_text(&b), b.len) : NULL;
    buf_free(&b);
    return named;
}

/* What a fact says ends as the search wrote it, with "(until 2026-03)" where it is over. */
static const char *named_fact(struct arena *arena, const struct line *line, const struct memory *memory)
{
    for (size_t i = 0; i < line->known_count; i++) {
        const struct known *known = &line->known[i];
        const char *content = known->fact.memory->content;
        if (strcmp(known->fact.memory->id, memory->id) != 0)
            continue;
        const char *named = whose_content(arena, line, known);
        size_t len = strlen(content);
        bool more = strncmp(memory->content, content, len) == 0;
        return named && more ? arena_printf(arena, "%s%s", named, memory->content + len) : named;
    }
    return memory->content;
}

static int name_all(struct memory_list *found, const struct line *line, const struct memory_list *list,
                    struct error *error)
{
    for (size_t i = 0; i < found->count; i++) {
        struct memory *memory = &found->items[i];
        const char *name = memory->kind == KIND_TURN ? speaker_in(line, list, memory->conversation) : "";
        if (*name)
            memory->content = named_turn(found->arena, memory->content, name);
        else if (fact_is_kind(memory->kind))
            memory->content = named_fact(found->arena, line, memory);
        if (!memory->content)
            return error_no_memory(error);
    }
    return 0;
}

int whose_name(struct memory_store *store, const struct memory_filter *filter, const char *scope,
               struct memory_list *found, struct error *error)
{
    struct memory_list list;
    struct line line;
    if (found->count == 0)
        return 0;
    if (profile_read_line(store, filter->caller, scope, &list, &line, error) != 0)
        return -1;
    int result = line_speakers(&line) > 1 ? name_all(found, &line, &list, error) : 0;
    line_close(&line);
    memory_list_free(&list);
    return result;
}
