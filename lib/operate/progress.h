/*
 * progress: how far a long command is, on standard error where that is a terminal; elsewhere nothing is
 * shown.
 */
#ifndef CALLMEM_OPERATE_PROGRESS_H
#define CALLMEM_OPERATE_PROGRESS_H

#include <stddef.h>

/* A bar: "[####......] 40 of 100 conversations". */
void progress_show(size_t done, size_t all, const char *what);
/* A line without a bar, as printf() makes it. */
void progress_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Takes the line away, before anything else is printed. */
void progress_clear(void);

#endif
