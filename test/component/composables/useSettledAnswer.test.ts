import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope, nextTick, shallowRef } from 'vue'
import { useSettledAnswer } from '../../../src/renderer/src/composables/useSettledAnswer'

interface Question {
  readonly asked: string
  readonly reply: (answer: string) => void
}

describe('an answer that is kept up to date', () => {
  let scope: EffectScope
  const choice = shallowRef('a')
  /** As a list of runs, replaced whenever a run says how far it is. */
  const list = shallowRef<readonly number[]>([1])
  const questions: Question[] = []

  const follow = () =>
    scope.run(() =>
      useSettledAnswer(
        () => [choice.value, list.value.length],
        () => new Promise<string>((reply) => questions.push({ asked: choice.value, reply })),
      ),
    )!
  const settle = async () => {
    await nextTick()
    await vi.runAllTimersAsync()
  }

  beforeEach(() => {
    vi.useFakeTimers()
    scope = effectScope()
    choice.value = 'a'
    list.value = [1]
    questions.length = 0
  })

  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('asks again where what is looked at is another', async () => {
    const { answer } = follow()
    questions[0]!.reply('of a')
    await settle()
    expect(answer.value).toBe('of a')
    choice.value = 'b'
    await settle()
    questions[1]!.reply('of b')
    await settle()
    expect(answer.value).toBe('of b')
  })

  it('asks nothing where only what is read on the way to it is replaced', async () => {
    follow()
    questions[0]!.reply('of a')
    for (let step = 0; step < 20; step++) {
      list.value = [step]
      await settle()
    }
    expect(questions).toHaveLength(1)
    list.value = [1, 2]
    await settle()
    expect(questions).toHaveLength(2)
  })

  it('has one question under way, and then asks the last', async () => {
    const { answer } = follow()
    for (const next of ['b', 'c', 'd']) {
      choice.value = next
      await settle()
    }
    expect(questions.map(({ asked }) => asked)).toEqual(['a'])
    questions[0]!.reply('of a')
    await settle()
    expect(questions.map(({ asked }) => asked)).toEqual(['a', 'd'])
    expect(answer.value).toBeNull()
    questions[1]!.reply('of d')
    await settle()
    expect(answer.value).toBe('of d')
  })
})
