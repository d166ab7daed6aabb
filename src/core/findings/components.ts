/** Things that belong together, pair by pair. */
export interface Components {
  /** The least of those that `at` belongs with. */
  readonly rootOf: (at: number) => number
  readonly tie: (a: number, b: number) => void
  /** Of each. */
  readonly roots: () => Uint32Array
}

/** Connected components of `count` things, each alone at first (union-find: Galler, Fisher 1964). */
export function createComponents(count: number): Components {
  const parents = Uint32Array.from({ length: count }, (_, at) => at)
  const rootOf = (at: number): number => {
    let root = at
    while (parents[root] !== root) root = parents[root]!
    for (let next = at; parents[next] !== root;) {
      const parent = parents[next]!
      parents[next] = root
      next = parent
    }
    return root
  }
  return {
    rootOf,
    tie(a, b) {
      const [first, second] = [rootOf(a), rootOf(b)]
      if (first !== second) parents[Math.max(first, second)] = Math.min(first, second)
    },
    roots: () => parents.map((_, at) => rootOf(at)),
  }
}
