import type { Bilingual } from './bilingual'

/** A layer that features may be taken from: its activations, averaged over the picture. */
export interface ExtractorLayer {
  readonly name: string
  /** Numbers a picture. */
  readonly dimension: number
  /** Null: the averages as they are. Else their square roots, times this. */
  readonly rootScale: number | null
  /** Of the way from the picture to this layer, in millions. */
  readonly multiplyAdds: number
  /** Its map itself, row by row, in place of averages: where in the network it is. */
  readonly place?: string
  /** Of a network that is several: where the features come from and are cached. */
  readonly of?: {
    /** Id of the network, and the hash of its weights. */
    readonly extractor: string
    readonly contentHash: string
    /** Its name there. */
    readonly name: string
  }
}

/** A map between two blocks of a network, from which on it can be trained. */
export interface NetworkMap {
  /** Its name in the graph. */
  readonly place: string
  /** Of its rows and columns. */
  readonly sidePx: number
  readonly channels: number
  /** Of the way from the picture to it, in millions. */
  readonly multiplyAdds: number
  /** Of a picture in all maps as far as it, in thousands: what a training holds in memory. */
  readonly numbers: number
}

/** The part of a network behind one of its maps. */
export interface TunedPart extends NetworkMap {
  /** Of its blocks; the last is as far as the deepest of the layers. */
  readonly blocks: number
  /** Of a picture through it, in millions. */
  readonly ownMultiplyAdds: number
  /** Of a picture in all maps of it, in thousands. */
  readonly ownNumbers: number
}

/** A pretrained network that features come from, as plain data. */
export interface ExtractorDescription {
  /** What runs, models and the command line name it by. */
  readonly id: string
  readonly title: Bilingual
  /** SHA-256 of its weights, as hexadecimal digits: features of others never mix with its own. */
  readonly contentHash: string
  readonly input: {
    /** Pictures are squares of this side. */
    readonly sidePx: number
    /** Of red, green and blue, 0 to 255: it is given `(value - mean) / deviation`. */
    readonly mean: readonly [number, number, number]
    readonly deviation: readonly [number, number, number]
  }
  readonly licence: string
  /** Of the weights as they are stored; absent: not known. */
  readonly weightBytes?: number
  /** In the order of the network, which is their order in a feature vector. */
  readonly layers: readonly ExtractorLayer[]
  /** In their order, the pictures themselves first; absent: nothing of it can be trained. */
  readonly maps?: readonly NetworkMap[]
  /** Names joined with +, of what is taken where nobody chooses. */
  readonly defaultLayers: {
    readonly usual: string
    /** Fewer numbers an image. */
    readonly ofManyImages: string
  }
}

/** The network of runs that name none: those of versions that had no other. */
export const extractorOfEarlierRuns = 'mobilenet-v2-1.4-mid'
