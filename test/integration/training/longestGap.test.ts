import { expect, it } from 'vitest'
import { longestGaps } from '../../bench/longestGaps'
import { buildProgram, projectFolder } from './builtProgram'

it('lets a pause in between short pieces of work, and tells true progress in every stage', async () => {
  const program = await buildProgram(false)
  try {
    const stages = await longestGaps({
      images: 1000,
      labels: 20,
      backend: 'auto',
      request: { embeddingSize: 64, steps: 20 },
      workersFolder: program.workersFolder,
      projectFolder,
    })
    expect(stages.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(['features', 'baseline', 'training', 'embedding', 'saving']),
    )
    for (const { stage, mostProcessorMs } of stages) {
      // Of all threads; fitting a start in one piece takes seconds.
      expect(mostProcessorMs, stage).toBeLessThan(600)
    }
    const of = (name: string) => stages.find(({ stage }) => stage === name)!
    expect(of('baseline').told).toBeGreaterThan(20)
    for (const name of ['features', 'baseline', 'embedding', 'saving']) {
      expect(of(name).isRising, name).toBe(true)
    }
  } finally {
    await program.dispose()
  }
}, 600_000)
