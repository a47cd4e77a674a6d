#include "understand/understanding.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_CHARS  300 /* of a statement, a value, a dropped line */
#define NAME_CHARS  100
#define DROPS_MAX   100
#define SPEAKER_MAX 8

static const char *const source_names[SOURCES] = {"rule", "item", "collected", "llm", "variable", "operator"};
static const char *const kind_names[STATEMENTS] = {"need",    "preference", "instruction", "fact",
                                                   "contact", "id",         "ended",       "open"};
static const char *const privacy_names[PRIVACIES] = {"none", "erase", "do_not_call", "do_not_record"};
static const char *const drop_names[DROPS] = {"form",  "ungrounded", "person", "negated", "past",
                                              "asked", "refused",    "once",   "settled", "secret",
                                              "order", "name",       "many"};

static int find(const char *const *names, int count, const char *name)
{
    int i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

const char *source_name(enum source source)
{
    return source_names[source];
}

enum source source_find(const char *name)
{
    return (enum source)find(source_names, SOURCES, name);
}

const char *statement_kind_name(enum statement_kind kind)
{
    return kind_names[kind];
}

enum statement_kind statement_kind_find(const char *name)
{
    return (enum statement_kind)find(kind_names, STATEMENTS, name);
}

bool statement_settles(const struct statement *statement)
{
    static const char *const slots[] = {"done", "acted", "cancelled"};
    for (size_t i = 0; statement->kind == STATEMENT_ENDED && i < sizeof slots / sizeof *slots; i++)
        if (strcmp(statement->slot, slots[i]) == 0)
            return true;
    return false;
}

const char *privacy_name(enum privacy privacy)
{
    return privacy_names[privacy];
}

enum privacy privacy_find(const char *name)
{
    return (enum privacy)find(privacy_names, PRIVACIES, name);
}

const char *drop_name(enum drop why)
{
    return drop_names[why];
}

void understanding_open(struct understanding *understanding)
{
    *understanding = (struct understanding){.denied = "", .request_turn = -1};
    understanding->arena = arena_new();
    understanding->failed = !understanding->arena;
}

void understanding_free(struct understanding *understanding)
{
    free(understanding->speakers);
    free(understanding->statements);
    free(understanding->drops);
    free(understanding->orders);
    arena_free(understanding->arena);
    *understanding = (struct understanding){.denied = ""};
}

/* Room for one more of `size` bytes in *items; NULL, and `failed`, when out of memory. */
static void *next(struct understanding *understanding, void *items, size_t count, size_t *room, size_t size)
{
    void **at = items;
    if (count == *room) {
        size_t more = *room ? *room * 2 : 8;
        void *grown = realloc(*at, more * size);
        if (!grown) {
            understanding->failed = true;
            return NULL;
        }
        *at = grown;
        *room = more;
    }
    return (char *)*at + count * size;
}

/* A copy as one line, "" for NULL. */
static const char *line(struct understanding *understanding, const char *text, size_t chars)
{
    if (!text || !*text)
        return "";
    char *one = text_line(text, chars);
    const char *copy = one ? arena_text(understanding->arena, one, strlen(one)) : NULL;
    free(one);
    if (!copy)
        understanding->failed = true;
    return copy ? copy : "";
}

static bool has(const struct understanding *understanding, const struct statement *statement)
{
    for (size_t i = 0; i < understanding->statement_count; i++) {
        const struct statement *other = &understanding->statements[i];
        if (other->kind == statement->kind && strcmp(other->whose, statement->whose) == 0 &&
            strcmp(other->text, statement->text) == 0)
            return true;
    }
    return false;
}

void understanding_add(struct understanding *understanding, const struct statement *statement)
{
    struct statement copy = *statement;
    if (understanding->failed || understanding->statement_count >= STATEMENTS_MAX)
        return;
    copy.whose = line(understanding, statement->whose, NAME_CHARS);
    copy.text = line(understanding, statement->text, TEXT_CHARS);
    copy.slot = line(understanding, statement->slot, NAME_CHARS);
    copy.value = line(understanding, statement->value, TEXT_CHARS);
    copy.by = line(understanding, statement->by, NAME_CHARS);
    if (!*copy.text || has(understanding, &copy))
        return;
    struct statement *at = next(understanding, &understanding->statements, understanding->statement_count,
                                &understanding->statement_room, sizeof *at);
    if (at) {
        *at = copy;
        understanding->statement_count++;
    }
}

void understanding_add_speaker(struct understanding *understanding, const struct speaker *speaker)
{
    struct speaker copy = *speaker;
    if (understanding->failed || understanding->speaker_count >= SPEAKER_MAX)
        return;
    copy.full = line(understanding, speaker->full, NAME_CHARS);
    copy.called = line(understanding, speaker->called, NAME_CHARS);
    copy.role = line(understanding, speaker->role, NAME_CHARS);
    copy.was = line(understanding, speaker->was, NAME_CHARS);
    struct speaker *at = next(understanding, &understanding->speakers, understanding->speaker_count,
                              &understanding->speaker_room, sizeof *at);
    if (at) {
        *at = copy;
        understanding->speaker_count++;
    }
}

void understanding_drop(struct understanding *understanding, enum drop why, const char *item,
                        const char *text)
{
    if (understanding->failed || understanding->drop_count >= DROPS_MAX)
        return;
    struct dropped *at = next(understanding, &understanding->drops, understanding->drop_count,
                              &understanding->drop_room, sizeof *at);
    if (at) {
        *at = (struct dropped){why, line(understanding, item, NAME_CHARS),
                               line(understanding, text, TEXT_CHARS)};
        understanding->drop_count++;
    }
}

void understanding_add_order(struct understanding *understanding, int turn)
{
    int *at = understanding->failed ? NULL
                                    : next(understanding, &understanding->orders, understanding->order_count,
                                           &understanding->order_room, sizeof *at);
    if (at) {
        *at = turn;
        understanding->order_count++;
    }
}

bool understanding_is_order(const struct understanding *understanding, int turn)
{
    for (size_t i = 0; i < understanding->order_count; i++)
        if (understanding->orders[i] == turn)
            return true;
    return false;
}

void understanding_remove(struct understanding *understanding, size_t at)
{
    struct statement *items = understanding->statements;
    memmove(&items[at], &items[at + 1], (understanding->statement_count - at - 1) * sizeof *items);
    understanding->statement_count--;
}
