import { resolve } from 'node:path'

export const projectFolder = resolve(import.meta.dirname, '../../..')
export const workersFolder = resolve(projectFolder, 'out/main/workers')
