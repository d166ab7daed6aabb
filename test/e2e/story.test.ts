import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import { readEmbeddings, readImages, readRows, type StoredImage } from './database'
import {
  dropFolder,
  endAfterTests,
  eventually,
  launchProgram,
  newFolder,
  resizeWindow,
  type RunningProgram,
  takeScreenshot,
  windowSizes,
  waitForImport,
} from './launch'

const trainingLimitMs = 900_000

let folder: string
let program: RunningProgram
let page: Page
/** The image whose label a verdict changed, with the label it got. */
let corrected: { id: number; before: string | null; after: string }

beforeAll(async () => {
  folder = join(await newFolder('emoji'), 'Emoji')
  await drawEmoji(folder)
  program = await launchProgram()
  page = program.page
})
endAfterTests(() => program, 'story')

const goTo = (view: 'Library' | 'Train' | 'Triplets' | 'Map') =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click()

const images = (): Promise<StoredImage[]> => readImages(program.userData)
const labelOf = async (id: number): Promise<string | null | undefined> =>
  (await images()).find((image) => image.id === id)?.label

const runRow = async (): Promise<{ id: number; before: number; after: number; status: string }> => {
  const rows = await readRows<{ id: number; before: string; after: string; status: string }>(
    program.userData,
    'SELECT id, status, before, after FROM run ORDER BY id DESC LIMIT 1',
  )
  const [row] = rows
  if (row === undefined) throw new Error('no run was stored')
  const mapAtR = (json: string): number => (JSON.parse(json) as { mapAtR: number }).mapAtR
  return { id: row.id, status: row.status, before: mapAtR(row.before), after: mapAtR(row.after) }
}

/** Screens of a view in both sizes and themes. */
async function photograph(name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const size of windowSizes) {
      await resizeWindow(program, size)
      await takeScreenshot(page, `${name}-${colorScheme}-${size.width}`)
    }
  }
  await page.emulateMedia({ colorScheme: null })
  await resizeWindow(program, windowSizes[0])
}

/** How many pictures in view have been drawn, and how many are there. */
const pictures = (): Promise<{ shown: number; all: number }> =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLImageElement>('main img')]
    const shown = all.filter(({ complete, naturalWidth }) => complete && naturalWidth > 0)
    return { shown: shown.length, all: all.length }
  })

describe('from a folder to embeddings', () => {
  it('starts with one sentence and two ways in', async () => {
    await page.getByText('Drop a folder of images', { exact: false }).waitFor()
    expect(await page.getByRole('button', { name: 'Choose folder' }).isVisible()).toBe(true)
    expect(await page.getByRole('button', { name: 'Try the sample' }).isVisible()).toBe(true)
    await photograph('1-empty')
  })

  it('brings in a dropped folder, each sub-folder a label', async () => {
    await dropFolder(page, folder)
    await page.getByText('320 images').first().waitFor()
    await waitForImport(page, { labels: 40 })
    await eventually(async () => {
      const { shown, all } = await pictures()
      return all > 0 && shown === all
    }).toBe(true)
    const stored = await images()
    expect(stored).toHaveLength(320)
    for (const { path, label } of stored) expect(path.split('/')[0]).toBe(label)
    await photograph('2-library')
  })

  it('trains with one click until unseen labels are found better than before', async () => {
    await page.getByRole('banner').getByRole('button', { name: 'Train', exact: true }).click()
    await page.getByRole('heading', { name: 'What one click does' }).waitFor()
    await page.getByRole('status').filter({ hasText: 'Training' }).first().waitFor({
      timeout: trainingLimitMs,
    })
    await takeScreenshot(page, '3-training-runs')
    await page
      .getByText('images from labels it never saw', { exact: false })
      .waitFor({ timeout: trainingLimitMs })
    const run = await runRow()
    expect(run.status).toBe('finished')
    expect(run.after).toBeGreaterThan(run.before)
    await photograph('3-train')
  }, 1_000_000)

  it('reviews a triplet by key, and the label is right everywhere', async () => {
    await page.getByRole('button', { name: /^Review .* hard negative/ }).click()
    await page.getByText(/^1 \/ \d+$/).waitFor()
    await photograph('4-triplets')
    const before = new Map((await images()).map(({ id, label }) => [id, label]))
    await page.keyboard.press('4')
    const question = page.getByRole('group', { name: 'Right label of the negative' })
    const picker = question.getByRole('combobox')
    await picker.fill('corrected by hand')
    await picker.press('Enter')
    const changed = async (): Promise<StoredImage[]> =>
      (await images()).filter(({ id, label }) => label !== before.get(id))
    await eventually(changed).toHaveLength(1)
    const [image] = await changed()
    if (image === undefined) throw new Error('no label changed')
    corrected = { id: image.id, before: before.get(image.id) ?? null, after: 'corrected by hand' }
    expect(image.label).toBe(corrected.after)
    await page.getByText('41 labels').first().waitFor()
    await goTo('Library')
    await page.getByText('corrected by hand').first().waitFor()
  })

  it('undoes and redoes the verdict', async () => {
    await page.keyboard.press('Control+z')
    await eventually(() => labelOf(corrected.id)).toBe(corrected.before)
    await page.getByText('40 labels').first().waitFor()
    await page.keyboard.press('Control+Shift+z')
    await eventually(() => labelOf(corrected.id)).toBe(corrected.after)
    await page.getByText('41 labels').first().waitFor()
  })

  it('maps every image, and a lasso selects', async () => {
    await goTo('Map')
    const canvas = page.getByRole('main').locator('canvas').first()
    await canvas.waitFor()
    const run = await runRow()
    await eventually(() =>
      page.evaluate(async (runId) => {
        const reply = await window.semblance.invoke('projection.points', { runId, method: 'umap' })
        if (!reply.ok || reply.value === null) return null
        const { ids, xy } = reply.value as { ids: Uint32Array; xy: Float32Array }
        return { images: ids.length, finite: xy.every(Number.isFinite) }
      }, run.id),
    ).toEqual({ images: 320, finite: true })
    const box = await canvas.boundingBox()
    if (box === null) throw new Error('the map has no canvas')
    // From the middle of the upper edge, where nothing floats, around everything.
    const corners = [
      [0.5, 0.02],
      [0.99, 0.02],
      [0.99, 0.98],
      [0.01, 0.98],
      [0.01, 0.02],
      [0.5, 0.02],
    ] as const
    await page.keyboard.down('Shift')
    for (const [index, [x, y]] of corners.entries()) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 })
      if (index === 0) await page.mouse.down()
    }
    await page.mouse.up()
    await page.keyboard.up('Shift')
    await eventually(async () => {
      const text = await page.getByText(/^\d+ selected$/).textContent()
      return Number.parseInt(text ?? '', 10)
    }).toBeGreaterThan(300)
    await photograph('5-map')
  })

  it('exports embeddings that agree with the database', async () => {
    const file = join(await newFolder('export'), 'embeddings.csv')
    await program.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    }, file)
    await page.getByRole('banner').getByRole('button', { name: 'Export' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export embeddings' })
    await dialog.getByRole('button', { name: 'Choose a place and export' }).click()
    await dialog.getByText('320 images written to').waitFor()
    await dialog.getByText(file).waitFor()
    await photograph('5-export')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const rows = parse(await readFile(file), { bom: true }) as string[][]
    const [header = [], ...lines] = rows
    const run = await runRow()
    const stored = await readEmbeddings(program.userData, run.id)
    const dimension = stored.dimension
    expect(header).toEqual([
      'image',
      'label',
      'split',
      ...Array.from({ length: dimension }, (_, index) => `e${index}`),
    ])
    expect(lines).toHaveLength(320)
    const rowOf = new Map([...stored.ids].map((id, row) => [id, row]))
    const byPath = new Map((await images()).map((image) => [image.path, image]))
    for (const [path = '', label, split = '', ...values] of lines) {
      const image = byPath.get(path)
      expect(image, path).toBeDefined()
      expect(label).toBe(image?.label ?? '')
      expect(['train', 'test', 'none']).toContain(split)
      const row = rowOf.get(image?.id ?? 0) ?? -1
      const expected = stored.values.subarray(row * dimension, (row + 1) * dimension)
      expect(Float32Array.from(values, Number)).toEqual(Float32Array.from(expected))
    }
    expect(lines.filter(([, label]) => label === corrected.after)).toHaveLength(1)
  })

  it('speaks Chinese when told to', async () => {
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('menuitemradio', { name: '简体中文' }).click()
    await page.getByRole('navigation', { name: '视图' }).waitFor()
    for (const view of ['图库', '训练', '三元组', '地图']) {
      await page
        .getByRole('navigation', { name: '视图' })
        .getByRole('button', { name: view })
        .click()
      await page.getByRole('main', { name: view }).waitFor()
      await photograph(`6-zh-${['图库', '训练', '三元组', '地图'].indexOf(view) + 1}`)
    }
  })

  it('finds everything again after a restart', async () => {
    const before = await images()
    const run = await runRow()
    await program.close()
    expect(program.complaints).toEqual([])
    program = await launchProgram({ userData: program.userData })
    page = program.page
    await page.getByRole('navigation', { name: '视图' }).waitFor()
    await page.getByText('320 张图片').first().waitFor()
    await page.getByText('41 个标签').first().waitFor()
    expect(await images()).toEqual(before)
    expect(await runRow()).toEqual(run)
    await page.keyboard.press('Control+z')
    await eventually(() => labelOf(corrected.id)).toBe(corrected.before)
    await page.getByText('40 个标签').first().waitFor()
  })

  it('has never complained', () => {
    expect(program.complaints).toEqual([])
  })
})
