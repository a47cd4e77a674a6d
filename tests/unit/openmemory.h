/*
 * openmemory: a stand-in for an OpenMemory server in a folder of its own, and ways to ask it past callmem.
 */
#ifndef CALLMEM_TESTS_OPENMEMORY_H
#define CALLMEM_TESTS_OPENMEMORY_H

#include "base/http.h"
#include "base/json.h"
#include "tests/unit/store.h"

#include <signal.h>
#include <sys/wait.h>

#define OM_KEY "om-test-key"

struct openmemory_server {
    char folder[64], url[64], port[16];
    const char *kind;
    pid_t pid;
    struct http *http; /* ours, past callmem */
};

static inline char *read_small(const char *path)
{
    static char text[256];
    FILE *file = fopen(path, "re");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[len] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* Starts it, with the port and the memories of before when it ran already. */
static inline void server_start(struct openmemory_server *server)
{
    char store[96], ready[96];
    snprintf(store, sizeof store, "%s/store", server->folder);
    snprintf(ready, sizeof ready, "%s/port", server->folder);
    unlink(ready);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        if (!freopen("/dev/null", "w", stdout)) /* what it says is no test result */
            _exit(127);
        execl("tests/standin/openmemory", "openmemory", "--kind", server->kind, "--key", OM_KEY, "--port",
              server->port, "--store", store, "--control", server->folder, (char *)NULL);
        _exit(127);
    }
    for (int tries = 0; tries < 6000 && !*read_small(ready); tries++) {
        assert_int_equal(waitpid(server->pid, NULL, WNOHANG), 0);
        usleep(10000);
    }
    snprintf(server->port, sizeof server->port, "%.15s", read_small(ready));
    assert_true(*server->port != '\0');
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%s", server->port);
}

static inline void server_stop(struct openmemory_server *server)
{
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
}

static inline void server_make(struct openmemory_server *server, const char *kind)
{
    *server = (struct openmemory_server){.kind = kind, .port = "0"};
    snprintf(server->folder, sizeof server->folder, "/tmp/callmem-openmemory-XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    server_start(server);
    server->http = http_new(&(struct http_options){.url = server->url});
    assert_non_null(server->http);
}

static inline void server_remove(struct openmemory_server *server)
{
    char command[128];
    server_stop(server);
    http_free(server->http);
    snprintf(command, sizeof command, "rm -rf %s", server->folder);
    assert_int_equal(system(command), 0);
}

/* Asks the server itself; the answer is cJSON_Delete()d by the caller. */
static inline cJSON *server_ask(struct openmemory_server *server, const char *method, const char *path,
                                const char *body)
{
    static const char *const headers[] = {"x-api-key: " OM_KEY, "Content-Type: application/json"};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct error error = {0};
    const struct http_request request = {.method = method,
                                         .path = path,
                                         .headers = headers,
                                         .header_count = 2,
                                         .body = body,
                                         .body_len = body ? strlen(body) : 0,
                                         .timeout_ms = 60000};
    if (http_ask(server->http, &request, &answer, &error) != 0)
        fail_msg("%s %s: %s", method, path, error.message);
    cJSON *json = cJSON_Parse(buf_text(&answer.body));
    if (answer.status / 100 != 2)
        fail_msg("%s %s: %d %s", method, path, answer.status, buf_text(&answer.body));
    http_answer_free(&answer);
    return json;
}

/* Tells it how to behave, see tests/standin/. */
static inline void misbehave(struct openmemory_server *server, const char *settings)
{
    cJSON_Delete(server_ask(server, "POST", "/standin", settings));
}

static inline int memories_on(struct openmemory_server *server)
{
    cJSON *told = server_ask(server, "GET", "/standin", NULL);
    int count = (int)json_int(json_object(told, "state"), "memories", -1);
    cJSON_Delete(told);
    return count;
}

/* How many requests it has answered since it was told to {"clear": true}. */
static inline int requests_to(struct openmemory_server *server)
{
    cJSON *told = server_ask(server, "GET", "/standin", NULL);
    int count = 0;
    const cJSON *each;
    cJSON_ArrayForEach(each, json_object(told, "requests")) count += each->valueint;
    cJSON_Delete(told);
    return count;
}

#endif
