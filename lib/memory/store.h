/*
 * store: what a store implements to stand behind memory.h. Every function means what the one in memory.h of
 * the same name means; the arguments have been checked already.
 */
#ifndef CALLMEM_MEMORY_STORE_H
#define CALLMEM_MEMORY_STORE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* See memory.h. */
struct memory;
struct memory_filter;
struct memory_list;
struct memory_profile;
struct memory_place;
struct memory_caller;
struct memory_callers;
struct memory_callers_filter;
struct memory_day;
struct memory_walk;

struct memory_store;

struct memory_ops {
    void (*close)(struct memory_store *store);
    int (*check)(struct memory_store *store, struct error *error);
    int (*begin)(struct memory_store *store, struct error *error);
    int (*commit)(struct memory_store *store, struct error *error);
    void (*rollback)(struct memory_store *store);
    int (*upgrade)(struct memory_store *store, struct error *error); /* NULL: nothing to be upgraded */
    int (*refresh)(struct memory_store *store, const char *caller,
                   struct error *error); /* NULL: nothing to be made */
    int (*read_begin)(struct memory_store *store, const char *caller,
                      struct error *error); /* NULL, as the next one: each read stands alone */
    void (*read_end)(struct memory_store *store);
    int (*add)(struct memory_store *store, const struct memory *items, size_t count, size_t *added,
               struct error *error);
    int (*update)(struct memory_store *store, const char *caller, const char *id, const struct memory *change,
                  struct error *error);
    int (*get)(struct memory_store *store, const char *caller, const char *const *ids, size_t count,
               struct memory_list *found, struct error *error); /* as memory_get_all() */
    int (*remove)(struct memory_store *store, const char *caller, const char *id, struct error *error);
    int (*remove_some)(struct memory_store *store, const struct memory *items, size_t count,
                       struct error *error); /* NULL: cannot be done */
    int (*list)(struct memory_store *store, const struct memory_filter *filter, struct memory_list *found,
                struct error *error);
    /* With the profile of a scope, unless that is NULL. On failure both are empty. */
    int (*search)(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  const char *scope, struct memory_list *found, struct memory_profile *profile,
                  struct error *error);
    int (*profile)(struct memory_store *store, const char *caller, const char *scope,
                   struct memory_profile *profile, struct error *error);
    int (*ready)(struct memory_store *store, const char *caller, const char *scope, char **ready,
                 struct error *error);
    int (*set_profile)(struct memory_store *store, const char *caller, const char *scope,
                       const struct memory_profile *profile, struct error *error);
    int (*set_user)(struct memory_store *store, const char *caller, const char *user,
                    struct error *error); /* NULL: nothing is noted */
    int (*find_user)(struct memory_store *store, const char *user, char **caller,
                     struct error *error); /* NULL: nobody is found */
    int (*share)(struct memory_store *store, const char *caller, const struct memory_place *places,
                 size_t count, struct error *error); /* NULL: cannot be done */
    int (*conversations)(struct memory_store *store, const char *caller, struct memory_list *found,
                         struct error *error);
    int (*callers)(struct memory_store *store, const struct memory_callers_filter *filter,
                   struct memory_callers *found,
                   struct error *error); /* filter->text is folded, never NULL */
    int (*set_caller)(struct memory_store *store, const struct memory_caller *caller,
                      struct error *error); /* NULL: follows from what is there */
    int (*find_conversation)(struct memory_store *store, const char *conversation, struct memory_list *found,
                             struct error *error);
    int (*find)(struct memory_store *store, const char *id, struct memory_list *found, struct error *error);
    int (*older)(struct memory_store *store, int64_t before, size_t limit, struct memory_list *found,
                 struct error *error);
    int (*walk_older)(struct memory_store *store, int64_t before, unsigned kinds, size_t limit,
                      struct memory_walk *walk, struct memory_list *found,
                      struct error *error); /* NULL: cannot be done */
    int (*requests)(struct memory_store *store, size_t limit, struct memory_list *found, struct error *error);
    int (*dated_remarks)(struct memory_store *store, const char *after, size_t limit,
                         struct memory_list *found, struct error *error); /* NULL: nothing is found */
    int (*outdated)(struct memory_store *store, int version, const char *after, size_t limit,
                    struct memory_list *found, struct error *error);
    int (*forget_conversation)(struct memory_store *store, const char *caller, const char *conversation,
                               struct error *error);
    int (*forget)(struct memory_store *store, const char *caller, size_t *count, struct error *error);
    int (*days)(struct memory_store *store, int64_t first, struct memory_day *days, size_t count,
                struct error *error); /* all of them are zeros */
    int (*seal)(struct memory_store *store, const char *caller, const char *conversation,
                struct error *error); /* NULL, as the next three: it cannot be done */
    int (*is_sealed)(struct memory_store *store, const char *caller, const char *conversation, bool *sealed,
                     struct error *error);
    int (*seals)(struct memory_store *store, const char *after, size_t limit, struct memory_list *found,
                 struct error *error);
    int (*add_seals)(struct memory_store *store, const struct memory_list *seals, struct error *error);
    int (*count)(struct memory_store *store, int64_t *callers, int64_t *memories, struct error *error);
};

/* The first member of each store's own struct. */
struct memory_store {
    const struct memory_ops *ops;
    const char *mode; /* what memory_mode() returns */
};

/* Fills a profile with copies of five texts, of which NULL is ""; without a document it is the answer as an
 * object. -1 when out of memory. */
int memory_profile_keep(struct memory_profile *profile, const char *answer, const char *heading,
                        const char *language, const char *document, const char *user);

#endif
