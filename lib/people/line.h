/*
 * line: who is behind a number, and what is true of each now. A number is a line and not a person: facts
 * belong to whoever spoke, found by name within the line. It is made from the memories of a caller alone, in
 * the order of the calls and not of their arrival, so that events that arrive late, twice or out of order
 * make the same line.
 */
#ifndef CALLMEM_PEOPLE_LINE_H
#define CALLMEM_PEOPLE_LINE_H

#include "base/arena.h"
#include "base/error.h"
#include "memory/memory.h"
#include "people/fact.h"
#include "people/remark.h"
#include "understand/likeness.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERSON_NAMES 8
#define NOBODY       ((size_t)-1) /* an owner: it is not clear who said it */

/* Somebody who spoke on the line, or somebody (a child, a dog, a company) of whom was spoken. */
struct person {
    const char
        *full; /* the fullest form of the name, "" while it is not known; of others what they were called */
    const char *called;              /* how they asked to be called; "" */
    const char *role;                /* "wife of Gordon Pell"; "" */
    const char *names[PERSON_NAMES]; /* every form that was heard */
    size_t name_count;
    bool speaks; /* was on the phone */
    bool gone;   /* has died, or is not theirs any more */
    int last_call;
    const struct memory *heard;  /* the last that said their name (KIND_NAME); NULL: none */
    const struct remark *remark; /* of the operator who said their name; NULL: none */
    const struct remark *apart;  /* of the operator who made a person of their own of them; NULL: none */
};

enum state {
    STATE_NOW,       /* holds, as far as anybody said */
    STATE_REPLACED,  /* a newer statement says otherwise, or the same again */
    STATE_ENDED,     /* somebody said that it is over */
    STATE_OVER,      /* its day has passed */
    STATE_DONE,      /* of what was open: a later call shows that it is settled */
    STATE_CORRECTED, /* an operator said what is so instead */
    STATE_DROPPED    /* an operator said that it is not so, or is not to be told */
};

struct known {
    struct fact fact;
    size_t owner; /* index of a person, or NOBODY */
    int call;     /* index of its call */
    enum state state;
    const struct known *ended_by;    /* of STATE_ENDED; borrowed from the line */
    bool wholly;                     /* of STATE_ENDED: what ended it speaks of most of it */
    const struct known *replaced_by; /* of STATE_REPLACED, where the newer one says otherwise */
    bool told; /* of an `ended` statement: it says more than what it ends, so it is worth bounds itself */
    const struct remark *remark; /* what an operator said of it, or of what they said it is a part; NULL */
    struct carriers carriers;
};

struct line_call {
    const struct memory *memory; /* the summary or the attempt */
    const char *title, *mood, *outcome;
    bool attempt;       /* nobody was spoken with */
    bool evidence;      /* an LLM read the call */
    bool wordless;      /* its turns went by age */
    bool other;         /* the speaker said that they are not whom the agent took them for */
    const char *denied; /* the name that they denied; "" */
    bool taken_over;    /* the number is the speaker's since lately */
    size_t speaker;
};

/* A name that was said in a call. */
struct heard {
    const struct memory *memory;
    size_t person;               /* whose it is, or NOBODY */
    const struct remark *remark; /* of the operator who said that it is wrong; NULL */
};
struct link;

struct line {
    struct person *persons;
    size_t person_count;
    struct known *known; /* in the order in which it was said */
    size_t known_count;
    struct link *links; /* with other lines (people/link.h) */
    size_t link_count;
    struct line_call *calls; /* oldest first */
    size_t call_count;
    struct remark *remarks; /* of operators, in the order in which they were said */
    size_t remark_count;
    struct heard *heard; /* all names that were said */
    size_t heard_count;
    int conversations;              /* of the calls those that were conversations */
    int64_t last;                   /* when the last of all calls began; Unix seconds */
    const struct memory_list *list; /* what it was read from; borrowed */
    const char *scope;              /* borrowed */
    unsigned hide;                  /* kinds that texts for agents leave out; set by whoever makes them */
    struct arena *arena;
    size_t person_room;
    bool failed;
};

/* Reads what is known of a line from memories in the order of memory_list(); of other agents than `scope`
 * nothing, unless it is "". The memories must live as long as the line. -1: out of memory; line_close() is
 * due in any case. */
int line_open(struct line *line, const struct memory_list *list, const char *scope, struct error *error);
void line_close(struct line *line);

/* Whether something that is open might be settled by what was said in a later call, and since when (Unix
 * seconds) turns would have to be looked at; false when there is nothing to look for. */
bool line_wants_turns(const struct line *line, int64_t *since);
/* Marks as done what is open of calls that an LLM read and later calls speak of without leaving it open
 * again. -1: out of memory. */
int line_settle(struct line *line, const struct memory_list *turns, struct error *error);

/* Since when something holds no more: Unix seconds; 0 when it does, or when it is only said again or settled.
 */
int64_t line_over(const struct known *known);

/* How many persons spoke on the line; one who said no name counts. */
size_t line_speakers(const struct line *line);
/* The one person of the line, NULL when there is none or it could be more than one. */
const struct person *line_person(const struct line *line);
/* The one who speaks on the line and whose name this can be; NULL when there is none, or more than one. */
const struct person *line_find(const struct line *line, const char *name);
/* What somebody is called: "Peggy", else "Margaret Whelan". */
const char *person_name(const struct person *person);

#endif
