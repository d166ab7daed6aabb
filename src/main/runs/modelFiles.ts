import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import {
  describeModel,
  deserializeModel,
  type SavedModel,
  serializeModel,
} from '../../core/network/savedModel'
import { AppError } from '../../shared/errors'
import { type PlacedNetwork, placedNetwork } from '../../shared/model/ownNetwork'
import { finiteJson, requireFinite } from '../files/finite'
import { readBounded } from '../files/regularFile'
import { partialName } from '../files/atomicWrite'
import { replaceFolder } from '../files/replaceFolder'
import { type StoredPrediction, writePrediction } from './predictionFiles'

/** What a saved model must be fed with. */
export type ModelInput =
  | {
      readonly kind: 'features'
      /** The pretrained network and its layers, `<id>/<layers joined with +>`. */
      readonly extractor: string
      /** SHA-256 of the network's weights; absent: saved by a version that had one network. */
      readonly contentHash?: string
      /** Of a person's own network: what it is, and where its file was. */
      readonly network?: PlacedNetwork
    }
  | { readonly kind: 'pixels'; readonly sizePx: number }
  | {
      /** A map of a pretrained network, for what was tuned behind it. */
      readonly kind: 'maps'
      readonly extractor: string
      readonly contentHash: string
      readonly place: string
    }

export interface StoredModel {
  readonly model: SavedModel
  readonly input: ModelInput
  /** Whether embeddings are L2-normalised before they are written. */
  readonly isNormalized: boolean
  /** Trained numbers of the loss by name: proxies, class weights, beta. Embedding needs none. */
  readonly lossParameters: Readonly<Record<string, Float32Array>>
}

const extras = v.object({
  input: v.variant('kind', [
    v.object({
      kind: v.literal('features'),
      extractor: v.pipe(v.string(), v.maxLength(200)),
      contentHash: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
      network: v.exactOptional(placedNetwork),
    }),
    v.object({
      kind: v.literal('pixels'),
      sizePx: v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(512)),
    }),
    v.object({
      kind: v.literal('maps'),
      extractor: v.pipe(v.string(), v.maxLength(200)),
      contentHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      place: v.pipe(v.string(), v.maxLength(512)),
    }),
  ]),
  isNormalized: v.boolean(),
  /** Lengths of the arrays in loss.bin, in their order. */
  lossParameters: v.optional(
    v.pipe(
      v.array(
        v.object({
          name: v.pipe(v.string(), v.maxLength(64)),
          length: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 26)),
        }),
      ),
      v.maxLength(32),
    ),
    [],
  ),
})

/**
 * Writes manifest.json, weights.bin and, for a loss that trains numbers, loss.bin; a folder of that
 * name is replaced as a whole.
 * @param prediction what it predicts with; null where no image had a label
 * @throws AppError trainingDiverged where a number is not finite; then nothing is written
 */
export async function saveModel(
  folder: string,
  stored: StoredModel,
  prediction: StoredPrediction | null = null,
): Promise<void> {
  for (const { data } of stored.model.tensors) requireFinite('The weights', data)
  for (const values of Object.values(stored.lossParameters)) {
    requireFinite('The trained numbers of the loss', values)
  }
  const { manifest, weights } = serializeModel(stored.model)
  const temporary = partialName(folder)
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  await writeFile(join(temporary, 'weights.bin'), weights)
  const parameters = Object.entries(stored.lossParameters)
  if (parameters.length > 0) {
    const bytes = parameters.map(([, { buffer, byteOffset, byteLength }]) =>
      Buffer.from(buffer, byteOffset, byteLength),
    )
    await writeFile(join(temporary, 'loss.bin'), Buffer.concat(bytes))
  }
  const lossParameters = parameters.map(([name, { length }]) => ({ name, length }))
  const text = finiteJson(
    'The model',
    { ...manifest, input: stored.input, isNormalized: stored.isNormalized, lossParameters },
    2,
  )
  await writeFile(join(temporary, 'manifest.json'), `${text}\n`)
  if (prediction !== null) await writePrediction(temporary, prediction)
  await replaceFolder(temporary, folder)
}

const greatestManifest = 2 ** 20

/** @throws AppError modelUnreadable with what is wrong with the folder */
export async function loadModel(folder: string): Promise<StoredModel> {
  const manifestText = await read(join(folder, 'manifest.json'), greatestManifest)
  let manifest: unknown
  try {
    manifest = JSON.parse(manifestText.toString('utf8'))
  } catch (error) {
    throw unreadable(folder, 'manifest.json is not JSON', error)
  }
  const parsed = v.safeParse(extras, manifest)
  if (!parsed.success) throw unreadable(folder, 'manifest.json does not say what the input is')
  const { lossParameters, ...rest } = parsed.output
  const { manifest: described, weightBytes } = describeModel(manifest)
  checkInput(folder, described, rest.input)
  const weights = await read(join(folder, 'weights.bin'), weightBytes)
  const lossBytes = lossParameters.reduce((sum, { length }) => sum + 4 * length, 0)
  const numbers =
    lossParameters.length === 0 ? null : await read(join(folder, 'loss.bin'), lossBytes)
  let offset = 0
  const arrays = lossParameters.map(({ name, length }) => {
    const bytes = Uint8Array.from(numbers!.subarray(offset, (offset += 4 * length)))
    if (bytes.length !== 4 * length) throw unreadable(folder, 'loss.bin is too short')
    const values = new Float32Array(bytes.buffer)
    if (!values.every(Number.isFinite)) {
      throw unreadable(folder, `"${name}" in loss.bin has numbers that are not finite`)
    }
    return [name, values] as const
  })
  const model = deserializeModel(manifest, weights)
  return { model, ...rest, lossParameters: Object.fromEntries(arrays) }
}

/** What the model is fed with must have the shape that it takes. */
function checkInput(
  folder: string,
  { kind, inputShape }: ReturnType<typeof describeModel>['manifest'],
  input: ModelInput,
): void {
  const wanted = {
    ...{ small: 'pixels', residual: 'pixels', tuned: 'maps' },
    ...{ head: 'features', features: 'features' },
  }[kind]
  const fits =
    input.kind === 'pixels'
      ? inputShape.join() === [input.sizePx, input.sizePx, 3].join()
      : inputShape.length === (input.kind === 'maps' ? 3 : 1)
  if (input.kind !== wanted || !fits) {
    throw unreadable(folder, 'manifest.json names an input of another shape than its model takes')
  }
}

async function read(file: string, mostBytes: number): Promise<Buffer> {
  try {
    return await readBounded(file, mostBytes)
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error), error)
  }
}

function unreadable(place: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'modelUnreadable',
    `The model at ${place} cannot be used: ${reason}. Give the "model" folder that training wrote.`,
    { place, reason },
    cause,
  )
}
