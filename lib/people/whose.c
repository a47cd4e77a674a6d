#include "people/whose.h"

#include "base/buf.h"
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

const char *whose_by(const struct line *line, const struct known *known)
{
    if (line_speakers(line) <= 1 || *known->fact.statement.whose)
        return "";
    return known->owner == NOBODY ? WHOSE_NOT_CLEAR : person_name(&line->persons[known->owner]);
}

const char *whose_call(const struct line *line, const struct line_call *call)
{
    return line_speakers(line) > 1 && call->speaker != NOBODY ? person_name(&line->persons[call->speaker])
                                                              : "";
}

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

const char *whose_turns(struct arena *arena, const char *content, const char *name)
{
    struct buf b = BUF_INIT;
    name_turns(&b, content, name);
    const char *named = buf_text(&b) ? arena_text(arena, buf_text(&b), b.len) : NULL;
    buf_free(&b);
    return named;
}
