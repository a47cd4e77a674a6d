#include "base/numbering.h"

#include <string.h>
#include <strings.h>

#define CODE_MOST    3
#define WHOLE_LEAST  11 /* digits without a plus that are taken for a whole number */
#define BARE_LEAST   7  /* digits without a prefix that are taken for a national number, not an extension */
#define NUMBER_LEAST 3

const struct numbering *numbering_find(const char *country)
{
    if (!country || strlen(country) != 2)
        return NULL;
    for (size_t i = 0; i < numbering_count; i++)
        if (strcasecmp(numbering_table[i].country, country) == 0)
            return &numbering_table[i];
    return NULL;
}

static bool begins_with(const char *digits, size_t len, const char *prefix)
{
    size_t own = strlen(prefix);
    return own && len > own && memcmp(digits, prefix, own) == 0;
}

size_t numbering_code(const char *digits, size_t len)
{
    for (size_t i = 0; i < numbering_count; i++)
        if (begins_with(digits, len, numbering_table[i].code))
            return strlen(numbering_table[i].code);
    return 0;
}

static bool is_national(const struct numbering *plan, const char *digits, size_t len)
{
    return len > 0 && len + strlen(plan->code) <= NUMBERING_MOST && (plan->lengths >> len & 1u) &&
           (plan->begins >> (digits[0] - '0') & 1u);
}

bool numbering_is_whole(const char *digits, size_t len)
{
    for (size_t i = 0; i < numbering_count; i++) {
        const struct numbering *plan = &numbering_table[i];
        size_t code = strlen(plan->code);
        if (begins_with(digits, len, plan->code) && is_national(plan, digits + code, len - code))
            return true;
    }
    return false;
}

static bool put(char whole[NUMBERING_MOST + 1], const char *code, const char *digits, size_t len)
{
    size_t own = strlen(code);
    if (own + len < NUMBER_LEAST || own + len > NUMBERING_MOST)
        return false;
    memcpy(whole, code, own);
    memcpy(whole + own, digits, len);
    whole[own + len] = '\0';
    return true;
}

/* What is dialled for another country; whoever is at home somewhere dials what they dial there. */
static bool is_abroad(const struct numbering *home, const char *digits, size_t len,
                      char whole[NUMBERING_MOST + 1])
{
    const char *international = home && *home->international ? home->international : "011";
    size_t own = strlen(international);
    if (begins_with(digits, len, "00"))
        return put(whole, "", digits + 2, len - 2);
    return begins_with(digits, len, international) && numbering_is_whole(digits + own, len - own) &&
           put(whole, "", digits + own, len - own);
}

static bool is_at_home(const struct numbering *home, const char *digits, size_t len)
{
    return len >= BARE_LEAST && is_national(home, digits, len);
}

bool numbering_complete(const struct numbering *home, const char *digits, size_t len,
                        char whole[NUMBERING_MOST + 1])
{
    if (is_abroad(home, digits, len, whole))
        return true;
    if (home) {
        size_t prefix = strlen(home->prefix), code = strlen(home->code);
        if (begins_with(digits, len, home->prefix) && is_national(home, digits + prefix, len - prefix))
            return put(whole, home->code, digits + prefix, len - prefix);
        if (!home->prefixed && is_at_home(home, digits, len))
            return put(whole, home->code, digits, len);
        if (begins_with(digits, len, home->code) && is_at_home(home, digits + code, len - code))
            return put(whole, "", digits, len);
    }
    if (len >= WHOLE_LEAST && numbering_is_whole(digits, len))
        return put(whole, "", digits, len);
    return home && is_at_home(home, digits, len) && put(whole, home->code, digits, len);
}
