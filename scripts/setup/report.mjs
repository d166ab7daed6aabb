/**
 * Set-up speaks on stderr, one line a step, so that stdout stays clean for `--json`.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`[set-up] ${line}\n`)
}

/** A failure a person can do something about: the message holds what failed and the remedy. */
export class SetUpError extends Error {
  /**
   * @param {string} what what failed
   * @param {string} remedy what the person can do
   */
  constructor(what, remedy) {
    super(`${what}\n         What to do: ${remedy}`)
    this.name = 'SetUpError'
  }
}

/**
 * Runs the body of a script: a SetUpError ends it with its message and status 1, anything else is
 * a defect of ours and shows its stack.
 *
 * @param {() => Promise<number | void>} body gives the exit status
 */
export async function runScript(body) {
  try {
    const status = await body()
    process.exitCode = status ?? 0
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error
    say(`FAILED: ${error.message}`)
    process.exitCode = 1
  }
}

/**
 * "0.8 s" or "1 min 20 s".
 *
 * @param {number} startedMs `performance.now()` at the start
 */
export function elapsed(startedMs) {
  const seconds = (performance.now() - startedMs) / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
