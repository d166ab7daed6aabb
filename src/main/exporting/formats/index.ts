import { createRegistry } from '../../../core/registry/registry'
import { csv } from './csv'
import type { EmbeddingFormat } from './format'

/** Every format of embeddings. A new one needs its file and its line here. */
export const embeddingFormats = createRegistry<EmbeddingFormat>('format', [csv])
