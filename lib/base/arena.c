#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 4096

struct block {
    struct block *next;
    size_t used, size;
    max_align_t bytes[];
};

struct arena {
    struct block *blocks;
    bool failed;
};

struct arena *arena_new(void)
{
    return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->blocks; block;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(arena);
}

/* arena_alloc() without clearing. */
static void *take(struct arena *arena, size_t size)
{
    size_t need = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    bool too_much = size > SIZE_MAX / 2;
    struct block *block = arena->blocks;
    if (!block || too_much || block->size - block->used < need) {
        size_t room = need > BLOCK ? need : BLOCK;
        block = too_much ? NULL : malloc(sizeof *block + room);
        if (!block) {
            arena->failed = true;
            return NULL;
        }
        block->used = 0;
        block->size = room;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *piece = (char *)block->bytes + block->used;
    block->used += need;
    return piece;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *piece = take(arena, size);
    return piece ? memset(piece, 0, size) : NULL;
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
    char *copy = take(arena, len + 1);
    if (copy && len)
        memcpy(copy, text, len);
    if (copy)
        copy[len] = '\0';
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : take(arena, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

bool arena_failed(const struct arena *arena)
{
    return arena->failed;
}

void arena_fail(struct arena *arena)
{
    arena->failed = true;
}
