#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

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
