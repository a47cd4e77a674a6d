#include "web/cors.h"

#include <string.h>

static const char known_headers[] = "Authorization, Content-Type, ElevenLabs-Signature, X-Api-Key";
static const char readable_headers[] = "Retry-After, X-Request-Id";

static bool allows(const struct cors *cors, const char *origin)
{
    for (size_t i = 0; cors && i < cors->count; i++)
        if (strcmp(cors->origins[i], origin) == 0)
            return true;
    return false;
}

const char *cors_origin(const struct cors *cors, const struct request *request)
{
    const char *origin = request_header(request, "HTTP_ORIGIN");
    return origin && (allows(cors, "*") || allows(cors, origin)) ? origin : NULL;
}

void cors_add(const struct cors *cors, const struct request *request, struct response *response)
{
    if (!cors || cors->count == 0)
        return;
    bool every = allows(cors, "*");
    const char *origin = cors_origin(cors, request);
    if (origin) {
        response_header(response, "Access-Control-Allow-Origin", every ? "*" : origin);
        response_header(response, "Access-Control-Expose-Headers", readable_headers);
    }
    if (!every)
        response_header(response, "Vary", "Origin");
}

bool cors_preflight(const struct cors *cors, const struct request *request, const char *allow,
                    struct response *response)
{
    if (!cors_origin(cors, request) || !request_header(request, "HTTP_ACCESS_CONTROL_REQUEST_METHOD"))
        return false;
    response->status = 204;
    response_header(response, "Access-Control-Allow-Methods", allow);
    response_header(response, "Access-Control-Allow-Headers", known_headers);
    response_header(response, "Access-Control-Max-Age", "600");
    return true;
}
