import type { PictureAnswer } from '../runs/answerPictures'
import { type Cell, defused, exactNumber } from './csv'

export interface PredictionRow extends PictureAnswer {
  readonly image: string
}

/** Columns of a file of predictions. */
export function predictionHeader(neighbours: number): string[] {
  const header = ['image', 'label', 'confidence', 'distance', 'known']
  for (let n = 1; n <= neighbours; n++) header.push(`n${n}`, `n${n}Label`, `n${n}Distance`)
  return header
}

export const predictionCells = (row: PredictionRow): Cell[] => [
  ...[row.image, row.label].map(defused),
  ...[row.confidence, row.strangeness].map(exactNumber),
  row.isKnown === null ? '' : row.isKnown ? 1 : 0,
  ...row.neighbours.flatMap(({ image, label, distance }) => [
    defused(image ?? ''),
    defused(label),
    exactNumber(distance),
  ]),
]
