/*
 * faults: a library for LD_PRELOAD with which tests make a program's calls fail, or end it there.
 *
 *     FAULT=KIND:N:WHAT     what happens to the N-th call of that kind, counted in each process; N 0: to each
 *     FAULT_ARM=FILE        counts only while that file is there
 *     FAULT_FROM=TEXT       counts from the first call on that names a path with that text in it
 *     FAULT_SPARE=A:B@F:…   spares what libraries of these names allocate, or functions F of theirs
 *     FAULT_ONLY=A:B@F:…    of the allocations, counts only those
 *     FAULT_PROGRAM=NAME    only in programs of that name
 *     FAULT_FIRED=FILE      gets a line "KIND N" when it has happened
 *
 * KIND is one of those of `kinds` below, WHAT the name of an errno of `codes`, or "kill" (SIGKILL before the
 * call) or "killed" (SIGKILL right after it, which found it done).
 *
 * Calls that the C library makes within itself are not seen, but for those of malloc() and its like, and but
 * for fopen() and opendir(), which count as an open. Writes count only when they go to a regular file: a disk
 * can be full, a socket cannot.
 */
#undef _FORTIFY_SOURCE /* its inline functions would stand in the way of those here */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { MALLOC, WRITE, FSYNC, RENAME, OPEN, ACCEPT, UNLINK, MKDIR, SEND, RECV, KINDS };

static const char *const kinds[KINDS] = {
    [MALLOC] = "malloc", /* malloc, calloc, realloc, posix_memalign, and who in the C library calls them */
    [WRITE] = "write",   /* write, pwrite, writev, pwritev, ftruncate, fallocate of a regular file */
    [FSYNC] = "fsync",   /* fsync, fdatasync */
    [RENAME] = "rename", /* rename, renameat, renameat2, link, linkat */
    [OPEN] = "open",     /* open, openat, creat, fopen, opendir */
    [ACCEPT] = "accept", /* accept, accept4 */
    [UNLINK] = "unlink", /* unlink, unlinkat */
    [MKDIR] = "mkdir",   [SEND] = "send", /* send, to which a server that is asked over HTTP listens */
    [RECV] = "recv",
};

static const struct {
    const char *name;
    int code;
} codes[] = {
    {"ENOMEM", ENOMEM},         {"ENOSPC", ENOSPC}, {"EIO", EIO},         {"EMFILE", EMFILE},
    {"ENFILE", ENFILE},         {"EROFS", EROFS},   {"EACCES", EACCES},   {"EDQUOT", EDQUOT},
    {"EINTR", EINTR},           {"EINVAL", EINVAL}, {"ENOBUFS", ENOBUFS}, {"ECONNABORTED", ECONNABORTED},
    {"ECONNRESET", ECONNRESET},
};

#define KILL   (-1)
#define KILLED (-2)

/* What is to happen; set before main(). */
static struct {
    bool on;
    enum kind kind;
    long n;
    int what; /* an errno, KILL or KILLED */
    const char *arm, *from, *spare, *only, *fired;
} fault;

static atomic_long calls;
static atomic_bool begun; /* the path of FAULT_FROM went by */

static int find_code(const char *name)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i].name, name) == 0)
            return codes[i].code;
    return strcmp(name, "kill") == 0 ? KILL : strcmp(name, "killed") == 0 ? KILLED : 0;
}

__attribute__((constructor)) static void prepare(void)
{
    const char *program = getenv("FAULT_PROGRAM"), *text = getenv("FAULT");
    char kind[16], what[32];
    long n;
    if (!text || (program && *program && strcmp(program, program_invocation_short_name) != 0))
        return;
    if (sscanf(text, "%15[a-z]:%ld:%31[A-Za-z]", kind, &n, what) == 3)
        for (int i = 0; i < KINDS; i++)
            if (strcmp(kinds[i], kind) == 0) {
                fault.kind = (enum kind)i;
                fault.n = n;
                fault.what = find_code(what);
            }
    if (fault.what == 0) {
        fprintf(stderr, "faults: FAULT=%s is not KIND:N:WHAT\n", text);
        _exit(99);
    }
    fault.arm = getenv("FAULT_ARM");
    fault.from = getenv("FAULT_FROM");
    fault.spare = getenv("FAULT_SPARE");
    fault.only = getenv("FAULT_ONLY");
    begun = fault.from == NULL;
    fault.fired = getenv("FAULT_FIRED");
    fault.on = true;
}

/* Straight to the kernel: none of this is to be counted. */
static void tell(long n)
{
    char line[64];
    int len = snprintf(line, sizeof line, "%s %ld\n", kinds[fault.kind], n);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, fault.fired, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    syscall(SYS_write, fd, line, len);
    syscall(SYS_close, fd);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

enum fate { GO_ON, FAIL, LAST };

/* What becomes of a call; with FAIL errno is set. */
static enum fate fate_of(enum kind kind)
{
    if (!fault.on || fault.kind != kind || !begun)
        return GO_ON;
    int before = errno;
    bool armed = !fault.arm || syscall(SYS_faccessat, AT_FDCWD, fault.arm, F_OK) == 0;
    errno = before;
    if (!armed)
        return GO_ON;
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (fault.n != 0 && fault.n != n)
        return GO_ON;
    if (fault.fired && (fault.n != 0 || n == 1))
        tell(n);
    if (fault.what == KILL)
        die();
    errno = fault.what == KILLED ? before : fault.what;
    return fault.what == KILLED ? LAST : FAIL;
}

/* Of a call that names a path. */
static enum fate fate_at(enum kind kind, const char *path)
{
    if (!begun && fault.on && path && strstr(path, fault.from))
        begun = true;
    return fate_of(kind);
}

/* Whether a place in a library is one of those that are listed: LIBRARY, or LIBRARY@FUNCTION. */
static bool is_listed(const char *list, const char *library, void *place)
{
    char name[64];
    for (const char *at = list; at && *at;) {
        size_t len = strcspn(at, ":"), kept = len < sizeof name ? len : sizeof name - 1;
        Dl_info who;
        memcpy(name, at, kept);
        name[kept] = '\0';
        char *function = strchr(name, '@');
        if (function)
            *function++ = '\0';
        if (*name && strstr(library, name) &&
            (!function || (dladdr(place, &who) && who.dli_sname && strcmp(who.dli_sname, function) == 0)))
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

/* Of an allocation; `place` is where it was asked for. */
static enum fate fate_of_memory(void *place)
{
    struct dl_find_object who; /* dladdr() looks for the function, too, which takes long */
    if (!fault.on || fault.kind != MALLOC)
        return GO_ON;
    if (fault.spare || fault.only) {
        const char *library = _dl_find_object(place, &who) == 0 ? who.dlfo_link_map->l_name : "";
        if (is_listed(fault.spare, library, place) || (fault.only && !is_listed(fault.only, library, place)))
            return GO_ON;
    }
    return fate_of(MALLOC);
}

/* A file's write, or another's, which is none of ours. */
static enum fate fate_of_write(int fd)
{
    struct stat st;
    int before = errno;
    if (!fault.on || fault.kind != WRITE)
        return GO_ON;
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    errno = before;
    return is_file ? fate_of(WRITE) : GO_ON;
}

/* The function that is wrapped. */
static void *original(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        die();
    return found;
}

/* The body of a wrapper: what was decided, what a failure returns, and the call itself. */
#define WRAPPED(name, decided, bad, ...)                                                                     \
    static __typeof__(&name) real;                                                                           \
    if (!real)                                                                                               \
        real = (__typeof__(&name))original(#name);                                                           \
    enum fate now = decided;                                                                                 \
    if (now == FAIL)                                                                                         \
        return bad;                                                                                          \
    __typeof__(real(__VA_ARGS__)) result = real(__VA_ARGS__);                                                \
    if (now == LAST)                                                                                         \
        die();                                                                                               \
    return result

/* --- Memory: glibc's own names, because dlsym() allocates --- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    return fate_of_memory(__builtin_return_address(0)) == FAIL ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fate_of_memory(__builtin_return_address(0)) == FAIL ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fate_of_memory(__builtin_return_address(0)) == FAIL ? NULL : __libc_realloc(old, size);
}

int posix_memalign(void **place, size_t alignment, size_t size)
{
    void *memory =
        fate_of_memory(__builtin_return_address(0)) == FAIL ? NULL : __libc_memalign(alignment, size);
    if (!memory)
        return ENOMEM;
    *place = memory;
    return 0;
}

/* --- Writing --- */

ssize_t write(int fd, const void *bytes, size_t len)
{
    WRAPPED(write, fate_of_write(fd), -1, fd, bytes, len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    WRAPPED(pwrite, fate_of_write(fd), -1, fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    WRAPPED(pwrite64, fate_of_write(fd), -1, fd, bytes, len, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    WRAPPED(writev, fate_of_write(fd), -1, fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    WRAPPED(pwritev, fate_of_write(fd), -1, fd, parts, count, at);
}

int ftruncate(int fd, off_t size)
{
    WRAPPED(ftruncate, fate_of_write(fd), -1, fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    WRAPPED(ftruncate64, fate_of_write(fd), -1, fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
    WRAPPED(fallocate, fate_of_write(fd), -1, fd, mode, at, size);
}

int posix_fallocate(int fd, off_t at, off_t size)
{
    WRAPPED(posix_fallocate, fate_of_write(fd), errno, fd, at, size);
}

int fsync(int fd)
{
    WRAPPED(fsync, fate_of(FSYNC), -1, fd);
}

int fdatasync(int fd)
{
    WRAPPED(fdatasync, fate_of(FSYNC), -1, fd);
}

/* --- Names --- */

int rename(const char *from, const char *to)
{
    WRAPPED(rename, fate_at(RENAME, from), -1, from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    WRAPPED(renameat, fate_at(RENAME, from), -1, from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    WRAPPED(renameat2, fate_at(RENAME, from), -1, from_folder, from, to_folder, to, flags);
}

int link(const char *from, const char *to)
{
    WRAPPED(link, fate_at(RENAME, from), -1, from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    WRAPPED(linkat, fate_at(RENAME, from), -1, from_folder, from, to_folder, to, flags);
}

int unlink(const char *path)
{
    WRAPPED(unlink, fate_at(UNLINK, path), -1, path);
}

int unlinkat(int folder, const char *path, int flags)
{
    WRAPPED(unlinkat, fate_at(UNLINK, path), -1, folder, path, flags);
}

int mkdir(const char *path, mode_t mode)
{
    WRAPPED(mkdir, fate_at(MKDIR, path), -1, path, mode);
}

/* --- Opening --- */

/* The mode that follows the flags, when one does. */
#define MODE_AFTER(flags)                                                                                    \
    mode_t mode = 0;                                                                                         \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                                 \
        va_list more;                                                                                        \
        va_start(more, flags);                                                                               \
        mode = va_arg(more, mode_t);                                                                         \
        va_end(more);                                                                                        \
    }

int open(const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    WRAPPED(open, fate_at(OPEN, path), -1, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    WRAPPED(open64, fate_at(OPEN, path), -1, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    WRAPPED(openat, fate_at(OPEN, path), -1, folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    WRAPPED(openat64, fate_at(OPEN, path), -1, folder, path, flags, mode);
}

/* What open() without a mode becomes when its caller was built with _FORTIFY_SOURCE. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

int __open_2(const char *path, int flags)
{
    WRAPPED(__open_2, fate_at(OPEN, path), -1, path, flags);
}

int __open64_2(const char *path, int flags)
{
    WRAPPED(__open64_2, fate_at(OPEN, path), -1, path, flags);
}

int creat(const char *path, mode_t mode)
{
    WRAPPED(creat, fate_at(OPEN, path), -1, path, mode);
}

FILE *fopen(const char *path, const char *how)
{
    WRAPPED(fopen, fate_at(OPEN, path), NULL, path, how);
}

FILE *fopen64(const char *path, const char *how)
{
    WRAPPED(fopen64, fate_at(OPEN, path), NULL, path, how);
}

DIR *opendir(const char *path)
{
    WRAPPED(opendir, fate_at(OPEN, path), NULL, path);
}

int accept(int listener, struct sockaddr *restrict address, socklen_t *restrict size)
{
    WRAPPED(accept, fate_of(ACCEPT), -1, listener, address, size);
}

int accept4(int listener, struct sockaddr *restrict address, socklen_t *restrict size, int flags)
{
    WRAPPED(accept4, fate_of(ACCEPT), -1, listener, address, size, flags);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    WRAPPED(send, fate_of(SEND), -1, fd, bytes, len, flags);
}

ssize_t recv(int fd, void *bytes, size_t len, int flags)
{
    WRAPPED(recv, fate_of(RECV), -1, fd, bytes, len, flags);
}
