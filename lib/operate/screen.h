/*
 * screen: standard output of a command that prints for people. Ids and texts come from outside, and a
 * terminal obeys control characters: none gets there but line breaks and tabs.
 */
#ifndef CALLMEM_OPERATE_SCREEN_H
#define CALLMEM_OPERATE_SCREEN_H

#include <stddef.h>

/* What is printed to stdout from here on goes to the screen with "?" in place of each byte or character that
 * a terminal would obey: C0 and C1 controls, DEL, and marks that change the direction of writing. Where that
 * cannot be, stdout stays as it was. */
void screen_begin(void);
/* Writes out what was printed, and makes stdout what it was before. 0, or -1 when something could not be
 * written. */
int screen_end(void);

/* The same for `len` bytes, in place; returns how many are left at the end that may be the beginning of a
 * longer character: they are to come again with what follows them. */
size_t screen_clean(char *bytes, size_t len);

#endif
