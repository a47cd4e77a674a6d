/*
 * sandbox: whether the units of systemd let the programs write where the settings say.
 *
 * callmem@.service may write to /var/lib/callmem and /var/log/callmem alone (ProtectSystem=strict). Another
 * folder takes a drop-in for the unit: ReadWritePaths= with the folder or one above it.
 */
#ifndef CALLMEM_OPERATE_SANDBOX_H
#define CALLMEM_OPERATE_SANDBOX_H

#include "service/settings.h"

/* Adds a line to `warnings` for each folder that a setting names and that no drop-in in `drop_ins` allows, a
 * pattern for glob(). */
void sandbox_warn(const struct settings *settings, const char *drop_ins, struct buf *warnings);
/* The drop-ins of the units, where callmem and its units are installed; otherwise NULL. */
const char *sandbox_drop_ins(void);

#endif
