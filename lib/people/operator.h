/*
 * operator: what an operator says of a caller: that a statement is wrong, or how it is right; what no call
 * said; who is who. It stands above what calls say, stays when they are understood again, and carries who
 * said it and when (people/remark.h). Each function is a transaction of its own in which the profile is made
 * again; in remote mode it is tried again where another front end changed the caller meanwhile.
 *
 * An id is what ids_of() gives for a memory (in `callmem show`), the id of a memory as a search or an
 * export has it, or the id that an earlier change returned.
 */
#ifndef CALLMEM_PEOPLE_OPERATOR_H
#define CALLMEM_PEOPLE_OPERATOR_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/caller.h"
#include "people/remark.h"
#include "service/settings.h"

#include <stdbool.h>

#define OPERATOR_TEXT_CHARS 1000 /* the longest text that an operator can say */

/* Who says it, and how. */
struct operator_context {
    struct memory_store *store;
    const struct settings *settings;
    const char *by; /* the person: a user name */
    bool dry;       /* only finds out what would change */
};

/* What was changed. */
struct operator_change {
    char caller[CALLER_SIZE];
    char id[REMARK_ID_SIZE]; /* by which it can be undone; "" where something was undone, or dry */
    char *was, *now;         /* what people read of it, "" for nothing; operator_change_free() */
};
void operator_change_free(struct operator_change *change);

/* The memory of an id, alone in the list: a statement, a name (KIND_NAME), or a remark (KIND_OPERATOR).
 * ERROR_NOT_FOUND; ERROR_INVALID_REQUEST for an id of something else, such as a turn. */
int operator_find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error);

/* A statement, a note or a name is `text` from now on. For a name `text` is "Margaret Whelan" or "Margaret
 * Whelan, called Peggy". ERROR_NOT_FOUND; ERROR_INVALID_REQUEST where the text is empty or too long. */
int operator_correct(const struct operator_context *context, const char *id, const char *text,
                     struct operator_change *change, struct error *error);
/* The one person of a line is called so, also where no call said a name. ERROR_NOT_FOUND where nobody called,
 * ERROR_INVALID_REQUEST where several people use the line. */
int operator_name(const struct operator_context *context, const char *caller, const char *name,
                  struct operator_change *change, struct error *error);
/* A statement, a note or a name is not told any more, however often a call says it. */
int operator_drop(const struct operator_context *context, const char *id, struct operator_change *change,
                  struct error *error);

struct operator_note {
    const char *caller, *text;
    const char *until; /* the last day on which it is told, "2026-03-27"; NULL or "": for ever */
    const char *whose; /* of somebody on the line; NULL or "": of the one person, else of the line */
};
/* Agents are told a text that no call said, from the first call on. */
int operator_add_note(const struct operator_context *context, const struct operator_note *note,
                      struct operator_change *change, struct error *error);
/* Somebody on the line is a person of their own: the one whose name is heard exactly so, and whoever spoke in
 * the conversations of `calls`, with commas between (NULL: none). ERROR_NOT_FOUND where no call has the name
 * or the caller has no such conversation. */
int operator_split(const struct operator_context *context, const char *caller, const char *name,
                   const char *calls, struct operator_change *change, struct error *error);

/* Takes back what an operator said: `id` is that of the change, or of the statement that was dropped or
 * corrected. ERROR_NOT_FOUND where nothing was said of it. */
int operator_undo(const struct operator_context *context, const char *id, struct operator_change *change,
                  struct error *error);

#endif
