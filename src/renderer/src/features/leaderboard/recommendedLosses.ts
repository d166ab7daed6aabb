/** A few of each kind, so that the first comparison takes minutes: pairs, triplets, sets, classes. */
export const recommendedLosses: ReadonlySet<string> = new Set([
  'supCon',
  'multiSimilarity',
  'contrastive',
  'triplet',
  'circle',
  'fastAP',
  'proxyNCAPlusPlus',
  'normalizedSoftmax',
])
