/** The headless commands of the program; its own parser knows their options. */
export const commands = /** @type {const} */ ([
  ...['train', 'sweep', 'find', 'embed', 'export', 'predict', 'search'],
  ...['help', 'version'],
])

/**
 * What a start with certain arguments is to do.
 *
 * @typedef {{ kind: 'command', args: string[] }
 *   | { kind: 'window', folder: string | null }
 *   | { kind: 'headless', folder: string | null }
 *   | { kind: 'refused', message: string }} StartDecision
 */

/**
 * Decides between the headless commands, the window, and, without a display, the window's job done
 * headless.
 *
 * @param {readonly string[]} args what stands after `npm start --`
 * @param {{ hasDisplay: boolean, resolveFolder: (argument: string) => string | null }} machine
 *   `resolveFolder` gives the absolute path of an existing folder, else null
 * @returns {StartDecision}
 */
export function decideStart(args, machine) {
  const [first] = args
  if (commands.some((command) => command === first)) return { kind: 'command', args: [...args] }
  if (args.includes('--help') || args.includes('-h')) return { kind: 'command', args: ['help'] }
  if (first === '--version') return { kind: 'command', args: ['version'] }
  const option = args.find((argument) => argument.startsWith('-'))
  if (option !== undefined) {
    return {
      kind: 'refused',
      message: `The window takes no option ${option}. Options belong to a command, for instance: npm start -- train FOLDER --out DIR. See: npm start -- help`,
    }
  }
  const [argument, extra] = args
  if (extra !== undefined) {
    return {
      kind: 'refused',
      message: `The window opens one folder, and there are ${args.length} arguments (${args.join(', ')}). A path with spaces needs quotes.`,
    }
  }
  let folder = null
  if (argument !== undefined) {
    folder = machine.resolveFolder(argument)
    if (folder === null) {
      return {
        kind: 'refused',
        message: `There is no folder ${argument}, and no command of that name. The commands are ${commands.join(', ')}; a folder of images opens in the window.`,
      }
    }
  }
  return { kind: machine.hasDisplay ? 'window' : 'headless', folder }
}

/**
 * Whether a window can be shown.
 *
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} env
 */
export function hasDisplay(platform, env) {
  return platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
}

/**
 * The name of a results folder for a moment: local time, sortable, no characters that a file
 * system refuses.
 *
 * @param {Date} now
 */
export function resultsFolderName(now) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  return `semblance-results-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`
}
