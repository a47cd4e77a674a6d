/*
 * sandbox: whether the units of systemd let the programs write where the settings say.
 *
 * callmem@.service may write to /var/lib/callmem and /var/log/callmem alone (ProtectSystem=strict), and does
 * not see /home and /root (ProtectHome=yes) or this machine's /tmp. Drop-ins change that: ReadWritePaths=,
 * BindPaths= and the others of systemd.exec(5) that name folders, ProtectSystem=, ProtectHome=, PrivateTmp=.
 * They are read in the order of their names as if all were of one unit; where one cannot be read or uses a
 * specifier (%h), nothing is said.
 */
#ifndef CALLMEM_OPERATE_SANDBOX_H
#define CALLMEM_OPERATE_SANDBOX_H

#include "service/settings.h"

/* Adds a line to `warnings` for each folder that a setting names and that no drop-in in `drop_ins` makes
 * writable, a pattern for glob() with braces. */
void sandbox_warn(const struct settings *settings, const char *drop_ins, struct buf *warnings);
/* The drop-ins of the units, where callmem and its units are installed; otherwise NULL. */
const char *sandbox_drop_ins(void);

#endif
