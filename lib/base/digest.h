/*
 * digest: SHA-256, and OpenSSL on the way to it.
 */
#ifndef CALLMEM_BASE_DIGEST_H
#define CALLMEM_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_SIZE 32

/* Whether OpenSSL could be set up. It makes its first structures when it is first used, once in a process,
 * and a use of it after memory ran out in the middle of that ends the program: everything else of OpenSSL
 * that fetches an algorithm comes after this. */
bool digest_ready(void);
/* False when out of memory. */
bool digest_sha256(const void *bytes, size_t len, unsigned char digest[DIGEST_SIZE]);

#endif
