import { findProgram, lastLines, runCommand } from './command.mjs'

/** pip takes wheels of its own Python only; what we unpack of them does not depend on Python. */
const target = ['--python-version', '3.11', '--platform', 'manylinux2014_x86_64']
const downloadLimitMs = 20 * 60_000

/** @returns {Promise<string | undefined>} a Python that has pip */
export async function findPython() {
  for (const name of ['python3', 'python']) {
    if (findProgram(name) === undefined) continue
    const result = await runCommand(name, ['-m', 'pip', '--version'], { timeoutMs: 30_000 })
    if (result.code === 0) return name
  }
  return undefined
}

/**
 * Fetches wheels without what they depend on, from wherever pip is told to look.
 *
 * @param {string} python of {@link findPython}
 * @param {string} folder they are put into
 * @param {readonly string[]} requirements for instance 'tensorflow-cpu==2.18.1'
 * @throws when pip fails
 */
export async function downloadWheels(python, folder, requirements) {
  const result = await runCommand(
    python,
    ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir']
      .concat(['--disable-pip-version-check', '--quiet', ...target, '-d', folder])
      .concat(requirements),
    { timeoutMs: downloadLimitMs },
  )
  if (result.code !== 0) throw new Error(`pip download failed: ${lastLines(result, 2)}`)
}
