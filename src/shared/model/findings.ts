/** What is wrong with a set of labelled images, as data that the window and the command line word. */
export type SetFinding =
  /** All labelled images show one picture, or nearly so. */
  | { readonly kind: 'allAlike'; readonly images: number }
  /** Each of the labels with several images holds copies of one picture. */
  | { readonly kind: 'copiesWithinLabels'; readonly labels: number }
  /** Two labels hold the same pictures; `pairs` is the number of pairs of labels that do. */
  | {
      readonly kind: 'sharedPictures'
      readonly first: string
      readonly second: string
      readonly pictures: number
      readonly pairs: number
    }

/** Kinds of findings about single images and groups of them, in the order of lists. */
export const findingKinds = [
  'mislabel',
  'identical',
  'samePicture',
  'similar',
  'leak',
  'outlier',
  'overlap',
  'tooFew',
  'dark',
  'light',
  'blurred',
  'blank',
  'oddShape',
  'labelName',
] as const
export type FindingKind = (typeof findingKinds)[number]

/** Why an image is listed, as data that the window and the command line word; images by place. */
export type FindingEvidence =
  | {
      readonly kind: 'mislabel'
      /** Nearest first, each with its label. */
      readonly voters: readonly { readonly image: number; readonly label: number }[]
      /** Of the vote, for the given label and for the suggested one. */
      readonly share: number
      readonly suggestedShare: number
      /** (p_y - the largest other + 1) / 2, and the confidence-weighted entropy. */
      readonly margin: number
      readonly entropy: number
      /** Confident learning counts it among the wrong ones. */
      readonly isCandidate: boolean
    }
  | { readonly kind: 'identical'; readonly copies: number; readonly keep: number }
  | {
      readonly kind: 'samePicture' | 'similar'
      readonly keep: number
      /** The member of the group that it is most like. */
      readonly nearest: number
      readonly distance: number
      /** Share of the picture that the other one does not explain; null where it was not asked. */
      readonly unexplained: number | null
    }
  | { readonly kind: 'leak'; readonly side: string; readonly otherSides: readonly string[] }
  | { readonly kind: 'outlier'; readonly distance: number; readonly limit: number }
  | {
      readonly kind: 'overlap'
      readonly other: number
      /** .5: as if the images of one thing had drawn either name. */
      readonly labelShare: number
      /** Share of the other label in the vote on this image. */
      readonly share: number
    }
  | { readonly kind: 'tooFew'; readonly images: number; readonly atLeast: number }
  | {
      readonly kind: 'dark' | 'light' | 'blurred' | 'blank'
      readonly score: number
      readonly limit: number
    }
  | {
      readonly kind: 'oddShape'
      readonly widthPx: number
      readonly heightPx: number
      /** Narrow: the shorter side over the longer; size: its root area outside the usual. */
      readonly isNarrow: boolean
      readonly limit: number
    }
  | { readonly kind: 'labelName'; readonly other: number }

/** One row of a list: an image and why it is there. */
export interface Finding {
  readonly kind: FindingKind
  /** Place of the image. */
  readonly image: number
  /** A label by its number, or what to do with a copy; null: nothing. */
  readonly suggestion: number | 'keep' | 'exclude' | null
  readonly score: number
  /** The same for members of a group, from 1 within a kind; null: it stands alone. */
  readonly group: number | null
  readonly evidence: FindingEvidence
}

/** Limits of the lists; the defaults are those that Cleanlab and cleanvision publish where not said otherwise. */
export interface FindingLimits {
  /** Neighbours that vote, and that an outlier is measured by. */
  readonly k: number
  /** Images a label needs. */
  readonly atLeast: number
  /** Of the picture that a copy of it may leave unexplained. */
  readonly unexplained: number
  /** Similar: nearer than this times the median distance to the nearest other picture. */
  readonly similar: number
  /** Outlier: farther than Q3 + this times the interquartile range. */
  readonly outlier: number
  /** Of labels: .5 is one thing under two names. */
  readonly overlap: number
  readonly dark: number
  readonly light: number
  readonly blurred: number
  readonly blank: number
  /** Shorter side over the longer. */
  readonly aspect: number
  /** Odd size: outside the quartiles by this times the interquartile range. */
  readonly size: number
}

export const usualLimits: FindingLimits = {
  k: 10,
  atLeast: 5,
  unexplained: 0.018,
  similar: 0.13,
  outlier: 1.7,
  overlap: 0.25,
  dark: 0.32,
  light: 0.05,
  blurred: 0.29,
  blank: 0.3,
  aspect: 0.35,
  size: 3,
}

/** Why a list that was asked for could not be made. */
export type FindingGap = 'noLabels' | 'oneLabel' | 'noSplit' | 'fewImages'

/** All lists, one after another in the order of the kinds, worst first. */
export interface FindingLists {
  readonly findings: readonly Finding[]
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>
  readonly gaps: readonly { readonly kind: FindingKind; readonly gap: FindingGap }[]
  /** What was measured of each image, NaN where nothing was: the distributions behind the limits. */
  readonly scores: Readonly<Partial<Record<FindingKind, Float32Array>>>
}
