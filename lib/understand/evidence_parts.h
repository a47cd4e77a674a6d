/*
 * What the modules that read evidence share.
 */
#ifndef CALLMEM_UNDERSTAND_EVIDENCE_PARTS_H
#define CALLMEM_UNDERSTAND_EVIDENCE_PARTS_H

#include "understand/ground.h"
#include "understand/items.h"
#include "understand/understanding.h"

#define EVIDENCE_NAMES 32

struct evidence {
    struct reading *reading;
    struct ground *ground;
    struct understanding *understanding;
    enum source source;
    uint64_t agents[EVIDENCE_NAMES]; /* words of the names that the agent gave itself */
    size_t agent_count;
    uint64_t denied[EVIDENCE_NAMES]; /* and of names that the caller said are not theirs */
    size_t denied_count;
    struct statement moved[EVIDENCE_NAMES]; /* given to the one whose they are in place of the caller */
    size_t moved_count;
    const char *taken; /* the name of somebody of whom the caller spoke, whom the LLM took for the caller */
    const char *misnamed; /* what may be it */
    bool machine;         /* who speaks is a robot, by what the LLM calls it */
};

/* Whether the word at `at` is in a list of the call's language or of English, in which LLMs write when they
 * don't write in that of the call. */
bool evidence_list(const struct reading *reading, enum list list, const struct words *words, size_t at);

/* "None", "nothing was mentioned": no value, in a field or in a whole line. */
bool evidence_says_nothing(struct reading *reading, const char *text);

/* evidence_people.c: callmem_caller. */
void evidence_read_callers(struct evidence *evidence, const struct item_line *lines, size_t count);
/* The caller's denials: is_other, denied. */
void evidence_read_denials(struct evidence *evidence);
/* Whose a statement is, from WHOSE: "" for the one who speaks. NULL when it names somebody of whom nothing
 * was said. */
const char *evidence_whose(struct evidence *evidence, const char *whose);
/* Whether it is a name that the caller denied. */
bool evidence_is_denied(const struct evidence *evidence, const char *name);
/* Whether words of a turn are a name of somebody who speaks. */
bool evidence_is_speaker(const struct evidence *evidence, const struct words *words, struct span span);

void evidence_merge_speakers(struct reading *reading, struct understanding *understanding, size_t count);

/* evidence_judge.c: whether a statement holds. DROPS when it does; may give it to somebody else. */
enum drop evidence_judge(struct evidence *evidence, struct statement *statement);

#endif
