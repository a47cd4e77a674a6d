/*
 * classify: where a memory belongs and how much it weighs, in one table (classify.c).
 */
#ifndef CALLMEM_MEMORY_CLASSIFY_H
#define CALLMEM_MEMORY_CLASSIFY_H

#include "memory/memory.h"

/* The sector of a kind: summaries, turns and attempts are episodic; collected data, names, facts, needs and
 * preferences semantic; instructions, requests and promises procedural; feelings emotional; topics
 * reflective. */
enum sector classify_sector(enum kind kind);
/* The salience of a kind, 0 to 1: profile facts above preferences above summaries above single turns. */
double classify_salience(enum kind kind);

#endif
