import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/**
 * @typedef {object} CommandResult
 * @property {number} code exit status; 124 after a time-out, 127 when the program is absent
 * @property {string} stdout
 * @property {string} stderr
 * @property {boolean} timedOut
 */

/**
 * Runs a program without a shell and gathers what it prints. Never throws: an absent program is
 * exit status 127, one that ran past `timeoutMs` is 124.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, inherit?: boolean, shell?: boolean }} [options]
 *   `inherit` shows the program's output on our stderr instead of gathering it
 * @returns {Promise<CommandResult>}
 */
export function runCommand(program, args, options = {}) {
  return new Promise((resolve) => {
    const ownGroup = process.platform !== 'win32' && options.timeoutMs !== undefined
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      detached: ownGroup,
      stdio: options.inherit ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let stdout = ''
    let stderr = ''
    let timedOut = false
    const end = () => {
      try {
        if (ownGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        else child.kill('SIGKILL')
      } catch {
        // It ended by itself in the meantime.
      }
    }
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            end()
          }, options.timeoutMs)
    // A group of its own does not hear Ctrl+C of the terminal, so it is told.
    const interrupted = () => {
      end()
      process.exit(130)
    }
    if (ownGroup) process.once('SIGINT', interrupted)
    const settle = (/** @type {number} */ code) => {
      clearTimeout(timer)
      process.removeListener('SIGINT', interrupted)
      resolve({ code, stdout, stderr, timedOut })
    }
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.on('error', (error) => {
      stderr += error.message
      settle(127)
    })
    child.on('close', (code) => settle(timedOut ? 124 : (code ?? 1)))
  })
}

/**
 * Runs npm itself: the one that started us, the one beside `node`, or the one on the path.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof runCommand>[2]} [options]
 */
export function runNpm(args, options = {}) {
  const started = process.env['npm_execpath']
  const beside = [
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const script =
    started !== undefined && /npm-cli\.[cm]?js$/.test(started)
      ? started
      : beside.find((file) => existsSync(file))
  if (script !== undefined) return runCommand(process.execPath, [script, ...args], options)
  // On Windows npm is a .cmd file, which only a shell can start; our arguments hold no spaces.
  return runCommand('npm', args, { ...options, shell: process.platform === 'win32' })
}

/**
 * Where a program is on the path, or undefined.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending)
      if (folder !== '' && existsSync(file)) return file
    }
  }
  return undefined
}

/**
 * The last lines of a program's output that say something, for a message to a person.
 *
 * @param {{ stdout: string, stderr: string }} result
 * @param {number} [lines]
 */
export function lastLines(result, lines = 3) {
  return `${result.stdout}\n${result.stderr}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^npm (notice|error A complete log)/.test(line))
    .slice(-lines)
    .join(' | ')
}
