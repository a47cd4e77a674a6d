/*
 * extract: what a call says about its caller. Rules over the turns, the collected data, the dynamic variables
 * and the summary, with the words of the call's language (lexicon.h); a language without a lexicon still
 * gives what was collected.
 *
 * Every fact names the turn that it came from. Nothing is taken from what the agent says but questions (which
 * decide what a bare answer means), confirmations, and promises.
 */
#ifndef CALLMEM_UNDERSTAND_EXTRACT_H
#define CALLMEM_UNDERSTAND_EXTRACT_H

#include "base/error.h"
#include "language/lexicon.h"
#include "memory/memory.h"
#include "people/event.h"

#include <stddef.h>
#include <stdint.h>

enum sentiment { SENTIMENT_NEGATIVE = -1, SENTIMENT_NEUTRAL = 0, SENTIMENT_POSITIVE = 1 };

/* One thing that was learnt. All text is owned by the extraction. */
struct fact {
    enum kind kind;   /* KIND_NAME, _PREFERENCE, _NEED, _INSTRUCTION, _FACT, _REQUEST, _PROMISE, _FEELING,
                         _TOPIC or _FORGET */
    const char *slot; /* what it is about, for "a newer one replaces an older one": "name", "contact.channel",
                         "contact.time", "diet", "address", "like.coffee"; "" when it stands alone */
    const char *value; /* short: "Ana Kowalska", "email", "after six in the evening", "vegetarian" */
    const char *text;  /* a sentence for notes: "Prefers email", "Is allergic to peanuts" (English), or the
                          caller's own words where no sentence can be made */
    double confidence; /* 0 to 1; names: 1 collected or confirmed, 0.9 corrected or spelled, 0.8 introduced,
                          0.5 addressed so by the agent without objection */
    int polarity;      /* -1 dislikes, avoids; 1 likes, wants; 0 neither */
    int turn;          /* position of the turn, -1 when it came from collected data or variables */
    int64_t due;       /* the day that "next Friday" means (Unix seconds of its midnight), 0 when none */
};

struct extraction {
    struct fact *facts;
    size_t count;
    enum sentiment sentiment; /* of the caller over the whole call */
    double feeling;           /* -1 to 1, what `sentiment` was decided on */
    void *arena;              /* owns every string */
};

/* Always gives an extraction; -1 only when out of memory (ERROR_INTERNAL). */
int extract_call(const struct lexicon *lexicon, const struct event *event, struct extraction *extraction,
                 struct error *error);
void extraction_free(struct extraction *extraction);

/* The best evidence for the caller's name that the call gives: the surest, of equals the first. NULL when
 * there is none. It belongs to the extraction. */
const struct fact *extraction_name(const struct extraction *extraction);

#endif
