import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import type { DatasetSplit } from '../../src/shared/model/split'
import type { ReviewQueue, ReviewTriplet, TripletRole } from '../../src/shared/model/triplets'
import { readImages, readRows } from './database'
import {
  endAfterTests,
  eventually,
  launchProgram,
  newFolder,
  type RunningProgram,
  takeScreenshot,
  waitForImport,
} from './launch'

/** Folders, in the order of the alphabet, from a label to the one that got a drawing of it. */
const folderStep = 13
const trainingLimitMs = 900_000

let program: RunningProgram
let page: Page
/** By path of the image: the label that it should have had. */
const rightLabels = new Map<string, string>()
/** Images that got their right label; theirs alone may change sides. */
const corrected = new Set<number>()
/** What was said, by the images: anchor, positive and negative. */
const judged: string[] = []
let firstRun = 0
let secondRun = 0
let gain = ''

beforeAll(async () => {
  const folder = join(await newFolder('loop'), 'Mixed')
  await drawEmoji(folder)
  await mislabel(folder)
  program = await launchProgram({ arguments: [folder] })
  page = program.page
})
endAfterTests(() => program, 'loop')
/** Puts a drawing of every label into the folder of another one, as a hurried person would. */
async function mislabel(folder: string): Promise<void> {
  const labels = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
  for (const [index, label] of labels.entries()) {
    const wrong = labels[(index + folderStep) % labels.length]!
    const [file = ''] = (await readdir(join(folder, label))).toSorted()
    const moved = `of ${label} ${file}`
    await rename(join(folder, label, file), join(folder, wrong, moved))
    rightLabels.set(`${wrong}/${moved}`, label)
  }
}

async function ask<T>(call: string, input: object): Promise<T> {
  const reply = await page.evaluate(([name, value]) => window.semblance.invoke(name, value), [
    call,
    input,
  ] as const)
  if (!reply.ok) throw new Error(`${call}: ${reply.error.message}`)
  return reply.value as T
}
const queueOf = (runId: number): Promise<ReviewQueue> =>
  ask('triplets.queue', { runId, tier: 'violations' })
const keyOf = ({ anchor, positive, negative }: ReviewTriplet): string =>
  `${anchor} ${positive} ${negative}`

const goTo = (view: 'Library' | 'Train' | 'Triplets' | 'Map') =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click()

const newestRun = async (): Promise<number> => {
  const [row] = await readRows<{ id: number }>(
    program.userData,
    'SELECT id FROM run ORDER BY id DESC LIMIT 1',
  )
  return row?.id ?? 0
}

/** Ids of the images that a run kept for its test. */
async function testedBy(runId: number): Promise<number[]> {
  const folder = join(program.userData, 'runs', String(runId))
  const { buffer } = await readFile(join(folder, 'ids.u32')).then((bytes) => Uint8Array.from(bytes))
  const ids = new Uint32Array(buffer)
  const splits = await readFile(join(folder, 'splits.u8'))
  return [...ids].filter((_, row) => splits[row] === 2)
}

async function unseenLabels(): Promise<string[]> {
  const [row] = await readRows<{ id: number }>(program.userData, 'SELECT id FROM dataset')
  const split = await ask<DatasetSplit>('split.state', { datasetId: row?.id, request: {} })
  return split.labels.filter(({ side }) => side === 'unseen').map(({ name }) => name)
}

const trainingEnds = () =>
  page
    .getByText('images from labels it never saw', { exact: false })
    .waitFor({ timeout: trainingLimitMs })

/** The triplet that the window asks, counted from 0. */
async function placeShown(): Promise<number> {
  const text = await page
    .getByText(/^\d+ \/ \d+$/)
    .first()
    .textContent()
  return Number.parseInt(text ?? '', 10) - 1
}
const hasEnded = () => page.getByRole('heading', { name: /^All \d+ done/ }).isVisible()

const roleKeys: readonly (readonly [TripletRole, string])[] = [
  ['anchor', '2'],
  ['positive', '3'],
  ['negative', '4'],
]

describe('the loop of training, reviewing and training again', () => {
  let unseen: string[]

  it('trains, and has hard negatives to review', async () => {
    await waitForImport(page, { labels: 40 })
    // The usual network leaves no pair of labels that it trains on to be taken for each other.
    await goTo('Train')
    await page.getByText('Advanced', { exact: true }).click()
    await page.locator('summary', { hasText: /^\s*Network/ }).click()
    await page.getByLabel('Pretrained network').selectOption('mobilenet-v2-1.4-mid')
    await page.getByRole('button', { name: 'Start training' }).click()
    await trainingEnds()
    firstRun = await newestRun()
    unseen = await unseenLabels()
    expect(unseen.length).toBeGreaterThan(1)
    expect((await queueOf(firstRun)).triplets.length).toBeGreaterThan(0)
  }, 1_000_000)

  it('corrects three labels and joins two, to the end of the queue', async () => {
    await page.getByRole('button', { name: /^Review .* hard negative/ }).click()
    await page.getByText(/^1 \/ \d+$/).waitFor()
    const images = new Map((await readImages(program.userData)).map((image) => [image.id, image]))
    const { triplets } = await queueOf(firstRun)
    let hasJoined = false
    for (;;) {
      const queue = await queueOf(firstRun)
      if (await hasEnded()) break
      const shown = await placeShown()
      const triplet = queue.triplets[shown]!
      const done = queue.triplets.filter(({ verdict }) => verdict !== null).length
      const wrong = roleKeys.find(([role]) => {
        const path = images.get(triplet[role])?.path ?? ''
        return corrected.size < 3 && rightLabels.has(path) && !corrected.has(triplet[role])
      })
      if (wrong !== undefined) {
        const [role, key] = wrong
        await page.keyboard.press(key)
        const picker = page.getByRole('group', { name: /^Right label of/ }).getByRole('combobox')
        await picker.fill(rightLabels.get(images.get(triplet[role])!.path)!)
        await picker.press('Enter')
        corrected.add(triplet[role])
      } else if (!hasJoined && corrected.size === 3 && isOfTwoTrained(triplet, images, unseen)) {
        await page.keyboard.press('5')
        await page
          .getByText(/becomes/)
          .first()
          .waitFor()
        await page.keyboard.press('Enter')
        hasJoined = true
      } else await page.keyboard.press('1')
      judged.push(keyOf(triplet))
      await eventually(async () => {
        const now = await queueOf(firstRun)
        return now.triplets.filter(({ verdict }) => verdict !== null).length
      }).toBe(done + 1)
      await eventually(async () => (await hasEnded()) || (await placeShown()) !== shown).toBe(true)
    }
    await page.getByRole('heading', { name: `All ${triplets.length} done` }).waitFor()
    await takeScreenshot(page, 'loop-1-end-of-review')
    expect((await queueOf(firstRun)).triplets.map(keyOf)).toEqual(triplets.map(keyOf))
    expect(corrected.size).toBe(3)
    expect(hasJoined).toBe(true)
  }, 600_000)

  it('trains again on the same test, and says what the corrections gave', async () => {
    const before = await testedBy(firstRun)
    await page.getByRole('button', { name: /^Train again with/ }).click()
    await eventually(async () => (await newestRun()) > firstRun).toBe(true)
    secondRun = await newestRun()
    await goTo('Train')
    await trainingEnds()
    const told = page.getByText(/^With (one|\d+) corrections?: /)
    await told.waitFor({ timeout: 120_000 })
    gain = (await told.textContent())!.replace(/\s+/g, ' ').trim()
    const figure = String.raw`[+−-]?0?\.\d{3}`
    expect(gain).toMatch(
      new RegExp(`${figure} → ${figure} on the same test, ${figure} \\(${figure} to ${figure}\\)`),
    )
    await takeScreenshot(page, 'loop-2-gain')
    const others = (ids: readonly number[]) => ids.filter((id) => !corrected.has(id))
    expect(others(await testedBy(secondRun))).toEqual(others(before))
    expect(await unseenLabels()).toEqual(unseen)
  }, 1_000_000)

  it('asks nothing again that was judged', async () => {
    await goTo('Triplets')
    const asked = await queueOf(secondRun)
    expect(asked.triplets.map(keyOf).filter((key) => judged.includes(key))).toEqual([])
    await page.getByRole('button', { name: `Judged ${judged.length}` }).waitFor()
  })

  it('finds all of it again after a restart', async () => {
    await program.close()
    expect(program.complaints).toEqual([])
    program = await launchProgram({ userData: program.userData })
    page = program.page
    await goTo('Train')
    const told = page.getByText(/^With (one|\d+) corrections?: /)
    await told.waitFor()
    expect((await told.textContent())!.replace(/\s+/g, ' ').trim()).toBe(gain)
    expect(await unseenLabels()).toEqual(unseen)
    const first = await queueOf(firstRun)
    expect(first.triplets.filter(({ verdict }) => verdict !== null)).toHaveLength(judged.length)
    await goTo('Triplets')
    await page.getByRole('button', { name: `Judged ${judged.length}` }).waitFor()
  })
})

/** Whether anchor and negative have two labels, neither of them kept unseen. */
function isOfTwoTrained(
  { anchorLabelId, negativeLabelId, anchor, negative }: ReviewTriplet,
  images: ReadonlyMap<number, { readonly label: string | null }>,
  unseen: readonly string[],
): boolean {
  const labels = [anchor, negative].map((id) => images.get(id)?.label ?? '')
  return anchorLabelId !== negativeLabelId && labels.every((label) => !unseen.includes(label))
}
