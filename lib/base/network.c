#include "base/network.h"

#include <arpa/inet.h>
#include <string.h>

#define TEXT_MOST (INET6_ADDRSTRLEN + 2) /* with brackets */
#define MAPPED    96                     /* bits before an IPv4 address in its mapped form */

static bool read_address(const char *text, size_t len, struct network *network, int *most)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    char copy[TEXT_MOST + 1];
    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    if (len == 0 || len > TEXT_MOST)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    *most = 32;
    memcpy(network->address, mapped, sizeof mapped);
    if (inet_pton(AF_INET, copy, network->address + sizeof mapped) == 1)
        return true;
    *most = 128;
    return inet_pton(AF_INET6, copy, network->address) == 1;
}

bool network_parse(const char *text, struct network *network)
{
    const char *slash = strchr(text, '/');
    int most, bits = 0;
    *network = (struct network){.bits = 128};
    if (!read_address(text, slash ? (size_t)(slash - text) : strlen(text), network, &most))
        return false;
    if (!slash)
        return true;
    size_t digits = strspn(slash + 1, "0123456789");
    if (digits == 0 || digits > 3 || slash[1 + digits] != '\0')
        return false;
    for (size_t i = 1; i <= digits; i++)
        bits = bits * 10 + (slash[i] - '0');
    if (bits > most)
        return false;
    network->bits = bits + (most == 32 ? MAPPED : 0);
    return true;
}

bool network_has(const struct network *network, const struct network *other)
{
    int whole = network->bits / 8, rest = network->bits % 8;
    if (other->bits < network->bits || memcmp(network->address, other->address, (size_t)whole) != 0)
        return false;
    unsigned mask = 0xffu << (8 - rest) & 0xffu;
    return rest == 0 || ((network->address[whole] ^ other->address[whole]) & mask) == 0;
}

bool network_is_loopback(const struct network *address)
{
    static const char *const loopback[] = {"127.0.0.0/8", "::1"};
    for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++) {
        struct network own;
        if (network_parse(loopback[i], &own) && network_has(&own, address))
            return true;
    }
    return false;
}
