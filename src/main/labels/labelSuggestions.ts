import type { LabelSuggestion, LabelSuggestions } from '../../shared/contract/labels'
import { AppError } from '../../shared/errors'
import type { ImageId, LabelId, RunId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import type { ProjectionService } from '../projection/projectionService'

export interface LabelSuggestionsOptions {
  readonly store: Pick<Store, 'images' | 'labels' | 'runs'>
  readonly projection: Pick<ProjectionService, 'neighbours'>
}

export interface LabelSuggestionService {
  /**
   * What the nearest other images with a label call it, in the embedding of `runId` or of the
   * newest run that has one. Nobody votes where no run knows the image.
   * @throws AppError notFound where there is no such image
   */
  suggest(input: {
    readonly imageId: ImageId
    readonly runId?: RunId | undefined
  }): Promise<LabelSuggestions>
}

/** Neighbours with a label that vote (Northcutt, Jiang, Chuang 2021 vote by as many). */
const voters = 10
/** Images without a label have no vote: so many neighbours are looked at to find the voters. */
const mostNeighbours = 2560

/** Labels that an image's neighbours suggest, for whoever asks a person for one. */
export function createLabelSuggestions({
  store,
  projection,
}: LabelSuggestionsOptions): LabelSuggestionService {
  return {
    async suggest({ imageId, runId }) {
      const image = await store.images.find(imageId)
      if (image === undefined) {
        throw new AppError('notFound', 'That image is no longer there.', { imageId })
      }
      const asked =
        runId ??
        (await store.runs.list(image.datasetId)).find(({ summary }) => summary.hasEmbeddings)
          ?.summary.id
      if (asked === undefined) return nobody(null)
      let votes: readonly LabelId[]
      try {
        votes = await votesOf(asked, imageId)
      } catch (error) {
        // The image came after the run, or the run has no embeddings: nobody can vote.
        const isUnknown =
          error instanceof AppError && (error.code === 'notFound' || error.code === 'noEmbeddings')
        if (isUnknown) return nobody(asked)
        throw error
      }
      const counts = new Map<LabelId, number>()
      for (const label of votes) counts.set(label, (counts.get(label) ?? 0) + 1)
      const suggestions: LabelSuggestion[] = []
      // A map keeps its order: of equal shares the label of the nearer neighbour comes first.
      for (const [labelId, count] of [...counts].sort((one, other) => other[1] - one[1])) {
        const name = (await store.labels.find(labelId))?.name
        if (name !== undefined) {
          suggestions.push({ labelId, name, votes: count, share: count / votes.length })
        }
      }
      return { runId: asked, voters: votes.length, suggestions }
    },
  }

  /** Labels of the nearest images that have one, nearest first. */
  async function votesOf(runId: RunId, imageId: ImageId): Promise<readonly LabelId[]> {
    for (let count = 4 * voters; ; count *= 4) {
      const neighbours = await projection.neighbours({ runId, imageId, count })
      const images = await store.images.summaries(Uint32Array.from(neighbours, ({ id }) => id))
      const votes = images.flatMap(({ labelId }) => (labelId === null ? [] : [labelId]))
      if (votes.length >= voters || neighbours.length < count || count >= mostNeighbours) {
        return votes.slice(0, voters)
      }
    }
  }
}

const nobody = (runId: RunId | null): LabelSuggestions => ({ runId, voters: 0, suggestions: [] })
