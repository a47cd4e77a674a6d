/*
 * remark: what an operator says of a caller, as it is kept in memory. Each remark is a conversation of its
 * own (MEMORY_OPERATOR and twelve hexadecimal digits, which is also the id that undoes it) with one memory of
 * KIND_OPERATOR, and beside it what agents are told now: the corrected statement or name, or the note. So
 * nothing that becomes of a call (it is understood again, it comes again with more in it) touches it, and an
 * export, an import or a migration takes it along.
 *
 * A remark does not name a memory, whose id changes with an import, but says what it is about: which
 * statement of which call, in its words. It is found again by that.
 */
#ifndef CALLMEM_PEOPLE_REMARK_H
#define CALLMEM_PEOPLE_REMARK_H

#include "base/arena.h"
#include "memory/memory.h"
#include "understand/likeness.h"
#include "understand/understanding.h"

#include <stdbool.h>

#define REMARK_ID_SIZE 24 /* "operator-3f9a2b1c4d5e" and its end */

enum remark_act {
    REMARK_NOTE,    /* something that no call said */
    REMARK_CORRECT, /* a statement is so */
    REMARK_DROP,    /* a statement, or a name, is not so */
    REMARK_NAME,    /* somebody is called so */
    REMARK_SPLIT,   /* somebody is a person of their own */
    REMARK_ACTS
};
const char *remark_act_name(enum remark_act act); /* "note"; static */

struct remark {
    const struct memory *memory; /* of KIND_OPERATOR; NULL in what is handed in */
    enum remark_act act;
    const char *author;
    /* CORRECT, DROP, NAME: what it is about. Of a name `text` is the one that was heard, "" where none was.
     */
    const char *conversation;
    enum kind kind;
    const char *whose, *text, *slot, *value;
    int turn; /* -1: not known */
    /* NAME, SPLIT: who it is. */
    const char *name, *called;
    const char *calls;        /* SPLIT: the conversations of this person, with ", " between; "" */
    struct carriers carriers; /* of `text` */
};

/* Reads a memory of KIND_OPERATOR; texts belong to the arena. False when out of memory. A remark that cannot
 * be understood is a note. */
bool remark_read(struct arena *arena, const struct memory *memory, struct remark *remark);
/* What people read of it, and the metadata of its memory. NULL when out of memory. */
const char *remark_content(struct arena *arena, const struct remark *remark);
const char *remark_metadata(struct arena *arena, const struct remark *remark);

/* How far a statement is the one that a remark is about. */
enum remark_match {
    REMARK_OTHER, /* it is another one */
    REMARK_SAME,  /* the same is said in another call */
    REMARK_THIS   /* it is the one of that call, in whatever words that call is understood now */
};
/* `carriers` are those of the statement. *failed becomes true when out of memory. */
enum remark_match remark_means(const struct remark *remark, const struct memory *memory,
                               const struct statement *statement, const struct carriers *carriers,
                               bool *failed);
/* Whether a name that was heard in a conversation is the one that a remark (NAME, or DROP of a name) is
 * about.
 */
bool remark_means_name(const struct remark *remark, const char *conversation, const struct speaker *speaker,
                       bool *failed);
/* Whether a remark SPLIT says that the one who spoke in a conversation under this name is the person it
 * names.
 */
bool remark_is_theirs(const struct remark *remark, const char *conversation, const struct speaker *speaker,
                      bool *failed);
/* Whether `calls` has the conversation. */
bool remark_has_call(const struct remark *remark, const char *conversation);

/* Takes back what an operator said: forgets its conversation of a caller, and seals it (memory_seal()), so
 * that no copy of the memory brings it back. */
int remark_forget(struct memory_store *store, const char *caller, const char *conversation,
                  struct error *error);

#endif
