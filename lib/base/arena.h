/*
 * arena: many small allocations that are freed together.
 */
#ifndef CALLMEM_BASE_ARENA_H
#define CALLMEM_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);        /* NULL when out of memory */
void arena_free(struct arena *arena); /* NULL is allowed */
void *arena_alloc(struct arena *arena,
                  size_t size); /* zeroed, aligned for any type; NULL when out of memory */
/* Copies `len` bytes and ends them with NUL. NULL on failure, after which arena_failed() is true. */
char *arena_text(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool arena_failed(const struct arena *arena);
/* Marks a failure of the caller's: arena_failed() is true from now on. */
void arena_fail(struct arena *arena);

#endif
