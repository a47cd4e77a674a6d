/*
 * understanding: what a call says of the people in it, each thing with its source. It is made by
 * understand(); the modules of this room add to it. How it is checked is described in docs/understanding.md.
 */
#ifndef CALLMEM_UNDERSTAND_UNDERSTANDING_H
#define CALLMEM_UNDERSTAND_UNDERSTANDING_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where something comes from. The order is used in databases: only append. */
enum source {
    SOURCE_RULE,      /* a rule of ours over the transcript */
    SOURCE_ITEM,      /* one of callmem's items, filled in by ElevenLabs' LLM */
    SOURCE_COLLECTED, /* an item of the operator's own */
    SOURCE_LLM,       /* the operator's own LLM (CALLMEM_LLM_URL) */
    SOURCE_VARIABLE,  /* a dynamic variable that the call started with */
    SOURCE_OPERATOR,  /* a person: never made by understand() */
    SOURCES
};
const char *source_name(enum source source); /* "rule"; static */
enum source source_find(const char *name);   /* SOURCES when there is none of that name */

/* What a statement is. The order is used in databases: only append. */
enum statement_kind {
    STATEMENT_NEED,        /* health, diet, allergy, access */
    STATEMENT_PREFERENCE,  /* what they like or want each time */
    STATEMENT_INSTRUCTION, /* how and when to be contacted, what never to do */
    STATEMENT_FACT,        /* family, work, home, things owned */
    STATEMENT_CONTACT,     /* their e-mail, phone or postal address; `value` is it, `slot` says which */
    STATEMENT_ID,          /* order, account, policy or member number; `value` is it */
    STATEMENT_ENDED, /* something that was so and no longer is. Slot "gone": somebody has died; "said": its
                        words say themselves that it is over; "done": what was awaited has happened;
                        "acted": the one who speaks did something, `value` has the words of it in both;
                        "cancelled": what was arranged for a day of the month, `value`, is off; any
                        other: so they do, and what had this slot is over: "address" */
    STATEMENT_OPEN,  /* what is still to be done; `by` says who is to do it */
    STATEMENTS
};
const char *statement_kind_name(enum statement_kind kind); /* "need"; static */
enum statement_kind statement_kind_find(const char *name); /* STATEMENTS when there is none of that name */

#define WHOSE_UNCLEAR "?" /* whose: one of several who spoke, it is not clear which */
#define UNTIL_SIZE    17  /* "2026-03-27T10:00" and its end */

/* One thing that is said of somebody. All text is owned by the understanding. */
struct statement {
    enum statement_kind kind;
    const char *whose; /* "": the person who speaks; else a name, a relation or both: "Emil (son)" */
    const char *text;  /* a short sentence for people: "Allergic to penicillin" */
    const char
        *slot;         /* what somebody has only one of, so that a newer one replaces it: "email", "phone",
                          "address", "contact.time", "contact.channel", "diet", "name"; "" when it stands alone */
    const char *value; /* of CONTACT and ID: the thing itself, "m.novak@example.com", "KL305518T"; else "" */
    const char *by;    /* of OPEN: "agent" or "caller"; else "" */
    char until[UNTIL_SIZE]; /* when it ends or is to be done: "2026-03-27" or "2026-03-27T10:00"; "" */
    enum source source;
    int turn; /* position of the turn that it rests on, -1 when there is none (the transcript was left out) */
};

/* Whether a statement does no more than settle what was open: "done", "acted", "cancelled". */
bool statement_settles(const struct statement *statement);

/* Somebody who speaks on the caller's side. */
struct speaker {
    const char *full;   /* "Margaret Whelan", the fullest form that was given in this call; "" */
    const char *called; /* how they asked to be called: "Peggy"; "" */
    const char *role;   /* in whose place or from where they call: "wife of Gordon Pell"; "" */
    const char *was;    /* a name that they said was wrong, or was theirs before: "Jon Clark", "Winter"; "" */
    bool renamed;       /* they said that they have a new name */
    enum source source;
    int turn;       /* where the name was said, -1 when it was only collected */
    bool took_over; /* they introduced themselves after somebody else had: until then others spoke */
};

/* What a caller can ask about their data. */
enum privacy { PRIVACY_NONE, PRIVACY_ERASE, PRIVACY_DO_NOT_CALL, PRIVACY_DO_NOT_RECORD, PRIVACIES };
const char *privacy_name(enum privacy privacy); /* "erase"; static */
enum privacy privacy_find(const char *name);    /* PRIVACIES when there is none of that name */

enum mood { MOOD_NEGATIVE = -1, MOOD_NEUTRAL = 0, MOOD_POSITIVE = 1 };

/* Why a line of evidence was left out. Counted in /metrics and shown by `callmem show --evidence`. */
enum drop {
    DROP_FORM,       /* cannot be read */
    DROP_UNGROUNDED, /* was not said in the call */
    DROP_PERSON,     /* was said of somebody else, and it is not clear of whom */
    DROP_NEGATED,    /* the opposite was said */
    DROP_PAST,       /* was so once, and is told as a memory */
    DROP_ASKED,      /* was a question or a condition */
    DROP_REFUSED,    /* was offered and not accepted, or was the agent's idea alone */
    DROP_ONCE,       /* was chosen for this time */
    DROP_SETTLED,    /* was settled in the call itself */
    DROP_SECRET,     /* card numbers, passwords and the like */
    DROP_ORDER,      /* tells the agent what to be, to ignore, to reveal or to grant */
    DROP_NAME,       /* is no name of a person who spoke */
    DROP_MANY,       /* more than is looked at of one call */
    DROPS
};
const char *drop_name(enum drop why); /* "ungrounded"; static */

struct dropped {
    enum drop why;
    const char *item; /* "callmem_notes" */
    const char *line; /* as it came, secrets masked */
};

struct understanding {
    struct speaker *speakers; /* the main one first */
    size_t speaker_count;
    bool new_number;    /* "I got this number last week" */
    bool is_other;      /* the speaker said that they are not whom the agent took them for */
    const char *denied; /* the name that they denied: "Gordon Pell"; "" */
    struct statement *statements;
    size_t statement_count;
    enum privacy request;
    int request_turn; /* -1 */
    enum mood mood;
    bool mood_given; /* an LLM said it: rules leave it */
    int *orders; /* positions of turns that tell the agent what to be, to ignore, to reveal or to grant, for
                    good */
    size_t order_count;
    double feeling; /* -1 to 1, what `mood` was decided on where a rule did */
    bool evidence;  /* an LLM read the call: rules only complete what it says */
    struct dropped *drops;
    size_t drop_count;
    struct arena *arena; /* owns all text */
    bool failed;         /* out of memory: what is there is not whole */
    size_t statement_room, drop_room, speaker_room, order_room;
};

/* Empty, with an arena; `failed` when there was no memory for it. */
void understanding_open(struct understanding *understanding);
void understanding_free(struct understanding *understanding);

#define STATEMENTS_MAX 200 /* of one call */

/* Adds a copy, its texts copied as one line each, unless one of the same kind, person and text is there. NULL
 * texts count as
 * "". Out of memory shows in `failed`. */
void understanding_add(struct understanding *understanding, const struct statement *statement);
void understanding_add_speaker(struct understanding *understanding, const struct speaker *speaker);
void understanding_drop(struct understanding *understanding, enum drop why, const char *item,
                        const char *line);
void understanding_add_order(struct understanding *understanding, int turn);
/* Whether the turn at a position is one of `orders`. */
bool understanding_is_order(const struct understanding *understanding, int turn);
/* Takes statement `at` out again. */
void understanding_remove(struct understanding *understanding, size_t at);

#endif
