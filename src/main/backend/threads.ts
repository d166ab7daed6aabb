/** Names the number of threads to the workers, which get a copy of the variables. */
const variable = 'SEMBLANCE_TRAINING_THREADS'

/**
 * Makes training use at most so many threads. The TensorFlow library reads its variables when it is
 * loaded, so this is to be called before anything trains; what the person has set stays.
 * @param threads 0: as many as the machine has
 */
export function limitThreads(threads: number, environment: NodeJS.ProcessEnv = process.env): void {
  if (threads <= 0) return
  environment[variable] ??= String(threads)
  environment['TF_NUM_INTRAOP_THREADS'] ??= String(threads)
  environment['TF_NUM_INTEROP_THREADS'] ??= '1'
  environment['OMP_NUM_THREADS'] ??= String(threads)
}

/** The limit, or undefined where there is none. */
export function threadLimit(environment: NodeJS.ProcessEnv = process.env): number | undefined {
  const threads = Number(environment[variable])
  return Number.isInteger(threads) && threads > 0 ? threads : undefined
}
