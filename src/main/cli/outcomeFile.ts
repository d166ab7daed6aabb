import * as v from 'valibot'
import { trainingWarnings, type TrainingState } from '../../shared/model/training'
import type { RunId } from '../../shared/model/ids'
import { countOfThings, duration, number, share } from '../sweep/measuredSchema'
import type { TrainingResult } from '../training/messages'
import { UsageError } from './parse'
import { readStateFile, refusedPart } from './stateFile'
import type { UnseenFile } from './unseenLabels'

/** What is kept of a run that has ended, until its results are in place. */
export interface Ended {
  readonly state: TrainingState
  readonly result: TrainingResult | null
  readonly unseen: UnseenFile
}

const greatestBytes = 256 * 2 ** 20

const figures = v.pipe(
  v.looseObject({
    precisionAt1: v.nullable(share),
    rPrecision: v.nullable(share),
    mapAtR: v.nullable(share),
    queries: countOfThings,
    queriesInAll: v.exactOptional(countOfThings),
    mapAtRLow: v.nullish(share),
    mapAtRHigh: v.nullish(share),
  }),
  v.check(
    ({ mapAtRLow, mapAtRHigh }) => (mapAtRLow ?? 0) <= (mapAtRHigh ?? 1),
    'an interval that is upside down',
  ),
)
const score = v.looseObject({ mapAtR: share, standardError: v.pipe(number, v.minValue(0)) })
const gain = v.looseObject({
  mapAtR: v.pipe(number, v.minValue(-1 - 1e-9), v.maxValue(1 + 1e-9)),
  standardError: v.pipe(number, v.minValue(0)),
})
const kept = v.looseObject({
  what: v.picklist(['features', 'closedForm', 'trained', 'tuned', 'refitted']),
  closedForm: v.picklist(['whitening', 'analysis']),
  reason: v.picklist(['better', 'noBetter', 'nothingHeldOut', 'openEnd', 'notWeighed']),
  heldOut: v.nullable(
    v.looseObject({
      over: v.picklist(['labels', 'images']),
      count: countOfThings,
      features: score,
      whitening: score,
      analysis: score,
      trained: v.nullable(v.looseObject({ count: countOfThings, score, without: score, gain })),
      network: v.exactOptional(
        v.looseObject({
          ...{ count: countOfThings, tuned: score, refitted: score },
          ...{ without: score, gain },
        }),
      ),
    }),
  ),
  trained: v.exactOptional(figures),
  tuned: v.exactOptional(figures),
  refitted: v.exactOptional(figures),
})
const epoch = v.looseObject({
  epoch: countOfThings,
  loss: v.nullable(number),
  precisionAt1: v.nullable(share),
  rPrecision: v.nullable(share),
  mapAtR: v.nullable(share),
  validation: v.exactOptional(share),
})

/** The parts that results are made of; more is left as it is. */
const endedSchema = v.looseObject({
  state: v.looseObject({
    run: v.looseObject({
      id: countOfThings,
      status: v.picklist(['finished', 'cancelled', 'failed', 'interrupted']),
      options: v.looseObject({
        seed: number,
        network: v.string(),
        split: v.picklist(['byClass', 'byImage', 'none']),
        loss: v.looseObject({ name: v.string() }),
      }),
      before: v.nullable(figures),
      closedForm: v.nullable(figures),
      after: v.nullable(figures),
      bestEpoch: v.nullable(countOfThings),
      kept: v.nullish(kept),
      durationMs: v.pipe(number, v.minValue(0), v.maxValue(1e12)),
      backend: v.nullable(v.looseObject({ name: v.string(), description: v.string() })),
      hasEmbeddings: v.boolean(),
    }),
    latest: v.nullable(v.looseObject({ step: countOfThings })),
    epochs: v.array(epoch),
    warnings: v.array(
      v.looseObject({
        kind: v.picklist(trainingWarnings),
        epoch: countOfThings,
        action: v.string(),
      }),
    ),
    rateSearch: v.exactOptional(
      v.looseObject({
        rates: v.array(number),
        losses: v.array(number),
        suggestion: v.nullable(number),
      }),
    ),
  }),
  result: v.nullable(
    v.looseObject({
      validation: v.nullable(v.array(share)),
      steps: countOfThings,
      imagesPerSecond: duration,
      unreadable: v.array(v.looseObject({ reason: v.string() })),
    }),
  ),
  unseen: v.looseObject({
    testShare: share,
    splitSeed: number,
    labels: v.array(v.string()),
    images: countOfThings,
    leftOut: countOfThings,
  }),
})

/**
 * What a run that has ended left in the folder of its state.
 * @throws UsageError where the file holds what no run can have left
 */
export async function readOutcome(file: string, runId: RunId): Promise<Ended> {
  const found = await readStateFile(file, greatestBytes)
  if (found.kind === 'absent') throw refused(file, 'it is not there')
  if (found.kind === 'refused') throw refused(file, found.why)
  const checked = v.safeParse(endedSchema, found.value)
  if (!checked.success) {
    const [issue] = checked.issues
    throw refused(file, refusedPart(v.getDotPath(issue), issue.received))
  }
  if (checked.output.state.run.id !== Number(runId)) throw refused(file, 'it is of another run')
  return found.value as Ended
}

const refused = (file: string, what: string): UsageError =>
  new UsageError(
    `${file} is not what a run that ended leaves behind: ${what}. --start-over trains anew.`,
  )
