#include "inbox/schedule.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_MS 250
#define LAST_MS  60000

struct entry {
    char name[SPOOL_NAME_DIGITS];
    int64_t due;
    unsigned failures;
    bool seen;
};

struct schedule {
    size_t count;
    struct entry *entries; /* in the order of their names, with room for SCHEDULE_MOST */
};

struct schedule *schedule_new(void)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);
    if (schedule)
        schedule->entries = calloc(SCHEDULE_MOST, sizeof *schedule->entries);
    if (!schedule || !schedule->entries) {
        free(schedule);
        return NULL;
    }
    return schedule;
}

void schedule_free(struct schedule *schedule)
{
    if (schedule)
        free(schedule->entries);
    free(schedule);
}

/* Where the name is, or is to be inserted. */
static size_t place(const struct schedule *schedule, const char *name, bool *found)
{
    size_t low = 0, high = schedule->count;
    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(name, schedule->entries[middle].name, SPOOL_NAME_DIGITS);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static struct entry *find(const struct schedule *schedule, const char *name)
{
    bool found;
    size_t at = place(schedule, name, &found);
    return found ? &schedule->entries[at] : NULL;
}

/* The entry of that name, added if it is missing; NULL when there is no room. */
static struct entry *obtain(struct schedule *schedule, const char *name)
{
    bool found;
    size_t at = place(schedule, name, &found);
    struct entry *entry = &schedule->entries[at];
    if (found)
        return entry;
    if (schedule->count == SCHEDULE_MOST)
        return NULL;
    memmove(entry + 1, entry, (schedule->count - at) * sizeof *entry);
    schedule->count++;
    *entry = (struct entry){.seen = true};
    memcpy(entry->name, name, SPOOL_NAME_DIGITS);
    return entry;
}

static int64_t pause_after(unsigned failures)
{
    int64_t pause = failures >= 9 ? LAST_MS : (int64_t)FIRST_MS << (failures - 1);
    if (pause > LAST_MS)
        pause = LAST_MS;
    return pause + (int64_t)arc4random_uniform((uint32_t)pause / 2 + 1);
}

bool schedule_postpone(struct schedule *schedule, const char *name, int64_t now)
{
    struct entry *entry = obtain(schedule, name);
    if (!entry)
        return false;
    entry->failures++;
    entry->due = now + pause_after(entry->failures);
    return true;
}

bool schedule_hold(struct schedule *schedule, const char *name, int64_t when)
{
    struct entry *entry = obtain(schedule, name);
    if (!entry)
        return false;
    entry->due = when;
    return true;
}

void schedule_drop(struct schedule *schedule, const char *name)
{
    struct entry *entry = find(schedule, name);
    if (!entry)
        return;
    size_t at = (size_t)(entry - schedule->entries);
    memmove(entry, entry + 1, (schedule->count - at - 1) * sizeof *entry);
    schedule->count--;
}

unsigned schedule_failures(const struct schedule *schedule, const char *name)
{
    const struct entry *entry = find(schedule, name);
    return entry ? entry->failures : 0;
}

bool schedule_is_due(struct schedule *schedule, const char *name, int64_t now)
{
    struct entry *entry = find(schedule, name);
    if (!entry)
        return true;
    entry->seen = true;
    return entry->due <= now;
}

void schedule_purge(struct schedule *schedule)
{
    size_t kept = 0;
    for (size_t i = 0; i < schedule->count; i++) {
        if (!schedule->entries[i].seen)
            continue;
        schedule->entries[kept] = schedule->entries[i];
        schedule->entries[kept++].seen = false;
    }
    schedule->count = kept;
}

int64_t schedule_next(const struct schedule *schedule)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->entries[i].due < next)
            next = schedule->entries[i].due;
    return next;
}

void schedule_hurry(struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->count; i++)
        schedule->entries[i].due = 0;
}
