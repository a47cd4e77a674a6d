#include "web/response.h"

#include "base/json.h"

#include <string.h>
#include <unistd.h>

#define RETRY_AFTER "5" /* seconds */

/* For an internal error the client learns what to do; the reason, which may name folders and servers, is only
 * logged.
 */
static const char *message_for_client(const struct error *error)
{
    if (error_status(error->code) < 500)
        return error->message;
    switch (error->code) {
    case ERROR_MEMORY_UNAVAILABLE:
        return "the memory is unavailable; try again after Retry-After seconds";
    case ERROR_INBOX_UNAVAILABLE:
        return "the event could not be stored and was not accepted; send it again after Retry-After seconds";
    default:
        return "internal error; the server's log has details under this request id";
    }
}

void response_json(struct response *response, int status, const cJSON *value)
{
    response->status = status;
    buf_reset(&response->body);
    if (value)
        json_add(&response->body, value);
    else
        response->body.failed = true;
}

static void close_file(struct response *response)
{
    if (response->file.fd > 0)
        close(response->file.fd);
    response->file = (struct response_file){0};
}

void response_error(struct response *response, const struct error *error, const char *request_id)
{
    const char *code = error_name(error->code), *message = message_for_client(error);
    response->status = error_status(error->code);
    response->error = *error;
    response->type = response->cache = NULL;
    close_file(response);
    buf_reset(&response->head);
    buf_reset(&response->body);
    buf_printf(&response->body, "{\"error\":{\"code\":\"%s\",\"message\":", code);
    buf_json(&response->body, message, strlen(message));
    buf_puts(&response->body, ",\"request_id\":");
    buf_json(&response->body, request_id, strlen(request_id));
    buf_puts(&response->body, "}}");
    if (response->status == 401)
        response_header(response, "WWW-Authenticate", "Bearer realm=\"callmem\"");
    if (response->status == 429 || response->status == 503)
        response_header(response, "Retry-After", RETRY_AFTER);
}

void response_header(struct response *response, const char *name, const char *value)
{
    buf_puts(&response->head, name);
    buf_puts(&response->head, ": ");
    for (; *value; value++)
        buf_putc(&response->head, (unsigned char)*value < 0x20 || *value == 0x7f ? ' ' : *value);
    buf_puts(&response->head, "\r\n");
}

void response_free(struct response *response)
{
    buf_free(&response->head);
    buf_free(&response->body);
    close_file(response);
}
