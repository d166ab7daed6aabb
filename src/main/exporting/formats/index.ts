import { createRegistry } from '../../../core/registry/registry'
import { csv } from './csv'
import type { EmbeddingFormat } from './format'
import { npy } from './npy'
import { parquet } from './parquet'
import { projector } from './projector'
import { safetensors } from './safetensors'

/** Every format of embeddings. A new one needs its file and its line here. */
export const embeddingFormats = createRegistry<EmbeddingFormat>('format', [
  ...[csv, parquet, npy, safetensors, projector],
])
