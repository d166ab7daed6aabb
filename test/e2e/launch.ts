import type {} from '../../src/renderer/src/api/client'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, expect } from 'vitest'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'

export const repository = resolve(import.meta.dirname, '../..')
const screenshotFolder = join(repository, 'test/e2e/screenshots')

/** The Electron that the start script would run. */
export function electronPath(): string {
  const named = process.env['SEMBLANCE_ELECTRON']
  if (named !== undefined && named !== '') return named
  const output = execFileSync(process.execPath, [join(repository, 'scripts/electronRuntime.mjs')], {
    encoding: 'utf8',
  })
  return output.trim().split('\n').at(-1) ?? ''
}

export interface RunningProgram {
  readonly app: ElectronApplication
  readonly page: Page
  readonly userData: string
  /** Console errors, page errors and CSP reports so far; a test that expects one takes it out. */
  readonly complaints: string[]
  /** Ends the program in order; the user data stays. */
  close(): Promise<void>
}

export interface LaunchOptions {
  /** Absent: a new, empty folder. */
  readonly userData?: string
  readonly arguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** The folder of the program; absent: the repository. */
  readonly program?: string
}

/** What follows the executable: the program's folder, its own arguments, Chromium's switches. */
export function programArguments(options: LaunchOptions = {}): string[] {
  const isRoot = process.getuid?.() === 0
  return [
    options.program ?? process.env['SEMBLANCE_E2E_PROGRAM'] ?? repository,
    ...(options.arguments ?? []),
    ...(isRoot ? ['--no-sandbox'] : []),
  ]
}

export function programEnvironment(userData: string): Record<string, string> {
  const without = ['ELECTRON_RUN_AS_NODE', 'ELECTRON_RENDERER_URL']
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !without.includes(entry[0]),
  )
  return {
    ...Object.fromEntries(inherited),
    LANGUAGE: 'en',
    LANG: 'en_US.UTF-8',
    SEMBLANCE_USER_DATA: userData,
  }
}

/** Starts the real program in the real Electron, as the start script does. */
export async function launchProgram(options: LaunchOptions = {}): Promise<RunningProgram> {
  const userData = options.userData ?? (await newFolder('user-data'))
  const environment = programEnvironment(userData)
  const app = await _electron.launch({
    executablePath: electronPath(),
    args: programArguments(options),
    env: { ...environment, ...options.environment },
  })
  const complaints: string[] = []
  const watch = (page: Page): void => {
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
    })
    page.on('pageerror', (error) => complaints.push(`page: ${error.message}`))
  }
  app.on('window', watch)
  const page = await app.firstWindow()
  watch(page)
  await page.waitForLoadState('domcontentloaded')
  return { app, page, userData, complaints, close: () => app.close() }
}

const folders: string[] = []

/** A new empty folder, removed by {@link removeFolders}. */
export async function newFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `semblance-e2e-${name}-`))
  folders.push(folder)
  return folder
}

export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
}

/** Drops a folder on the window as the operating system would. */
export async function dropFolder(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }))
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  const position = { x: Math.round(width / 2), y: Math.round(height / 2) }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...position, data })
  }
  await session.detach()
}

/** Waits until a folder has been brought in: its labels show before its last images are stored. */
export async function waitForImport(page: Page, { labels }: { labels: number }): Promise<void> {
  await page.getByText(`${labels} labels`).first().waitFor()
  await page
    .getByRole('contentinfo', { name: 'Status' })
    .getByRole('progressbar', { name: 'Import' })
    .waitFor({ state: 'detached', timeout: 120_000 })
}

export const windowSizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const

/** Gives the window's page this size and waits until the page has it. */
export async function resizeWindow(
  { app, page }: Pick<RunningProgram, 'app' | 'page'>,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
  }, size)
  await page.waitForFunction(
    ({ width, height }) => innerWidth === width && innerHeight === height,
    size,
  )
}

export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(screenshotFolder, { recursive: true })
  await page.screenshot({ path: join(screenshotFolder, `${name}.png`) })
}

/**
 * Ends the program of a file's tests and removes their folders after the last, and takes a picture
 * of the window after each that failed.
 * @param program the one that is open at the time
 * @param name of the pictures
 */
export function endAfterTests(program: () => RunningProgram, name: string): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    await takeScreenshot(program().page, `${name}-failed`).catch(() => {})
  })
  afterAll(async () => {
    await program().close()
    await removeFolders()
  })
}

/** Asks again until the answer is as expected; generous, because machines differ. */
export const eventually = <T>(ask: () => T | Promise<T>) =>
  expect.poll(ask, { timeout: 60_000, interval: 100 })
