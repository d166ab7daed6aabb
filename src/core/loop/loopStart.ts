import { ClassMeans } from '../starts/classMeans'
import { lossParameters } from '../objective/computeLoss'
import { type SamplerContext, samplers } from '../samplers'
import { ClassDirections } from '../starts/classDirections'
import type { LoopInput } from './loopInput'
import { lossOfRun } from '../objective/lossChoice'
import { samplerOf } from './samplerFit'

/** What a loop begins with. */
export interface LoopStart {
  /** Trainable numbers of the loss by name; of a loop that is taken up again none. */
  readonly parameters: Record<string, Float32Array>
  /** For samplers that ask how alike two classes look. */
  readonly similarity: Pick<SamplerContext, 'classSimilarity'>
}

const rowsAtATime = 256

export const classCountOf = (labels: Int32Array): number =>
  labels.reduce((most, label) => Math.max(most, label + 1), 0)

/**
 * Looks at the training rows once where something begins with what they show: class representatives
 * at the means of their classes in the embedding as it is now, and how alike classes look in the
 * inputs.
 */
export async function prepareLoop<Snapshot>(
  input: Omit<LoopInput<Snapshot>, 'evaluate'>,
): Promise<LoopStart> {
  const { model, source, rows, labels, options, interruption, breathe } = input
  const { values, means } = input.resume === null ? beginParameters(input) : nothing
  const { usesSimilarity } = samplers.get(samplerOf(options))
  const directions = usesSimilarity
    ? new ClassDirections(classCountOf(labels), source.rowSize)
    : null
  const start: LoopStart = {
    parameters: values,
    similarity:
      directions === null
        ? {}
        : { classSimilarity: (one, other) => directions.similarity(one, other) },
  }
  if (means.length === 0 && directions === null) return start
  for (let from = 0; from < rows.length; from += rowsAtATime) {
    const to = Math.min(rows.length, from + rowsAtATime)
    const batch = new Float32Array((to - from) * source.rowSize)
    source.read(rows.subarray(from, to), batch, null)
    const size = model.embeddingSize
    const embeddings = means.length === 0 ? null : model.embed(batch, to - from)
    for (let i = from, at = 0; i < to; i++, at++) {
      const label = labels[i]!
      directions?.add(label, batch.subarray(at * source.rowSize, (at + 1) * source.rowSize))
      if (embeddings === null) continue
      const embedding = embeddings.subarray(at * size, (at + 1) * size)
      for (const one of means) one.add(i, label, embedding)
    }
    await interruption.whilePaused()
    // Whoever is suspended goes on later from these numbers: they must be whole.
    if (interruption.isCancelled && !interruption.isSuspended) return start
    await breathe()
  }
  for (const one of means) one.write(values[one.parameter.name]!)
  return start
}

const nothing: ReturnType<typeof beginParameters> = { values: {}, means: [] }

/** What the loss itself begins with, and the class representatives that shall begin elsewhere. */
function beginParameters({
  model,
  labels,
  options,
  random,
}: Pick<LoopInput<unknown>, 'labels' | 'options' | 'random'> & {
  readonly model: { readonly embeddingSize: number }
}): { readonly values: Record<string, Float32Array>; readonly means: readonly ClassMeans[] } {
  const sizes = { classCount: classCountOf(labels), dimension: model.embeddingSize }
  const parameters = lossParameters(lossOfRun(options).loss, sizes)
  return {
    values: Object.fromEntries(
      parameters.map((one) => [one.name, one.initial(random.fork(one.name))]),
    ),
    means:
      options.proxyStart === 'classMeans'
        ? parameters
            .filter(({ classRows }) => classRows !== null)
            .map((one) => new ClassMeans(one, labels, random.fork(`${one.name} means`)))
        : [],
  }
}
