import type { Bilingual } from '../../shared/model/bilingual'
import type { ComponentDescription } from '../../shared/model/training'
import type { Random } from '../math/random'
import {
  describeOptions,
  integerOption,
  resolveOptions,
  type GivenOptions,
  type OptionSchema,
  type OptionValues,
} from '../registry/options'

/** Images of one training step. */
export interface SampledBatch {
  /** Indices of images. */
  readonly images: Uint32Array
  /** 1 where the image is a further copy in its batch, which must be augmented to be of use. */
  readonly isCopy: Uint8Array
}

export interface SamplerContext {
  /** Label of each image, 0 or more; negative ones are never drawn. */
  readonly labels: ArrayLike<number>
  readonly random: Random
  /**
   * How alike two classes look, larger is more alike; for samplers that draw confused classes
   * together. The same for the same two throughout.
   */
  readonly classSimilarity?: (one: number, other: number) => number
}

/** Where a sampler stands. */
export interface SamplerState {
  readonly round: number
  readonly batch: number
}

/**
 * Gives batches without end, in rounds. Each round has random numbers of its own, so that a run
 * that is taken up again at a state goes on as if it had not stopped.
 */
class Sampler {
  private batches: readonly SampledBatch[]
  private round = 0
  private position = 0

  constructor(
    private readonly makeRound: (random: Random) => readonly SampledBatch[],
    private readonly random: Random,
  ) {
    this.batches = this.makeRound(this.random.fork('round 0'))
  }

  /** Batches in the present round. */
  get batchesPerRound(): number {
    return this.batches.length
  }

  next(): SampledBatch {
    if (this.position === this.batches.length) this.start(this.round + 1, 0)
    const batch = this.batches[this.position++]
    if (batch === undefined) throw new Error('There are no images to draw from')
    return batch
  }

  state(): SamplerState {
    return { round: this.round, batch: this.position }
  }

  restore(state: SamplerState): void {
    this.start(state.round, state.batch)
  }

  private start(round: number, position: number): void {
    this.batches = this.makeRound(this.random.fork(`round ${round}`))
    this.round = round
    this.position = position
  }
}

/** A sampler of the registry. */
export interface SamplerDefinition extends ComponentDescription {
  /** Whether an image has another one of its class in its batch, but for classes of one image. */
  readonly fillsClasses: boolean
  /** Whether all classes are drawn alike often, whatever their size. */
  readonly drawsClasses: boolean
  /** Whether it asks `classSimilarity`. */
  readonly usesSimilarity: boolean
  readonly schema: OptionSchema
  /** @throws AppError invalidInput for options that it does not have */
  start(context: SamplerContext, options?: GivenOptions): Sampler
}

export const batchShape = {
  classesPerBatch: integerOption(16, 1, 4096, 'classes in a batch', '每批的类别数'),
  imagesPerClass: integerOption(4, 1, 1024, 'images of each class', '每类的图像数'),
}

export function defineSampler<const S extends OptionSchema>(specification: {
  readonly name: string
  readonly title: Bilingual
  readonly description: Bilingual
  readonly source: string
  readonly fillsClasses: boolean
  readonly drawsClasses: boolean
  readonly usesSimilarity?: boolean
  readonly options: S
  makeRound(
    context: SamplerContext,
    options: OptionValues<S>,
  ): (random: Random) => readonly SampledBatch[]
}): SamplerDefinition {
  return {
    name: specification.name,
    title: specification.title,
    description: specification.description,
    formula: '',
    source: specification.source,
    options: describeOptions(specification.options),
    fillsClasses: specification.fillsClasses,
    drawsClasses: specification.drawsClasses,
    usesSimilarity: specification.usesSimilarity ?? false,
    schema: specification.options,
    start(context, given = {}) {
      const options = resolveOptions(specification.options, given, `sampler ${specification.name}`)
      return new Sampler(specification.makeRound(context, options), context.random)
    },
  }
}
