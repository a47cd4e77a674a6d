/*
 * backfill_command: post-call --backfill [--since DATE] [--agent ID]. What ElevenLabs has and we don't comes
 * into the inbox as if it had been sent: after an outage, or when an agent had calls before callmem.
 *
 * Sources: ElevenLabs' SDKs of 2026, GET /v1/convai/conversations and /v1/convai/conversations/{id}; the
 * latter answers what a post_call_transcription event has as its data.
 */
#ifndef CALLMEM_CGI_BACKFILL_COMMAND_H
#define CALLMEM_CGI_BACKFILL_COMMAND_H

#include "cgi/program.h"

/* A command of door.h, with the options after --backfill as its arguments; returns the exit status. It asks
 * for one thing at a time over one connection and waits when it is told to (429). What was fetched is safe
 * and not fetched again, so it can be broken off and repeated at any time. */
int backfill_command(struct door *door, char **arguments);

#endif
