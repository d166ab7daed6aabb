import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { expect, it } from 'vitest'
import { findCheckpoint, readCheckpoint } from '../../../src/main/runs/checkpoint'

it('reads what an earlier version wrote: each point gets the memory and the chance of the run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-checkpoint-'))
  try {
    const point = { epoch: 2, model: null, parameters: {}, parameterOptimizer: {}, average: null }
    const kept = {
      memory: { '': { capacity: 1, dimension: 1, embeddings: Float32Array.of(3), labels: [] } },
      batches: { round: 1, batch: 2 },
      chance: [1, 2, 3, 4, 5],
      augmentation: null,
    }
    const run = { steps: 40, recipe: {}, watch: {}, point }
    const loop = { epoch: 2, elapsedMs: 1, best: {}, lastGood: { ...point, epoch: 1 } }
    const state = serialize({
      decisions: {},
      triplets: [],
      loop: { ...loop, run: { ...run, ...kept } },
    })
    const described = JSON.stringify({
      format: 'semblance-checkpoint-2',
      fingerprint: 'f',
      epoch: 2,
      steps: 40,
      checksum: createHash('sha256').update(state).digest('hex'),
    })
    const length = Buffer.alloc(4)
    length.writeUInt32LE(described.length)
    await writeFile(
      join(folder, 'checkpoint.bin'),
      Buffer.concat([length, Buffer.from(described), state]),
    )
    const { name } = await findCheckpoint(folder)
    const read = await readCheckpoint(folder, name!, 'f')
    expect(read?.loop).toEqual({
      ...loop,
      run: { ...run, point: { ...point, ...kept } },
      lastGood: { ...point, epoch: 1, ...kept },
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
