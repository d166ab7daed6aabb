/** A program that starts the library, for a test that kills it: `nativeParent HOOK WORKERS PROJECT`. */
import { startRemoteTensorflow } from '../../../src/main/backend/native/remoteBackend'

const [hook, workersFolder, projectFolder] = process.argv.slice(2) as [string, string, string]
process.env['NODE_OPTIONS'] = `--require ${hook}`
void startRemoteTensorflow({ preferred: 'tensorflow', workersFolder, projectFolder }).then(() => {
  process.stdout.write('started\n')
  setInterval(() => {}, 1_000)
})
