/*
 * fuzz_llm: what a server that speaks OpenAI's chat completions may answer, and, behind a first byte, what a
 * content may be. What comes out are values of callmem's items that are valid and bounded, and the evidence
 * reads them.
 */
#include "base/buf.h"
#include "base/text.h"
#include "base/utf8.h"
#include "understand/llm.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_lines(enum item item, const char *value)
{
    struct item_line lines[ITEM_LINES];
    size_t more;
    struct arena *arena = arena_new();
    must(arena && items_read(item, value, arena, lines, &more) >= 0);
    arena_free(arena);
}

static void check(const char *bytes, size_t len)
{
    struct llm_answer answer;
    struct error error = {0};
    int result = llm_read(bytes, len, &answer, &error);
    must(result == 0 || error.code == ERROR_INVALID_JSON || error.code == ERROR_INVALID_REQUEST);
    for (int item = 0; item < ITEMS; item++) {
        const char *value = answer.values[item];
        if (!value)
            continue;
        must(result == 0 && *value && utf8_is_valid(value, strlen(value)) &&
             text_chars(value) <= LLM_VALUE_CHARS);
        read_lines((enum item)item, value);
    }
    llm_answer_free(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    check(bytes, size);
    (void)llm_options_without(LLM_USUAL, bytes, size);
    if (size > 0 && *bytes == '=') {
        struct buf b = BUF_INIT;
        buf_puts(&b, "{\"choices\":[{\"message\":{\"content\":");
        buf_json(&b, bytes + 1, size - 1);
        buf_puts(&b, "}}]}");
        must(!b.failed);
        check(b.data, b.len);
        buf_free(&b);
    }
    return 0;
}
