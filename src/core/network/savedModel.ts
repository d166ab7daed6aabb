import * as v from 'valibot'
import { AppError } from '../../shared/errors'
import { networkOptions } from '../../shared/model/options/networkOptions'
import { residualNumbers, type ResidualSize } from './graph/residualStructure'
import { featureCountOf, type TunedStructure } from './graph/tunedStructure'

export interface SavedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A model at one moment: what it is and all its numbers. */
export interface SavedModel {
  /** 'features': the input as it is, without a number of its own. */
  readonly kind: 'small' | 'residual' | 'head' | 'features' | 'tuned'
  readonly inputShape: readonly number[]
  readonly embeddingSize: number
  /** Optimizer steps taken. */
  readonly step: number
  /** Share of inputs dropped in training; heads only. */
  readonly dropout: number
  readonly tensors: readonly SavedTensor[]
  /** Of a tuned network: what its weights belong to. */
  readonly structure?: TunedStructure
  /** Of a residual network: how deep and wide it is. */
  readonly residual?: ResidualSize
  /** Where the chance of the dropout stands; of a model in memory only, to go on exactly. */
  readonly chance?: readonly number[]
}

const format = 'semblance-model'
const version = 1
/** No model of ours comes near; a damaged or hostile file must not claim all memory. */
const maximumNumbers = 256 * 1024 * 1024

const size = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maximumNumbers))
const name = v.pipe(v.string(), v.maxLength(512))
const structureSchema = v.object({
  from: name,
  nodes: v.pipe(
    v.array(
      v.variant('kind', [
        v.object({
          kind: v.picklist(['convolution', 'depthwise']),
          name,
          input: name,
          filter: name,
          bias: name,
          stride: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)),
          activation: v.picklist(['none', 'relu', 'relu6']),
        }),
        v.object({ kind: v.literal('sum'), name, inputs: v.tuple([name, name]) }),
      ]),
    ),
    v.maxLength(1024),
  ),
  taps: v.pipe(
    v.array(
      v.object({
        node: name,
        channels: v.pipe(size, v.minValue(1)),
        rootScale: v.nullable(v.pipe(v.number(), v.finite())),
      }),
    ),
    v.minLength(1),
    v.maxLength(64),
  ),
})
const manifestSchema = v.object({
  format: v.literal(format),
  version: v.literal(version),
  kind: v.picklist(['small', 'residual', 'head', 'features', 'tuned']),
  inputShape: v.pipe(v.array(v.pipe(size, v.minValue(1))), v.minLength(1), v.maxLength(3)),
  embeddingSize: v.pipe(size, v.minValue(1)),
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  dropout: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
  structure: v.exactOptional(structureSchema),
  residual: v.exactOptional(
    v.object({
      depth: networkOptions.networkDepth.schema,
      width: networkOptions.networkWidth.schema,
    }),
  ),
  byteOrder: v.literal('little'),
  /** In the order in which their numbers stand in the weights, float32 each. */
  tensors: v.pipe(
    v.array(
      v.object({
        name: v.pipe(v.string(), v.maxLength(128)),
        shape: v.pipe(v.array(size), v.maxLength(4)),
      }),
    ),
    v.maxLength(1024),
  ),
})
export type ModelManifest = v.InferOutput<typeof manifestSchema>

/** A saved model as a JSON object and the bytes of its numbers (float32, little endian). */
export function serializeModel(model: SavedModel): {
  readonly manifest: ModelManifest
  readonly weights: Uint8Array
} {
  const total = model.tensors.reduce((sum, tensor) => sum + tensor.data.length, 0)
  const weights = new Uint8Array(total * 4)
  const view = new DataView(weights.buffer)
  let offset = 0
  for (const { data } of model.tensors) {
    for (let i = 0; i < data.length; i++, offset += 4) view.setFloat32(offset, data[i]!, true)
  }
  return {
    manifest: {
      format,
      version,
      kind: model.kind,
      inputShape: [...model.inputShape],
      embeddingSize: model.embeddingSize,
      step: model.step,
      dropout: model.dropout,
      ...(model.structure === undefined ? {} : { structure: copyOf(model.structure) }),
      ...(model.residual === undefined ? {} : { residual: { ...model.residual } }),
      byteOrder: 'little',
      tensors: model.tensors.map(({ name, shape }) => ({ name, shape: [...shape] })),
    },
    weights,
  }
}

const copyOf = ({ from, nodes, taps }: TunedStructure): ModelManifest['structure'] & object => ({
  from,
  nodes: nodes.map((node) =>
    node.kind === 'sum' ? { ...node, inputs: [node.inputs[0], node.inputs[1]] } : { ...node },
  ),
  taps: taps.map((tap) => ({ ...tap })),
})

/** A manifest that was checked. */
export interface DescribedModel {
  readonly manifest: ModelManifest
  /** Numbers of each tensor. */
  readonly counts: readonly number[]
  /** What the weights must have, neither more nor less. */
  readonly weightBytes: number
}

/**
 * Checks a manifest alone, so that nothing is read or allocated for one that claims too much.
 * @throws AppError modelUnreadable
 */
export function describeModel(given: unknown): DescribedModel {
  const parsed = v.safeParse(manifestSchema, given)
  if (!parsed.success) {
    const issue = parsed.issues[0]
    throw unreadable(`its description has an unexpected ${v.getDotPath(issue) ?? 'form'}`)
  }
  const manifest = parsed.output
  const counts = manifest.tensors.map(({ shape }) => shape.reduce((a, b) => a * b, 1))
  const total = counts.reduce((a, b) => a + b, 0)
  if (total > maximumNumbers) throw unreadable('it is larger than any model of this program')
  if (manifest.kind === 'residual' && manifest.residual === undefined) {
    throw unreadable('it does not say how deep and wide it is')
  }
  // Memory is taken by these before the parts are compared: they must be in the weights.
  const least = leastNumbers(manifest)
  if (least > total) throw unreadable('its description claims more numbers than its weights have')
  return { manifest, counts, weightBytes: total * 4 }
}

/** Numbers that its weights have at least. */
function leastNumbers(manifest: ModelManifest): number {
  const { kind, inputShape, embeddingSize, structure, residual } = manifest
  switch (kind) {
    case 'features':
      return 0
    case 'head':
      return inputShape[0]! * embeddingSize
    case 'small':
      return embeddingSize
    case 'residual':
      return residual === undefined ? 0 : residualNumbers(residual, embeddingSize)
    case 'tuned':
      return embeddingSize * featureCountOf(structure)
  }
}

/**
 * The saved model of a manifest and its weights; throws AppError `modelUnreadable` where they are
 * not what this program writes or do not fit each other.
 */
export function deserializeModel(given: unknown, weights: Uint8Array): SavedModel {
  const { manifest, counts, weightBytes } = describeModel(given)
  const { kind, inputShape, embeddingSize, step, dropout, structure, residual } = manifest
  if (weights.byteLength !== weightBytes) {
    throw unreadable(`it needs ${weightBytes} bytes of weights and has ${weights.byteLength}`)
  }
  const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength)
  let offset = 0
  const tensors = manifest.tensors.map(({ name, shape }, index) => {
    const data = new Float32Array(counts[index]!)
    for (let i = 0; i < data.length; i++, offset += 4) data[i] = view.getFloat32(offset, true)
    if (!data.every(Number.isFinite)) throw unreadable(`"${name}" has numbers that are not finite`)
    return { name, shape, data }
  })
  const size = residual === undefined ? {} : { residual }
  const tuned = structure === undefined ? {} : { structure }
  return { kind, inputShape, embeddingSize, step, dropout, ...tuned, ...size, tensors }
}

/** The failure of a model that cannot be used, for whatever reason. */
export function unreadable(reason: string): AppError {
  return new AppError(
    'modelUnreadable',
    `The saved model cannot be used: ${reason}. Train again or choose another model.`,
    { reason },
  )
}
