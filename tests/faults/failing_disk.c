/* Loaded before the C library (LD_PRELOAD): makes one call, or all from one on, fail for files in one folder.

   arm(kind, nth, error, for_good) starts counting the calls of a kind (w: write, s: sync, r: rename or link) that touch
   a file whose path holds FAILING_FOLDER; the nth fails with `error`. disarm() returns how many there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int kind, nth, error, for_good, count;
static long back;

void arm(int k, int n, int e, int g) { kind = k; nth = n; error = e; for_good = g; count = 0; }
int disarm(void) { kind = 0; return count; }
void set_back(long seconds) { back = seconds; }

static int ours(const char *path) {
    const char *folder = getenv("FAILING_FOLDER");
    return folder && strstr(path, folder) != NULL;
}

static int open_in_it(int file) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return ours(path);
}

static int fails(int what) {
    if (what != kind) return 0;
    count++;
    if (count != nth && !(for_good && count > nth)) return 0;
    errno = error;
    return 1;
}

#define REAL(name, result, ...) static result (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

ssize_t write(int file, const void *data, size_t size) {
    REAL("write", ssize_t, int, const void *, size_t);
    return kind == 'w' && open_in_it(file) && fails('w') ? -1 : real(file, data, size);
}
ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
    REAL("pwrite", ssize_t, int, const void *, size_t, off_t);
    return kind == 'w' && open_in_it(file) && fails('w') ? -1 : real(file, data, size, at);
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
    REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t);
    return kind == 'w' && open_in_it(file) && fails('w') ? -1 : real(file, data, size, at);
}
int fsync(int file) {
    REAL("fsync", int, int);
    return kind == 's' && open_in_it(file) && fails('s') ? -1 : real(file);
}
int fdatasync(int file) {
    REAL("fdatasync", int, int);
    return kind == 's' && open_in_it(file) && fails('s') ? -1 : real(file);
}
int rename(const char *from, const char *to) {
    REAL("rename", int, const char *, const char *);
    return kind == 'r' && ours(to) && fails('r') ? -1 : real(from, to);
}
int link(const char *from, const char *to) {
    REAL("link", int, const char *, const char *);
    return kind == 'r' && ours(to) && fails('r') ? -1 : real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL("linkat", int, int, const char *, int, const char *, int);
    return kind == 'r' && ours(to) && fails('r') ? -1 : real(a, from, b, to, flags);
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL("clock_gettime", int, clockid_t, struct timespec *);
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec -= back;
    return result;
}
