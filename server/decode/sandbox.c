/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decode/sandbox.h"

#include "common/base/error.h"
#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define MEBIBYTE (1024 * 1024)

static const struct {
  int resource;
  rlim_t limit;
} limits[] = {
  { RLIMIT_CPU, CS_SANDBOX_CPU_SECONDS },
#ifndef __SANITIZE_ADDRESS__ /* whose shadow needs terabytes of addresses */
  { RLIMIT_AS, 512 * MEBIBYTE },
#endif
  { RLIMIT_FSIZE, 64 * MEBIBYTE },
  { RLIMIT_NOFILE, 16 },
  { RLIMIT_NPROC, 0 },
  { RLIMIT_CORE, 0 },
};

static const int calls[] = {
  SCMP_SYS (read),           SCMP_SYS (pread64),       SCMP_SYS (write),
  SCMP_SYS (lseek),          SCMP_SYS (fstat),         SCMP_SYS (newfstatat),
  SCMP_SYS (close),          SCMP_SYS (brk),           SCMP_SYS (munmap),
  SCMP_SYS (mremap),         SCMP_SYS (madvise),       SCMP_SYS (futex),
  SCMP_SYS (getrandom),      SCMP_SYS (clock_gettime), SCMP_SYS (gettimeofday),
  SCMP_SYS (getpid),         SCMP_SYS (gettid),        SCMP_SYS (rt_sigaction),
  SCMP_SYS (rt_sigprocmask), SCMP_SYS (rt_sigreturn),  SCMP_SYS (exit),
  SCMP_SYS (exit_group),     SCMP_SYS (sigaltstack),
};

/* Memory may be mapped when it is private, anonymous and not executable. */
static int
allow_memory (scmp_filter_ctx filter)
{
  int status = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 2,
                                 SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                 SCMP_A3 (SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));

  if (status == 0)
    status = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1,
                               SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  return status;
}

static int
load_filter (scmp_filter_ctx filter)
{
  int status = allow_memory (filter);

  for (guint i = 0; i < G_N_ELEMENTS (calls) && status == 0; i++)
    status = seccomp_rule_add (filter, SCMP_ACT_ALLOW, calls[i], 0);
  return status == 0 ? seccomp_load (filter) : status;
}

gboolean
cs_sandbox_enter (GError **error)
{
  scmp_filter_ctx filter;
  int status;

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      struct rlimit limit = { limits[i].limit, limits[i].limit };

      if (setrlimit ((__rlimit_resource_t) limits[i].resource, &limit) != 0)
        return ct_fail (error, CT_ERROR_IO, "cannot set a limit: %s", g_strerror (errno));
    }
  prctl (PR_SET_DUMPABLE, 0);
  filter = seccomp_init (SCMP_ACT_ERRNO (EPERM));
  if (filter == NULL)
    return ct_fail (error, CT_ERROR_IO, "no system call filter");
  status = load_filter (filter);
  seccomp_release (filter);
  return status == 0
         || ct_fail (error, CT_ERROR_IO, "cannot filter system calls: %s", g_strerror (-status));
}
