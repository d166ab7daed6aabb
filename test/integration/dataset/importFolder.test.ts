import { execFileSync } from 'node:child_process'
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDatasetService, type DatasetService } from '../../../src/main/dataset/datasetService'
import { createLabelService } from '../../../src/main/labels/labelService'
import { thumbnailFile, thumbnailName } from '../../../src/main/workspace'
import type { ImageFilter, ImportReport } from '../../../src/shared/model/dataset'
import type { DatasetId, ImageId } from '../../../src/shared/model/ids'
import { type TemporaryStore, temporaryStore } from '../db/temporaryStore'
import { type BuiltWorkers, buildWorkers } from './builtWorkers'
import { declaredPng, drawing, png, put } from './pictures'

let workers: BuiltWorkers
let temporary: TemporaryStore
let service: DatasetService
let pictures: string
beforeAll(async () => {
  workers = await buildWorkers()
})
afterAll(() => workers.dispose())
beforeEach(async () => {
  temporary = await temporaryStore()
  pictures = join(temporary.folder, 'pictures')
  await mkdir(pictures)
  service = serviceOf(temporary)
})
afterEach(() => temporary.dispose())

function serviceOf({ store, workspace }: TemporaryStore): DatasetService {
  return createDatasetService({ store, workspace, workersFolder: workers.folder, workers: 2 })
}

async function importAll(): Promise<{ id: DatasetId; report: ImportReport }> {
  const { dataset, finished } = await service.importFolder(pictures)
  return { id: dataset.id, report: await finished }
}

/** Path -> label of everything a filter shows. */
async function labelled(id: DatasetId, filter: ImageFilter = {}) {
  const { ids } = await service.columns({ datasetId: id, filter, order: 'path' })
  const names = await temporary.store.labels.names(id)
  const rows = await service.images({ ids })
  return Object.fromEntries(
    rows.map((row) => [row.relativePath, row.labelId === null ? null : names.get(row.labelId)]),
  )
}

async function imageOf(id: DatasetId, path: string): Promise<ImageId> {
  const { ids } = await service.columns({
    datasetId: id,
    filter: { excluded: 'include', missing: 'include' },
    order: 'path',
  })
  const row = (await service.images({ ids })).find((image) => image.relativePath === path)
  return row!.id
}

const reasons = (report: ImportReport) =>
  Object.fromEntries(report.leftOut.map((file) => [file.path, file.reason]))

describe('labels', () => {
  it('come from sub-folders, joined where nested, and none from the root', async () => {
    await put(pictures, 'root.png', await png(1))
    await put(pictures, 'cat/1.png', await png(2))
    await put(pictures, 'dog/small/1.png', await png(3))
    const { id, report } = await importAll()
    expect(await labelled(id)).toEqual({
      'root.png': null,
      'cat/1.png': 'cat',
      'dog/small/1.png': 'dog/small',
    })
    expect(report).toMatchObject({ added: 3, leftOutTotal: 0, cancelled: false })
    expect(report.advice).toEqual(['noClassWithTwoImages', 'fewImages'])
    expect(await service.report({ datasetId: id })).toEqual(report)
    expect(await service.summary(id)).toMatchObject({
      name: 'pictures',
      imageCount: 3,
      labelCount: 2,
      unlabelledCount: 1,
      folderExists: true,
    })
  })

  it('of labels.csv override folders; its bad rows are told', async () => {
    await put(pictures, 'cat/1.png', await png(1))
    await put(pictures, 'cat/2.png', await png(2))
    await put(pictures, 'cat/3,"q".png', await png(3))
    await put(
      pictures,
      'labels.csv',
      '\uFEFFimage,label\r\ncat/1.png,狗\r\nonly one\r\n"cat/3,""q"".png",\r\n./cat/2.png, dog \r\n',
    )
    const { id, report } = await importAll()
    expect(await labelled(id)).toEqual({
      'cat/1.png': '狗',
      'cat/2.png': 'dog',
      'cat/3,"q".png': null,
    })
    expect(report.leftOut).toEqual([
      { path: 'labels.csv', reason: 'corrupt', detail: 'Line 3: expected an image and a label.' },
    ])
    await put(pictures, 'labels.csv', 'image,label\ncat/1.png,dog\n')
    await importAll()
    expect(await labelled(id)).toEqual({
      'cat/1.png': 'dog',
      'cat/2.png': 'cat',
      'cat/3,"q".png': 'cat',
    })
  })

  it('keep odd names whole', async () => {
    const names = ['猫 咪', 'emoji 😀', `it's "q"`, 'line\nbreak', `${'é'.repeat(125)}ab`, '=1+1']
    for (const [index, name] of names.entries()) {
      await put(pictures, `${name}/${index} ${name.slice(0, 20)}.png`, await png(index + 1))
    }
    await put(pictures, `long/${'x'.repeat(251)}.png`, await png(77))
    const { id, report } = await importAll()
    expect(report.leftOut).toEqual([])
    expect(report.added).toBe(names.length + 1)
    expect((await temporary.store.labels.list(id)).map((label) => label.name).sort()).toEqual(
      [...names.map((name) => name.replace('\n', ' ')), 'long'].sort(),
    )
    const image = await imageOf(id, '猫 咪/0 猫 咪.png')
    expect((await service.detail({ imageId: image })).fileName).toBe('0 猫 咪.png')
  })
})

describe('formats', () => {
  it('are known by contents, with size, colours and upright', async () => {
    const colored = drawing(5, 60, 40)
    const pixels = await colored.clone().raw().toBuffer()
    const formats: Record<string, Buffer> = {
      'a.png': await colored.clone().png().toBuffer(),
      'b.png': await colored.clone().jpeg().toBuffer(),
      'c.jpg': await colored.clone().webp().toBuffer(),
      'd.txt': await colored.clone().gif().toBuffer(),
      'e.tif': await colored.clone().tiff().toBuffer(),
      'f.avif': await colored.clone().avif().toBuffer(),
      g: await colored.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      'h.png': await colored.clone().toColourspace('rgb16').png().toBuffer(),
      'i.bmp': bitmap24(pixels, 60, 40),
      'j.jpg': await colored.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      'k.gif': await animated(pixels, 60, 40),
    }
    for (const [name, contents] of Object.entries(formats)) await put(pictures, name, contents)
    const { id, report } = await importAll()
    expect(report.leftOut).toEqual([])
    const found: Record<string, readonly (string | number)[]> = {}
    for (const name of Object.keys(formats)) {
      const image = await imageOf(id, name)
      const detail = await service.detail({ imageId: image })
      found[name] = [detail.format, detail.widthPx, detail.heightPx]
      const thumbnail = sharp(await service.thumbnail(image))
      const { width, height, format } = await thumbnail.metadata()
      expect([name, format, width, height]).toEqual([name, 'webp', detail.widthPx, detail.heightPx])
      const { channels } = await thumbnail.stats()
      if (name !== 'j.jpg') {
        const expected = (await colored.clone().stats()).channels.map((channel) => channel.mean)
        channels.slice(0, 3).forEach((channel, index) => {
          expect(Math.abs(channel.mean - expected[index]!), `${name} ${index}`).toBeLessThan(
            name === 'g' ? 60 : 12,
          )
        })
      }
    }
    expect(found).toEqual({
      'a.png': ['png', 60, 40],
      'b.png': ['jpeg', 60, 40],
      'c.jpg': ['webp', 60, 40],
      'd.txt': ['gif', 60, 40],
      'e.tif': ['tiff', 60, 40],
      'f.avif': ['avif', 60, 40],
      g: ['jpeg', 60, 40],
      'h.png': ['png', 60, 40],
      'i.bmp': ['bmp', 60, 40],
      'j.jpg': ['jpeg', 40, 60],
      'k.gif': ['gif', 60, 40],
    })
  })

  it('with transparency lie on white and large ones become 256 px', async () => {
    await put(
      pictures,
      'clear.png',
      await sharp({
        create: {
          width: 800,
          height: 400,
          channels: 4,
          background: { r: 0, g: 0, b: 0, alpha: 0 },
        },
      })
        .png()
        .toBuffer(),
    )
    const { id } = await importAll()
    const { data, info } = await sharp(await service.thumbnail(await imageOf(id, 'clear.png')))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, info.channels]).toEqual([256, 128, 3])
    expect(Math.min(...data.subarray(0, 300))).toBe(255)
  })
})

describe('files that cannot be imported', () => {
  it('become lines of the report and stop nothing', async () => {
    const whole = await drawing(9, 300, 300).jpeg().toBuffer()
    await put(pictures, 'a/good.png', await png(1))
    await put(pictures, 'a/cut.jpg', whole.subarray(0, whole.length / 2))
    await put(pictures, 'a/text.png', 'this is text')
    await put(pictures, 'a/zero.jpg', '')
    await put(pictures, 'a/huge.png', declaredPng(20_000, 20_000))
    await put(pictures, 'a/drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await put(pictures, 'a/notes.txt', 'notes')
    await put(pictures, 'a/empty.json', '')
    await put(pictures, 'a/Thumbs.db', Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))
    await put(pictures, 'a/.DS_Store', 'x')
    await put(pictures, '.hidden/1.png', await png(2))
    await put(temporary.folder, 'outside.png', await png(3))
    await symlink(join(temporary.folder, 'outside.png'), join(pictures, 'a/link.png'))
    await symlink(join(pictures, 'nowhere.png'), join(pictures, 'a/dangling.png'))
    await symlink(pictures, join(pictures, 'a/loop'))
    await symlink(join(pictures, 'a/self.png'), join(pictures, 'a/self.png'))
    const { id, report } = await importAll()
    expect(reasons(report)).toEqual({
      'a/cut.jpg': 'corrupt',
      'a/text.png': 'corrupt',
      'a/zero.jpg': 'empty',
      'a/huge.png': 'tooLarge',
      'a/drawing.svg': 'unsupported',
      'a/link.png': 'outsideFolder',
      'a/dangling.png': 'unreadable',
      'a/loop': 'symlinkLoop',
      'a/self.png': 'symlinkLoop',
    })
    expect(
      report.leftOut.every((file) => file.detail !== '' && !file.detail.includes(pictures)),
    ).toBe(true)
    expect(report).toMatchObject({ added: 1, leftOutTotal: 9 })
    expect((await service.summary(id)).leftOutCount).toBe(9)
    // What no rule looks at is counted, not listed.
    expect(report.skipped).toEqual({ hidden: 2, special: 0, result: 0, notPicture: 3 })
  })

  it('come in through links out of the folder where that is asked for, each real folder once', async () => {
    const outside = join(temporary.folder, 'outside')
    await put(pictures, 'a/one.png', await png(1))
    await put(outside, 'two.png', await png(2))
    await put(outside, 'deep/three.png', await png(3))
    await put(temporary.folder, 'single.png', await png(4))
    await symlink(outside, join(pictures, 'linked'))
    await symlink(outside, join(pictures, 'linked again'))
    await symlink(join(temporary.folder, 'single.png'), join(pictures, 'a/single.png'))
    // Loops: back into the folder, to the folder around it, and within what is linked.
    await symlink(pictures, join(outside, 'back'))
    await symlink(outside, join(outside, 'deep/up'))
    const { id, report } = await importAll()
    expect(report.added).toBe(1)
    expect(Object.values(reasons(report))).toEqual(Array(3).fill('outsideFolder'))

    const { finished } = await service.rescan({ datasetId: id }, { followsLinks: true })
    const followed = await finished
    expect(followed).toMatchObject({ added: 3, unchanged: 1 })
    expect(reasons(followed)).toEqual({
      'linked again': 'symlinkLoop',
      'linked/back': 'symlinkLoop',
      'linked/deep/up': 'symlinkLoop',
    })
    expect((await service.summary(id)).followsLinks).toBe(true)
    const names = (await temporary.store.labels.list(id)).map(({ name }) => name)
    expect(names.sort()).toEqual(['a', 'linked', 'linked/deep'])

    // As a rescan later, which remembers it; and until it is taken back.
    const again = await (await service.rescan({ datasetId: id })).finished
    expect(again).toMatchObject({ added: 0, unchanged: 4, removed: 0 })
    const inside = await (await service.rescan({ datasetId: id }, { followsLinks: false })).finished
    expect(inside).toMatchObject({ removed: 3, unchanged: 1 })
  })

  it('do not come in through a link to the folder for results', async () => {
    const out = join(temporary.folder, 'out')
    await put(pictures, 'a/one.png', await png(1))
    await put(out, 'another.png', await png(2))
    await symlink(out, join(pictures, 'results'))
    const options = { ignore: [out], followsLinks: true }
    const { finished } = await service.importFolder(pictures, options)
    expect(await finished).toMatchObject({ added: 1, skipped: { result: 1 }, leftOutTotal: 0 })
  })

  it.skipIf(process.platform === 'win32')('count pipes, and links to them', async () => {
    await put(pictures, 'a/good.png', await png(1))
    await put(pictures, 'labels.csv', 'image,label\n')
    execFileSync('mkfifo', [join(pictures, 'a/pipe')])
    await symlink(join(pictures, 'a/pipe'), join(pictures, 'a/to-pipe.png'))
    const { report } = await importAll()
    expect(report).toMatchObject({ added: 1, leftOutTotal: 0 })
    expect(report.skipped).toEqual({ hidden: 0, special: 2, result: 0, notPicture: 0 })
  })

  it('include names that are not text', async () => {
    await put(pictures, 'a/good.png', await png(1))
    const name = Buffer.concat([
      Buffer.from(`${pictures}/a/bad-`),
      Buffer.from([0xff]),
      Buffer.from('.png'),
    ])
    await rename(join(pictures, 'a/good.png'), name)
    const { report } = await importAll()
    expect(report.leftOut.map((file) => file.reason)).toEqual(['nameNotText'])
    expect(report.advice).toEqual(['noImages'])
  })

  it('say so where there is no folder, a file, or nothing in it', async () => {
    await expect(service.importFolder(join(pictures, 'gone'))).rejects.toMatchObject({
      code: 'folderMissing',
    })
    await put(pictures, 'file.png', await png(1))
    await expect(service.importFolder(join(pictures, 'file.png'))).rejects.toMatchObject({
      code: 'notAFolder',
    })
    await rm(join(pictures, 'file.png'))
    expect((await importAll()).report.advice).toEqual(['noImages'])
  })

  it('advise where one label is all there is', async () => {
    for (let index = 0; index < 60; index += 1)
      await put(pictures, `a/${index}.png`, await png(index))
    expect((await importAll()).report.advice).toEqual(['oneLabel'])
  })
})

describe('a second import', () => {
  beforeEach(async () => {
    for (const [index, path] of ['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png'].entries()) {
      await put(pictures, path, await png(index + 1))
    }
  })

  it('reads nothing again where nothing changed', async () => {
    const { id } = await importAll()
    const { report } = await importAll()
    expect(report).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0, unchanged: 4 })
    expect((await service.summary(id)).imageCount).toBe(4)
  })

  it('finds added, changed, moved and removed files and keeps what a person said', async () => {
    const { id } = await importAll()
    const labels = createLabelService({ store: temporary.store })
    const moved = await imageOf(id, 'cat/1.png')
    const changed = await imageOf(id, 'cat/2.png')
    await labels.assign({ datasetId: id, imageIds: Uint32Array.of(moved, changed), label: 'lynx' })
    await mkdir(join(pictures, 'bird'))
    await rename(join(pictures, 'cat/1.png'), join(pictures, 'bird/9.png'))
    await put(pictures, 'cat/2.png', await drawing(50, 90, 90).png().toBuffer())
    await rm(join(pictures, 'dog/1.png'))
    await put(pictures, 'fish/1.png', await png(60))
    const { report } = await importAll()
    expect(report).toMatchObject({ added: 1, changed: 1, moved: 1, removed: 1, unchanged: 1 })
    expect(await labelled(id)).toEqual({
      'bird/9.png': 'lynx',
      'cat/2.png': 'lynx',
      'dog/2.png': 'dog',
      'fish/1.png': 'fish',
    })
    expect(await imageOf(id, 'bird/9.png')).toBe(moved)
    expect((await service.detail({ imageId: changed })).widthPx).toBe(90)
    expect(Object.keys(await labelled(id, { missing: 'only' }))).toEqual(['dog/1.png'])
    await put(pictures, 'dog/1.png', await png(3))
    expect((await importAll()).report).toMatchObject({ added: 1, unchanged: 4, removed: 0 })
    expect((await labelled(id))['dog/1.png']).toBe('dog')
  })

  it('follows two files that changed places', async () => {
    const { id } = await importAll()
    const first = await imageOf(id, 'cat/1.png')
    const second = await imageOf(id, 'dog/1.png')
    await rename(join(pictures, 'cat/1.png'), join(pictures, 'swap'))
    await rename(join(pictures, 'dog/1.png'), join(pictures, 'cat/1.png'))
    await rename(join(pictures, 'swap'), join(pictures, 'dog/1.png'))
    // A copy's time may be the other's to the millisecond; their sizes may be equal too.
    await utimes(join(pictures, 'cat/1.png'), 1, 1)
    await utimes(join(pictures, 'dog/1.png'), 2, 2)
    expect((await importAll()).report).toMatchObject({ moved: 2, changed: 0, added: 0, removed: 0 })
    expect(await imageOf(id, 'dog/1.png')).toBe(first)
    expect(await imageOf(id, 'cat/1.png')).toBe(second)
    expect((await labelled(id))['dog/1.png']).toBe('dog')
  })

  it('keeps a missing image apart from a new one that takes its place', async () => {
    const { id } = await importAll()
    const old = await imageOf(id, 'cat/1.png')
    await rm(join(pictures, 'cat/1.png'))
    await importAll()
    await rename(join(pictures, 'cat/2.png'), join(pictures, 'cat/1.png'))
    const { report } = await importAll()
    expect(report).toMatchObject({ moved: 1, removed: 0 })
    expect(await imageOf(id, 'cat/1.png')).not.toBe(old)
    expect((await service.summary(id)).imageCount).toBe(3)
  })

  it('keeps renames and merges of labels', async () => {
    const { id } = await importAll()
    const labels = createLabelService({ store: temporary.store })
    const [cat, dog] = await labels.list({ datasetId: id })
    await labels.rename({ datasetId: id, labelId: cat!.id, name: 'kitty' })
    await labels.merge({ datasetId: id, from: [dog!.id], into: cat!.id })
    await put(pictures, 'dog/3.png', await png(70))
    await importAll()
    expect(new Set(Object.values(await labelled(id)))).toEqual(new Set(['kitty']))
    await labels.undo({ datasetId: id })
    await labels.undo({ datasetId: id })
    await importAll()
    expect((await labelled(id))['dog/1.png']).toBe('dog')
    expect((await labelled(id))['cat/1.png']).toBe('cat')
  })

  it('makes thumbnails again where the cache was emptied', async () => {
    const { id } = await importAll()
    const image = await imageOf(id, 'cat/1.png')
    const file = (await service.thumbnail(image))!
    const before = await readFile(file)
    await rm(temporary.workspace.cacheFolder, { recursive: true })
    expect((await importAll()).report).toMatchObject({ unchanged: 4, changed: 0 })
    expect(await readFile(file)).toEqual(before)
  })

  it.each([
    ['empty', () => Buffer.alloc(0)],
    ['short', (whole: Buffer) => whole.subarray(0, whole.length - 1)],
    ['zeros', (whole: Buffer) => Buffer.alloc(whole.length)],
  ])('makes a broken thumbnail again: %s', async (_, breakIt) => {
    const { id } = await importAll()
    const file = (await service.thumbnail(await imageOf(id, 'cat/1.png')))!
    const whole = await readFile(file)
    await writeFile(file, breakIt(whole))
    expect((await importAll()).report).toMatchObject({ unchanged: 4, changed: 0 })
    expect(await readFile(file)).toEqual(whole)
  })

  it('calls nothing removed that it may not look at', async () => {
    const { id } = await importAll()
    await chmod(temporary.folder, 0o755)
    await chmod(join(pictures, 'cat'), 0)
    // Root may look at everything; nobody may not.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      const { report } = await importAll()
      expect(report).toMatchObject({ removed: 0, unchanged: 2 })
      expect(reasons(report)).toEqual({ cat: 'unreadable' })
      expect((await service.summary(id)).imageCount).toBe(4)
    } finally {
      if (isRoot) process.seteuid?.(0)
      await chmod(join(pictures, 'cat'), 0o755)
    }
  })

  it('counts files with the same contents', async () => {
    await put(pictures, 'copy.png', await png(1))
    await put(pictures, 'copy2.png', await png(1))
    expect((await importAll()).report).toMatchObject({ added: 6, duplicates: 2 })
  })
})

describe('a running import', () => {
  beforeEach(async () => {
    for (let index = 0; index < 120; index += 1) {
      await put(pictures, `c${index % 6}/${index}.png`, await png(index))
    }
  })

  /** Large ones after the small: reading them takes far longer than progress is ever held back. */
  async function putLarge(count: number): Promise<void> {
    const channels = 3
    const create = { width: 2500, height: 2500, channels, background: '#345' } as const
    const large = await sharp({ create }).png({ compressionLevel: 1 }).toBuffer()
    for (let index = 0; index < count; index += 1) {
      // What follows the end of a PNG is not looked at, and makes another file of it.
      await put(pictures, `z/${index}.png`, Buffer.concat([large, Buffer.from([index])]))
    }
  }

  it('keeps what is finished when it is cancelled, and goes on from there', async () => {
    await putLarge(30)
    const controller = new AbortController()
    const { dataset, finished } = await service.importFolder(pictures, {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done > 10) controller.abort()
      },
    })
    const report = await finished
    expect(report.cancelled).toBe(true)
    const { imageCount } = await service.summary(dataset.id)
    expect(imageCount).toBe(report.added)
    expect(imageCount).toBeGreaterThan(0)
    expect(imageCount).toBeLessThan(150)
    const { report: second } = await importAll()
    expect(second).toMatchObject({ unchanged: imageCount, added: 150 - imageCount, removed: 0 })
  })

  it('tells progress to the end and shows pictures before it', async () => {
    await putLarge(30)
    const progress: { done: number; total: number }[] = []
    const summaries: number[] = []
    const told = createDatasetService({
      store: temporary.store,
      workspace: temporary.workspace,
      workersFolder: workers.folder,
      workers: 2,
      events: { changed: (summary) => summaries.push(summary.imageCount) },
    })
    const { finished } = await told.importFolder(pictures, {
      onProgress: (state) => progress.push(state),
    })
    await finished
    expect(progress.at(-1)).toEqual({ done: 150, total: 150 })
    expect(summaries[0]).toBeGreaterThan(0)
    expect(summaries[0]).toBeLessThan(150)
    expect(summaries.at(-1)).toBe(150)
  })

  it('refuses to run twice over one folder', async () => {
    const { finished } = await service.importFolder(pictures)
    await expect(service.importFolder(pictures)).rejects.toMatchObject({ code: 'busy' })
    await finished
    await expect(service.importFolder(pictures)).resolves.toBeDefined()
  })

  it('leaves a whole database where the program dies in it', async () => {
    const controller = new AbortController()
    const seen = new Promise<void>((resolve) => {
      void service.importFolder(pictures, {
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done > 20) resolve()
        },
      })
    })
    await seen
    // The files as a kill would leave them: the log not folded in, the last rows perhaps missing.
    const { databaseFile } = temporary.workspace
    const copy = join(temporary.folder, 'copy')
    for (const suffix of ['', '-wal']) {
      await put(copy, `semblance.sqlite${suffix}`, await readFile(databaseFile + suffix))
    }
    controller.abort()
    const { openStore } = await import('../../../src/main/db/store')
    const store = await openStore(join(copy, 'semblance.sqlite'))
    try {
      expect(store.damage).toBeNull()
      const [dataset] = await store.datasets.recent(1)
      expect(dataset!.imageCount).toBeGreaterThan(0)
      const revived = createDatasetService({
        store,
        workspace: { ...temporary.workspace, databaseFile: join(copy, 'semblance.sqlite') },
        workersFolder: workers.folder,
        workers: 1,
      })
      const { finished } = await revived.importFolder(pictures)
      expect((await finished).added).toBe(120 - dataset!.imageCount)
      expect((await revived.summary(dataset!.id)).imageCount).toBe(120)
    } finally {
      await store.close()
    }
  })

  it('passes over the folders it is told to', async () => {
    const { dataset, finished } = await service.importFolder(pictures, {
      ignore: [join(pictures, 'c0')],
    })
    await finished
    expect((await service.summary(dataset.id)).imageCount).toBe(100)
  })
})

it('leaves no half-written thumbnail and names them by contents', async () => {
  await put(pictures, 'a/1.png', await png(1))
  const { id } = await importAll()
  const { sha256 } = await service.detail({ imageId: await imageOf(id, 'a/1.png') })
  const file = thumbnailFile(temporary.workspace, sha256)
  expect(await readdir(join(file, '..'))).toEqual([basename(thumbnailName(sha256))])
})

function bitmap24(pixels: Buffer, widthPx: number, heightPx: number): Buffer {
  const stride = Math.ceil((widthPx * 3) / 4) * 4
  const file = Buffer.alloc(54 + stride * heightPx)
  file.write('BM', 0, 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(widthPx, 18)
  file.writeInt32LE(heightPx, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const from = (y * widthPx + x) * 3
      const to = 54 + (heightPx - 1 - y) * stride + x * 3
      file[to] = pixels[from + 2]!
      file[to + 1] = pixels[from + 1]!
      file[to + 2] = pixels[from]!
    }
  }
  return file
}

/** Two frames, of which the second is black. */
function animated(pixels: Buffer, width: number, height: number): Promise<Buffer> {
  const both = Buffer.concat([pixels, Buffer.alloc(pixels.length)])
  return sharp(both, { raw: { width, height: height * 2, channels: 3, pageHeight: height } })
    .gif({ delay: [100, 100] })
    .toBuffer()
}
