/*
 * changes: the functions behind the table of change.c: what a form asks for beside its question (ask), and
 * the deed.
 */
#ifndef CALLMEM_PAGE_CHANGES_H
#define CALLMEM_PAGE_CHANGES_H

#include "page/changing.h"

typedef int change_function(struct changing *changing, struct error *error);

/* change_known.c */
change_function change_ask_correct, change_correct, change_name_caller, change_drop, change_undo;
change_function change_ask_note, change_note, change_ask_split, change_split;
/* change_link.c */
change_function change_ask_link, change_link, change_unlink;

#endif
