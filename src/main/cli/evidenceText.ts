import type { FaultTable } from '../../core/findings/faultInput'
import type { FindingEvidence } from '../../shared/model/findings'

const shownVoters = 3
const percent = (share: number): string => `${Math.round(100 * share)} %`
const short = (value: number): string => String(Number(value.toPrecision(3)))

/** Why an image is listed, for a person. */
export function evidenceText(
  evidence: FindingEvidence,
  { paths, labelNames }: Pick<FaultTable, 'paths' | 'labelNames'>,
): string {
  switch (evidence.kind) {
    case 'mislabel': {
      const { voters, share, suggestedShare, isCandidate } = evidence
      const near = voters.slice(0, shownVoters).map((voter) => paths[voter.image]!)
      const sure = isCandidate ? '; confident learning counts it as wrong' : ''
      return `${percent(suggestedShare)} of ${voters.length} neighbours have the suggested label, ${percent(share)} its own; nearest: ${near.join('; ')}${sure}`
    }
    case 'identical':
      return `${evidence.copies} files have the same bytes; keep ${paths[evidence.keep]!}`
    case 'samePicture': {
      const { nearest, keep, unexplained } = evidence
      const left =
        unexplained === null || unexplained === 0
          ? ''
          : ` (${short(100 * unexplained)} % unexplained)`
      return `the same picture as ${paths[nearest]!}${left}; keep ${paths[keep]!}`
    }
    case 'similar':
      return `similar to ${paths[evidence.nearest]!} (distance ${short(evidence.distance)}); keep ${paths[evidence.keep]!}`
    case 'leak':
      return `the same picture is on the side ${evidence.otherSides.join(', ')}, this is on ${evidence.side}`
    case 'outlier':
      return `mean distance ${short(evidence.distance)} to its neighbours; listed beyond ${short(evidence.limit)}`
    case 'overlap':
      return `overlap of the two labels ${short(evidence.labelShare)} (.5: one thing under two names); ${percent(evidence.share)} of its neighbours have the other label ${labelNames[evidence.other]!}`
    case 'tooFew':
      return `the label has ${evidence.images}; at least ${evidence.atLeast} are wanted`
    case 'dark':
    case 'light':
    case 'blurred':
    case 'blank':
      return `score ${short(evidence.score)}; listed below ${short(evidence.limit)}`
    case 'oddShape': {
      const { widthPx, heightPx, isNarrow, limit } = evidence
      const why = isNarrow
        ? `the shorter side is less than ${short(limit)} of the longer`
        : `the root of its area is beyond ${short(limit)} px`
      return `${widthPx} x ${heightPx} px: ${why}`
    }
    case 'labelName':
      return `the name nearly equals ${labelNames[evidence.other]!}`
  }
}
