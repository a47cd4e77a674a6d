/*
 * secrets: card numbers, bank accounts, national identity numbers, passwords and the like, in digits or in
 * words, so that they never reach memory, an index or a log. CALLMEM_REDACT says which classes are masked.
 */
#ifndef CALLMEM_UNDERSTAND_SECRETS_H
#define CALLMEM_UNDERSTAND_SECRETS_H

#include "base/arena.h"
#include "language/lexicon.h"
#include "understand/transcript.h"

#include <stdbool.h>

/* Bits of what is masked. */
enum secret {
    SECRET_CARD = 1,     /* payment cards, with their expiry dates and security codes */
    SECRET_BANK = 2,     /* IBANs, account, sort and routing numbers */
    SECRET_IDENTITY = 4, /* social security and other national numbers, passports */
    SECRET_PASSWORD = 8, /* passwords, PINs, one-time codes */
    SECRET_ALL = 15
};

/* Masks the turns, the summary and the collected values of a transcript; what was changed points into the
 * arena then. A question of the agent tells what the digits of the answer are. Returns how many places were
 * masked, -1 when out of memory: then the transcript is not to be kept. */
int secrets_mask(const struct lexicon *lexicon, struct transcript *transcript, unsigned classes,
                 struct arena *arena);

/* Masks one text that stands alone (a statement, a value of an LLM). NULL when out of memory, else the text
 * itself or a copy of the arena. `masked` (may be NULL): whether there was anything. */
const char *secrets_mask_text(const struct lexicon *lexicon, const char *language, const char *text,
                              unsigned classes, struct arena *arena, bool *masked);

#endif
