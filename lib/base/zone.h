/*
 * zone: the local day of a time zone, from the database of time zones (TZif, RFC 8536; Debian: tzdata). The C
 * library only knows the zone of the whole process, and changing that in a program with threads is unsafe.
 */
#ifndef CALLMEM_BASE_ZONE_H
#define CALLMEM_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds east of UTC in the zone ("Europe/Berlin", at most 64 characters) at a time in Unix seconds. After
 * the last change that the database lists (2037 on Debian) the last offset holds. False, with 0, for a zone
 * that the database does not have. */
bool zone_offset(const char *zone, int64_t when, int *offset);

#endif
