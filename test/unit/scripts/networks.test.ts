import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { efficientNetLite } from '../../../scripts/networks/efficientNetLite.mjs'
import { graphModelOf } from '../../../scripts/networks/graphModel.mjs'
import { packagedNetworks } from '../../../scripts/networks/packagedNetworks.mjs'
import { readPickle } from '../../../scripts/networks/pickle.mjs'
import { readTorchState } from '../../../scripts/networks/torchState.mjs'
import { float16ToNumbers } from '../../../src/core/math/float16'
import { findExtractor } from '../../../src/core/plan/features'
import { describeExtractors } from '../../../src/main/features/extractors'
import { liteState } from '../../support/liteState'
import { torchStateFile } from '../../support/torchStateFile'

const networks = join(process.cwd(), 'resources', 'networks')
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

interface GraphModel {
  readonly modelTopology: {
    readonly node: readonly {
      readonly name: string
      readonly op: string
      readonly input?: readonly string[]
      readonly attr: { readonly strides?: { readonly list: { readonly i: readonly string[] } } }
    }[]
  }
  readonly weightsManifest: readonly {
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[]
  }[]
}

/** Channels, and multiply-adds of the way to it in millions, of each expansion of a graph. */
function expansionsOf({ modelTopology, weightsManifest }: GraphModel, sidePx: number) {
  const shapes = new Map(weightsManifest[0]!.weights.map(({ name, shape }) => [name, shape]))
  const sides = new Map([['input', sidePx]])
  const found: { node: string; dimension: number; multiplyAdds: number }[] = []
  let sum = 0
  for (const { name, op, input, attr } of modelTopology.node) {
    if (op === 'Const' || op === 'Placeholder') continue
    const before = sides.get(input![0]!)!
    const side = Math.ceil(before / Number(attr.strides?.list.i[1] ?? 1))
    sides.set(name, side)
    if (op === 'AddV2') continue
    const shape = shapes.get(input![1]!)!
    sum += side * side * shape.reduce((a, b) => a * b, 1)
    if (name.endsWith('/expand')) {
      found.push({ node: name, dimension: shape[3]!, multiplyAdds: Math.round(sum / 1e6) })
    }
  }
  return found
}

describe.each(packagedNetworks.map((network) => [network.id, network] as const))(
  '%s',
  (id, made) => {
    const extractor = findExtractor(describeExtractors(), id)
    const read = (name: string) => readFileSync(join(networks, id, name))

    it('has the bytes that `npm run networks` makes of its package', () => {
      expect(hashOf(read('weights.bin'))).toBe(extractor.contentHash)
      expect(read('weights.bin')).toHaveLength(extractor.weightBytes!)
      const descriptions: Readonly<Record<string, string>> = {
        'efficientnet-lite0': '4778661f6ec73a83c06c0960b2c907935016133652422c956ce928854e414ed3',
        'efficientnet-lite1': '84008def4de8fce02156a4d20b95cabbee2ebdfc074e1be18463f04f3f046e52',
        'efficientnet-lite2': 'b7fa037f1e5984150ab36f01d5a91af1c4985d1e895ee7685c2cd1fe9f88f5d6',
      }
      expect(hashOf(read('model.json'))).toBe(descriptions[id])
    })

    it('says of its layers what the graph has', () => {
      const graph = JSON.parse(read('model.json').toString()) as GraphModel
      const expansions = expansionsOf(graph, extractor.input.sidePx)
      expect(expansions.at(-1)!.node).toBe(made.deepest)
      const offered = extractor.layers.map(({ name, dimension, multiplyAdds }) => {
        return { node: `block${name.slice('expand'.length)}/expand`, dimension, multiplyAdds }
      })
      expect(expansions.slice(-offered.length)).toEqual(offered)
      expect(extractor.input.sidePx).toBe(made.sidePx)
    })

    it('goes with its origin, its licence and what was changed', () => {
      const notice = read('NOTICE.txt').toString()
      for (const word of [
        ...[made.wheel, made.sha256, 'Google', 'Copyright (c) 2020, ML Illustrated'],
        ...['half precision', 'Apache License, Version 2.0'],
      ]) {
        expect(notice).toContain(word)
      }
      expect(extractor.licence).toBe('Apache-2.0')
      expect(readFileSync(join(networks, 'LICENSE-2.0.txt'), 'utf8')).toContain(
        'TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION',
      )
    })
  },
)

describe('readTorchState', () => {
  const bytes = torchStateFile(liteState())

  it('gives tensors in the order of their shape, whatever order their storage has', () => {
    const state = readTorchState(bytes)
    // Counts of batches are no floats.
    expect([...state.keys()]).toEqual(liteState().map(({ name }) => name))
    for (const { name, storage, offset = 0, size, stride } of liteState()) {
      const { shape, values } = state.get(name)!
      expect(shape).toEqual(size)
      const last = size.map((length) => length - 1)
      const place = last.reduce((sum, at, axis) => sum + at * stride[axis]!, offset)
      expect(values).toHaveLength(size.reduce((a, b) => a * b))
      expect(values[0], name).toBe(storage[offset])
      expect(values.at(-1), name).toBe(storage[place])
    }
    const { values } = state.get('_conv_stem.weight')!
    const { storage } = liteState()[0]!
    // [0, 1, 2, 0] of [3, 3, 3, 3], stored as [2, 0, 1, 0].
    expect(values[(0 * 3 + 1) * 9 + 2 * 3]).toBe(storage[2 * 27 + 0 * 9 + 1 * 3 + 0])
  })

  it('refuses what is cut short, no state of this kind, or would run something', () => {
    expect(() => readTorchState(bytes.subarray(0, -20))).toThrow(/cut short/)
    expect(() => readTorchState(Buffer.from('\x80\x02K\x01.', 'latin1'))).toThrow(/before version/)
    const harmful = Buffer.from('\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.', 'latin1')
    const meaning = { calls: {}, persistent: () => null }
    expect(() => readPickle(harmful, 0, meaning)).toThrow(/calls os system/)
    expect(() => readPickle(Buffer.from('\x80\x02\xff.', 'latin1'), 0, meaning)).toThrow(/opcode/)
  })
})

describe('graphModelOf', () => {
  const layers = efficientNetLite(readTorchState(torchStateFile(liteState())), 'block3/expand')
  const options = { sidePx: 16, source: {} }

  it('gives the same bytes each time, rounded to the nearest half', () => {
    const { description, weights } = graphModelOf(layers, options)
    const again = graphModelOf(layers, options)
    expect(again.weights.equals(weights)).toBe(true)
    expect(JSON.stringify(again.description)).toBe(JSON.stringify(description))
    const stem = layers[0]!
    if (!('filter' in stem)) throw new Error('A network begins with a convolution')
    const kept = float16ToNumbers(new Uint16Array(Uint8Array.from(weights).buffer))
    stem.filter.forEach((value, i) => {
      expect(Math.abs(kept[i]! - value)).toBeLessThanOrEqual(2 ** -11 * Math.abs(value) + 2 ** -25)
    })
  })

  it('rounds halves to the even neighbour, and refuses what is too large', () => {
    const round = (...values: readonly number[]) => {
      const filter = Float32Array.from(values)
      const shape = [1, 1, 1, values.length]
      const bias = new Float32Array(0)
      const layer = { name: 'a', input: 'input', isDepthwise: false, shape, filter, bias }
      const made = graphModelOf([{ ...layer, stride: 1, isRectified: true }], options)
      return [...float16ToNumbers(new Uint16Array(Uint8Array.from(made.weights).buffer))]
    }
    const step = 2 ** -10
    expect(round(1 + step / 2, 1 + 1.5 * step, 1 + 0.6 * step)).toEqual([1, 1 + 2 * step, 1 + step])
    expect(round(2 ** -24, 2 ** -25, 1.5 * 2 ** -24, 2 - 2 ** -20)).toEqual([
      ...[2 ** -24, 0, 2 ** -23, 2],
    ])
    expect(round(-0.1)[0]).toBeCloseTo(-0.1, 4)
    expect(() => round(65_520)).toThrow(/does not hold/)
  })

  it('ends after the layer that was asked for', () => {
    expect(layers.at(-1)!.name).toBe('block3/expand')
    expect(layers.some(({ name }) => name === 'block3/depthwise')).toBe(false)
    const state = readTorchState(torchStateFile(liteState()))
    expect(() => efficientNetLite(state, 'block9/expand')).toThrow(/no layer/)
    expect(efficientNetLite(state, 'block3/sum').at(-1)).toEqual({
      name: 'block3/sum',
      inputs: ['block3/project', 'block2/project'],
    })
  })
})
