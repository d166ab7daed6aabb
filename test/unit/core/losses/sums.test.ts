import { describe, expect, it } from 'vitest'
import { losses } from '../../../../src/core/losses'
import { LossMemory } from '../../../../src/core/objective/memory'
import {
  computeLoss,
  lossParameters,
  type WeightedLoss,
} from '../../../../src/core/objective/computeLoss'
import type { LossOutcome } from '../../../../src/core/objective/evaluateBatch'
import type { ParameterValues } from '../../../../src/core/losses/loss'
import { createRandom } from '../../../../src/core/math/random'
import type { ComponentChoice } from '../../../../src/core/registry/options'
import { gaussianBatch, gaussianMatrix } from '../../../support/batches'
import { relativeError } from '../../../support/finiteDifferences'

const sizes = { classCount: 4, dimension: 6 }
const { embeddings, labels } = gaussianBatch(10, sizes.dimension, sizes.classCount, 'sums')

/** Every loss, and a learned boundary, which is a parameter of its own. */
const choices: readonly ComponentChoice[] = [
  ...losses.names.map((name) => ({ name })),
  { name: 'margin', options: { learnBeta: true, betaPerClass: true, nu: 0.1 } },
  { name: 'triplet', options: { miner: { name: 'memoryBankHard' } } },
]
const titleOf = ({ name, options }: ComponentChoice) =>
  options === undefined ? name : `${name} ${JSON.stringify(options)}`

/** Values of the parameters of a loss, different for each place in a sum. */
function parametersOf(choice: ComponentChoice, place: number): ParameterValues {
  return Object.fromEntries(
    lossParameters(choice, sizes).map(({ name, initial }) => {
      const random = createRandom(`${name} ${place}`)
      return [name, initial(random).map((value) => value + random.normal(0, 0.3))]
    }),
  )
}

/** A memory that holds other images than the batch, so that queues are more than the batch. */
function filledMemory(prefixes: readonly string[]): LossMemory {
  const memory = new LossMemory()
  prefixes.forEach((prefix, place) => {
    memory.queue(prefix, 1024, sizes.dimension).push(
      gaussianMatrix(7, sizes.dimension, createRandom(`queue ${place}`)),
      Int32Array.from({ length: 7 }, (_, i) => i % 3),
    )
  })
  return memory
}

const run = (
  loss: ComponentChoice | readonly WeightedLoss[],
  parameters: ParameterValues,
  memory: LossMemory,
): LossOutcome =>
  computeLoss({
    embeddings,
    labels,
    loss,
    parameters,
    memory,
    classCount: sizes.classCount,
    random: createRandom(3),
  })

function alone(choice: ComponentChoice, place: number): LossOutcome {
  const whole = filledMemory(['0/', '1/']).snapshot()
  return run(choice, parametersOf(choice, place), LossMemory.restore({ '': whole[`${place}/`]! }))
}

const weights = [0.25, 3] as const
const parts = choices.map((choice) => [alone(choice, 0), alone(choice, 1)] as const)

describe('a weighted sum is the sum of its parts', () => {
  it.each(choices.map((choice, index) => [titleOf(choice), index] as const))(
    '%s with every loss, itself included',
    (_, one) => {
      choices.forEach((choice, other) => {
        const pair = [choices[one]!, choice] as const
        const terms = [parts[one]![0], parts[other]![1]] as const
        const parameters = Object.fromEntries(
          pair.flatMap((each, place) =>
            Object.entries(parametersOf(each, place)).map(([name, values]) => [
              `${place}/${name}`,
              values,
            ]),
          ),
        )
        const sum = run(
          pair.map((each, place) => ({ ...each, weight: weights[place]! })),
          parameters,
          filledMemory(['0/', '1/']),
        )
        const value = weights[0] * terms[0].value + weights[1] * terms[1].value
        expect(sum.value / value, titleOf(choice)).toBeCloseTo(1, 6)
        const gradient = terms[0].gradient.data.map(
          (entry, i) => weights[0] * entry + weights[1] * terms[1].gradient.data[i]!,
        )
        expect(gradient.some((entry) => entry !== 0)).toBe(true)
        expect(relativeError(sum.gradient.data, gradient), titleOf(choice)).toBeLessThan(1e-5)
        expect(Object.keys(sum.parameterGradients).sort()).toEqual(Object.keys(parameters).sort())
        terms.forEach((term, place) => {
          for (const [name, values] of Object.entries(term.parameterGradients)) {
            const got = sum.parameterGradients[`${place}/${name}`]!
            const expected = values.map((entry) => weights[place]! * entry)
            expect(relativeError(got, expected), `${titleOf(choice)} ${name}`).toBeLessThan(1e-5)
          }
        })
      })
    },
  )
})
