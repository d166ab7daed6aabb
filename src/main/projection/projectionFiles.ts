import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { type MapChoice, mapTable } from '../../shared/model/options/mapOptions'
import { readBounded } from '../files/regularFile'
import { atomicWrite } from '../files/atomicWrite'
import { requireFinite } from '../files/finite'
import type { NeighbourRows } from './messages'

/**
 * What is stored of a run's projections beside its embeddings: `projection-pca.f32`,
 * `projection-umap.f32` ([rows, 2], float32), `projection-neighbours.u32` ([rows, count]) and
 * `projection.json`, which says what they were made from. All little endian.
 */
export interface ComputedProjection {
  readonly pca: Float32Array
  readonly umap: Float32Array
  readonly neighbours: NeighbourRows
  /** Units of the layout for one of the plane; null where an earlier version made it. */
  readonly unit: number | null
}
export interface StoredProjection extends ComputedProjection {
  /** null where an earlier version made it. */
  readonly options: MapChoice | null
}

const choice = v.object({
  method: mapTable.method.schema,
  neighbours: mapTable.neighbours.schema,
  leastDistance: mapTable.leastDistance.schema,
  metric: mapTable.metric.schema,
  labelWeight: mapTable.labelWeight.schema,
  seed: mapTable.seed.schema,
})
const manifest = v.object({
  version: v.picklist([1, 2]),
  rows: v.pipe(v.number(), v.integer(), v.minValue(0)),
  neighbourCount: v.pipe(v.number(), v.integer(), v.minValue(0)),
  fingerprint: v.string(),
  options: v.optional(choice),
  unit: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
})

const names = {
  manifest: 'projection.json',
  pca: 'projection-pca.f32',
  umap: 'projection-umap.f32',
  neighbours: 'projection-neighbours.u32',
} as const

/** Changes when the run's embeddings are written again; null where there are none. */
export async function embeddingFingerprint(folder: string): Promise<string | null> {
  try {
    const files = ['embeddings.f32', 'ids.u32'].map((name) => stat(join(folder, name)))
    const parts = await Promise.all(files)
    return parts.map(({ size, mtimeMs }) => `${size}@${mtimeMs}`).join(' ')
  } catch {
    return null
  }
}

/** The stored projections of these embeddings, or null where there are none that fit. */
export async function loadProjection(
  folder: string,
  fingerprint: string,
): Promise<StoredProjection | null> {
  try {
    const text = (await readBounded(join(folder, names.manifest), 4096)).toString('utf8')
    const { rows, neighbourCount, ...known } = v.parse(manifest, JSON.parse(text))
    if (known.fingerprint !== fingerprint) return null
    const pca = new Float32Array(await readBytes(join(folder, names.pca), rows * 8))
    const umap = new Float32Array(await readBytes(join(folder, names.umap), rows * 8))
    const indices = new Uint32Array(
      await readBytes(join(folder, names.neighbours), rows * neighbourCount * 4),
    )
    if (indices.some((row) => row >= rows)) return null
    const neighbours = { count: neighbourCount, indices }
    return { pca, umap, neighbours, unit: known.unit ?? null, options: known.options ?? null }
  } catch {
    // Absent or damaged: it is computed again.
    return null
  }
}

/** Writes all of a finished projection; the manifest comes last, so that a part is never taken for all. */
export async function saveProjection(
  folder: string,
  fingerprint: string,
  stored: StoredProjection,
): Promise<void> {
  requireFinite('The places of the map', stored.pca)
  requireFinite('The places of the map', stored.umap)
  await rm(join(folder, names.manifest), { force: true })
  await replace(join(folder, names.pca), stored.pca)
  await replace(join(folder, names.umap), stored.umap)
  await replace(join(folder, names.neighbours), stored.neighbours.indices)
  const content: v.InferOutput<typeof manifest> = {
    version: 2,
    rows: stored.umap.length / 2,
    neighbourCount: stored.neighbours.count,
    fingerprint,
    ...(stored.options && { options: stored.options }),
    ...(stored.unit !== null && { unit: stored.unit }),
  }
  await replace(join(folder, names.manifest), new TextEncoder().encode(JSON.stringify(content)))
}

async function readBytes(file: string, length: number): Promise<ArrayBuffer> {
  const bytes = await readBounded(file, length)
  if (bytes.byteLength !== length) throw new Error(`${file} has ${bytes.byteLength} bytes`)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length) as ArrayBuffer
}

async function replace(
  file: string,
  content: Float32Array | Uint32Array | Uint8Array,
): Promise<void> {
  await atomicWrite(file, new Uint8Array(content.buffer, content.byteOffset, content.byteLength))
}
