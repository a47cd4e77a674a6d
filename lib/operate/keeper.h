/*
 * keeper: the thread of post-call that keeps the memory in order while the phone rings: every hour it forgets
 * what is to be forgotten (expiry.h) and takes from the profiles what operators said until a day that has
 * passed (people/passed.h), and after an upgrade it understands old calls again (people/reread.h),
 * one caller after the other. With a remote memory the latter is left to callmem reread.
 */
#ifndef CALLMEM_OPERATE_KEEPER_H
#define CALLMEM_OPERATE_KEEPER_H

#include "base/error.h"
#include "operate/instance.h"

struct keeper;

/* Starts it. The instance is borrowed. NULL with an error. */
struct keeper *keeper_start(const struct instance *instance, struct error *error);
/* Lets it finish what it is doing. NULL is taken. */
void keeper_stop(struct keeper *keeper);

#endif
