import { setImmediate as breathe } from 'node:timers/promises'
import type { Matrix } from '../../core/math/matrix'
import { simdProduct } from '../../core/math/simdProduct'
import { confidenceOf, type Decision, strangeness } from '../../core/prediction/measurePrediction'
import { meansOf, predictSteps, type References } from '../../core/prediction/predict'
import { walk } from '../../core/steps'
import type { StoredPrediction } from './predictionFiles'

/** What a saved model says of a picture. */
export interface PictureAnswer {
  readonly label: string
  /** 0 to 1 */
  readonly confidence: number
  /** Larger is stranger. */
  readonly strangeness: number
  /** Whether it is no stranger than the threshold; null without one. */
  readonly isKnown: boolean | null
  /** What decided, nearest first; the image is null where the model carries means alone. */
  readonly neighbours: readonly {
    readonly image: string | null
    readonly label: string
    readonly distance: number
  }[]
}

/** Answers by what a model carries. */
export class Answerer {
  private readonly references: References

  constructor(
    private readonly stored: StoredPrediction,
    private readonly decision: Decision,
  ) {
    const means = stored.kind === 'means' ? stored : meansOf(stored)
    this.references = { unit: stored.unit, labels: stored.labels, means }
  }

  /** Neighbours that are named in each answer. */
  get shown(): number {
    return Math.min(this.decision.k, this.stored.unit.rows)
  }

  /**
   * @param unit [n, d] L2-normalised
   * @param threshold beyond which a picture is none of the labels; null: nothing is
   * @returns [n]
   */
  async answer(unit: Matrix, threshold: number | null): Promise<readonly PictureAnswer[]> {
    const { decision, stored } = this
    const answers: PictureAnswer[] = []
    const steps = predictSteps(this.references, unit, decision, simdProduct, (_, found) => {
      const strange = strangeness(found.answer, decision.score)
      answers.push({
        label: stored.labelNames[found.answer.label]!,
        confidence: confidenceOf(found.answer, decision),
        strangeness: strange,
        isKnown: threshold === null ? null : strange <= threshold,
        neighbours: found.rows.map((row, n) => ({
          image: stored.paths[row] ?? null,
          label: stored.labelNames[stored.labels[row]!]!,
          distance: found.distances[n]!,
        })),
      })
    })
    await walk(steps, { now: () => performance.now(), breathe: () => breathe() })
    return answers
  }
}
