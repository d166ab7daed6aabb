import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MetricsFile } from '../../../src/main/cli/results'
import type { RunFile } from '../../../src/main/cli/runFile'
import { createDatasetService } from '../../../src/main/dataset/datasetService'
import { openStore } from '../../../src/main/db/store'
import { createSplitService } from '../../../src/main/split/splitService'
import { workspaceIn } from '../../../src/main/workspace'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('unseen', { labels: 24 })
/** Path and label of every image. */
let table: [string, string][]

beforeAll(async () => {
  table = []
  for (const entry of await readdir(cli.images, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    for (const file of await readdir(join(cli.images, entry.name))) {
      table.push([`${entry.name}/${file}`, entry.name])
    }
  }
  await writeLabels(table)
})

const writeLabels = (rows: readonly [string, string][]) =>
  writeFile(
    join(cli.images, 'labels.csv'),
    ['image,label', ...rows.map(([path, label]) => `"${path}","${label}"`)].join('\n'),
  )

async function train(name: string, ...more: string[]) {
  const out = join(cli.folder, name)
  const quick = [
    ...['--network', 'small', '--image-size', '24'],
    ...['--embedding-size', '8', '--steps', '4'],
  ]
  const { code, error } = await cli.run('train', cli.images, '--out', out, ...quick, ...more)
  expect(code, error).toBe(0)
  const json = async <T>(file: string) => JSON.parse(await readFile(join(out, file), 'utf8')) as T
  const rows = parse(await readFile(join(out, 'embeddings.csv'), 'utf8'), {
    columns: true,
  }) as Record<string, string>[]
  return {
    out,
    error,
    metrics: await json<MetricsFile>('metrics.json'),
    runFile: await json<RunFile>('run.json'),
    part: new Map(rows.map((row) => [row['image']!, row['split']!])),
  }
}

describe('headless, what is kept unseen', () => {
  it('is the same for the same folder when one label of labels.csv is changed, and in the window', async () => {
    const first = await train('first')
    const { labels } = first.metrics.unseen
    expect(labels.length).toBeGreaterThanOrEqual(2)
    expect(first.error).toContain(`Kept unseen (split seed 1): ${labels[0]}`)
    expect(first.runFile.unseen).toEqual(first.metrics.unseen)

    const trained = table.find(([, label]) => !labels.includes(label))!
    const wrong = table.find(([, label]) => label !== trained[1] && !labels.includes(label))![1]
    await writeLabels(table.map(([path, label]) => [path, path === trained[0] ? wrong : label]))
    const second = await train('second', '--seed', '5')
    expect(second.metrics.unseen.labels).toEqual(labels)
    for (const [path] of table) {
      if (path !== trained[0]) expect(second.part.get(path), path).toBe(first.part.get(path))
    }
    // A label that was not there before assigns itself and nobody else.
    const of = table.filter(([, label]) => label === trained[1]).map(([path]) => path)
    await writeLabels(table.map(([path, label]) => [path, of.includes(path) ? 'another' : label]))
    const third = await train('third')
    const before = labels.filter((label) => label !== trained[1])
    expect(third.metrics.unseen.labels.filter((label) => label !== 'another')).toEqual(before)
    await writeLabels(table)

    const workspace = workspaceIn(join(cli.folder, 'user data'))
    const store = await openStore(workspace.databaseFile)
    try {
      const { workersFolder } = cli.program
      const datasets = createDatasetService({ store, workspace, workersFolder })
      const { dataset, finished } = await datasets.importFolder(cli.images)
      await finished
      const split = createSplitService({ store })
      const state = await split.state({ datasetId: dataset.id, request: {} })
      const unseen = state.labels.filter(({ side }) => side === 'unseen')
      expect(unseen.map(({ name }) => name)).toEqual(labels)
    } finally {
      await store.close()
    }
  }, 300_000)

  it('is drawn otherwise by --split-seed, and named by --unseen-labels', async () => {
    const drawn = await train('drawn', '--split-seed', '9')
    expect(drawn.metrics.options.splitSeed).toBe(9)
    const first = JSON.parse(await readFile(join(cli.folder, 'first', 'metrics.json'), 'utf8')) as {
      unseen: { labels: string[] }
    }
    expect(drawn.metrics.unseen.labels).not.toEqual(first.unseen.labels)

    const names = [...new Set(table.map(([, label]) => label))].slice(0, 3).toSorted()
    const list = join(cli.folder, 'names.txt')
    await writeFile(list, `${names.join('\r\n')}\n`)
    const named = await train('named', '--unseen-labels', list)
    expect(named.metrics.unseen.labels).toEqual(names)
    const again = await train('again', '--run-file', join(named.out, 'run.json'))
    expect(again.metrics.unseen).toEqual(named.metrics.unseen)
    expect(again.part).toEqual(named.part)

    const { code, error } = await cli.run(
      ...['train', cli.images, '--out', join(cli.folder, 'none')],
      ...['--unseen-labels', `${names[0]}x`],
    )
    expect(code).toBe(2)
    expect(error).toContain(`no image has the label "${names[0]}x". Did you mean ${names[0]}?`)
  }, 300_000)

  it('of a run file of an earlier version is its shuffle', async () => {
    const { runFile } = await train('new', '--seed', '3')
    const { splitBy: _, splitSeed: __, ...request } = runFile.request
    const file = join(cli.folder, 'old.json')
    await writeFile(file, JSON.stringify({ version: '0.0.9', request }))
    const old = await train('old', '--run-file', file)
    expect(old.metrics.options.splitBy).toBeUndefined()
    // A shuffle takes a fifth of the labels exactly.
    expect(old.metrics.unseen.labels).toHaveLength(5)
    const tested = table.filter(([path]) => old.part.get(path) === 'test').map(([, l]) => l)
    expect([...new Set(tested)].toSorted()).toEqual(old.metrics.unseen.labels.toSorted())
    expect(old.runFile.request).toMatchObject({ splitBy: 'shuffle', seed: 3 })
  }, 300_000)
})
