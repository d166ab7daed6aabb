import { roundedTo } from '../csv'
import type { EmbeddingFormat, ExportPart, FormatInput } from './format'
import { spriteOf, spritePart } from './sprite'

const names = {
  vectors: 'vectors.tsv',
  metadata: 'metadata.tsv',
  sprite: 'sprite.png',
  config: 'projector_config.pbtxt',
}

/**
 * A folder that TensorBoard opens by itself and whose two TSV files projector.tensorflow.org loads.
 * Source: https://www.tensorflow.org/tensorboard/tensorboard_projector_plugin.
 */
export const projector: EmbeddingFormat = {
  name: 'projector',
  title: { en: 'TensorFlow Projector', 'zh-CN': 'TensorFlow Projector' },
  description: {
    en: 'A folder with vectors, labels and a sheet of thumbnails, for TensorBoard and projector.tensorflow.org.',
    'zh-CN':
      '一个文件夹，含向量、标签和缩略图拼图，适用于 TensorBoard 和 projector.tensorflow.org。',
  },
  extension: null,
  settings: ['digits'],
  partNames: Object.values(names),
  parts: (input) => {
    const hasMetadata = input.settings.columns.length > 0
    const sprite = spriteOf(input)
    const config = configOf(hasMetadata, sprite?.sidePx ?? null)
    return [
      { name: names.vectors, write: () => vectorsOf(input) },
      ...(hasMetadata ? [{ name: names.metadata, write: () => metadataOf(input) }] : []),
      ...(sprite === null ? [] : [spritePart(names.sprite, input, sprite)]),
      {
        name: names.config,
        write: async function* () {
          yield config
        },
      },
    ] satisfies readonly ExportPart[]
  },
}

/** Text gathered before a write. */
const pieceLength = 1 << 18

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let text = ''
  for await (const line of lines) {
    text += line
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  yield text
}

function vectorsOf({ rows, settings }: FormatInput): AsyncGenerator<string> {
  async function* lines() {
    const rounded = roundedTo(settings.digits)
    for await (const { embedding } of rows.read([])) {
      yield `${Array.from(embedding, rounded).join('\t')}\n`
    }
  }
  return inPieces(lines())
}

/**
 * With one column alone the Projector expects no head and passes over empty lines, which would
 * shift the labels after an image without one: the number of the row stands before it.
 */
function metadataOf({ rows, settings: { columns }, note }: FormatInput): AsyncGenerator<string> {
  async function* lines() {
    const isNumbered = columns.length === 1
    yield `${[...(isNumbered ? ['row'] : []), ...columns].join('\t')}\n`
    let row = 0
    let flattened = 0
    for await (const cells of rows.facts(columns)) {
      const texts = cells.map((cell) => {
        const flat = String(cell).replaceAll(/[\t\r\n\u2028\u2029]/g, ' ')
        if (flat !== String(cell)) flattened += 1
        return flat
      })
      yield `${[...(isNumbered ? [row] : []), ...texts].join('\t')}\n`
      row += 1
    }
    if (flattened > 0) note({ kind: 'textFlattened', count: flattened })
  }
  return inPieces(lines())
}

function configOf(hasMetadata: boolean, spritePx: number | null): string {
  const sprite =
    spritePx === null
      ? []
      : [
          '  sprite {',
          `    image_path: "${names.sprite}"`,
          `    single_image_dim: ${spritePx}`,
          `    single_image_dim: ${spritePx}`,
          '  }',
        ]
  return [
    'embeddings {',
    '  tensor_name: "embeddings"',
    `  tensor_path: "${names.vectors}"`,
    ...(hasMetadata ? [`  metadata_path: "${names.metadata}"`] : []),
    ...sprite,
    '}',
    '',
  ].join('\n')
}
