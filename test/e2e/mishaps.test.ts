import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import { readRows } from './database'
import {
  dropFolder,
  electronPath,
  eventually,
  launchProgram,
  newFolder,
  programArguments,
  programEnvironment,
  removeFolders,
  repository,
  takeScreenshot,
  waitForImport,
} from './launch'

/** Whether the set-up could install the native TensorFlow library here. */
const hasTensorflow = existsSync(
  join(repository, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'),
)

const isPng = (name: string | Buffer) => String(name).endsWith('.png')

afterAll(removeFolders)

it('loads a page that crashed again, the fifth time like the first', async () => {
  const { app, close } = await launchProgram()
  try {
    for (let crash = 0; crash < 5; crash++) {
      const hasPage = await app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]!.webContents
        const loaded = new Promise<void>((resolve) =>
          contents.once('did-finish-load', () => resolve()),
        )
        contents.forcefullyCrashRenderer()
        await loaded
        return contents.executeJavaScript(
          "document.querySelector('#app') !== null",
        ) as Promise<boolean>
      })
      expect(hasPage).toBe(true)
    }
  } finally {
    await close()
  }
})

it.each([
  [
    'en_US.UTF-8',
    'The database needed help',
    'there is no backup, so a new one was begun',
    'Understood',
  ],
  ['zh_CN.UTF-8', '数据库曾需要修复', '并且没有备份，因此新建了一个', '知道了'],
])('tells of a damaged database until it was read: %s', async (language, title, said, read) => {
  const userData = await newFolder('user-data')
  await writeFile(join(userData, 'semblance.sqlite'), Buffer.alloc(20_000, 0xa5))
  const environment = { LANG: language, LANGUAGE: language }
  const { page, close, complaints } = await launchProgram({ userData, environment })
  try {
    const notice = page.getByRole('dialog', { name: title })
    // After the same words for screen readers.
    const sentence = notice.getByText(said).last()
    await sentence.waitFor()
    const kept = readdirSync(userData).find((name) => name.startsWith('damaged-'))
    expect(kept).toMatch(/-semblance\.sqlite$/)
    await notice.getByText(join(userData, kept!)).waitFor()
    // Whoever has not read it yet reads it after the page is loaded anew.
    await page.reload()
    await sentence.waitFor()
    await takeScreenshot(page, `9-database-${language}`)
    await notice.getByRole('button', { name: read }).click()
    await notice.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('navigation').first().waitFor()
    expect(await notice.count()).toBe(0)
    expect(complaints).toEqual([])
  } finally {
    await close()
  }
})

it('says what is wrong where its folder cannot be made, instead of ending without a word', async () => {
  const file = join(await newFolder('user-data'), 'a file')
  await writeFile(file, 'no folder')
  const child = spawn(electronPath(), programArguments(), {
    env: programEnvironment(join(file, 'data')),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    let text = ''
    while (!text.includes('cannot be made or written to')) {
      const [chunk] = (await Promise.race([
        once(child.stderr, 'data'),
        once(child, 'exit').then(() => {
          throw new Error(`It ended: ${text}`)
        }),
      ])) as [Buffer]
      text += chunk.toString()
    }
    expect(text).toContain(join(file, 'data'))
    // The window with that sentence is there until a person closes it.
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGKILL')
  }
})

it('reads all pictures where a process that reads them is killed', async () => {
  const folder = join(await newFolder('reader-killed'), 'Drawings')
  await drawEmoji(folder, { classes: 12, size: 48 })
  const program = await launchProgram()
  const { app, page } = program
  try {
    const killed = app.evaluate(async ({ app: electron }) => {
      for (;;) {
        const metrics = electron.getAppMetrics()
        const reader = metrics.find(({ name }) => name === 'Semblance pictures')
        if (reader !== undefined) return process.kill(reader.pid, 'SIGKILL')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })
    await dropFolder(page, folder)
    expect(await killed).toBe(true)
    await waitForImport(page, { labels: 12 })
    const [found] = await readRows<{ images: number }>(
      program.userData,
      'SELECT COUNT(*) AS images FROM image',
    )
    expect(found?.images).toBe(readdirSync(folder, { recursive: true }).filter(isPng).length)
    expect(program.complaints).toEqual([])
  } finally {
    await program.close()
  }
})

const trainingLimitMs = 600_000

it.skipIf(!hasTensorflow)(
  'lives on when the process of the TensorFlow library is killed, and goes on with the run',
  async () => {
    const folder = join(await newFolder('killed'), 'Drawings')
    await drawEmoji(folder, { classes: 12, size: 48 })
    const program = await launchProgram({ arguments: [folder] })
    const { app, page } = program
    try {
      await waitForImport(page, { labels: 12 })
      // What looks which backend runs here has a process of its own, which has ended then.
      await page.getByRole('contentinfo', { name: 'Status' }).getByText('TensorFlow').waitFor()
      await eventually(() => libraryProcess(app)).toBeUndefined()
      await page.getByRole('banner').getByRole('button', { name: 'Train', exact: true }).click()
      const main = page.getByRole('main')
      // Killed before it has answered, another backend would train from the start.
      await main
        .getByText(/TensorFlow \d/)
        .first()
        .waitFor()
      process.kill((await libraryProcess(app))!, 'SIGKILL')
      await main
        .getByText('The TensorFlow library stopped in the middle of its work', { exact: false })
        .waitFor({ timeout: trainingLimitMs })
      await main.getByRole('button', { name: 'Go on with WebAssembly' }).waitFor()
      await takeScreenshot(page, '9-library-ended')
      const runs = () => readRows<{ status: string }>(program.userData, 'SELECT status FROM run')
      expect(await runs()).toEqual([{ status: 'interrupted' }])

      await main.getByRole('button', { name: 'Go on with this run' }).click()
      await eventually(() => libraryProcess(app)).toBeDefined()
      await expect.poll(runs, { timeout: trainingLimitMs }).toEqual([{ status: 'finished' }])
      // Nothing is left of it.
      await eventually(() => libraryProcess(app)).toBeUndefined()
      expect(program.complaints).toEqual([])
    } finally {
      await program.close()
    }
  },
)

/** The process id of the TensorFlow library, while there is one. */
const libraryProcess = (app: ElectronApplication): Promise<number | undefined> =>
  app.evaluate(
    ({ app: electron }) =>
      electron.getAppMetrics().find(({ name }) => name === 'Semblance TensorFlow')?.pid,
  )
