import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { publish, stagingFolder } from '../../../src/main/cli/publish'
import { useImporting } from './importing'
import { png, put } from './pictures'

const importing = useImporting()

/** Results as `train` publishes them. */
async function publishInto(out: string, pictures: number): Promise<void> {
  const state = join(importing.temporary.folder, 'state')
  const staging = await stagingFolder(state)
  await put(staging, 'run.json', '{"version":"0.1.0","request":{}}')
  await put(staging, 'map.png', await png(pictures))
  await put(staging, 'embeddings.csv', 'image,label\n')
  await put(staging, 'model/manifest.json', '{}')
  await put(out, '.keep', '')
  await publish(state, out, '0.1.0')
}

it('results of the program are no images, wherever they lie', async () => {
  const { pictures } = importing
  await put(pictures, 'cat/1.png', await png(1))
  await put(pictures, 'cat/map.png', await png(2))
  await put(pictures, 'cat/manifest.json', '{"files":["of another program"]}')
  await publishInto(join(pictures, 'a/b/out'), 3)
  await publishInto(pictures, 4)
  // Of a version without a manifest, and of a comparison.
  await put(pictures, 'old/run.json', '{"version":"0.0.1","request":{"seed":1}}')
  await put(pictures, 'old/map.png', await png(5))
  await put(pictures, 'old/cat/1.png', await png(6))
  await put(pictures, 'sweep/sweep.json', '{"version":"0.1.0","request":{},"rows":[]}')
  await put(pictures, 'sweep/sweep.csv', 'loss\n')
  await put(pictures, 'data/semblance.sqlite', 'x')
  await put(pictures, 'data/cache/thumbnails/ab/abc.png', await png(7))
  execFileSync('mkfifo', [join(pictures, 'cat/run.json')])
  const { id, report } = await importing.importAll()
  expect(await importing.labelled(id)).toEqual({
    'cat/1.png': 'cat',
    'cat/map.png': 'cat',
    'old/cat/1.png': 'old/cat',
  })
  expect(report.leftOut).toEqual([])
  expect(report.skipped).toMatchObject({ result: 16, special: 1, notPicture: 1 })
  expect(report.skippedFirst?.result).toEqual(['embeddings.csv', 'manifest.json', 'map.png'])
})
