import { describe, expect, it } from 'vitest'
import { headRecipe } from '../../../../src/core/recipes/headRecipe'
import type { TrainedModel } from '../../../../src/core/recipes/surroundings'
import type { TrainingOptions } from '../../../../src/shared/model/training'
import { featureData, follow, headOptions, Left } from './tinyTraining'

const data = featureData()
const stages = headRecipe.stages.map(({ name }) => name)
const kinds: Readonly<Record<string, TrainingOptions>> = {
  'from the form that held-out labels choose': headOptions,
  'the same with a search of the rate': {
    ...headOptions,
    learningRate: 'find',
    loss: { name: 'proxyAnchor', options: {} },
    distance: 'cosine',
    miner: null,
  },
  'from the analysis': { ...headOptions, start: 'lda' },
  'from chance': { ...headOptions, start: 'random' },
}
const kindAndStage = Object.keys(kinds).flatMap((kind) =>
  stages.map((stage) => [kind, stage] as const),
)

/** All numbers of a training but those of the clock. */
function numbersOf(done: TrainedModel | null) {
  if (done === null) throw new Error('It ended with nothing')
  const { saved, before, closedForm, validation, kept } = done
  const { imagesPerSecond: _, ...ended } = done.ended
  return { saved, before, closedForm, validation, kept, ended }
}

describe('a head', () => {
  it('goes through its stages in this order', async () => {
    expect(stages).toEqual([
      ...['features', 'form', 'rate', 'epoch', 'start'],
      ...['closedForm', 'training', 'trained', 'kept'],
    ])
    for (const options of Object.values(kinds)) {
      const { run, taken, count } = await follow(headRecipe, data, options)
      expect(run).toEqual(stages)
      expect(taken).toEqual([])
      expect(count).toMatchObject({ alive: 0 })
    }
  })

  it.each(Object.entries(kinds))('tells how far it is, and never less: %s', async (_, options) => {
    const { messages } = await follow(headRecipe, data, options)
    const shares = messages.flatMap((message) =>
      message.kind === 'stage' && message.stage === 'baseline'
        ? [message.done / message.total]
        : [],
    )
    expect(shares.length).toBeGreaterThan(10)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBeLessThanOrEqual(1)
    const kindsOf = messages.map((message) =>
      message.kind === 'stage' ? message.stage : message.kind,
    )
    expect(kindsOf.lastIndexOf('baseline')).toBeLessThan(kindsOf.indexOf('training'))
    expect(messages.filter(({ kind }) => kind === 'rate')).toHaveLength(
      options.learningRate === 'find' ? 1 : 0,
    )
  })

  it('weighs what it keeps only where it chose its form', async () => {
    const [auto, , lda, random] = await Promise.all(
      Object.values(kinds).map(async (options) => {
        const { done } = await follow(headRecipe, data, options)
        return numbersOf(done)
      }),
    )
    expect(auto!.kept).toMatchObject({ heldOut: { over: 'labels' } })
    expect(auto!.kept!.trained!.queries).toBe(data.test.rows.length)
    expect(lda!.kept).toBeNull()
    expect(lda!.closedForm).not.toBeNull()
    expect(lda!.validation).toHaveLength(headOptions.epochs + 1)
    expect(random!.closedForm).toBeNull()
  })
})

describe.each([0, 1, 4])('a head that is told to end at breath %i of a stage', (at) => {
  it.each(kindAndStage)('ends with what there is to keep: %s, %s', async (kind, wanted) => {
    const options = kinds[kind]!
    let isCancelled = false
    const { done, run, count } = await follow(headRecipe, data, options, {
      onMoment: (stage, breath, interruption) => {
        if (isCancelled || stage !== wanted || breath < at) return
        isCancelled = true
        interruption.cancel()
      },
    })
    expect(count.alive).toBe(0)
    if (!isCancelled) return expect(numbersOf(done).ended.reason).toBe('finished')
    const isEarly = stages.indexOf(wanted) < stages.indexOf('start')
    if (isEarly) {
      expect(done).toBeNull()
      expect(run).not.toContain('closedForm')
    } else if (wanted === 'start') {
      // A head that was begun to search the rate is there already.
      expect(done === null).toBe(options.learningRate !== 'find')
    } else {
      const isBeforeLoopEnds = stages.indexOf(wanted) <= stages.indexOf('training')
      expect(numbersOf(done).ended.reason).toBe(isBeforeLoopEnds ? 'cancelled' : 'finished')
      expect(run).toEqual(stages)
    }
  })

  it.each(kindAndStage)('goes on with the same numbers: %s, %s', async (kind, wanted) => {
    const options = kinds[kind]!
    const whole = await follow(headRecipe, data, options)
    const left = new Left()
    let isSuspended = false
    await follow(headRecipe, data, options, {
      left,
      onMoment: (stage, breath, interruption) => {
        if (isSuspended || stage !== wanted || breath < at) return
        isSuspended = true
        interruption.suspend()
      },
    })
    const hadCheckpoint = left.checkpoint !== null
    const { done, run, taken, count, messages } = await follow(headRecipe, data, options, { left })
    expect(numbersOf(done)).toEqual(numbersOf(whole.done))
    expect(left.ledger.state()).toEqual(whole.left.ledger.state())
    expect(count.alive).toBe(0)
    // What was decided before the loop is not decided again.
    expect(taken).toEqual(hadCheckpoint ? ['form', 'rate', 'epoch'] : [])
    expect(run).toEqual(stages.filter((name) => !taken.includes(name)))
    expect(messages.some((message) => message.kind === 'rate')).toBe(
      options.learningRate === 'find',
    )
    if (stages.indexOf(wanted) > stages.indexOf('start')) expect(hadCheckpoint).toBe(true)
  })
})

describe('what is kept', () => {
  /** A run that finds these scores in its folder in place of what it would measure itself. */
  async function keptWith(forms: readonly number[], folds: readonly number[]) {
    const options = { ...headOptions, epochs: folds.length - 2 }
    const first = await follow(headRecipe, data, options)
    const measured = first.left.records().findings
    const formOf = numbersOf(first.done).kept!.closedForm
    const told = (name: string, all: readonly number[]) =>
      measured
        .read(name)
        ?.map((scores, at) => new Map([...scores.keys()].map((unit) => [unit, all[at]!]))) ?? null
    const left = new Left()
    const records = left.records.bind(left)
    left.records = () => ({
      ...records(),
      findings: {
        keep: () => Promise.resolve(),
        // Of which units a fold asks does not hang on the form that it starts from.
        read: (name) =>
          name === 'forms'
            ? told(name, forms)
            : told(name.replace(/ from \w+ /, ` from ${formOf} `), folds),
      },
    })
    const { done } = await follow(headRecipe, data, options, { left })
    return numbersOf(done).kept!
  }

  it('is judged by the scores of the forms where these asked all rows', async () => {
    const features = await keptWith([0.6, 0.6, 0.1], [0.5, 0.9, 0.7, 0.7])
    expect(features).toMatchObject({ what: 'features', reason: 'noBetter' })
    const closedForm = await keptWith([0.6, 0.9, 0.1], [0.9, 0.5, 0.4, 0.3])
    expect(closedForm).toMatchObject({ what: 'closedForm', reason: 'noBetter' })
  })

  it('is the head where it leads', async () => {
    const kept = await keptWith([0.6, 0.6, 0.1], [0.5, 0.6, 0.7, 0.9])
    expect(kept).toMatchObject({ what: 'trained', reason: 'better' })
    expect(kept.heldOut!.trained!.gain.mapAtR).toBeCloseTo(0.4, 12)
  })
})
