/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults.py preloads into the server: a disk and a wall clock that it can spoil while calls run.
 *
 *   FAULTY_CONTROL  a file of two 64-bit numbers, mapped: the disk (enum below), and what is added to
 *                   the wall clock, in microseconds
 *   FAULTY_FOLDER   whose files are on that disk
 *
 * Reading goes on, as it does on a full disk. The monotonic clock is left alone, as a step leaves it. */
#undef _FILE_OFFSET_BITS /* or pwrite and pwrite64 are one name */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { HEALTHY, FULL, BROKEN };

static const volatile int64_t *control;

static void __attribute__ ((constructor)) map_control (void)
{
  const char *path = getenv ("FAULTY_CONTROL");
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  void *map = fd >= 0 ? mmap (NULL, 2 * sizeof *control, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

  if (map != MAP_FAILED)
    control = map;
  if (fd >= 0)
    close (fd);
}

/* 0, or the error that writing to @fd has now. */
static int
disk_error (int fd)
{
  const char *folder = getenv ("FAULTY_FOLDER");
  char link[64], path[PATH_MAX];
  ssize_t length;

  if (control == NULL || control[0] == HEALTHY || folder == NULL)
    return 0;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, path, sizeof path - 1);
  if (length <= 0)
    return 0;
  path[length] = '\0';
  if (strncmp (path, folder, strlen (folder)) != 0)
    return 0;
  return control[0] == FULL ? ENOSPC : EIO;
}

#define SPOILED(type, name, parameters, arguments)                                                 \
  type name parameters;                                                                            \
  type name parameters                                                                             \
  {                                                                                                \
    type (*real) parameters = (type (*) parameters) dlsym (RTLD_NEXT, #name);                      \
    int error = disk_error (fd);                                                                   \
                                                                                                   \
    if (error != 0)                                                                                \
      {                                                                                            \
        errno = error;                                                                             \
        return -1;                                                                                 \
      }                                                                                            \
    return real arguments;                                                                         \
  }

SPOILED (ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n))
SPOILED (ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))
SPOILED (ssize_t, pwrite64, (int fd, const void *from, size_t n, off64_t at), (fd, from, n, at))
SPOILED (int, ftruncate, (int fd, off_t n), (fd, n))
SPOILED (int, ftruncate64, (int fd, off64_t n), (fd, n))
SPOILED (int, fsync, (int fd), (fd))
SPOILED (int, fdatasync, (int fd), (fd))

/* The wall clock */

static int64_t
step_us (void)
{
  return control != NULL ? control[1] : 0;
}

int
clock_gettime (clockid_t clock, struct timespec *out)
{
  int (*real) (clockid_t, struct timespec *)
      = (int (*) (clockid_t, struct timespec *)) dlsym (RTLD_NEXT, "clock_gettime");
  int result = real (clock, out);

  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    out->tv_sec += (time_t) (step_us () / 1000000);
  return result;
}

int
gettimeofday (struct timeval *restrict out, void *restrict zone)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *out)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (out != NULL)
    *out = now.tv_sec;
  return now.tv_sec;
}
