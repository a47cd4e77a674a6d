#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* Kept, since OpenSSL would look it up again for each digest. */
static EVP_MD *sha256;

static void set_up(void)
{
    if (OSSL_LIB_CTX_get0_global_default())
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool digest_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up);
    return sha256 != NULL;
}

bool digest_sha256(const void *bytes, size_t len, unsigned char digest[DIGEST_SIZE])
{
    return digest_ready() && EVP_Digest(bytes, len, digest, NULL, sha256, NULL) == 1;
}

struct digest {
    EVP_MD_CTX *context;
    bool failed;
};

struct digest *digest_begin(void)
{
    struct digest *digest = digest_ready() ? calloc(1, sizeof *digest) : NULL;
    if (!digest)
        return NULL;
    digest->context = EVP_MD_CTX_new();
    digest->failed = !digest->context || EVP_DigestInit_ex2(digest->context, sha256, NULL) != 1;
    return digest;
}

void digest_feed(struct digest *digest, const void *bytes, size_t len)
{
    digest->failed = digest->failed || EVP_DigestUpdate(digest->context, bytes, len) != 1;
}

bool digest_end(struct digest *digest, unsigned char out[DIGEST_SIZE])
{
    if (!digest)
        return false;
    bool good = !digest->failed && EVP_DigestFinal_ex(digest->context, out, NULL) == 1;
    EVP_MD_CTX_free(digest->context);
    free(digest);
    return good;
}
