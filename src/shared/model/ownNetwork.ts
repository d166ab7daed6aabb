import * as v from 'valibot'
import type { ExtractorDescription } from './extractor'

/** How features are made of a tensor of the network. */
const tensorPooling = v.picklist(['vector', 'first', 'mean', 'generalised'])

const name = v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/))
export const ownId = v.pipe(name, v.startsWith('own-'))
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most))
export const threeNumbers = (least: number) => {
  const one = v.pipe(v.number(), v.finite(), v.minValue(least), v.maxValue(1e6))
  return v.strictTuple([one, one, one])
}

/** Order of the numbers of a picture: colour, row, column; or row, column, colour. */
export const pictureLayout = v.picklist(['nchw', 'nhwc'])
export type PictureLayout = v.InferOutput<typeof pictureLayout>

export const sidePx = v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(2048))

const ownInput = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  layout: pictureLayout,
  sidePx,
  /** Of red, green and blue, 0 to 255. */
  mean: threeNumbers(-1e6),
  deviation: threeNumbers(1e-6),
  /** Pictures at a time, no more and no fewer; null: any number. */
  batch: v.nullable(whole(256)),
  isHalf: v.boolean(),
})
export type OwnInput = v.InferOutput<typeof ownInput>

const ownLayer = v.strictObject({
  name,
  /** Of the graph. */
  tensor: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  pooling: tensorPooling,
  /** Of the tensor, for one picture. */
  shape: v.pipe(v.array(whole(1e6)), v.minLength(1), v.maxLength(4)),
  /** Which of them is the channels. */
  channelAxis: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)),
  /** Tokens that stand for no part of the picture, before those that do. */
  ownTokens: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64)),
  dimension: whole(65_536),
  /** Millions, from the picture to the tensor. */
  multiplyAdds: v.pipe(v.number(), v.finite(), v.minValue(0)),
})
export type OwnLayer = v.InferOutput<typeof ownLayer>

/**
 * A person's own network, as plain data: what reads pictures, in which form it takes them, and what
 * features may be taken from it.
 */
export const ownNetwork = v.strictObject({
  id: ownId,
  /** What a person calls it. */
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  /** Of the file and of the data files beside it. */
  contentHash: hash,
  /** Bytes of all of them. */
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** As the person says; empty: not known. */
  licence: v.pipe(v.string(), v.maxLength(200)),
  input: ownInput,
  layers: v.pipe(v.array(ownLayer), v.minLength(1), v.maxLength(32)),
  defaultLayers: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
})
export type OwnNetwork = v.InferOutput<typeof ownNetwork>

/** With where its file is, on the machine that runs it. */
export const placedNetwork = v.strictObject({
  file: v.pipe(v.string(), v.minLength(1), v.maxLength(32_768)),
  network: ownNetwork,
})
export type PlacedNetwork = v.InferOutput<typeof placedNetwork>

/** What a person says about a network; what is absent the file answers, else a guess. */
export interface NetworkAnswers {
  readonly layout?: PictureLayout | undefined
  readonly sidePx?: number | undefined
  /** Of red, green and blue, 0 to 1. */
  readonly mean?: readonly [number, number, number] | undefined
  readonly deviation?: readonly [number, number, number] | undefined
}

/** Whether a name is one of a person's own networks. */
export const isOwnId = (id: string): boolean => id.startsWith('own-')

export const describeOwn = ({
  id,
  title,
  contentHash,
  bytes,
  licence,
  input,
  layers,
  defaultLayers,
}: OwnNetwork): ExtractorDescription => ({
  id,
  title: { en: title, 'zh-CN': title },
  contentHash,
  input: { sidePx: input.sidePx, mean: input.mean, deviation: input.deviation },
  licence: licence === '' ? 'unknown' : licence,
  weightBytes: bytes,
  layers: layers.map(({ name, dimension, multiplyAdds }) => ({
    ...{ name, dimension, multiplyAdds },
    rootScale: null,
  })),
  defaultLayers: { usual: defaultLayers, ofManyImages: defaultLayers },
})

/** Where an answer comes from: the file, what lies beside it, the person, or nowhere. */
export type Source = 'file' | 'beside' | 'answer' | 'guess'

/** A network as it was found, before a trial on pictures. */
export interface FoundNetwork extends PlacedNetwork {
  readonly sources: {
    readonly layout: Source
    readonly sidePx: Source
    readonly mean: Source
    readonly deviation: Source
  }
  /** Data files that hold weights of it, by their names below its folder. */
  readonly filesBeside: readonly string[]
}

/** A network that a person is adding, as the window knows it. */
export interface NetworkDraft extends Omit<FoundNetwork, 'file'> {
  readonly token: string
}

/** A layer that gave nothing of use. */
export interface LeftOutLayer {
  readonly layer: string
  /** Ends of sentences. */
  readonly reason: string
  readonly chinese: string
}

export interface NetworkTrialResult {
  /** Without layers that gave nothing of use. */
  readonly network: OwnNetwork
  readonly leftOut: readonly LeftOutLayer[]
  readonly pictures: number
  readonly msPerPicture: number
  /** In the dataset. */
  readonly imageCount: number
}
