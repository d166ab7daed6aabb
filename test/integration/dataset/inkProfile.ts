/** Lab of one combination of inks, each there (1) or not. */
export type InkColor = (inks: readonly number[]) => readonly [L: number, a: number, b: number]

/**
 * An ICC profile (version 2) of four inks whose colours are linear in Lab between the sixteen
 * combinations of inks: its meaning can be computed by hand.
 */
export function inkProfile(colorOf: InkColor): Buffer {
  const tags: readonly (readonly [name: string, data: Buffer])[] = [
    ['desc', textTag('desc')],
    ['cprt', Buffer.concat([Buffer.from('text\0\0\0\0public\0', 'latin1')])],
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['A2B0', table(colorOf)],
  ]
  const directory = Buffer.alloc(4 + tags.length * 12)
  directory.writeUInt32BE(tags.length, 0)
  const parts: Buffer[] = []
  let at = 128 + directory.length
  tags.forEach(([name, data], i) => {
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)])
    directory.write(name, 4 + i * 12, 'latin1')
    directory.writeUInt32BE(at, 8 + i * 12)
    directory.writeUInt32BE(data.length, 12 + i * 12)
    parts.push(padded)
    at += padded.length
  })
  const header = Buffer.alloc(128)
  header.writeUInt32BE(at, 0)
  header.writeUInt32BE(0x02400000, 8)
  header.write('prtrCMYKLab ', 12, 'latin1')
  header.write('acsp', 36, 'latin1')
  header.writeInt32BE(Math.round(0.9642 * 65536), 68)
  header.writeInt32BE(65536, 72)
  header.writeInt32BE(Math.round(0.8249 * 65536), 76)
  return Buffer.concat([header, directory, ...parts])
}

function textTag(text: string): Buffer {
  const tag = Buffer.alloc(12 + text.length + 1 + 78)
  tag.write('desc', 0, 'latin1')
  tag.writeUInt32BE(text.length + 1, 8)
  tag.write(text, 12, 'latin1')
  return tag
}

function xyz(...values: readonly number[]): Buffer {
  const tag = Buffer.alloc(20)
  tag.write('XYZ ', 0, 'latin1')
  values.forEach((value, i) => tag.writeInt32BE(Math.round(value * 65536), 8 + i * 4))
  return tag
}

/** lut8Type with two grid points an ink and straight curves. */
function table(colorOf: InkColor): Buffer {
  const head = Buffer.alloc(48)
  head.write('mft1', 0, 'latin1')
  head.set([4, 3, 2, 0], 8)
  for (const i of [0, 4, 8]) head.writeInt32BE(65536, 12 + i * 4)
  const straight = Array.from({ length: 256 }, (_, value) => value)
  const grid = Array.from({ length: 16 }, (_, at) => {
    const [l, a, b] = colorOf([(at >> 3) & 1, (at >> 2) & 1, (at >> 1) & 1, at & 1])
    return [Math.round((l * 255) / 100), Math.round(a) + 128, Math.round(b) + 128]
  })
  const curves = (count: number) => Array.from({ length: count }, () => straight).flat()
  return Buffer.concat([head, Buffer.from([...curves(4), ...grid.flat(), ...curves(3)])])
}
