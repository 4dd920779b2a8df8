// Stands between a process and its disk (LD_PRELOAD): counts the calls that change files below a folder, and at one of
// them fails, kills the process, or keeps a copy of the folder as the process's death just then would leave it.
//
// .NET's own library calls libc through its import table, which a preloaded library comes first in. What managed code
// imports from libc itself is looked up by dlsym in libc alone: dlsym gives those names from here.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum mode { COUNT, KILL, TEAR, FAIL, COPY };
enum kind { CREATE, WRITE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, TRUNCATE, KINDS };
enum verdict { GO_ON, REFUSE, HALVE };

static const char *const names[KINDS] = {"create", "write", "sync", "rename", "unlink", "mkdir", "rmdir", "truncate"};

static char under[4096], copies[4096];
static enum mode mode;
static long first, last;
static int failure;
static unsigned failing;
static atomic_long calls;
static atomic_bool armed;
static int log_file = -1;
static int64_t room = -1;

typedef void *lookup(void *, const char *);

static lookup *real_dlsym(void) {
    static lookup *found;
    const char *versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
    for (int i = 0; i < 3 && !found; i++)
        found = (lookup *)dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    return found;
}

#define REAL(name) ((__typeof__(&name))real_dlsym()(RTLD_NEXT, #name))

static ssize_t (*real_write)(int, const void *, size_t);

// Copies the folder by a process of its own, without this library.
static void copy(long call, const char *more) {
    char target[4200];
    snprintf(target, sizeof target, "%s/%05ld%s", copies, call, more);
    char *arguments[] = {"cp", "-a", under, target, NULL};
    char *environment[] = {"PATH=/usr/bin:/bin", NULL};
    pid_t child;
    if (access(under, F_OK) != 0)
        REAL(mkdir)(target, 0777);
    else if (posix_spawnp(&child, "cp", NULL, NULL, arguments, environment) != 0 || waitpid(child, NULL, 0) < 0)
        abort();
}

static int is_under(const char *path) {
    size_t length = strlen(under);
    return path && strncmp(path, under, length) == 0 && (path[length] == '/' || path[length] == 0);
}

// What to do with a call; errno is set where it is to fail.
static enum verdict enter(enum kind kind, const char *path, const char *second) {
    if (!armed || !(is_under(path) || is_under(second)))
        return GO_ON;
    long call = atomic_fetch_add(&calls, 1);
    if (log_file >= 0) {
        char line[9000];
        int length = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\n", call, names[kind], path, second ? second : "");
        real_write(log_file, line, length);
    }
    if (mode == COPY) {
        copy(call, "");
        return kind == WRITE ? HALVE : GO_ON;
    }
    if (call < first || call > last)
        return GO_ON;
    if (mode == TEAR && kind == WRITE)
        return HALVE;
    if (mode == KILL || mode == TEAR)
        kill(getpid(), SIGKILL);
    if (mode != FAIL || !(failing >> kind & 1))
        return GO_ON;
    errno = failure;
    return REFUSE;
}

static enum verdict enter_file(enum kind kind, int file) {
    if (!armed)
        return GO_ON;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return GO_ON;
    path[length] = 0;
    return enter(kind, path, NULL);
}

// After the first half of a write.
static void torn(void) {
    if (mode == TEAR)
        kill(getpid(), SIGKILL);
    copy(calls - 1, "-torn");
}

__attribute__((constructor)) static void prepare(void) { real_write = REAL(write); }

// first..last: the calls, counted from 0, that are killed at or fail; kinds: a bit for each kind that may fail.
void fault_arm(const char *folder, int what, long from, long to, int error, unsigned kinds, const char *log_path,
               const char *copy_into) {
    snprintf(under, sizeof under, "%s", folder);
    snprintf(copies, sizeof copies, "%s", copy_into);
    mode = what;
    first = from;
    last = to;
    failure = error;
    failing = kinds;
    calls = 0;
    log_file = *log_path ? REAL(open)(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    armed = 1;
}

// Bytes that the disk says are free; below 0, as many as there are.
void fault_room(int64_t bytes) { room = bytes; }

// Gives the number of calls.
long fault_disarm(void) {
    armed = 0;
    if (log_file >= 0)
        close(log_file);
    log_file = -1;
    return calls;
}

static int opened(const char *name, const char *path, int flags, mode_t rights) {
    if (flags & (O_CREAT | O_TRUNC) && enter(CREATE, path, NULL) == REFUSE)
        return -1;
    return ((int (*)(const char *, int, ...))real_dlsym()(RTLD_NEXT, name))(path, flags, rights);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t rights = flags & O_CREAT ? va_arg(more, int) : 0;
    va_end(more);
    return opened("open", path, flags, rights);
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t rights = flags & O_CREAT ? va_arg(more, int) : 0;
    va_end(more);
    return opened("open64", path, flags, rights);
}

ssize_t write(int file, const void *bytes, size_t count) {
    enum verdict verdict = enter_file(WRITE, file);
    if (verdict == REFUSE)
        return -1;
    ssize_t half = 0;
    if (verdict == HALVE) {
        half = real_write(file, bytes, count / 2);
        torn();
    }
    return half + real_write(file, (const char *)bytes + half, count - half);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    enum verdict verdict = enter_file(WRITE, file);
    if (verdict == REFUSE)
        return -1;
    ssize_t half = 0;
    if (verdict == HALVE) {
        half = REAL(pwrite64)(file, bytes, count / 2, at);
        torn();
    }
    return half + REAL(pwrite64)(file, (const char *)bytes + half, count - half, at + half);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
    return enter_file(WRITE, file) == REFUSE ? -1 : REAL(pwritev64)(file, parts, count, at);
}

int fsync(int file) { return enter_file(SYNC, file) == REFUSE ? -1 : REAL(fsync)(file); }

int fdatasync(int file) { return enter_file(SYNC, file) == REFUSE ? -1 : REAL(fdatasync)(file); }

int ftruncate64(int file, off64_t length) {
    return enter_file(TRUNCATE, file) == REFUSE ? -1 : REAL(ftruncate64)(file, length);
}

int fallocate64(int file, int how, off64_t from, off64_t length) {
    return enter_file(TRUNCATE, file) == REFUSE ? -1 : REAL(fallocate64)(file, how, from, length);
}

int rename(const char *from, const char *to) {
    return enter(RENAME, from, to) == REFUSE ? -1 : REAL(rename)(from, to);
}

int link(const char *from, const char *to) { return enter(CREATE, to, from) == REFUSE ? -1 : REAL(link)(from, to); }

int unlink(const char *path) { return enter(UNLINK, path, NULL) == REFUSE ? -1 : REAL(unlink)(path); }

int mkdir(const char *path, mode_t rights) {
    return enter(MKDIR, path, NULL) == REFUSE ? -1 : REAL(mkdir)(path, rights);
}

int rmdir(const char *path) { return enter(RMDIR, path, NULL) == REFUSE ? -1 : REAL(rmdir)(path); }

int statfs64(const char *path, struct statfs64 *about) {
    int result = REAL(statfs64)(path, about);
    if (result == 0 && room >= 0)
        about->f_bavail = about->f_bfree = room / about->f_bsize;
    return result;
}

void *dlsym(void *library, const char *name) {
    if (strcmp(name, "open") == 0)
        return (void *)open;
    if (strcmp(name, "fsync") == 0)
        return (void *)fsync;
    return real_dlsym()(library, name);
}
