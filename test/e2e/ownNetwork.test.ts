import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import { writeNetwork } from '../onnx/writeOnnx'
import {
  endAfterTests,
  launchProgram,
  newFolder,
  resizeWindow,
  type RunningProgram,
  takeScreenshot,
  waitForImport,
  windowSizes,
} from './launch'

let program: RunningProgram
let page: Page
let network: string

beforeAll(async () => {
  const folder = await newFolder('network')
  const images = join(folder, 'Few')
  await drawEmoji(images, { classes: 6, size: 48 })
  network = join(folder, 'small.onnx')
  await writeFile(network, writeNetwork({ kind: 'tokens' }).model)
  program = await launchProgram({ arguments: [images] })
  page = program.page
})
endAfterTests(() => program, 'own-network')

/** What the system's dialog answers from now on. */
const answerDialog = (file: string) =>
  program.app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, file)

/** In both themes, in a wide and a narrow window. */
async function takeScreenshots(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const size of windowSizes) {
      await resizeWindow(program, size)
      await takeScreenshot(page, `${name}-${colorScheme}-${size.width}`)
    }
  }
}

describe('a network of the person’s own', () => {
  it('is refused with the reason, else tried, added, chosen and removed', async () => {
    await waitForImport(page, { labels: 6 })
    const views = page.getByRole('navigation', { name: 'Views' })
    await views.getByRole('button', { name: 'Train' }).click()
    await page.getByText('Advanced', { exact: true }).click()
    await page.locator('summary', { hasText: /^\s*Network/ }).click()
    const text = join(network, '..', 'text.onnx')
    await writeFile(text, 'no network')
    await answerDialog(text)
    const add = page.getByRole('button', { name: 'Add network…' })
    await add.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add a network' })
    await dialog.getByText('text.onnx cannot be used: it is no ONNX file').waitFor()
    await answerDialog(network)
    await dialog.getByRole('button', { name: 'Choose another file' }).click()
    await dialog.getByText('3 pictures gave 3 different finite vectors').waitFor()
    await dialog.getByText('class, 32 numbers').waitFor()
    expect(await dialog.getByText('a guess, check it').count()).toBe(2)
    await takeScreenshots('add-network')
    const mean = dialog.getByRole('textbox', { name: 'Mean of R, G, B' })
    await mean.fill('0.5, 0.5')
    await mean.press('Enter')
    await dialog.getByText('Three numbers from 0 to 1').waitFor()
    await mean.fill('0.5, 0.5, 0.5')
    await mean.press('Enter')
    await dialog.getByText('as you say').waitFor()
    await dialog.getByText('3 pictures gave 3 different finite vectors').waitFor()
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Mine')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Remove this network' }).waitFor()
    await page.getByRole('button', { name: 'class', exact: true }).waitFor()
    await takeScreenshots('own-network-chosen')
    await page.getByRole('button', { name: 'Remove this network' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('button', { name: 'Remove this network' }).waitFor({ state: 'detached' })
    expect(program.complaints).toEqual([])
  }, 120_000)
})
