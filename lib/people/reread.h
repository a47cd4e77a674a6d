/*
 * reread: calls that are in memory are understood again, from what was said in them and what was collected:
 * after an upgrade, after an LLM was switched on, after the lexicon was added to. Their words stay; what was
 * understood of them is replaced (derived.h), and the profile is made again. A call of which something went
 * by age (thinned.h) stays as it is.
 */
#ifndef CALLMEM_PEOPLE_REREAD_H
#define CALLMEM_PEOPLE_REREAD_H

#include "base/arena.h"
#include "base/error.h"
#include "memory/memory.h"
#include "people/caller.h"
#include "people/event_shape.h"
#include "service/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lexicon;

/* What a reading finds different: a thing that is known now or is known no more. `content` is what people
 * read of it. */
typedef void reread_difference(void *ctx, const char *conversation, enum kind kind, const char *content,
                               bool added);

/* Takes a call that no LLM has read. -1 with an error ends the reading. */
typedef int reread_unread(void *ctx, const char *caller, const char *conversation, struct error *error);

struct reread {
    struct memory_store *store;
    const struct lexicon *lexicon;
    const struct settings *settings;
    int64_t since;              /* only calls that began then or later; Unix seconds; 0: all */
    bool dry;                   /* changes nothing */
    bool redact;                /* masks secrets (CALLMEM_REDACT) in the words that are stored as well */
    reread_difference *differs; /* may be NULL */
    reread_unread *unread;      /* may be NULL */
    void *ctx;
    /* Called after each call, which took so long, for others to have their turn; false ends the reading. May
     * be NULL. */
    bool (*rest)(void *ctx, int64_t worked_us);
    void *rest_ctx;
};

struct reread_counts {
    size_t calls;
    size_t masked; /* places with a secret, in calls that are redacted */
};

/* Reads the calls of a caller again, a transaction for each, the last of which renews the profile. Adds to
 * `counts`. */
int reread_caller(const struct reread *reread, const char *caller, struct reread_counts *counts,
                  struct error *error);

/* A call as it is in memory, for an LLM of the operator's own to read. */
struct reread_text {
    struct event event;      /* all secrets are masked */
    struct memory_list list; /* what it was made of */
    struct arena *arena;
};
/* ERROR_NOT_FOUND when there is no such call of the caller, or something of it went by age. reread_close() is
 * due in any case. */
int reread_open(const struct reread *reread, const char *caller, const char *conversation,
                struct reread_text *text, struct error *error);
void reread_close(struct reread_text *text);
/* Understands the call with what the LLM said of it: values of callmem's items by their names, NULL where it
 * said nothing. In a transaction of its own, in which the profile is renewed as well. ERROR_NOT_FOUND when
 * the call was forgotten meanwhile, ERROR_MEMORY_UNAVAILABLE also when other words are stored now. */
int reread_with(const struct reread *reread, const struct reread_text *text, const char *const *names,
                const char *const *values, size_t count, struct error *error);

/* Whether there is a caller after `after` with calls that an older version understood: 1, 0, or -1 with an
 * error. */
int reread_is_due(struct memory_store *store, const char *after, struct error *error);
/* Reads the calls of the next such caller again and writes the caller to `after`, also where it fails. */
int reread_next(const struct reread *reread, char after[CALLER_SIZE], struct error *error);

#endif
