/*
 * Packed bodies: whatever bytes arrive, in whichever parts, the same comes out or the same is wrong with
 * them, never more than the bounds; and what was packed comes out as it was.
 */
#include "web/unpack.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LIMIT     ((uint64_t)3 << 20)
#define FREE_MOST ((uint64_t)1 << 20) /* lib/web/unpack.c: that much may come of little */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static int collect(void *ctx, const void *bytes, size_t len, struct error *error)
{
    (void)error;
    must(len > 0);
    buf_add(ctx, bytes, len);
    return 0;
}

/* Unpacks in parts of `part` bytes; the code of what was wrong, ERROR_NONE when nothing was. */
static enum error_code unpacked(const char *encoding, const uint8_t *data, size_t size, size_t part,
                                struct buf *out)
{
    struct error error = {0};
    struct unpack *unpack;
    int result = unpack_begin(encoding, LIMIT, &unpack, &error);
    must(result == 0 && unpack);
    for (size_t at = 0; at < size && result == 0; at += part)
        result = unpack_feed(unpack, data + at, size - at < part ? size - at : part, collect, out, &error);
    if (result == 0)
        result = unpack_end(unpack, &error);
    unpack_free(unpack);
    must(!out->failed && out->len <= LIMIT && out->len <= FREE_MOST + 100 * (uint64_t)size);
    must((result == 0) == (error.code == ERROR_NONE));
    must(result == 0 || (error.message[0] && utf8_is_valid(error.message, strlen(error.message))));
    return error.code;
}

static void in_any_parts(const uint8_t *data, size_t size)
{
    struct buf whole = BUF_INIT, parts = BUF_INIT;
    enum error_code code = unpacked("gzip", data, size, size ? size : 1, &whole);
    /* How much may come of little depends on how much has arrived. */
    enum error_code other = unpacked("deflate", data, size, 7, &parts);
    if (code != ERROR_BODY_TOO_LARGE && other != ERROR_BODY_TOO_LARGE) {
        must(code == other);
        must(code != ERROR_NONE ||
             (whole.len == parts.len && (!whole.len || memcmp(whole.data, parts.data, whole.len) == 0)));
    }
    buf_free(&whole);
    buf_free(&parts);
}

static void comes_out_as_it_was(const uint8_t *data, size_t size, int bits)
{
    struct buf out = BUF_INIT;
    z_stream stream = {0};
    must(deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = deflateBound(&stream, size);
    uint8_t *packed = malloc(room);
    must(packed != NULL);
    stream.next_in = (z_const Bytef *)data;
    stream.avail_in = (uInt)size;
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    enum error_code code = unpacked("gzip", packed, room - stream.avail_out, 1 + size % 50, &out);
    must(code == ERROR_BODY_TOO_LARGE ||
         (code == ERROR_NONE && out.len == size && (!size || memcmp(out.data, data, size) == 0)));
    /* One that ends early is not complete. */
    buf_reset(&out);
    must(unpacked("gzip", packed, room - stream.avail_out - 1, 64, &out) != ERROR_NONE);
    deflateEnd(&stream);
    free(packed);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    in_any_parts(data, size);
    comes_out_as_it_was(data, size, MAX_WBITS + 16);
    comes_out_as_it_was(data, size, MAX_WBITS);
    return 0;
}
