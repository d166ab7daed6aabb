/**
 * What a stream may build beside plain data. Whatever else it names is refused, so that reading
 * runs nothing of a file.
 *
 * @typedef {object} PickleMeaning
 * @property {Readonly<Record<string, (...values: any[]) => unknown>>} calls by 'module name'
 * @property {(value: any) => unknown} persistent what a persistent id stands for; in it, names of
 *   Python are `{ global }`
 */

/**
 * Reads one value in Python's pickle format, protocol 2: dictionaries as maps, tuples and lists as
 * arrays, long integers as bigint.
 * Source: the comments of Python's pickletools.py.
 *
 * @param {Buffer} bytes
 * @param {number} start
 * @param {PickleMeaning} meaning
 * @returns {{ value: any, end: number }} end: where the bytes after it begin
 * @throws Error where the bytes are no such value, or one that is not plain data
 */
export function readPickle(bytes, start, meaning) {
  /** @type {any[]} */
  const stack = []
  /** @type {number[]} */
  const marks = []
  const memo = new Map()
  let at = start
  const sinceMark = () => {
    const mark = marks.pop()
    if (mark === undefined) throw new Error(`The pickle has no mark before byte ${at}`)
    return stack.splice(mark)
  }
  const line = () => {
    const end = bytes.indexOf(10, at)
    if (end < 0) throw new Error('The pickle ends within a name')
    const text = bytes.toString('utf8', at, end)
    at = end + 1
    return text
  }
  /** @param {number} size @param {(position: number) => any} read */
  const take = (size, read) => {
    const value = read(at)
    at += size
    return value
  }
  const byte = () => take(1, (position) => bytes.readUInt8(position))
  const uint32 = () => take(4, (position) => bytes.readUInt32LE(position))
  /** @param {any[]} pairs */
  const setItems = (pairs) => {
    const map = stack.at(-1)
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1])
  }
  /** @type {Readonly<Record<string, () => void>>} */
  const opcodes = {
    '\x80': () => byte(),
    '(': () => marks.push(stack.length),
    ')': () => stack.push([]),
    ']': () => stack.push([]),
    '}': () => stack.push(new Map()),
    N: () => stack.push(null),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    K: () => stack.push(byte()),
    M: () => stack.push(take(2, (position) => bytes.readUInt16LE(position))),
    J: () => stack.push(take(4, (position) => bytes.readInt32LE(position))),
    G: () => stack.push(take(8, (position) => bytes.readDoubleBE(position))),
    '\x8a': () =>
      stack.push(
        longOf(
          take(byte(), (position) => position),
          at,
          bytes,
        ),
      ),
    X: () => {
      const length = uint32()
      stack.push(take(length, (position) => bytes.toString('utf8', position, position + length)))
    },
    q: () => memo.set(byte(), stack.at(-1)),
    r: () => memo.set(uint32(), stack.at(-1)),
    h: () => stack.push(memo.get(byte())),
    j: () => stack.push(memo.get(uint32())),
    t: () => stack.push(sinceMark()),
    '\x85': () => stack.push(stack.splice(-1)),
    '\x86': () => stack.push(stack.splice(-2)),
    '\x87': () => stack.push(stack.splice(-3)),
    s: () => setItems(stack.splice(-2)),
    u: () => setItems(sinceMark()),
    a: () => {
      const value = stack.pop()
      stack.at(-1).push(value)
    },
    e: () => {
      const values = sinceMark()
      stack.at(-1).push(...values)
    },
    // State of an object, which plain data has no place for.
    b: () => stack.pop(),
    c: () => stack.push({ global: `${line()} ${line()}` }),
    Q: () => stack.push(meaning.persistent(stack.pop())),
    R: () => {
      const values = stack.pop()
      const name = stack.pop()?.global
      const call = meaning.calls[name]
      if (call === undefined) throw new Error(`The pickle calls ${name}`)
      stack.push(call(...values))
    },
  }
  for (;;) {
    const name = String.fromCharCode(byte())
    if (name === '.') return { value: stack.pop(), end: at }
    const run = opcodes[name]
    if (run === undefined) throw new Error(`The pickle has an unknown opcode at byte ${at - 1}`)
    run()
  }
}

/** @param {number} from @param {number} to @param {Buffer} bytes little-endian, two's complement */
function longOf(from, to, bytes) {
  let value = 0n
  for (let i = to - 1; i >= from; i--) value = (value << 8n) | BigInt(bytes.readUInt8(i))
  return BigInt.asIntN(8 * (to - from), value)
}
