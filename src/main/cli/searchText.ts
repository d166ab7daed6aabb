import type { NetworkSearch } from '../../shared/model/networkSearch'
import type { TrainingOptions } from '../../shared/model/training'
import { extractors } from '../features/extractors'
import { figureText } from './figureText'
import { durationText } from './progressLine'

const formNames = {
  features: 'features as they are',
  whitening: 'whitening',
  analysis: 'discriminant analysis',
} as const
/** Standard errors on either side of a mean that a 95 % interval of it takes. */
const intervalErrors = 1.96

/** What a plan leaves to held-out labels, in a sentence; null where nothing. */
export function comparedText({ candidates = [] }: TrainingOptions): string | null {
  if (candidates.length === 0) return null
  const networks = new Set(candidates.map(({ extractor }) => extractor)).size
  const of = networks === 1 ? 'one network' : `${networks} networks`
  return `Before that, ${candidates.length} choices of layers of ${of} are compared on held-out training labels; the time includes it.`
}

/** What was compared to choose network and layers, as lines of a table. */
export function searchLines({ candidates, chosen, over, count }: NetworkSearch): string[] {
  if (count === 0) {
    return ['Too few images could be read to hold any out: the cheapest network was taken.']
  }
  const rows = candidates.map(({ extractor, features, form, score, multiplyAdds, seconds }) => {
    const spread = intervalErrors * score.standardError
    return [
      `${titleOf(extractor)}, ${features}`,
      formNames[form],
      `${figureText(score.mapAtR)} (${figureText(Math.max(0, score.mapAtR - spread)).trim()} to ${figureText(Math.min(1, score.mapAtR + spread)).trim()})`,
      `${Math.round(multiplyAdds)} M`,
      durationText(seconds),
    ]
  })
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const taken = candidates[chosen]!
  return [
    `Networks and layers, MAP@R with its 95 % interval on ${count} training ${over} held out in turn; multiply-adds of a picture; time taken:`,
    ...rows.map(
      (row, place) =>
        `  ${place === chosen ? '*' : ' '} ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}`,
    ),
    taken.shortfall.mapAtR === 0
      ? '* is taken: it finds most.'
      : `* is taken: the cheapest within a standard error of the best (${taken.shortfall.mapAtR.toFixed(3)} behind it, standard error ${taken.shortfall.standardError.toFixed(3)}).`,
  ]
}

/** As the registry calls it; its id where that has it no more. */
const titleOf = (id: string): string =>
  extractors.find((extractor) => extractor.id === id)?.title.en ?? id
