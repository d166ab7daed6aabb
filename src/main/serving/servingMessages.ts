import type { SerializedError } from '../../shared/errors'
import type { PlacedNetwork } from '../../shared/model/ownNetwork'
import type { BackendReport, TrainingOptions } from '../../shared/model/training'

/** What the worker that embeds for a server is started with. */
export interface ServingStart {
  readonly modelFolder: string
  readonly backend: TrainingOptions['backend']
  readonly workersFolder: string
  /** Holds `node_modules` and `resources`. */
  readonly projectFolder: string
  /** Networks of the person's own. */
  readonly networks: readonly PlacedNetwork[]
}

/** A picture that was read: its contents, and its thumbnail, which the network sees. */
export interface ReadPicture {
  readonly sha256: string
  readonly thumbnail: string
  readonly original: string
}

export interface EmbedRequest {
  readonly kind: 'embed'
  readonly id: number
  readonly pictures: readonly ReadPicture[]
}

export type ServingMessage =
  | { readonly kind: 'ready'; readonly backend: BackendReport }
  /** Embeddings [pictures, embeddingSize]; zeros where `readable` is 0. */
  | {
      readonly kind: 'embedded'
      readonly id: number
      readonly data: Float32Array
      readonly isReadable: Uint8Array
    }
  /** Of one request, or, with null, of the start: the worker then ends. */
  | { readonly kind: 'failed'; readonly id: number | null; readonly error: SerializedError }
