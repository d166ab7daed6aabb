import { setImmediate as breathe } from 'node:timers/promises'
import { createRandom } from '../../core/math/random'
import { type AnswerFigures, measureAnswers } from '../../core/prediction/measureAnswers'
import { orderOf } from '../../core/prediction/openSet'
import { walk } from '../../core/steps'

/** An answer, to be held against the label that the image has. */
export interface Evaluated {
  readonly image: string
  readonly label: string
  readonly confidence: number
  readonly strange: number
  /** Null without a threshold. */
  readonly isKnown: boolean | null
  /** Distance to the nearest reference. */
  readonly nearest: number
}

/** By path of the predicted image. */
export interface Truth {
  /** Null where two files of one content have two labels; absent without a label. */
  readonly labelOf: ReadonlyMap<string, string | null | undefined>
  readonly contentOf: ReadonlyMap<string, string>
}

export interface Evaluation extends AnswerFigures {
  /** Images of labels that the model knows, and of others. */
  readonly known: number
  readonly unknown: number
  /** Images without a label, or with two; and those that the model carries, which would answer for themselves. */
  readonly withoutLabel: number
  readonly carried: number
}

/** Closer than this to a reference, an image shows what it shows: a twin would answer for it. */
const twinDistance = 1e-3

/** How right the answers are where labels are there. */
export async function evaluateAnswers(
  answers: readonly Evaluated[],
  truth: Truth,
  model: { readonly labelNames: readonly string[]; readonly carried: ReadonlySet<string> },
): Promise<Evaluation> {
  const isKnownLabel = new Set(model.labelNames)
  const known: (Evaluated & { readonly truth: string })[] = []
  const unknown: typeof known = []
  let withoutLabel = 0
  let carried = 0
  for (const one of answers) {
    const label = truth.labelOf.get(one.image) ?? null
    if (label === null) withoutLabel++
    else if (
      model.carried.has(truth.contentOf.get(one.image) ?? '') ||
      one.nearest < twinDistance
    ) {
      carried++
    } else (isKnownLabel.has(label) ? known : unknown).push({ ...one, truth: label })
  }
  const numbers = new Map<string, number>()
  const numberOf = (label: string): number => {
    const number = numbers.get(label) ?? numbers.size
    numbers.set(label, number)
    return number
  }
  const labelsOf = (list: typeof known) => Int32Array.from(list, (one) => numberOf(one.truth))
  const knownLabels = labelsOf(known)
  const unknownLabels = labelsOf(unknown)
  const scores = {
    known: Float64Array.from(known, ({ strange }) => strange),
    right: Uint8Array.from(known, (one) => (one.label === one.truth ? 1 : 0)),
    unknown: Float64Array.from(unknown, ({ strange }) => strange),
  }
  const hasThreshold = answers.some(({ isKnown }) => isKnown !== null)
  const figures = await walk(
    measureAnswers({
      ...{ scores, order: orderOf(scores), knownLabels, unknownLabels, labels: numbers.size },
      confidence:
        known.length === 0 ? null : Float64Array.from(known, ({ confidence }) => confidence),
      accepted: hasThreshold
        ? Uint8Array.from(unknown, ({ isKnown }) => (isKnown === true ? 1 : 0))
        : null,
      rejected: hasThreshold
        ? Uint8Array.from(known, ({ isKnown }) => (isKnown === true ? 0 : 1))
        : null,
      random: createRandom('against'),
    }),
    { now: () => performance.now(), breathe: () => breathe() },
  )
  return { known: known.length, unknown: unknown.length, withoutLabel, carried, ...figures }
}
