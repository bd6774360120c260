/*
 * A disk that hangs or fails, for tests of real processes: preloaded into one, it stands between the process and the calls that write and
 * sync files.
 *
 * The environment's FAILING_DISK names a control file; while there is none, nothing is changed. Its first word is what happens, the rest of
 * the line is a part of the path of the files that it happens to:
 *
 *   stall /raft/log/     fsync and fdatasync do not return until the control file is gone or says something else
 *   stall /              the same for every file: the whole disk
 *   hang /raft/state/    write, pwrite and writev do not return either
 *   ENOSPC /raft/log/    write, pwrite, writev, fsync and fdatasync fail with "No space left on device"
 *   EIO /raft/           the same with "Input/output error"
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum fault { NONE, STALL, HANG, FAIL };

/* By system calls only: what the C library offers comes back to the functions below, or takes memory. */
static enum fault fault_of(int fd, int *error) {
    const char *control = getenv("FAILING_DISK");
    char text[512], link[64], path[PATH_MAX];
    struct stat about;
    if (control == NULL || access(control, R_OK) != 0) {
        return NONE;
    }
    if (fstat(fd, &about) != 0 || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))) {
        return NONE;
    }
    int file = open(control, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return NONE;
    }
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) {
        return NONE;
    }
    text[length] = 0;
    text[strcspn(text, "\n")] = 0;
    char *part = strchr(text, ' ');
    if (part == NULL) {
        return NONE;
    }
    *part++ = 0;

    int digits = 0;
    char number[16];
    for (int rest = fd; rest > 0 || digits == 0; rest /= 10) {
        number[digits++] = (char) ('0' + rest % 10);
    }
    strcpy(link, "/proc/self/fd/");
    size_t end = strlen(link);
    while (digits > 0) {
        link[end++] = number[--digits];
    }
    link[end] = 0;
    ssize_t found = readlink(link, path, sizeof path - 1);
    if (found < 0) {
        return NONE;
    }
    path[found] = 0;
    if (strstr(path, part) == NULL) {
        return NONE;
    }
    if (strcmp(text, "stall") == 0) {
        return STALL;
    }
    if (strcmp(text, "hang") == 0) {
        return HANG;
    }
    *error = strcmp(text, "ENOSPC") == 0 ? ENOSPC : EIO;
    return FAIL;
}

static void moment(void) {
    struct timespec length = {0, 20 * 1000 * 1000};
    nanosleep(&length, NULL);
}

/* For a sync: returns 0 once it may be done, else the error. */
static int sync_fault(int fd) {
    int error = 0;
    enum fault fault;
    while ((fault = fault_of(fd, &error)) == STALL || fault == HANG) {
        moment();
    }
    return fault == FAIL ? error : 0;
}

/* For a write, which goes into memory while a disk stalls, as long as there is room. */
static int write_fault(int fd) {
    int error = 0;
    enum fault fault;
    while ((fault = fault_of(fd, &error)) == HANG) {
        moment();
    }
    return fault == FAIL ? error : 0;
}

#define FAIL_IF(error)     \
    do {                   \
        int e = (error);   \
        if (e != 0) {      \
            errno = e;     \
            return -1;     \
        }                  \
    } while (0)

int fsync(int fd) {
    FAIL_IF(sync_fault(fd));
    return (int) syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    FAIL_IF(sync_fault(fd));
    return (int) syscall(SYS_fdatasync, fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    FAIL_IF(write_fault(fd));
    return syscall(SYS_write, fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    FAIL_IF(write_fault(fd));
    return syscall(SYS_writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    FAIL_IF(write_fault(fd));
    return syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    FAIL_IF(write_fault(fd));
    return syscall(SYS_pwrite64, fd, bytes, count, at);
}
