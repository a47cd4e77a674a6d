/*
 * link: an operator's word that somebody on one line and somebody on another are one person: a mobile and the
 * house line. It is a memory (KIND_LINK) of each of the two lines, in a conversation that is no call
 * (MEMORY_OPERATOR), so that it stays when calls are understood again, and an export, an import and a
 * migration take it along. Both sides have the conversation of the same name, which is the link's id.
 *
 * What follows from it is in people/kin.h, how it is made in people/linking.h.
 */
#ifndef CALLMEM_PEOPLE_LINK_H
#define CALLMEM_PEOPLE_LINK_H

#include "base/arena.h"
#include "memory/memory.h"

#include <stdbool.h>
#include <stddef.h>

#define LINK_ID_SIZE 24 /* "operator-3f9a2b1c4d5e" and its end */

struct link {
    const struct memory *memory; /* NULL in what is handed in */
    const char *other;           /* the other line */
    const char *name;            /* the person on this line; "": whoever its one person is */
    const char *other_name;      /* the same of the other line */
    const char *by;              /* who said so; when is the memory's created_at */
};

/* The id of a link of two lines for a person, whichever comes first. False when out of memory. */
bool link_id(const char *a, const char *b, const char *name, char id[LINK_ID_SIZE]);

/* What people read of it, and the metadata of its memory. NULL when out of memory. */
const char *link_content(struct arena *arena, const struct link *link);
const char *link_metadata(struct arena *arena, const struct link *link);

/* The links of a line among its memories, in their order; texts belong to the arena and the list. NULL when
 * out of memory. */
struct link *links_read(struct arena *arena, const struct memory_list *memories, size_t *count);

#endif
