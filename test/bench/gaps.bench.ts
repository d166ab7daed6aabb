/**
 * `npm run bench -- gaps [--images 20000] [--labels 10] [--backend auto] [--json]`: how long each
 * stage of a training goes without letting a pause or a cancellation in, and without progress, on
 * features that were made up.
 */
import { parseArgs } from 'node:util'
import type { BackendChoice } from '../../src/shared/model/training'
import { printRows, projectFolder, workersFolder } from './backends'
import { longestGaps } from './longestGaps'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    labels: { type: 'string', default: '10' },
    backend: { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  const rows = await longestGaps({
    images: Number(values.images),
    labels: Number(values.labels),
    backend: values.backend as BackendChoice,
    workersFolder,
    projectFolder,
  })
  printRows('gaps', rows, values.json)
}

void main()
