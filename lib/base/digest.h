/*
 * digest: SHA-256 by OpenSSL, and setting up OpenSSL.
 */
#ifndef CALLMEM_BASE_DIGEST_H
#define CALLMEM_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_SIZE 32

/* Whether OpenSSL could be set up. It sets itself up at its first use in a process; when memory runs out
 * during that, a later use crashes the program. So call this before anything of OpenSSL that fetches an
 * algorithm. */
bool digest_ready(void);
/* False when out of memory. */
bool digest_sha256(const void *bytes, size_t len, unsigned char digest[DIGEST_SIZE]);

/* The same of what comes in pieces. NULL when out of memory, or when OpenSSL cannot be set up. */
struct digest;
struct digest *digest_begin(void);
void digest_feed(struct digest *digest, const void *bytes, size_t len);
/* Frees it. False when it could not be computed; NULL is taken, and could not. */
bool digest_end(struct digest *digest, unsigned char out[DIGEST_SIZE]);

#endif
