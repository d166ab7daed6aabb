import type { AugmentationPolicy } from '../../shared/model/augmentation'
import { createRandom, type Random } from '../math/random'

/** One version of a picture: what is done to it, in this order. */
export interface PictureChange {
  /** Whole pixels by which what is seen moves in the picture. */
  readonly shiftX: number
  readonly shiftY: number
  /** Side of the square that is seen, as a share of the picture's, about its middle. */
  readonly zoom: number
  /** Where the middle of that square lies from the picture's, pixels. */
  readonly centreX: number
  readonly centreY: number
  /** Radians. */
  readonly angle: number
  readonly isMirrored: boolean
  /** Standard deviation, pixels. */
  readonly blurPx: number
  /** Factor of what lies from grey, and radians by which hues turn. */
  readonly saturation: number
  readonly hue: number
  /** Factor of what lies from the middle grey, and what is added after, of a range of 1. */
  readonly contrast: number
  readonly brightness: number
  readonly erased: PixelBox | null
}

interface PixelBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export const unchanged: PictureChange = {
  shiftX: 0,
  shiftY: 0,
  zoom: 1,
  centreX: 0,
  centreY: 0,
  angle: 0,
  isMirrored: false,
  blurPx: 0,
  saturation: 1,
  hue: 0,
  contrast: 1,
  brightness: 0,
  erased: null,
}

/** Of a circle, at the full strength of colour. */
const greatestHue = (2 * Math.PI) / 5
/** Shares of the area, and ratios of width to height, as Zhong et al. (2020) draw them. */
const leastErased = 0.02
const greatestRatio = 3.3

/**
 * Draws one version. What a policy does not have draws no number, but for shift, mirror and light,
 * which are drawn first and always: pictures varied by these alone are what they were before there
 * was more.
 */
export function drawChange(
  policy: AugmentationPolicy,
  sidePx: number,
  random: Random,
): PictureChange {
  const reach = Math.round(policy.shift * sidePx)
  const shiftX = random.integer(2 * reach + 1) - reach
  const shiftY = random.integer(2 * reach + 1) - reach
  const isMirrored = random.next() < 0.5 && policy.flip
  const contrast = 1 + random.uniform(-policy.light, policy.light)
  const brightness = random.uniform(-policy.light, policy.light)
  const zoom = policy.crop > 0 ? 1 - random.uniform(0, policy.crop) : 1
  const room = ((1 - zoom) * (sidePx - 1)) / 2
  const centreX = policy.crop > 0 ? random.uniform(-room, room) : 0
  const centreY = policy.crop > 0 ? random.uniform(-room, room) : 0
  const turn = (policy.rotate * Math.PI) / 180
  const angle = turn > 0 ? random.uniform(-turn, turn) : 0
  const { colour } = policy
  const saturation = colour > 0 ? 1 + random.uniform(-colour, colour) : 1
  const hue = colour > 0 ? random.uniform(-colour * greatestHue, colour * greatestHue) : 0
  const blurPx = policy.blur > 0 ? random.uniform(0, policy.blur * sidePx) : 0
  return {
    ...{ shiftX, shiftY, zoom, centreX, centreY, angle, isMirrored },
    ...{ blurPx, saturation, hue, contrast, brightness },
    erased: policy.erase > 0 ? drawErased(policy.erase, sidePx, random) : null,
  }
}

/** A box somewhere in every second picture (random erasing, Zhong et al. 2020). */
function drawErased(share: number, sidePx: number, random: Random): PixelBox | null {
  if (random.next() < 0.5) return null
  const area = random.uniform(Math.min(leastErased, share), share) * sidePx ** 2
  const ratio = Math.exp(random.uniform(-1, 1) * Math.log(greatestRatio))
  const within = (length: number) => Math.min(sidePx, Math.max(1, Math.round(length)))
  const width = within(Math.sqrt(area * ratio))
  const height = within(Math.sqrt(area / ratio))
  return {
    left: random.integer(sidePx - width + 1),
    top: random.integer(sidePx - height + 1),
    width,
    height,
  }
}

/** How a picture is read otherwise than as it is; plain data, so that any thread may do it. */
export type PictureVariation =
  | {
      readonly kind: 'augmented'
      readonly policy: AugmentationPolicy
      readonly seed: number
      /** From 0. */
      readonly version: number
    }
  | { readonly kind: 'view'; readonly view: number }

/**
 * The change of one picture. That of an augmented one hangs on the seed, the picture's content and
 * the number of the version alone: the same whoever asks, and in whatever order.
 * @param content of the picture, its hash
 */
export function changeOf(
  variation: PictureVariation,
  content: string,
  sidePx: number,
): PictureChange {
  if (variation.kind === 'view') return viewOf(variation.view, sidePx)
  const { policy, seed, version } = variation
  return drawChange(policy, sidePx, createRandom(`${seed}/${content}/${version}`))
}

/** Share of the side that a view of a part sees, as 224 px of 256 (Krizhevsky et al. 2012). */
const viewZoom = 0.875
/** In which direction from the middle each pair of views lies; null: the whole picture. */
const viewPlaces = [null, [0, 0], [-1, -1], [1, 1], [1, -1], [-1, 1]] as const

export const mostViews = 2 * viewPlaces.length

/**
 * The views of a picture whose embeddings are averaged: as it is, its mirror image, its middle, that
 * mirrored, its corners. What is seen of a part fills the picture.
 */
export function viewOf(view: number, sidePx: number): PictureChange {
  const place = viewPlaces[view >> 1]
  if (place === undefined) throw new RangeError(`There are ${mostViews} views, not ${view + 1}`)
  const isMirrored = view % 2 === 1
  if (place === null) return { ...unchanged, isMirrored }
  const room = ((1 - viewZoom) * (sidePx - 1)) / 2
  // A mirror image shows what its pair shows.
  const centreX = (isMirrored ? -1 : 1) * place[0] * room
  return { ...unchanged, zoom: viewZoom, centreX, centreY: place[1] * room, isMirrored }
}
