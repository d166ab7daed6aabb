import type { SetFinding } from '../../shared/model/findings'
import type { PlanReason } from '../../shared/model/training'
import { quoted } from './importLines'
import { count } from './session'

/** What is wrong with the set, a line each, before anything trains. */
export function findingLines({
  findings = [],
  reasons = [],
}: {
  readonly findings?: readonly SetFinding[]
  readonly reasons?: readonly PlanReason[]
}): readonly string[] {
  return [
    ...findings.map((finding) => `Note: ${textOf(finding)}`),
    ...(reasons.includes('copiesNoTest')
      ? [
          'Note: copies of a picture stay on one side, so there is nothing to test on; what is measured are the images that it trains on.',
        ]
      : []),
    ...(reasons.includes('nothingToCompare')
      ? ['Note: network and layers are named, so there is nothing for --quality to compare.']
      : []),
    ...(reasons.includes('tooFewToCompare')
      ? [
          'Note: there are too few images to hold some out, so nothing is compared: the usual network and layers are taken.',
        ]
      : []),
    ...(reasons.includes('augmentationUnused')
      ? [
          'Note: --augmentation and its strengths have no effect on frozen features, which are of the pictures as they are; --augmented-copies K makes copies that they vary, --network small trains on varied pictures.',
        ]
      : []),
    ...(reasons.includes('copiesUnused')
      ? [
          'Note: no augmented copies are made: they are for frozen features with --start auto, and the augmentation must change something.',
        ]
      : []),
  ]
}

function textOf(finding: SetFinding): string {
  switch (finding.kind) {
    case 'allAlike':
      return `all ${count(finding.images)} labelled images show one picture, or nearly so; there is little to tell them apart by.`
    case 'copiesWithinLabels':
      return finding.labels === 1
        ? 'the one label with several images holds copies of one picture, so there is nothing to learn inside it.'
        : `each of the ${count(finding.labels)} labels with several images holds copies of one picture, so there is nothing to learn inside them.`
    case 'sharedPictures': {
      const { first, second, pictures, pairs } = finding
      const what = pictures === 1 ? 'the same picture' : `the same ${count(pictures)} pictures`
      const others =
        pairs === 1
          ? ''
          : `, and ${count(pairs - 1)} more ${pairs === 2 ? 'pair' : 'pairs'} of labels`
      return `the labels ${quoted(first)} and ${quoted(second)} hold ${what}${others}; nothing can tell those apart.`
    }
  }
}
