import { dirname, resolve } from 'node:path'
import {
  type ExportedModel,
  exportModel,
  type ModelFormat,
  modelFormats,
} from '../exporting/model/exportModel'
import type { CommandOption } from './command'
import { checkModel } from './modelArgument'
import type { TakingNetwork } from './ownNetwork'
import { type ParsedCommand, UsageError } from './parse'
import type { ProgressLine } from './progressLine'
import { prepareOut, type ProgramFolders } from './session'

export const modelExportOptions: readonly CommandOption[] = [
  {
    name: 'out',
    kind: 'text',
    value: 'DIR',
    meaning: 'The folder to write; one that such an export left is replaced.',
    isRequired: true,
  },
  {
    name: 'format',
    kind: 'text',
    value: 'LIST',
    meaning: `What to write, parted by commas: ${modelFormats.join(', ')}. All unless told otherwise.`,
  },
]

export async function checkExportModelArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const { folder } = await checkModel(parsed, taking)
  const formats = formatsOf(parsed.texts.get('format'))
  return { model: folder, out: resolve(parsed.texts.get('out')!), formats }
}

function formatsOf(list: string | undefined): readonly ModelFormat[] {
  if (list === undefined) return modelFormats
  const named = list.split(',').map((name) => name.trim())
  const strange = named.find((name) => !(modelFormats as readonly string[]).includes(name))
  if (strange === undefined) return modelFormats.filter((format) => named.includes(format))
  throw new UsageError(`--format knows no "${strange}". Choose among: ${modelFormats.join(', ')}.`)
}

/** Writes a model for other programs; null where it was cancelled. */
export async function runExportModel(
  checked: Awaited<ReturnType<typeof checkExportModelArguments>>,
  { projectFolder, workersFolder }: ProgramFolders,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<ExportedModel | null> {
  await prepareOut(dirname(checked.out))
  try {
    return await exportModel({
      ...{ ...checked, projectFolder, workersFolder, signal },
      onProgress: (done, total) => progress.update('Writing', `${done} of ${total}`),
    })
  } finally {
    progress.clear()
  }
}

export const exportedModelText = ({ out, embeddingSize, files }: ExportedModel): string =>
  [
    `A model that gives ${embeddingSize} numbers of a picture in ${out}:`,
    ...files.map(({ name, bytes }) => `  ${name.padEnd(16)} ${sizeText(bytes)}`),
  ].join('\n')

const sizeText = (bytes: number): string =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`
