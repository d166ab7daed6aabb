// Rebuilds resources/kernels/*.wasm from kernels.c: `node scripts/buildKernels.mjs`.
// Needs a C compiler for wasm32 once: `zig` (also as the Python package ziglang) or clang with lld;
// SEMBLANCE_ZIG names one. The results are committed, so nobody else needs it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'resources', 'kernels')
const source = join(folder, 'kernels.c')
const variants = [
  { file: 'kernels.wasm', features: [], defines: [] },
  { file: 'kernels-relaxed.wasm', features: ['relaxed_simd'], defines: ['-DRELAXED'] },
]
const baseFeatures = ['simd128', 'atomics', 'bulk_memory', 'mutable_globals']

/** @type {[string, ...string[]][]} */
const compilers = [
  ...(process.env.SEMBLANCE_ZIG
    ? [/** @type {[string, string]} */ ([process.env.SEMBLANCE_ZIG, 'cc'])]
    : []),
  ['zig', 'cc'],
  ['python3', '-m', 'ziglang', 'cc'],
  ['clang'],
]

const compiler = compilers.find(([program, ...rest]) => {
  const probe = spawnSync(program, [...rest, '--version'], { encoding: 'utf8' })
  return probe.status === 0
})
if (!compiler) {
  console.error('No compiler found. Install zig (for instance `pip install ziglang`) or clang.')
  process.exit(1)
}
const isClang = compiler[0] === 'clang'

/** @type {Record<string, string>} */
const files = {}
for (const { file, features, defines } of variants) {
  const all = [...baseFeatures, ...features]
  const target = isClang
    ? ['--target=wasm32', ...all.map((name) => `-m${name.replaceAll('_', '-')}`)]
    : ['-target', 'wasm32-freestanding', `-mcpu=baseline+${all.join('+')}`]
  const output = join(folder, file)
  const args = [
    ...compiler.slice(1),
    ...target,
    ...defines,
    ...['-O3', '-ffast-math', '-nostdlib', '-fvisibility=hidden', '-s'],
    ...['--no-entry', '--import-memory', '--shared-memory', '--export-dynamic'],
    // The linker refuses the 65,536 pages that the memory we are given has: see below.
    '--max-memory=4294901760',
  ].map((option) => (/^--(?!target)/.test(option) ? `-Wl,${option}` : option))
  const run = spawnSync(compiler[0], [...args, source, '-o', output], { encoding: 'utf8' })
  if (run.status !== 0) {
    console.error(run.stderr || run.error)
    process.exit(1)
  }
  const bytes = allowWholeMemory(readFileSync(output))
  writeFileSync(output, bytes)
  if (!features.includes('relaxed_simd') && !WebAssembly.validate(bytes)) {
    console.error(`${file} is not a valid module`)
    process.exit(1)
  }
  files[file] = sha256(bytes)
  console.log(`${file}: ${bytes.length} bytes`)
}
writeFileSync(
  join(folder, 'kernels.json'),
  `${JSON.stringify({ source: sha256(readFileSync(source)), files }, null, 2)}\n`,
)

/**
 * Raises the maximum of the imported memory from 65,535 to 65,536 pages, both three bytes long.
 *
 * @param {Buffer} bytes
 */
function allowWholeMemory(bytes) {
  const memoryImport = bytes.indexOf(Buffer.from('\x06memory\x02\x03', 'latin1'))
  const at = bytes.indexOf(Buffer.from([0xff, 0xff, 0x03]), memoryImport)
  if (memoryImport < 0 || at < 0 || at > memoryImport + 16) {
    throw new Error('The import of the memory is not where it was expected')
  }
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from([0x80, 0x80, 0x04]),
    bytes.subarray(at + 3),
  ])
}

/** @param {Buffer} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
