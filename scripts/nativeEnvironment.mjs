/**
 * The environment a process gets that may load the TensorFlow library, which reads these at start
 * only. What the person has set stays.
 *
 * glibc gives large blocks back to the system and gets them anew, and a worker thread's own heap
 * holds no block of 64 MiB at all: the pages of every activation are then mapped and cleared again
 * in each pass, 40 % of the processor time of the frozen network. One heap that keeps its blocks
 * spares that. Other allocators do not know the variables.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function nativeEnvironment(env) {
  return {
    MALLOC_MMAP_THRESHOLD_: String(2 ** 28),
    MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
    MALLOC_ARENA_MAX: '1',
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...env,
  }
}
