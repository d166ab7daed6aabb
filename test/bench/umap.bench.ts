/**
 * `npm run bench -- umap [--points 10000,50000] [--embeddings FILE --columns N] [--library 10000]
 * [--threads N] [--no-python] [--json]`: 100 gaussian clusters in 128 dimensions, or embeddings of a
 * file (float32), to a plane: seconds of the principal plane, the neighbours and 200 epochs of the
 * layout, from a cold start, and its trustworthiness (k = 15, on up to 2,000 points); beside it
 * umap-js on up to `--library` points and, where Python has it, umap-learn on the same rows, in its
 * first run and in its second. SEMBLANCE_PYTHON names the Python.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Matrix } from '../../src/core/math/matrix'
import { createProjection, type MapOptions } from '../../src/core/projection'
import { finish } from '../../src/core/steps'
import { startMapPool, threadsForMap } from '../../src/main/projection/mapPool'
import { printRows, workersFolder } from './backends'
import { clusterRows } from './clusterRows'
import { trustworthiness } from './trustworthiness'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '10000,50000' },
    embeddings: { type: 'string' },
    columns: { type: 'string', default: '128' },
    library: { type: 'string', default: '10000' },
    threads: { type: 'string' },
    python: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
})
const [neighbours, epochs, k] = [15, 200, 15]
const columns = Number(values.columns)

const round = (value: number, digits: number): number => Number(value.toFixed(digits))
const secondsSince = (start: number): number => round((performance.now() - start) / 1000, 2)

function measure(matrix: Matrix, method: MapOptions['method'], lanes: number) {
  const begin = performance.now()
  const options: MapOptions = {
    ...{ method, neighbours, seed: 1 },
    ...{ leastDistance: 0.1, metric: 'cosine', labelWeight: 0 },
  }
  let pool: ReturnType<typeof startMapPool> | undefined
  const projection = createProjection(matrix, options, {
    lanes,
    workforce: (arena) => (pool = startMapPool(arena, workersFolder)),
  })
  let start = performance.now()
  const plane = finish(projection.principal())
  const pca = secondsSince(start)
  start = performance.now()
  finish(projection.neighbours())
  const graph = secondsSince(start)
  start = performance.now()
  const layout = finish(projection.layout({ plane, epochs }))
  const end = secondsSince(start)
  const total = secondsSince(begin)
  pool?.close()
  return {
    program: method === 'fast' ? `Semblance, ${lanes} threads` : 'umap-js, 1 thread',
    points: matrix.rows,
    pcaSeconds: pca,
    neighbourSeconds: graph,
    layoutSeconds: end,
    totalSeconds: total,
    trustworthiness: round(trustworthiness(matrix, layout.plane, k), 4),
    residentMB: round(process.resourceUsage().maxRSS / 1024, 0),
  }
}

/** umap-learn in a process of its own; none where Python does not have it. */
async function reference(matrix: Matrix): Promise<object[]> {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-umap-'))
  try {
    const [file, out] = [join(folder, 'rows.f32'), join(folder, 'plane.f32')]
    await writeFile(file, matrix.data)
    const script = join(process.cwd(), 'test', 'bench', 'umapReference.py')
    const parameters = [file, matrix.columns, neighbours, epochs, out].map(String)
    const python = process.env['SEMBLANCE_PYTHON'] ?? 'python3'
    const run = spawnSync(python, [script, ...parameters], { encoding: 'utf8' })
    if (run.status !== 0) {
      const why = run.error?.message ?? run.stderr.trim().split('\n').at(-1)
      return [{ program: 'umap-learn', points: matrix.rows, failed: why }]
    }
    const { version, cold, warm } = JSON.parse(run.stdout.trim().split('\n').at(-1)!) as {
      version: string
      cold: number
      warm: number
    }
    const plane = new Float32Array(new Uint8Array(await readFile(out)).buffer)
    const trust = round(trustworthiness(matrix, plane, k), 4)
    const row = { points: matrix.rows, trustworthiness: trust }
    return [
      { program: `umap-learn ${version}, first run`, ...row, totalSeconds: round(cold, 2) },
      { program: `umap-learn ${version}, second run`, ...row, totalSeconds: round(warm, 2) },
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function matrices(): Promise<Matrix[]> {
  if (values.embeddings === undefined) {
    return values.points.split(',').map((text) => clusterRows(Number(text), columns, 'umap'))
  }
  const data = new Float32Array(new Uint8Array(await readFile(values.embeddings)).buffer)
  return [{ data, rows: data.length / columns, columns }]
}

async function main(): Promise<void> {
  const rows: object[] = []
  for (const matrix of await matrices()) {
    const lanes = values.threads === undefined ? threadsForMap(matrix.rows) : Number(values.threads)
    rows.push(measure(matrix, 'fast', lanes))
    if (matrix.rows <= Number(values.library)) rows.push(measure(matrix, 'umap-js', lanes))
    if (values.python) rows.push(...(await reference(matrix)))
  }
  printRows('umap', rows, values.json)
}

void main()
