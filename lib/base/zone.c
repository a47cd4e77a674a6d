#include "base/zone.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER     "/usr/share/zoneinfo/"
#define ZONE_CHARS 64
#define FILE_MOST  65536
#define HEADER     44
#define DAY        86400

/* The counts of a block's header, in their order there. */
enum count { ISUT, ISSTD, LEAPS, TIMES, TYPES, CHARS, COUNTS };

static int64_t number(const unsigned char *at, size_t size)
{
    uint64_t value = at[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[i];
    return (int64_t)value;
}

/* Reads a header; the bytes of the block behind it with times of `size` bytes, -1 when it is malformed. */
static int64_t read_header(const unsigned char *bytes, size_t len, size_t size, int64_t counts[COUNTS])
{
    if (len < HEADER || memcmp(bytes, "TZif", 4) != 0)
        return -1;
    for (size_t i = 0; i < COUNTS; i++) {
        counts[i] = number(bytes + 20 + 4 * i, 4);
        if (counts[i] < 0 || counts[i] > FILE_MOST)
            return -1;
    }
    int64_t block = counts[TIMES] * ((int64_t)size + 1) + counts[TYPES] * 6 + counts[CHARS] +
                    counts[LEAPS] * ((int64_t)size + 4) + counts[ISSTD] + counts[ISUT];
    return block <= (int64_t)len - HEADER ? block : -1;
}

static bool find_offset(const unsigned char *bytes, size_t len, int64_t when, int *offset)
{
    int64_t counts[COUNTS], block = read_header(bytes, len, 4, counts);
    size_t size = 4;
    /* From version 2 on a second block follows, with times of eight bytes. */
    if (block >= 0 && bytes[4] >= '2') {
        bytes += HEADER + block;
        len -= HEADER + (size_t)block;
        size = 8;
        block = read_header(bytes, len, size, counts);
    }
    if (block < 0 || counts[TYPES] < 1)
        return false;
    const unsigned char *times = bytes + HEADER, *indexes = times + (size_t)counts[TIMES] * size;
    const unsigned char *types = indexes + counts[TIMES];
    int64_t type = 0;
    for (int64_t i = 0; i < counts[TIMES] && number(times + (size_t)i * size, size) <= when; i++)
        type = indexes[i];
    if (type >= counts[TYPES])
        return false;
    int64_t seconds = number(types + 6 * type, 4);
    if (seconds <= -2 * DAY || seconds >= 2 * DAY)
        return false;
    *offset = (int)seconds;
    return true;
}

/* The name leads to no other folder: a call names it. */
static bool is_name(const char *zone)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t len = strlen(zone);
    return len > 0 && len <= ZONE_CHARS && strspn(zone, allowed) == len && zone[0] != '/' &&
           zone[len - 1] != '/';
}

bool zone_offset(const char *zone, int64_t when, int *offset)
{
    char path[sizeof FOLDER + ZONE_CHARS];
    *offset = 0;
    if (!zone || !is_name(zone))
        return false;
    snprintf(path, sizeof path, FOLDER "%s", zone);
    FILE *file = fopen(path, "re");
    unsigned char *bytes = file ? malloc(FILE_MOST) : NULL;
    size_t len = bytes ? fread(bytes, 1, FILE_MOST, file) : 0;
    bool found = len > 0 && find_offset(bytes, len, when, offset);
    free(bytes);
    if (file)
        fclose(file);
    return found;
}
