/*
 * introductions: how people say their names in languages that have no lexicon: "mijn naam is …", "nazywam się
 * …", "اسمي …", "…と申します". A closed set of phrases; nothing else is understood of these languages without
 * an LLM.
 */
#ifndef CALLMEM_UNDERSTAND_INTRODUCTIONS_H
#define CALLMEM_UNDERSTAND_INTRODUCTIONS_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Adds the speaker who introduces themselves in one of the first turns, if there is one and nobody was found
 * before. */
void introductions_find(struct reading *reading, struct understanding *understanding);

#endif
