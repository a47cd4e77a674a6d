/*
 * unpack: a body with Content-Encoding gzip or deflate, unpacked while it arrives. Some proxies pack what
 * they forward.
 */
#ifndef CALLMEM_WEB_UNPACK_H
#define CALLMEM_WEB_UNPACK_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct unpack;

/* Gets each unpacked part; -1 with an error ends it. */
typedef int unpack_sink(void *ctx, const void *bytes, size_t len, struct error *error);

/* `encoding` is the header's value: *unpack stays NULL for none and identity. More than `limit` bytes, or
 * more than a hundred times what arrived, is ERROR_BODY_TOO_LARGE; another encoding
 * ERROR_UNSUPPORTED_MEDIA_TYPE. */
int unpack_begin(const char *encoding, uint64_t limit, struct unpack **unpack, struct error *error);
/* ERROR_INVALID_REQUEST when it is not what the header says. */
int unpack_feed(struct unpack *unpack, const void *bytes, size_t len, unpack_sink *sink, void *ctx,
                struct error *error);
int unpack_end(const struct unpack *unpack, struct error *error); /* whether it was complete */
void unpack_free(struct unpack *unpack);                          /* NULL is taken */

#endif
