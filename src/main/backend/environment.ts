/**
 * The environment of the process that the TensorFlow library runs in, which reads these at its
 * start only. What the person has set stays.
 *
 * glibc gives large blocks back to the system and gets them anew, and a thread's own heap holds no
 * block of 64 MiB at all: the pages of every activation are then mapped and cleared again in each
 * pass, 40 % of the processor time of the frozen network. One heap that keeps its blocks spares
 * that. Other allocators do not know the variables.
 *
 * On a GPU the library would take nearly all memory from every other program, and round products to
 * the ten bits of TensorFloat-32; training is to take what it needs, and to give the numbers that a
 * processor gives.
 */
export function nativeEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return {
    MALLOC_MMAP_THRESHOLD_: String(2 ** 28),
    MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
    MALLOC_ARENA_MAX: '1',
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    NVIDIA_TF32_OVERRIDE: '0',
    ...Object.fromEntries(given),
  }
}
