import { describe, expect, it } from 'vitest'
import { mutationTable } from '../../../scripts/mutationTable.mjs'

function mutants(...statuses: readonly string[]) {
  return { mutants: statuses.map((status) => ({ status })) }
}

describe('mutationTable', () => {
  it('gives folders first, then files, and counts a mutant without a test as not killed', () => {
    const table = mutationTable({
      files: {
        'src/core/loop/b.ts': mutants('Killed', 'NoCoverage', 'Ignored'),
        'src/core/loop/a.ts': mutants('Killed', 'Timeout', 'Survived', 'CompileError'),
        'src/core/losses/index.ts': mutants('Ignored'),
      },
    })
    expect(table.split('\n').slice(2)).toEqual([
      '| **loop** | 60.0 | 2 | 1 | 1 | 1 |',
      '| loop/a.ts | 66.7 | 1 | 1 | 1 | 0 |',
      '| loop/b.ts | 50.0 | 1 | 0 | 0 | 1 |',
      '',
    ])
  })
})
