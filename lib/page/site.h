/*
 * site: what the operator's program has for all its requests.
 */
#ifndef CALLMEM_PAGE_SITE_H
#define CALLMEM_PAGE_SITE_H

#include "base/error.h"
#include "base/network.h"
#include "inbox/inbox.h"
#include "operate/instance.h"
#include "page/session.h"

#include <stddef.h>

struct site {
    const struct instance *instance;
    struct sessions *sessions;
    struct inbox *inbox;
    struct network *networks; /* from where it may be reached */
    size_t network_count;
    const char *style; /* the text of the style, and its URL, which changes with it */
    size_t style_len;
    char style_url[64];
};

/* The instance is borrowed. NULL with an error: ERROR_SETTINGS where no secret is set. */
struct site *site_open(const struct instance *instance, struct error *error);
void site_close(struct site *site); /* NULL is taken */

/* Whether the page may be reached from there. `address` is that of the client as the web server says it; a
 * request that was `forwarded` to this machine does not come from it. */
bool site_allows(const struct site *site, const char *address, bool forwarded);

#endif
