/*
 * A list of people to be called: whatever bytes it has, either something is wrong with it, which is named, or
 * what is printed is a list of the same form that can be filled again and is then the same.
 */
#include "base/utf8.h"
#include "operate/batch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static int answer(void *ctx, const char *caller, struct buf *b, struct error *error)
{
    (void)ctx;
    (void)error;
    buf_puts(b, "{\"dynamic_variables\":{\"caller_known\":true,\"caller_id\":");
    buf_json(b, caller, strlen(caller));
    buf_puts(b, ",\"memory_context\":\"- a, \\\"b\\\"\"},\"conversation_config_override\":{\"agent\":{"
                "\"first_message\":\"=Hi\"}}}");
    return 0;
}

static int fill(const char *text, size_t len, struct buf *out)
{
    struct buf complaints = BUF_INIT;
    struct error error = {0};
    int result = batch_fill(text, len, answer, NULL, out, &complaints, &error);
    must(result == 0 || (*error.message && out->len == 0));
    must(result != 0 || complaints.len == 0);
    buf_free(&complaints);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf first = BUF_INIT, second = BUF_INIT;
    if (fill((const char *)data, size, &first) == 0) {
        must(buf_text(&first) && utf8_is_valid(first.data, first.len));
        must(fill(first.data, first.len, &second) == 0);
        must(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    }
    buf_free(&first);
    buf_free(&second);
    return 0;
}
