/*
 * slots: what somebody has only one of. A newer statement of the same slot replaces the older one, whatever
 * its words are.
 */
#ifndef CALLMEM_UNDERSTAND_SLOTS_H
#define CALLMEM_UNDERSTAND_SLOTS_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Fills the slot and, of CONTACT and ID, the value: "email", "phone" or "address" by what it is; the number
 * with what it is the number of ("account"); of wishes "contact.time", "contact.channel", "delivery", "diet".
 * Texts live in the arena. */
void slots_find(struct reading *reading, struct statement *statement);

/* "Works at the hospital", "Lives at the mill" (`home`): the verb and the word before the place, folded;
 * false when the text is of no such place. */
bool slots_place(struct reading *reading, const char *text, const char **verb, const char **before,
                 bool *home);

#endif
