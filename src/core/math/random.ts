/**
 * A seeded stream of random numbers. The same seed gives the same numbers on every machine.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number
  /** Gaussian; mean 0 and standard deviation 1 unless told otherwise. */
  normal(mean?: number, standardDeviation?: number): number
  /** A whole number in [0, bound). */
  integer(bound: number): number
  /** Shuffles in place (Fisher, Yates 1938) and returns the array. */
  shuffle<A extends { readonly length: number; [index: number]: number }>(array: A): A
  /**
   * An independent stream that depends on this stream's seed and the name only, not on how many
   * numbers were drawn, so that a new use of chance changes no other.
   */
  fork(name: string): Random
  /** Plain numbers from which `restoreRandom` goes on where this stream stands. */
  state(): readonly number[]
}

/** A stream for a seed; any number or text is a seed. */
export function createRandom(seed: number | string): Random {
  const hash = typeof seed === 'number' ? hashText(`#${seed}`) : hashText(seed)
  return start(hash)
}

/** The stream that goes on from a state that `state()` gave. */
export function restoreRandom(state: readonly number[]): Random {
  const [seed, a, b, c, counter, spare] = state
  if (seed === undefined || a === undefined || b === undefined || c === undefined) {
    throw new Error('A random state has five numbers, or six with a spare gaussian')
  }
  return new SmallFastCounting(seed, a, b, c, counter ?? 1, spare ?? NaN)
}

function start(seed: number): Random {
  let mixed = seed
  const mix = () => {
    mixed = (mixed + 0x9e3779b9) | 0
    let z = mixed
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) | 0
  }
  const random = new SmallFastCounting(seed, mix(), mix(), mix(), 1, NaN)
  for (let i = 0; i < 12; i++) random.next()
  return random
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes the usual batteries. */
class SmallFastCounting implements Random {
  constructor(
    private readonly seed: number,
    private a: number,
    private b: number,
    private c: number,
    private counter: number,
    private spare: number,
  ) {}

  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (this.c << 21) | (this.c >>> 11)
    this.c = (this.c + sum) | 0
    return (sum >>> 0) / 4294967296
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  normal(mean = 0, standardDeviation = 1): number {
    // Polar method (Marsaglia, Bray 1964): two at a time, the second kept for the next call.
    if (!Number.isNaN(this.spare)) {
      const value = this.spare
      this.spare = NaN
      return mean + standardDeviation * value
    }
    for (;;) {
      const u = 2 * this.next() - 1
      const v = 2 * this.next() - 1
      const square = u * u + v * v
      if (square >= 1 || square === 0) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      this.spare = v * factor
      return mean + standardDeviation * u * factor
    }
  }

  integer(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  shuffle<A extends { readonly length: number; [index: number]: number }>(array: A): A {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const kept = array[i]!
      array[i] = array[j]!
      array[j] = kept
    }
    return array
  }

  fork(name: string): Random {
    return start(hashText(`${this.seed}/${name}`))
  }

  state(): readonly number[] {
    const words = [this.seed, this.a, this.b, this.c, this.counter]
    return Number.isNaN(this.spare) ? words : [...words, this.spare]
  }
}

/** FNV-1a over the code units (Fowler, Noll, Vo 1991). */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash | 0
}
