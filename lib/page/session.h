/*
 * session: who is logged in to the operator's page. All processes of the program share one small database in
 * the state folder (operator.sqlite): the sessions and the tries to log in.
 *
 * The browser has a random token in a cookie. Stored is only its HMAC, with a key made of the secrets, so
 * that the database opens nothing, and a changed secret ends every session. A session ends half an hour after
 * its last request, and twelve hours after its login.
 */
#ifndef CALLMEM_PAGE_SESSION_H
#define CALLMEM_PAGE_SESSION_H

#include "base/error.h"
#include "service/settings.h"

#include <stdint.h>

#define SESSION_FILE       "operator.sqlite"
#define SESSION_TOKEN_SIZE 65 /* 64 hexadecimal digits and NUL */
#define SESSION_NAME_SIZE  256
#define SESSION_IDLE_SECS  1800
#define SESSION_MOST_SECS  43200
#define SESSION_TRIES      5  /* wrong secrets from one address within SESSION_TRIES_SECS */
#define SESSION_TRIES_ALL  50 /* from all addresses */
#define SESSION_TRIES_SECS 300
#define SESSION_NAME_CHARS 60

struct sessions; /* thread-safe */

/* `directory` is the state folder. NULL with an error. The settings are borrowed. */
struct sessions *sessions_open(const char *directory, const struct settings *settings, struct error *error);
void sessions_close(struct sessions *sessions); /* NULL is taken */

/* Makes a token: of a session, or of a form that is filled in before there is one. */
int session_token(char token[SESSION_TOKEN_SIZE], struct error *error);
/* What a form has to carry that is sent with this token as cookie; it says nothing of the token. */
int session_form_token(const struct sessions *sessions, const char *token, char out[SESSION_TOKEN_SIZE],
                       struct error *error);
/* Whether a form carries it. The time does not depend on how much of it is right. */
bool session_form_is_ours(const struct sessions *sessions, const char *token, const char *given);

/* Begins a session of somebody with that name. ERROR_INVALID_SECRET; ERROR_TOO_MANY_REQUESTS after too many
 * wrong ones, also with the right one. The time of a comparison depends on the length of `secret` alone. */
int session_begin(struct sessions *sessions, const char *secret, const char *name, const char *address,
                  int64_t now, char token[SESSION_TOKEN_SIZE], struct error *error);
/* The name of who has this token. ERROR_MISSING_CREDENTIALS: there is no such session, or it has ended. */
int session_find(struct sessions *sessions, const char *token, int64_t now, char name[SESSION_NAME_SIZE],
                 struct error *error);
/* Ends the session with this token, or every one (NULL). */
int session_end(struct sessions *sessions, const char *token, struct error *error);

#endif
