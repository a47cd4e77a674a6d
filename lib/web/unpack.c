#include "web/unpack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define PIECE      16384
#define TIMES_MOST 100                     /* what JSON is packed to at most, by far */
#define FREE_MOST  ((uint64_t)1024 * 1024) /* that much may come of little */

struct unpack {
    z_stream stream;
    uint64_t limit, received, unpacked;
    bool done; /* between two members of a gzip file, or behind the last */
};

static bool is_packed(const char *encoding)
{
    return strcasecmp(encoding, "gzip") == 0 || strcasecmp(encoding, "x-gzip") == 0 ||
           strcasecmp(encoding, "deflate") == 0;
}

int unpack_begin(const char *encoding, uint64_t limit, struct unpack **unpack, struct error *error)
{
    *unpack = NULL;
    if (!encoding || strcasecmp(encoding, "identity") == 0)
        return 0;
    if (!is_packed(encoding))
        return error_set(error, ERROR_UNSUPPORTED_MEDIA_TYPE,
                         "the Content-Encoding of the body must be gzip, deflate or none");
    *unpack = calloc(1, sizeof **unpack);
    /* 32: the header says whether it is gzip or zlib. */
    if (*unpack && inflateInit2(&(*unpack)->stream, MAX_WBITS + 32) == Z_OK) {
        (*unpack)->limit = limit;
        return 0;
    }
    free(*unpack);
    *unpack = NULL;
    return error_no_memory(error);
}

static int count(struct unpack *unpack, size_t len, struct error *error)
{
    unpack->unpacked += len;
    if (unpack->unpacked > unpack->limit || unpack->unpacked > FREE_MOST + TIMES_MOST * unpack->received)
        return error_set(error, ERROR_BODY_TOO_LARGE,
                         "the unpacked body is larger than %llu bytes, the limit of this endpoint, or than a "
                         "hundred times what was sent",
                         (unsigned long long)unpack->limit);
    return 0;
}

int unpack_feed(struct unpack *unpack, const void *bytes, size_t len, unpack_sink *sink, void *ctx,
                struct error *error)
{
    unsigned char piece[PIECE];
    z_stream *stream = &unpack->stream;
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)len;
    unpack->received += len;
    do {
        if (unpack->done && stream->avail_in && inflateReset(stream) != Z_OK)
            return error_no_memory(error);
        stream->next_out = piece;
        stream->avail_out = sizeof piece;
        int rc = inflate(stream, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return error_set(error, ERROR_INVALID_REQUEST,
                             "the body is not packed as its Content-Encoding says");
        unpack->done = rc == Z_STREAM_END;
        size_t got = sizeof piece - stream->avail_out;
        if (got && (count(unpack, got, error) != 0 || sink(ctx, piece, got, error) != 0))
            return -1;
    } while (stream->avail_in || stream->avail_out == 0);
    return 0;
}

int unpack_end(const struct unpack *unpack, struct error *error)
{
    return unpack->done
               ? 0
               : error_set(error, ERROR_INVALID_REQUEST, "the packed body ended early, after %llu bytes",
                           (unsigned long long)unpack->received);
}

void unpack_free(struct unpack *unpack)
{
    if (!unpack)
        return;
    inflateEnd(&unpack->stream);
    free(unpack);
}
