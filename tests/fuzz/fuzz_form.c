/*
 * fuzz_form: what browsers send. The first byte says what: a form or query string, a cookie, a network, a
 * text for a page. Values that come out are UTF-8 and no longer than what came in; a page has no markup from
 * outside.
 */
#include "base/network.h"
#include "base/utf8.h"
#include "page/html.h"
#include "web/form.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_form(const char *text, size_t len)
{
    struct error error;
    struct form *form = form_parse(text, len, &error);
    static const char *const names[] = {"token", "do", "id", "q", ""};
    for (size_t i = 0; form && i < sizeof names / sizeof *names; i++) {
        const char *value = form_value(form, names[i]);
        assert(strlen(value) <= len && utf8_is_valid(value, strlen(value)));
    }
    assert(form || error.code == ERROR_INVALID_REQUEST);
    form_free(form);
}

static void try_cookie(const char *text)
{
    char value[65] = "";
    if (cookie_value(text, "callmem_operator", value, sizeof value))
        assert(*value && strlen(value) < sizeof value && strstr(text, value) && !strchr(value, ';'));
}

static void try_network(const char *text)
{
    struct network network, one;
    if (!network_parse(text, &network))
        return;
    assert(network.bits >= 0 && network.bits <= 128);
    one = network;
    one.bits = 128;
    assert(network_has(&network, &one) && (network.bits == 128 || !network_has(&one, &network)));
}

static void try_text(const char *text)
{
    struct buf b = BUF_INIT;
    html_text(&b, text);
    const char *shown = buf_text(&b);
    assert(shown && !strpbrk(shown, "<>\"'{}\r") && utf8_is_valid(shown, b.len));
    assert(!strstr(shown, "\xe2\x80\xae") && !strstr(shown, "\xe2\x80\x8b"));
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text || size < 1) {
        free(text);
        return 0;
    }
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (data[0] == 'f')
        try_form(text, size - 1);
    else if (data[0] == 'c')
        try_cookie(text);
    else if (data[0] == 'n')
        try_network(text);
    else
        try_text(text);
    free(text);
    return 0;
}
