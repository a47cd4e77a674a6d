/*
 * changing: a change that an operator makes: what it is about, and the way back from it.
 */
#ifndef CALLMEM_PAGE_CHANGING_H
#define CALLMEM_PAGE_CHANGING_H

#include "page/page.h"
#include "people/caller.h"

/* A change that is asked about or made. */
struct changing {
    struct page *page;
    const struct form *form; /* where its values are: the query or what was posted */
    const struct change_row *row;
    char caller[CALLER_SIZE];    /* "" */
    struct memory_list found;    /* what it is about, alone; empty */
    const struct memory *memory; /* the same, NULL */
};

enum about {
    ABOUT_NOTHING,
    ABOUT_CALLER,
    ABOUT_REQUEST, /* a memory of a caller that is a request */
    ABOUT_KNOWN,   /* a memory of a caller that is a statement or a name */
    ABOUT_CHANGE,  /* a caller, and what is undone, named by its id */
};

struct change_row {
    const char *name, *title, *button;
    const char *effect; /* what it will do, in whole sentences */
    enum about about;
    bool is_final; /* there is no way back: a box has to be ticked */
    int (*ask)(struct changing *changing, struct error *error); /* further fields of its form; NULL: none */
    int (*make)(struct changing *changing, struct error *error);
};

/* Back to where it was asked for, with what was done and what takes it back ("": nothing), and of what.
 * Always 0. */
int changing_go_back(struct changing *changing, const char *done, const char *undo, const char *of);
/* A field for text of its form, which is `name` and has a line of explanation. */
void changing_ask(struct changing *changing, const char *label, const char *hint, const char *value);

#endif
