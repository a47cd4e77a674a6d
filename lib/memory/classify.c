#include "memory/classify.h"

/* Profile facts above preferences above summaries above single turns. */
static const struct {
    enum sector sector;
    double salience;
} kinds[KINDS] = {
    [KIND_NAME] = {SECTOR_SEMANTIC, 0.95},          [KIND_NEED] = {SECTOR_SEMANTIC, 0.95},
    [KIND_INSTRUCTION] = {SECTOR_PROCEDURAL, 0.92}, [KIND_FACT] = {SECTOR_SEMANTIC, 0.9},
    [KIND_COLLECTED] = {SECTOR_SEMANTIC, 0.9},      [KIND_PREFERENCE] = {SECTOR_SEMANTIC, 0.85},
    [KIND_REQUEST] = {SECTOR_PROCEDURAL, 0.8},      [KIND_PROMISE] = {SECTOR_PROCEDURAL, 0.8},
    [KIND_SUMMARY] = {SECTOR_EPISODIC, 0.7},        [KIND_FORGET] = {SECTOR_PROCEDURAL, 0.7},
    [KIND_FEELING] = {SECTOR_EMOTIONAL, 0.6},       [KIND_ATTEMPT] = {SECTOR_EPISODIC, 0.5},
    [KIND_TOPIC] = {SECTOR_REFLECTIVE, 0.5},        [KIND_TURN] = {SECTOR_EPISODIC, 0.4},
    [KIND_CONTACT] = {SECTOR_SEMANTIC, 0.9},        [KIND_ID] = {SECTOR_SEMANTIC, 0.9},
    [KIND_ENDED] = {SECTOR_EPISODIC, 0.6},          [KIND_PRIVACY] = {SECTOR_PROCEDURAL, 0.7},
    [KIND_EVIDENCE] = {SECTOR_SEMANTIC, 0.4},
};

enum sector classify_sector(enum kind kind)
{
    return kinds[kind].sector;
}

double classify_salience(enum kind kind)
{
    return kinds[kind].salience;
}
