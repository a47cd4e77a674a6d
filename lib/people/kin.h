/*
 * kin: the lines that are joined by links (people/link.h), and what a line shares of the others: the calls of
 * the persons who are also its own. Person by person: of a line with several people only the calls in which
 * the linked one spoke, and none where it is not clear who that is. A person with three numbers needs two
 * links.
 *
 * A search and a profile of the line take what it shares along (memory_share()), so it has to be renewed
 * whenever one of the lines changes; profile_update() does that.
 */
#ifndef CALLMEM_PEOPLE_KIN_H
#define CALLMEM_PEOPLE_KIN_H

#include "base/arena.h"
#include "base/error.h"
#include "memory/memory.h"
#include "people/caller.h"
#include "people/line.h"

#include <stdbool.h>
#include <stddef.h>

#define KIN_EVERYBODY ((size_t)-2)

/* Who of a line is meant by a name: a person, KIN_EVERYBODY where one person at most uses the line and may
 * have the name, or NOBODY: it is nobody here, or could be several. "" is the one person. */
size_t kin_person(const struct line *line, const char *name);

#define KIN_LINES 16 /* the most lines that are joined */

/* Lines that are joined with one, which is the first. */
struct kin {
    char lines[KIN_LINES][CALLER_SIZE];
    size_t count;
};
/* `memories` are those of the line, with or without what it shares. */
int kin_lines(struct memory_store *store, const char *caller, const struct memory_list *memories,
              struct kin *kin, struct error *error);

/* What a line shares: conversations of others, those of one line after the other. In remote mode nothing is
 * shared. */
struct kin_share {
    struct memory_place *places;
    size_t count, room;
    struct arena *arena; /* owns the texts */
};
int kin_read(struct memory_store *store, const char *caller, const struct memory_list *memories,
             struct kin_share *share, struct error *error);
void kin_free(struct kin_share *share);
/* Whether that is all calls that a line has had. */
int kin_is_whole(struct memory_store *store, const struct kin_share *share, const char *line, bool *whole,
                 struct error *error);

#endif
