import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { readImages, type StoredImage } from './database'
import {
  dropFolder,
  endAfterTests,
  eventually,
  launchProgram,
  newFolder,
  type RunningProgram,
  takeScreenshot,
} from './launch'

/** Images that are to leave "middle", a label between the two others by name. */
const counts = { alpha: 6, middle: 60, omega: 80 } as const

let folder: string
let program: RunningProgram
let page: Page
/** Ids in the order shown at first. */
let order: number[]
let pressed = 0

async function press(key: string): Promise<void> {
  pressed++
  await page.keyboard.press(key)
}
const images = (): Promise<StoredImage[]> => readImages(program.userData)
const withLabel = async (label: string): Promise<number[]> =>
  (await images()).filter((image) => image.label === label).map(({ id }) => id)

const grid = () => page.getByRole('listbox', { name: 'Images' })
const focused = async (): Promise<number> =>
  Number((await grid().getAttribute('aria-activedescendant'))?.replace('image-', '') ?? 0)
const hasKeys = (selector: string): Promise<boolean> =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)

/** Upper left corner of an image's cell; null while it is not on the page. */
async function placeOf(id: number): Promise<{ readonly x: number; readonly y: number } | null> {
  const box = await page.locator(`#image-${id}`).boundingBox()
  return box === null ? null : { x: Math.round(box.x), y: Math.round(box.y) }
}

beforeAll(async () => {
  folder = join(await newFolder('labelling'), 'Shades')
  let shade = 0
  for (const [label, count] of Object.entries(counts)) {
    await mkdir(join(folder, label), { recursive: true })
    for (let index = 0; index < count; index++) {
      shade++
      await sharp({
        create: {
          width: 60,
          height: 40,
          channels: 3,
          background: { r: shade, g: (7 * shade) % 256, b: 90 },
        },
      })
        .png()
        .toFile(join(folder, label, `${String(index).padStart(3, '0')}.png`))
    }
  }
  program = await launchProgram()
  page = program.page
})
endAfterTests(() => program, 'labelling')

describe('labelling by keys', () => {
  it('has the palette before the first folder, and takes one', async () => {
    // The palette is there before the first folder.
    await page.getByText('Drop a folder of images', { exact: false }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: 'Choose folder' }).waitFor()
    await page.keyboard.press('Escape')
    await dropFolder(page, folder)
    await page.getByText('146 images').first().waitFor()
    await page.getByRole('treeitem', { name: 'omega' }).waitFor()
    await eventually(async () => (await images()).length).toBe(146)
    const stored = await images()
    order = stored.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(({ id }) => id)
  })

  it('goes through 20 images of a label by two keys each, and stays where they were', async () => {
    const start = counts.alpha
    await page.locator(`#image-${order[start]}`).click()
    await press('l')
    const panel = page.getByRole('dialog', { name: 'Set label' })
    await panel.getByRole('combobox').waitFor()
    // Beside the picture, never over it.
    const panelBox = (await panel.boundingBox())!
    const place = await placeOf(order[start]!)
    expect(panelBox.x + panelBox.width).toBeLessThanOrEqual(place?.x ?? 0)
    await page.keyboard.type('al')
    await press('Enter')
    await eventually(focused).toBe(order[start + 1])
    await eventually(() => placeOf(order[start + 1]!)).toEqual(place)

    pressed = 0
    for (let step = 1; step < 20; step++) {
      await press('l')
      await panel.getByRole('combobox').waitFor()
      await press('Enter')
      await eventually(focused).toBe(order[start + step + 1])
      expect(await hasKeys('[role="listbox"]')).toBe(true)
      // The next one comes to stand where this one stood, although this one went in above it.
      await eventually(() => placeOf(order[start + step + 1]!)).toEqual(place)
    }
    expect(pressed).toBe(2 * 19)
    await eventually(() => withLabel('alpha')).toEqual(
      order.slice(0, start + 20).toSorted((a, b) => a - b),
    )
  })

  it('keeps up with fast hands', async () => {
    const start = counts.alpha + 20
    for (let step = 0; step < 5; step++) {
      await press('l')
      await press('Enter')
    }
    await eventually(focused).toBe(order[start + 5])
    await eventually(async () => (await withLabel('alpha')).length).toBe(start + 5)
  })

  it('does the same in the large view', async () => {
    const start = counts.alpha + 25
    await press('e')
    const large = page.getByRole('region', { name: /^Large picture of/ })
    await large.waitFor()
    const nameOf = new Map((await images()).map(({ id, path }) => [id, path]))
    pressed = 0
    for (let step = 0; step < 20; step++) {
      await large.getByText(nameOf.get(order[start + step]!)!, { exact: true }).waitFor()
      expect(await hasKeys('section')).toBe(true)
      await press('l')
      const panel = page.getByRole('dialog', { name: 'Set label' })
      await panel.getByRole('combobox').waitFor()
      const panelBox = (await panel.boundingBox())!
      const picture = (await large.boundingBox())!
      expect(panelBox.x + panelBox.width).toBeLessThanOrEqual(picture.x)
      await press('Enter')
    }
    expect(pressed).toBe(2 * 20)
    await large.getByText(nameOf.get(order[start + 20]!)!, { exact: true }).waitFor()
    await eventually(async () => (await withLabel('alpha')).length).toBe(start + 20)
    await press('g')
    await eventually(focused).toBe(order[start + 20])
    expect(await hasKeys('[role="listbox"]')).toBe(true)
  })

  it('shows each pixel of the original, one to one', async () => {
    await press('e')
    const large = page.getByRole('region', { name: /^Large picture of/ })
    const original = large.locator('img.original')
    await eventually(() =>
      original.evaluate((image: HTMLImageElement) => [
        image.complete,
        image.naturalWidth,
        image.naturalHeight,
      ]),
    ).toEqual([true, 60, 40])
    await press('z')
    await eventually(() =>
      original.evaluate((image) => [image.clientWidth, image.clientHeight, devicePixelRatio]),
    ).toEqual([60, 40, 1])
    await press('+')
    await eventually(() => original.evaluate((image) => image.clientWidth)).toBe(120)
    await press('g')
  })

  it('acts on what is seen, says what the filter hides, and undoes', async () => {
    const before = await images()
    await press('Control+a')
    await page.getByText('146 selected').waitFor()
    await page.getByRole('treeitem', { name: 'middle' }).click()
    await page.getByText('131 of 146 hidden by the filter').first().waitFor()
    await page.getByRole('button', { name: 'Remove the filter: middle' }).waitFor()
    await grid().focus()
    await press('l')
    await page.keyboard.type('omega')
    await press('Enter')
    await eventually(async () => (await withLabel('middle')).length).toBe(0)
    expect((await withLabel('omega')).length).toBe(counts.omega + 15)
    await page.keyboard.press('Control+z')
    await eventually(images).toEqual(before)
    await page.getByRole('button', { name: 'Remove the filter: middle' }).click()
    await eventually(() => page.getByText('hidden by the filter').count()).toBe(0)
  })

  it('takes a name that is composed while the mark moves, as Chinese is typed', async () => {
    const before = await images()
    await grid().focus()
    await press('Home')
    await eventually(focused).toBe(order[0])
    await press('l')
    const panel = page.getByRole('dialog', { name: 'Set label' })
    const field = panel.getByRole('combobox')
    const session = await page.context().newCDPSession(page)
    const text = 'mao'
    await session.send('Input.imeSetComposition', {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    })
    const option = panel.getByRole('option', { name: 'omega' })
    await option.hover()
    await eventually(() => field.getAttribute('aria-activedescendant')).toBe(
      await option.getAttribute('id'),
    )
    expect(await field.inputValue()).toBe(text)
    await session.send('Input.insertText', { text: '猫' })
    await session.detach()
    await panel.getByRole('option', { name: 'New label “猫”' }).waitFor()
    expect(await field.inputValue()).toBe('猫')
    await press('Enter')
    const inList = page.getByRole('treeitem', { name: '猫' })
    await inList.waitFor()
    expect((await withLabel('猫')).length).toBe(1)
    await page.keyboard.press('Control+z')
    await inList.waitFor({ state: 'detached' })
    expect(await images()).toEqual(before)
  })

  it('reaches the grid by few Tab stops, and labels by arrows', async () => {
    await page.getByRole('textbox', { name: 'Search file names and labels' }).focus()
    const tree = page.getByRole('tree', { name: 'Labels' })
    await tree.focus()
    await press('End')
    await press('Enter')
    await page.getByRole('button', { name: 'Remove the filter: omega' }).waitFor()
    await press('Enter')
    await eventually(() => page.getByRole('button', { name: /^Remove the filter/ }).count()).toBe(0)
    let stops = 0
    while (!(await hasKeys('[role="listbox"]')) && stops < 30) {
      await page.keyboard.press('Tab')
      stops++
    }
    // Splitter, search, order, label, exclude, size.
    expect(stops).toBeLessThanOrEqual(8)
  })

  it('searches by words, and Escape clears', async () => {
    const search = page.getByRole('textbox', { name: 'Search file names and labels' })
    await search.fill('00 omega')
    await page.getByText('10 of 146').waitFor()
    await search.press('Escape')
    await eventually(() => search.inputValue()).toBe('')
    await eventually(() => page.getByText(' of 146').count()).toBe(0)
    await takeScreenshot(page, 'labelling')
    expect(program.complaints).toEqual([])
  })
})
