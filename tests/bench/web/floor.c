/*
 * The floor: what FastCGI itself costs. A bare handler on libfcgi with as many threads as callmem has, which
 * reads the request and answers with the contents of a file. With a folder it first keeps the body as what is
 * to survive a power cut has to be kept: written, synced, renamed, the folder synced.
 *
 *   floor THREADS ANSWER-FILE [FOLDER]         serves FastCGI on file descriptor 0
 */
#include <fcgiapp.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY_MOST (1 << 20)
#define THREADS   64

static char answer[65536];
static size_t answer_len;
static const char *folder;
static int folder_fd = -1;

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, bytes, len);
        if (written <= 0)
            return false;
        bytes += written;
        len -= (size_t)written;
    }
    return true;
}

static bool keep(const char *body, size_t len)
{
    static atomic_ulong count;
    char from[4096], to[4096];
    unsigned long nth = atomic_fetch_add(&count, 1);
    snprintf(from, sizeof from, "%s/%d.%lu.tmp", folder, (int)getpid(), nth);
    snprintf(to, sizeof to, "%s/%d.%lu.json", folder, (int)getpid(), nth);
    int fd = open(from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool kept = write_all(fd, body, len) && fsync(fd) == 0;
    close(fd);
    return kept && rename(from, to) == 0 && fsync(folder_fd) == 0;
}

static size_t read_body(FCGX_Stream *in, char *body)
{
    size_t len = 0;
    int got;
    while (len < BODY_MOST && (got = FCGX_GetStr(body + len, BODY_MOST - (int)len, in)) > 0)
        len += (size_t)got;
    return len;
}

static void *serve(void *body)
{
    FCGX_Request request;
    FCGX_InitRequest(&request, STDIN_FILENO, 0);
    while (FCGX_Accept_r(&request) == 0) {
        size_t len = read_body(request.in, body);
        bool good = !folder || keep(body, len);
        FCGX_FPrintF(request.out,
                     "Status: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
                     good ? "200 OK" : "500 Internal Server Error", (int)answer_len);
        FCGX_PutStr(answer, (int)answer_len, request.out);
        FCGX_Finish_r(&request);
    }
    return NULL;
}

static void read_answer(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    answer_len = fread(answer, 1, sizeof answer, file);
    fclose(file);
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int count = argc > 1 ? atoi(argv[1]) : 0;
    if (argc < 3 || argc > 4 || count < 1 || count > THREADS) {
        fprintf(stderr, "usage: floor THREADS ANSWER-FILE [FOLDER]\n");
        return 2;
    }
    read_answer(argv[2]);
    folder = argc > 3 ? argv[3] : NULL;
    if (folder && (folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        perror(folder);
        return 1;
    }
    FCGX_Init();
    signal(SIGTERM, SIG_DFL); /* the library would only note that it came */
    for (int i = 0; i < count; i++) {
        char *body = malloc(BODY_MOST);
        if (!body || pthread_create(&threads[i], NULL, serve, body) != 0) {
            fprintf(stderr, "floor: out of memory\n");
            return 1;
        }
    }
    pthread_join(threads[0], NULL);
    return 0;
}
