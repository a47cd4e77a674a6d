/*
 * network: addresses of the internet and ranges of them, "192.0.2.7", "192.0.2.0/24", "2001:db8::/32".
 */
#ifndef CALLMEM_BASE_NETWORK_H
#define CALLMEM_BASE_NETWORK_H

#include <stdbool.h>

struct network {
    unsigned char address[16]; /* of IPv4 in its mapped form, ::ffff:192.0.2.0 */
    int bits;                  /* how many of them count, 0 to 128 */
};

/* An address alone is a range of one. False for anything else than an address and, after a slash, a number of
 * bits that it has; an address may be in square brackets. */
bool network_parse(const char *text, struct network *network);
/* Whether the range has all of the other one. */
bool network_has(const struct network *network, const struct network *other);
/* Whether it is an address of this machine: 127.0.0.0/8 or ::1. */
bool network_is_loopback(const struct network *address);

#endif
