/*
 * operator: the operator's page, where people see and put right what is remembered.
 */
#include "cgi/program.h"
#include "page/pages.h"
#include "page/site.h"

#include <stdlib.h>

#define ROUTES_MOST 32

static int answer_page(struct request *request, struct response *response, void *app, void *thread,
                       struct error *error)
{
    const struct program *program = app;
    return pages_answer(program->own, thread, request, response, error);
}

static int open_site(struct program *program, struct error *error)
{
    program->own = site_open(&program->instance, error);
    return program->own ? 0 : -1;
}

static void close_site(struct program *program)
{
    site_close(program->own);
}

int main(int argc, char **argv)
{
    static struct route routes[ROUTES_MOST] = {{"GET", "/health/operator", "health", program_health_handler}};
    struct webhook webhook = {
        .name = "operator",
        .purpose = "serves the operator's page, where people see and put right what is remembered.",
        .secret = SETTINGS,
        .auth = SETTINGS,
        .payload_log = SETTINGS,
        .routes = routes,
        .route_count = 1,
        .start = open_site,
        .stop = close_site,
    };
    for (size_t i = 0; i < page_count_of_rows && webhook.route_count < ROUTES_MOST; i++)
        routes[webhook.route_count++] =
            (struct route){page_rows[i].method, page_rows[i].path, "operator", answer_page};
    return program_main(&webhook, argc, argv);
}
