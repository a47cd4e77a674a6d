/*
 * What an operator says of a caller: the first line is the id that is named, the rest what a memory has as
 * its metadata, which an import brings from outside. An id names a conversation that stands in it, or none;
 * a memory is found by its own id and by those that it had; a remark is the same when it is written and read
 * again, and can be held against any statement and speaker.
 */
#include "base/text.h"
#include "base/utf8.h"
#include "people/ids.h"
#include "people/remark.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CALL "conv_1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_id(struct arena *arena, const char *id, const struct memory *memory)
{
    const char *named = ids_conversation(id), *own = ids_of(arena, memory);
    if (named)
        must(named >= id && named <= id + strlen(id) && (named == id) == !memory_is_call(id));
    must(own && ids_match(memory, own) == 2);
    named = ids_conversation(own);
    must(named && strcmp(named, CALL) == 0);
    int match = ids_match(memory, id);
    must(match >= -1 && match <= 2 && (ids_conversation(id) || match == -1));
}

static bool is_about(const struct remark *remark)
{
    return remark->act == REMARK_CORRECT || remark->act == REMARK_DROP || remark->act == REMARK_NAME;
}

static void try_again(struct arena *arena, const struct remark *remark)
{
    const char *metadata = remark_metadata(arena, remark);
    struct remark again;
    must(metadata != NULL);
    const struct memory memory = {.metadata = metadata, .conversation = MEMORY_OPERATOR "0"};
    must(remark_read(arena, &memory, &again));
    must(again.act == remark->act && strcmp(again.author, remark->author) == 0);
    must(strcmp(again.name, remark->name) == 0 && strcmp(again.called, remark->called) == 0);
    must(strcmp(again.calls, remark->calls) == 0);
    if (!is_about(remark))
        return;
    must(again.kind == remark->kind && strcmp(again.conversation, remark->conversation) == 0);
    must(strcmp(again.whose, remark->whose) == 0 && strcmp(again.text, remark->text) == 0);
    must(strcmp(again.slot, remark->slot) == 0 && strcmp(again.value, remark->value) == 0);
    must(again.turn == (remark->turn < 0 ? -1 : remark->turn));
}

static void try_statement(struct arena *arena, const struct remark *remark, const char *text,
                          const struct memory *memory)
{
    const struct statement statement = {
        .whose = remark->whose, .text = text, .slot = remark->slot, .value = "", .by = "", .turn = 1};
    const struct speaker speaker = {.full = text, .called = "Peggy", .role = "", .was = "", .turn = 1};
    struct carriers carriers;
    bool failed = false;
    must(carriers_read(arena, text, &carriers));
    must(remark_means(remark, memory, &statement, &carriers, &failed) <= REMARK_THIS);
    remark_means_name(remark, memory->conversation, &speaker, &failed);
    bool theirs = remark_is_theirs(remark, memory->conversation, &speaker, &failed);
    must(!theirs || remark->act == REMARK_SPLIT);
    /* A call of the list is found in it. */
    if (*text && !strpbrk(text, ", ") && strcmp(remark->calls, text) == 0)
        must(remark_has_call(remark, text));
    must(!failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *id = text_dup_n((const char *)data, size);
    must(id != NULL);
    char *metadata = id + strcspn(id, "\n");
    if (*metadata)
        *metadata++ = '\0';
    struct arena *arena = arena_new();
    must(arena != NULL);
    const struct memory memory = {.conversation = CALL,
                                  .kind = KIND_PREFERENCE,
                                  .content = id,
                                  .metadata = metadata,
                                  .created_at = 1000};
    struct remark remark;
    try_id(arena, id, &memory);
    must(remark_read(arena, &memory, &remark));
    must(remark.act < REMARK_ACTS && remark_content(arena, &remark));
    try_again(arena, &remark);
    /* What is in memory is UTF-8, whatever a command line has. */
    try_statement(arena, &remark, utf8_is_valid(id, strlen(id)) ? id : "", &memory);
    must(!arena_failed(arena));
    arena_free(arena);
    free(id);
    return 0;
}
