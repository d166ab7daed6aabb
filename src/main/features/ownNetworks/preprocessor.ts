import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { readRegularFile } from '../../files/regularFile'

const fileName = 'preprocessor_config.json'
const three = v.strictTuple([v.number(), v.number(), v.number()])
const sides = v.union([
  v.number(),
  v.looseObject({ height: v.number(), width: v.number() }),
  v.looseObject({ shortest_edge: v.number() }),
])
const configSchema = v.looseObject({
  do_normalize: v.optional(v.boolean()),
  do_rescale: v.optional(v.boolean()),
  rescale_factor: v.optional(v.number()),
  image_mean: v.optional(three),
  image_std: v.optional(three),
  size: v.optional(sides),
  crop_size: v.optional(sides),
})

/** What a `preprocessor_config.json` says; mean and deviation of pictures from 0 to 255. */
export interface Preprocessing {
  readonly mean?: readonly [number, number, number]
  readonly deviation?: readonly [number, number, number]
  readonly sidePx?: number
}

/** Null where no such file is beside the network, or it says nothing that can be understood. */
export async function readPreprocessor(network: string): Promise<Preprocessing | null> {
  const file = join(dirname(network), fileName)
  const found = await readRegularFile(file, 2 ** 20).catch(() => null)
  if (found?.kind !== 'read') return null
  let content: unknown
  try {
    content = JSON.parse(found.bytes.toString('utf8'))
  } catch {
    return null
  }
  const parsed = v.safeParse(configSchema, content)
  if (!parsed.success) return null
  const {
    do_normalize,
    do_rescale,
    rescale_factor = 1 / 255,
    image_mean,
    image_std,
  } = parsed.output
  const scale = do_rescale === false ? 1 : 1 / rescale_factor
  const scaled = (of: readonly [number, number, number]) =>
    [of[0] * scale, of[1] * scale, of[2] * scale] as const
  const isScaled = do_normalize === false
  const mean = isScaled ? ([0, 0, 0] as const) : image_mean && scaled(image_mean)
  const deviation = isScaled ? scaled([1, 1, 1]) : image_std && scaled(image_std)
  const side = sideOf(parsed.output.crop_size) ?? sideOf(parsed.output.size)
  const isSound =
    deviation === undefined || deviation.every((one) => Number.isFinite(one) && one > 0)
  if (!isSound) return null
  return {
    ...(mean === undefined ? {} : { mean }),
    ...(deviation === undefined ? {} : { deviation }),
    ...(side === null ? {} : { sidePx: side }),
  }
}

function sideOf(size: v.InferOutput<typeof sides> | undefined): number | null {
  if (size === undefined) return null
  const side = typeof size === 'number' ? size : 'height' in size ? size.height : size.shortest_edge
  return typeof side === 'number' && Number.isInteger(side) && side >= 16 && side <= 2048
    ? side
    : null
}
