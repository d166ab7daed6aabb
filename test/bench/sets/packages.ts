import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setsCache } from './imageSet'
import { wholeFolder } from './whole'

const run = promisify(execFile)

/**
 * The root that a Debian package's files lie under: the system's where it is installed, else the
 * cache, where it is unpacked without installing it.
 * @param probe a path of the package, from the root
 * @throws Error that says what to install
 */
export async function debianPackage(
  name: string,
  probe: string,
  say: (line: string) => void,
): Promise<string> {
  if (existsSync(join('/', probe))) return '/'
  return wholeFolder(join(setsCache, 'debian', name), async (folder) => {
    say(`downloading ${name}`)
    try {
      await run('apt-get', ['download', name], { cwd: folder })
      const file = readdirSync(folder).find((entry) => entry.endsWith('.deb'))
      if (file === undefined) throw new Error('apt-get brought no file')
      await run('dpkg-deb', ['--extract', join(folder, file), folder])
    } catch (error) {
      throw new Error(
        `The Debian package ${name} is needed (${reasonOf(error)}). Install it with: apt-get install ${name}`,
        { cause: error },
      )
    }
  })
}

/**
 * The folder of packages of npm, in the cache: they are no dependencies of the program.
 * @param packages with their versions, which the pictures hang on
 * @throws Error that says what was asked for
 */
export async function npmPackages(
  name: string,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  const root = await wholeFolder(join(setsCache, 'npm', name), async (folder) => {
    say(`downloading ${packages.join(', ')}`)
    const options = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
    try {
      await run('npm', ['install', ...options, ...packages], {
        shell: process.platform === 'win32',
      })
    } catch (error) {
      throw new Error(
        `npm could not bring ${packages.join(' ')} (${reasonOf(error)}). Is a registry configured and reached?`,
        { cause: error },
      )
    }
  })
  return join(root, 'node_modules')
}

/** The last line says most; npm ends with where its log is. */
function reasonOf(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string }
  const lines = (stderr.trim() || message).split('\n')
  return lines.findLast((line) => !line.includes('complete log')) ?? message
}
