/** By how much a picture may be varied; 0 is not at all. Shares are of the side unless said. */
export interface AugmentationPolicy {
  /** Greatest shift in each direction; the edge is repeated. */
  readonly shift: number
  /** Greatest share that is cut off: a smaller square somewhere in the picture fills it. */
  readonly crop: number
  /** Greatest turn to either side, degrees. */
  readonly rotate: number
  /** Mirrors left and right with probability 1/2: wrong for letters and arrows, so off by default. */
  readonly flip: boolean
  /** Greatest change of brightness and of contrast, as a share. */
  readonly light: number
  /** Greatest change of saturation, as a share; the hue turns by at most a fifth of a circle times it. */
  readonly colour: number
  /** Greatest standard deviation of a Gaussian blur. */
  readonly blur: number
  /** Greatest share of the area that is erased, in every second picture. */
  readonly erase: number
}

export type AugmentationName = 'off' | 'shift' | 'mild' | 'strong'

/** 'shift' is what the small network has had since it was there. */
export const augmentationPolicies: Readonly<Record<AugmentationName, AugmentationPolicy>> = {
  off: { shift: 0, crop: 0, rotate: 0, flip: false, light: 0, colour: 0, blur: 0, erase: 0 },
  shift: {
    ...{ shift: 0.0625, crop: 0, rotate: 0, flip: false, light: 0.1 },
    ...{ colour: 0, blur: 0, erase: 0 },
  },
  mild: {
    ...{ shift: 0, crop: 0.15, rotate: 5, flip: false, light: 0.1 },
    ...{ colour: 0.1, blur: 0, erase: 0 },
  },
  strong: {
    ...{ shift: 0.05, crop: 0.35, rotate: 15, flip: false, light: 0.3 },
    ...{ colour: 0.4, blur: 0.01, erase: 0.15 },
  },
}

/** The greatest that each may be, whatever it is multiplied by. */
export const greatestOfPolicy = {
  shift: 0.5,
  crop: 0.8,
  rotate: 180,
  light: 1,
  colour: 1,
  blur: 0.5,
  erase: 0.8,
} as const satisfies Readonly<Record<Exclude<keyof AugmentationPolicy, 'flip'>, number>>

/** What a run says of it; what is absent is as the named policy has it. */
interface ChosenAugmentation {
  readonly augmentation?: AugmentationName | undefined
  readonly augmentStrength?: number | undefined
  readonly augmentShift?: number | undefined
  readonly augmentCrop?: number | undefined
  readonly augmentRotate?: number | undefined
  readonly augmentFlip?: boolean | undefined
  readonly augmentLight?: number | undefined
  readonly augmentColour?: number | undefined
  readonly augmentBlur?: number | undefined
  readonly augmentErase?: number | undefined
}

/**
 * By how much the pictures of a run are varied: what is chosen one by one in the place of what the
 * named policy has, all of it times one strength (as the magnitude of RandAugment, Cubuk et al.
 * 2020). A run that names none is of before there was a choice.
 */
export function policyOf(options: ChosenAugmentation): AugmentationPolicy {
  const named = augmentationPolicies[options.augmentation ?? 'shift']
  const { augmentStrength: strength = 1 } = options
  const scaled = (name: keyof typeof greatestOfPolicy, own: number | undefined) =>
    Math.min(greatestOfPolicy[name], strength * (own ?? named[name]))
  return {
    shift: scaled('shift', options.augmentShift),
    crop: scaled('crop', options.augmentCrop),
    rotate: scaled('rotate', options.augmentRotate),
    flip: options.augmentFlip ?? named.flip,
    light: scaled('light', options.augmentLight),
    colour: scaled('colour', options.augmentColour),
    blur: scaled('blur', options.augmentBlur),
    erase: scaled('erase', options.augmentErase),
  }
}

/** Whether a policy leaves every picture as it is. */
export const changesNothing = (policy: AugmentationPolicy): boolean =>
  Object.values(policy).every((value) => value === 0 || value === false)

/** Of an `image://` address: JSON of policy, seed, version and side of a varied picture. */
export const variedParameter = 'varied'
