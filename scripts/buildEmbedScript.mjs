import { join } from 'node:path'
import { rolldown } from 'rolldown'

const banner = `// Embeds pictures with the model.onnx beside this file, as the program that exported it does:
//   npm install onnxruntime-node sharp
//   node embed.mjs PICTURE_OR_FOLDER... > embeddings.csv
// or, from a program: import { openModel } from './embed.mjs'`

/**
 * Writes embed.mjs, the script that leaves with an exported model: one file that plain Node runs
 * with two packages beside it. It reads pictures by the code of the program.
 * @param {string} projectFolder
 * @param {string} folder
 */
export async function buildEmbedScript(projectFolder, folder) {
  const bundle = await rolldown({
    cwd: projectFolder,
    input: 'src/main/exporting/model/embed.program.ts',
    platform: 'node',
    external: ['sharp', 'onnxruntime-node'],
    logLevel: 'silent',
  })
  try {
    const file = join(folder, 'embed.mjs')
    await bundle.write({ file, format: 'esm', comments: false, banner })
  } finally {
    await bundle.close()
  }
}
