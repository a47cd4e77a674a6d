#include "page/recorded.h"

#include "inbox/recordings.h"
#include "page/html.h"
#include "page/known.h"
#include "people/privacy.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Recordings --- */

static char *path_of(const struct page *page, const char *conversation)
{
    return instance_find_recording(page->site->instance, conversation);
}

int64_t recorded_size(const struct page *page, const char *conversation)
{
    struct stat file;
    char *path = path_of(page, conversation);
    int64_t size = path && lstat(path, &file) == 0 && S_ISREG(file.st_mode) ? file.st_size : 0;
    free(path);
    return size;
}

int recorded_open(const struct page *page, const char *conversation, int64_t *size)
{
    struct stat file;
    char *path = path_of(page, conversation);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    free(path);
    if (fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
        *size = file.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* --- Requests --- */

static const char *const wishes[PRIVACIES] = {
    [PRIVACY_NONE] = "A request that cannot be read",
    [PRIVACY_ERASE] = "Erase what is stored about me",
    [PRIVACY_DO_NOT_CALL] = "Do not call me any more",
    [PRIVACY_DO_NOT_RECORD] = "Do not record this call",
};

static const char *const states[REQUEST_STATES] = {
    [REQUEST_OPEN] = "open", [REQUEST_GRANTED] = "approved", [REQUEST_DISMISSED] = "dismissed"};

int recorded_turn(const struct memory *memory)
{
    struct request request;
    return privacy_read(memory, &request) ? request.turn : -1;
}

void recorded_request(struct page *page, const struct memory *memory, const char *words)
{
    struct request request;
    struct buf *out = page->out;
    if (!privacy_read(memory, &request)) {
        out->failed = true;
        return;
    }
    html_printf(out, "<li class=\"fact\">\n<p class=\"what\">%s <span class=\"state\">%s</span>",
                wishes[request.kind], states[request.state]);
    if (request.hidden)
        buf_puts(out, " <span class=\"state\">hidden from agents</span>");
    buf_puts(out, "</p>\n<div class=\"source\">");
    if (words) {
        buf_puts(out, "<blockquote>");
        html_said(out, words);
        buf_puts(out, "</blockquote>\n");
    }
    buf_puts(out, "<p>");
    page_link_caller(page, memory->caller, memory->caller);
    buf_puts(out, ", ");
    page_time(page, memory->created_at);
    buf_puts(out, ", ");
    page_link_call(page, memory->caller, memory->conversation, words ? request.turn : -1, "see the call");
    buf_puts(out, "</p></div>\n");
    if (request.state == REQUEST_OPEN) {
        buf_puts(out, "<p class=\"actions\">");
        known_change_link(page, "approve", memory->caller, memory->id, "Approve", wishes[request.kind]);
        known_change_link(page, "dismiss", memory->caller, memory->id, "Dismiss", wishes[request.kind]);
        buf_puts(out, "</p>\n");
    }
    buf_puts(out, "</li>\n");
}
