import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defused } from '../../../src/main/exporting/csv'
import { useImporting } from './importing'
import { png, put } from './pictures'

const importing = useImporting()

async function putAll(paths: readonly string[]): Promise<void> {
  for (const [index, path] of paths.entries()) {
    await put(importing.pictures, path, await png(index + 1))
  }
}
const putLabels = (contents: string | Buffer) => put(importing.pictures, 'labels.csv', contents)

describe('rows of labels.csv without an exact path', () => {
  it.each([
    ['an absolute path', 'suffix', '/home/me/old/cat/1.png'],
    ['a path of Windows', 'suffix', 'C:\\Users\\me\\old\\cat\\1.png'],
    ['backslashes', 'suffix', '.\\cat\\1.PNG'.replace('PNG', 'png')],
    ['the folder in front', 'suffix', 'pictures/cat/1.png'],
    ['a base name', 'suffix', '1.png'],
    ['percent encoding', 'percent', 'c%61t/1.png'],
    ['other letter case', 'case', 'Cat/1.PNG'],
    ['lost zeros', 'zeros', 'dog/7.png'],
    ['no ending', 'extension', 'cat/1'],
  ])('are taken where one image fits: %s', async (_, kind, path) => {
    await putAll(['cat/1.png', 'dog/007.png'])
    await putLabels(`image,label\n${path},lynx\n`)
    const image = kind === 'zeros' ? 'dog/007.png' : 'cat/1.png'
    const { id, report } = await importing.importAll()
    expect((await importing.labelled(id))[image]).toBe('lynx')
    expect(report.labelsFile).toMatchObject({ rows: 1, used: 1, unmatchedTotal: 0 })
    // Backslashes alone are what Windows writes.
    expect(report.labelsFile?.loose).toEqual(
      path.startsWith('.\\') ? [] : [{ kind, count: 1, example: { row: path, image } }],
    )
    // What is known already is found in the same way.
    const again = await importing.importAll()
    expect((await importing.labelled(id))[image]).toBe('lynx')
    expect(again.report.labelsFile).toEqual(report.labelsFile)
    await rm(join(importing.pictures, 'labels.csv'))
    await importing.importAll()
    expect((await importing.labelled(id))[image]).toBe(image.slice(0, 3))
  })

  it('are named where none fits, several do, or the file was left out', async () => {
    await putAll(['cat/1.png', 'dog/1.png', 'dog/2.png', '3.png'])
    await put(importing.pictures, 'cat/bad.png', 'no picture')
    await putLabels('image,label\n1.png,a\ngone.png,b\ncat/bad.png,c\ndog/2.png,d\ncat/3.png,e\n')
    const { id, report } = await importing.importAll()
    expect(report.labelsFile).toMatchObject({ rows: 5, used: 1, loose: [], unmatchedTotal: 4 })
    expect(report.labelsFile?.unmatched).toEqual([
      { line: 2, image: '1.png', reason: 'ambiguous', candidates: ['cat/1.png', 'dog/1.png'] },
      { line: 3, image: 'gone.png', reason: 'absent', candidates: [] },
      { line: 4, image: 'cat/bad.png', reason: 'leftOut', candidates: [] },
      // Its folder is there: the picture of this name elsewhere is another one.
      { line: 6, image: 'cat/3.png', reason: 'absent', candidates: [] },
    ])
    expect(await importing.labelled(id)).toEqual({
      '3.png': null,
      'cat/1.png': 'cat',
      'dog/1.png': 'dog',
      'dog/2.png': 'd',
    })
  })

  it('that contradict each other are named, and an exact path counts before others', async () => {
    await putAll(['cat/1.png', 'cat/2.png'])
    await putLabels('image,label\ncat/1.png,a\ncat/1.png,b\n2.png,c\ncat/2.png,d\n2.png,c\n')
    const { id, report } = await importing.importAll()
    expect(await importing.labelled(id)).toEqual({ 'cat/1.png': 'b', 'cat/2.png': 'd' })
    expect(report.labelsFile).toMatchObject({ contradictionTotal: 2 })
    expect(report.labelsFile?.contradictions).toEqual([
      { image: 'cat/1.png', used: { line: 3, label: 'b' }, other: { line: 2, label: 'a' } },
      { image: 'cat/2.png', used: { line: 5, label: 'd' }, other: { line: 6, label: 'c' } },
    ])
  })
})

describe('letters with marks', () => {
  it('are the same composed or not, in rows, files, folders and labels', async () => {
    const nfc = 'é'.normalize('NFC')
    const nfd = 'é'.normalize('NFD')
    await putAll([`${nfd}/${nfd}.png`, `${nfc}/1.png`, `${nfc}/x${nfc}.png`])
    await putLabels(`image,label\n${nfc}/${nfc}.png,caf${nfd}\n${nfd}/x${nfd}.png,caf${nfc}\n`)
    const { id, report } = await importing.importAll()
    expect(await importing.labelled(id)).toEqual({
      [`${nfd}/${nfd}.png`]: `caf${nfc}`,
      [`${nfc}/1.png`]: nfc,
      [`${nfc}/x${nfc}.png`]: `caf${nfc}`,
    })
    expect(report.labelsFile).toMatchObject({ used: 2, unmatchedTotal: 0 })
    expect((await importing.temporary.store.labels.list(id)).length).toBe(2)
  })
})

describe('labels.csv in other forms', () => {
  it.each([
    ['UTF-8', 'utf-8', false],
    ['UTF-16LE', 'utf-16le', false],
    ['UTF-16', 'utf-16le', false],
    ['GB18030', 'gb18030', true],
  ])('is read as %s', async (target, encoding, isEncodingGuessed) => {
    await putAll(['cat/1.png', 'cat/2.png'])
    const text = 'image,label\ncat/1.png,猫咪\ncat/2.png,老虎\n'
    await putLabels(execFileSync('iconv', ['-f', 'UTF-8', '-t', target], { input: text }))
    const { id, report } = await importing.importAll()
    expect(await importing.labelled(id)).toEqual({ 'cat/1.png': '猫咪', 'cat/2.png': '老虎' })
    expect(report.labelsFile).toMatchObject({ encoding, isEncodingGuessed })
  })

  it.each([
    ['semicolons', 'image;label\ncat/1.png;a,b\n'],
    ['tabs', 'image\tlabel\ncat/1.png\ta,b\n'],
    ['the line of Excel', 'sep=;\nimage;label\ncat/1.png;a,b\n'],
  ])('may have %s', async (_, text) => {
    await putAll(['cat/1.png'])
    await putLabels(text)
    const { id, report } = await importing.importAll()
    expect(await importing.labelled(id)).toEqual({ 'cat/1.png': 'a,b' })
    expect(report.leftOut).toEqual([])
  })

  it('loses the guards that our own files have', async () => {
    const odd = ['=1+1', "'=1+1", '-a', "'@", '+']
    await putAll(odd.map((name, index) => `${name}/-${index}.png`))
    await putLabels(
      `image,label\n${odd.map((name, i) => `${defused(`${name}/-${i}.png`)},${defused(`${name}!`)}\n`).join('')}`,
    )
    const { id, report } = await importing.importAll()
    expect(report.labelsFile).toMatchObject({ used: 5, loose: [] })
    expect(await importing.labelled(id)).toEqual(
      Object.fromEntries(odd.map((name, index) => [`${name}/-${index}.png`, `${name}!`])),
    )
  })

  it.skipIf(process.platform === 'win32').each([
    ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
    ['a folder', (file: string) => mkdir(file)],
    ['a device', (file: string) => symlink('/dev/zero', file)],
  ])('is refused where it is %s', async (_, make) => {
    await putAll(['cat/1.png'])
    await make(join(importing.pictures, 'labels.csv'))
    const { id, report } = await importing.importAll()
    expect(await importing.labelled(id)).toEqual({ 'cat/1.png': 'cat' })
    expect(report.leftOut).toEqual([
      {
        path: 'labels.csv',
        reason: 'corrupt',
        detail: 'It is no ordinary file (a folder, a pipe or a device) and was not used.',
      },
    ])
  })
})

describe('names of labels', () => {
  it('lose control characters and marks of direction, alike by folder and by row', async () => {
    await putAll(['a\u202eb/1.png', 'c\u0007d/1.png', 'e/1.png', `${'x/'.repeat(130)}1.png`])
    await putLabels('image,label\ne/1.png,f\u2066g\u0001\n')
    const { id, report } = await importing.importAll()
    expect(await importing.labelled(id)).toEqual({
      'a\u202eb/1.png': 'ab',
      'c\u0007d/1.png': 'cd',
      'e/1.png': 'fg',
      [`${'x/'.repeat(130)}1.png`]: null,
    })
    expect(report.labelNames?.cleaned).toEqual([
      { from: 'a\u202eb', to: 'ab' },
      { from: 'c\u0007d', to: 'cd' },
      { from: 'f\u2066g\u0001', to: 'fg' },
    ])
    expect(report.labelNames?.refused).toEqual(['x/'.repeat(130).slice(0, -1)])
  })

  it('that look alike are named together', async () => {
    await putAll(['cat/1.png', 'cat /1.png', 'Cat/1.png', 'c\u200bat/1.png', 'dog/1.png'])
    const { report } = await importing.importAll()
    expect(report.labelNames?.alike.map((names) => [...names].sort())).toEqual([
      ['Cat', 'cat', 'cat ', 'c\u200bat'],
    ])
  })
})
