#include "page/site.h"

#include "base/digest.h"
#include "base/text.h"
#include "language/data.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct data_file page_files[];

static int find_style(struct site *site, struct error *error)
{
    unsigned char digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    site->style = page_files[0].text;
    site->style_len = page_files[0].len;
    if (!digest_sha256(site->style, site->style_len, digest))
        return error_no_memory(error);
    text_hex(digest, sizeof digest, hex);
    snprintf(site->style_url, sizeof site->style_url, "/operator/style.css?%.16s", hex);
    return 0;
}

static int take_networks(struct site *site, struct error *error)
{
    const struct settings *settings = site->instance->settings;
    size_t count = setting_count(settings, CALLMEM_OPERATOR_ALLOW);
    site->networks = calloc(count ? count : 1, sizeof *site->networks);
    if (!site->networks)
        return error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        if (network_parse(setting_part(settings, CALLMEM_OPERATOR_ALLOW, i),
                          &site->networks[site->network_count]))
            site->network_count++;
    return 0;
}

struct site *site_open(const struct instance *instance, struct error *error)
{
    if (setting_count(instance->settings, CALLMEM_OPERATOR_SECRET) == 0) {
        error_set(error, ERROR_SETTINGS, "CALLMEM_OPERATOR_SECRET is not set: there is no operator's page");
        return NULL;
    }
    struct site *site = calloc(1, sizeof *site);
    if (!site) {
        error_no_memory(error);
        return NULL;
    }
    site->instance = instance;
    if (find_style(site, error) == 0 && take_networks(site, error) == 0 &&
        (site->inbox = instance_inbox(instance, error)) &&
        (site->sessions =
             sessions_open(setting_text(instance->settings, CALLMEM_STATE_DIR), instance->settings, error)))
        return site;
    site_close(site);
    return NULL;
}

void site_close(struct site *site)
{
    if (!site)
        return;
    sessions_close(site->sessions);
    inbox_close(site->inbox);
    free(site->networks);
    free(site);
}

bool site_allows(const struct site *site, const char *address, bool forwarded)
{
    struct network from;
    if (!network_parse(address, &from) || (forwarded && network_is_loopback(&from)))
        return false;
    for (size_t i = 0; i < site->network_count; i++)
        if (network_has(&site->networks[i], &from))
            return true;
    return false;
}
