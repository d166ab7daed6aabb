import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../../shared/errors'
import { partialName } from '../../files/atomicWrite'
import { mendFolder, replaceFolder } from '../../files/replaceFolder'
import { loadModel, type StoredModel } from '../../runs/modelFiles'
import { checkReplaceable } from '../writeParts'
import { writeFailure } from '../writeChunks'
import { modelOnnx } from './modelOnnx'

/** What of a model leaves; `onnx` brings the scripts with it. */
export const modelFormats = ['onnx'] as const
export type ModelFormat = (typeof modelFormats)[number]

export interface ModelExport {
  /** The folder that training wrote. */
  readonly model: string
  /** The folder to write; one that such an export left is replaced. */
  readonly out: string
  readonly formats: readonly ModelFormat[]
  /** Holds `node_modules` and `resources`. */
  readonly projectFolder: string
  readonly workersFolder: string
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface ExportedModel {
  readonly out: string
  readonly embeddingSize: number
  /** Names below the folder. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[]
}

const names = ['model.onnx', 'embed.mjs', 'embed.py', 'README.md', 'MODEL_CARD.md', 'tfjs']

/**
 * Writes a saved model in files that other programs read. The person's own networks that it needs
 * must be registered.
 * @returns null where it was cancelled; nothing is left behind then
 * @throws AppError modelUnreadable for one that is damaged or holds numbers that are not finite;
 *   invalidInput where a network of a person's own cannot go into one file; notOurFolder, diskFull,
 *   readOnly, permissionDenied, writeFailed
 */
export async function exportModel(request: ModelExport): Promise<ExportedModel | null> {
  const { out, signal, onProgress = () => {} } = request
  const stored = await loadModel(request.model)
  const partial = partialName(out)
  try {
    await mendFolder(out)
    await checkReplaceable(out, names)
    await mkdir(partial)
    const files: { name: string; bytes: number }[] = []
    const steps = stepsOf(request, stored)
    for (const [done, step] of steps.entries()) {
      onProgress(done, steps.length)
      if (signal?.aborted === true) return null
      for (const name of await step(partial)) {
        files.push({ name, bytes: (await stat(join(partial, name))).size })
      }
    }
    if (signal?.aborted === true) return null
    await replaceFolder(partial, out)
    onProgress(steps.length, steps.length)
    return { out, embeddingSize: stored.model.embeddingSize, files }
  } catch (error) {
    throw writeFailure(out, error)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** Each writes into a folder and gives the names of its files. */
type Step = (folder: string) => Promise<readonly string[]>

function stepsOf(request: ModelExport, stored: StoredModel): readonly Step[] {
  const { formats, projectFolder, workersFolder } = request
  const copied =
    (from: string): Step =>
    async (folder) => {
      const name = basename(from)
      await copyFile(from, join(folder, name)).catch((error: unknown) => {
        throw new AppError(
          'backendUnavailable',
          `${name} is missing in this program. Run the set-up again.`,
          { file: from },
          error,
        )
      })
      return [name]
    }
  const onnx: Step = async (folder) => {
    await writeFile(join(folder, 'model.onnx'), await modelOnnx(stored, projectFolder))
    return ['model.onnx']
  }
  return formats.includes('onnx')
    ? [
        onnx,
        copied(join(workersFolder, 'embed.mjs')),
        copied(join(projectFolder, 'resources', 'model', 'embed.py')),
      ]
    : []
}
