import { describe, expect, it } from 'vitest'
import { helpText } from '../../../../src/main/cli/help'
import { commandsFor } from '../../../../src/main/cli/options'
import { parseArguments, UsageError } from '../../../../src/main/cli/parse'
import { requestOf } from '../../../../src/main/cli/request'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { editDistance, nearestName, sameName } from '../../../../src/main/cli/suggestion'

const commands = commandsFor({
  losses: ['triplet', 'contrastive', 'supCon'],
  miners: ['semiHard', 'batchHard'],
  distances: ['euclidean', 'cosine'],
  reducers: ['mean', 'sum'],
  regularizers: ['l2Norm', 'zeroMean'],
  samplers: ['classesTimesImages', 'uniform'],
  extractors: describeExtractors(),
})
const parse = (line: string) => parseArguments(line.split(' '), commands)
const request = (line: string) => requestOf(parse(line))

function complaint(line: string): string {
  try {
    requestOf(parse(line))
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  return 'nothing thrown'
}

describe('requestOf', () => {
  it('reads how a step is made', () => {
    expect(
      request(
        'train a --out b --reducer sum --regularizer l2norm --regularizer-weight 0.2 --schedule cosine ' +
          '--warm-up-steps 5 --miner-warm-up 0.2 --patience none --gradient-clip 1 --weight-decay 0.01 ' +
          '--ema-decay 0.9 --no-remedies --learning-rate find --features conv12+pooled --sampler uniform ' +
          '--extractor mobilenet-v2-1.4-mid ' +
          '--proxy-start random',
      ),
    ).toEqual({
      reducer: 'sum',
      regularizer: { name: 'l2Norm', options: {} },
      regularizerWeight: 0.2,
      schedule: 'cosine',
      warmUpSteps: 5,
      minerWarmUp: 0.2,
      patience: null,
      gradientClip: 1,
      weightDecay: 0.01,
      emaDecay: 0.9,
      remedies: false,
      learningRate: 'find',
      extractor: 'mobilenet-v2-1.4-mid',
      features: 'conv12+pooled',
      sampler: 'uniform',
      proxyStart: 'random',
    })
  })

  it('reads sums of losses, each with its own options', () => {
    expect(
      request(
        'train a --out b --loss triplet --loss-option margin=0.3 --add-loss supCon=0.5 ' +
          '--loss-option supCon.temperature=0.2 --add-loss contrastive=2',
      ),
    ).toEqual({
      loss: { name: 'triplet', options: { margin: 0.3 } },
      addedLosses: [
        { name: 'supCon', weight: 0.5, options: { temperature: 0.2 } },
        { name: 'contrastive', weight: 2, options: {} },
      ],
    })
    expect(complaint('train a --out b --loss triplet --loss-option supCon.temperature=1')).toMatch(
      /--add-loss supCon=WEIGHT/,
    )
    expect(complaint('train a --out b --add-loss supCon=much')).toMatch(/must be a number/)
  })

  it.each([
    ['--remedies --no-remedies', /Give one of them/],
    ['--patience soon', /a whole number or none/],
    ['--regularizer-weight 1', /--regularizer NAME/],
  ])('refuses %s', (options, message) => {
    expect(complaint(`train a --out b ${options}`)).toMatch(message)
  })
})

describe('parseArguments', () => {
  it('reads every option of train', () => {
    const parsed = parse(
      'train photos --loss triplet --miner semihard --distance euclidean --margin 0.3 --network small ' +
        '--embedding-size 64 --classes-per-batch 8 --images-per-class 3 --epochs 4 --steps 50 --minutes 2 ' +
        '--split byimage --test-share 0.3 --seed 9 --backend js --start pca --learning-rate 0.01 ' +
        '--image-size 48 --out results --json',
    )
    expect(parsed.positionals).toEqual(['photos'])
    expect(parsed.texts.get('out')).toBe('results')
    expect(parsed.flags).toEqual(new Set(['json']))
    expect(requestOf(parsed)).toEqual({
      loss: { name: 'triplet', options: { margin: 0.3 } },
      miner: { name: 'semiHard', options: {} },
      distance: 'euclidean',
      network: 'small',
      embeddingSize: 64,
      classesPerBatch: 8,
      imagesPerClass: 3,
      epochs: 4,
      steps: 50,
      minutes: 2,
      split: 'byImage',
      testShare: 0.3,
      seed: 9,
      backend: 'js',
      start: 'pca',
      learningRate: 0.01,
      imageSizePx: 48,
    })
  })

  it('leaves open what is not given', () => {
    expect(request('train photos --out r')).toEqual({})
    expect(request('train photos --out r --miner none')).toEqual({ miner: null })
  })

  it('reads options before the folder, = signs and repeated pairs', () => {
    expect(
      request('train --seed=3 --loss=supCon --loss-option temperature=0.2 --out=r photos'),
    ).toEqual({ seed: 3, loss: { name: 'supCon', options: { temperature: 0.2 } } })
  })

  it('names the margin of the contrastive loss as its form does', () => {
    expect(request('train p --out r --loss contrastive --margin 0.7').loss?.options).toEqual({
      negativeMargin: 0.7,
    })
    expect(
      request('train p --out r --loss contrastive --loss-option form=hadsell --margin 2').loss
        ?.options,
    ).toEqual({ form: 'hadsell', margin: 2 })
  })

  it.each([
    ['train p --out r --los triplet', 'Did you mean --loss?'],
    ['train p --out r --batch-size 3', 'has no option --batch-size'],
    ['train p --out r --loss tripet', 'Did you mean triplet?'],
    ['train p --out r --miner zzz', 'Choose one of: semiHard, batchHard, none.'],
    ['train p --out r --epochs 1.5', '--epochs must be a whole number'],
    ['train p --out r --epochs 0', '--epochs must lie between 1 and 10000'],
    ['train p --out r --seed', '--seed needs a value'],
    ['train p --out --json', '--out needs a value'],
    ['train p --out r --json=yes', '--json takes no value'],
    ['train p --out r --seed 1 --seed 2', '--seed is given twice'],
    ['train --out r', 'FOLDER is missing'],
    ['train a b --out r', 'one argument too many'],
    ['train p', '--out is missing'],
    ['trian p --out r', 'Did you mean "train"?'],
    ['--out r train p', 'The command comes first'],
    ['train p --out r --margin 0.5', '--margin belongs to a loss'],
    ['train p --out r --loss supCon --margin 0.5', 'has no margin'],
    ['train p --out r --loss triplet --loss-option margn=1', 'has no option "margn"'],
    ['train p --out r --loss triplet --loss-option margin', 'NAME=VALUE'],
    ['train p --out r --miner-option a=1', 'belongs to a miner'],
    ['embed p --out r.csv', '--model is missing'],
    ['version extra', 'one argument too many'],
  ])('refuses "%s"', (line, part) => {
    expect(complaint(line)).toContain(part)
  })

  it('gives help for every way of asking', () => {
    expect(parseArguments([], commands).command.name).toBe('help')
    expect(parse('--help').command.name).toBe('help')
    expect(parse('help').command.name).toBe('help')
    expect(parse('help train').command.name).toBe('help')
    expect(parse('train --help').flags.has('help')).toBe(true)
    expect(parse('--version').command.name).toBe('version')
  })
})

describe('helpText', () => {
  it('names every command and option within 100 columns', () => {
    const text = helpText(commands)
    for (const { name, options } of commands.filter((command) => command.name !== 'help')) {
      expect(text).toContain(name)
      for (const option of options) expect(text).toContain(`--${option.name}`)
    }
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    expect(helpText(commands, 'embed')).not.toContain('--epochs')
  })
})

describe('suggestions', () => {
  it('counts edits, a swap as one', () => {
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('trian', 'train')).toBe(1)
    expect(editDistance('kitten', 'sitting')).toBe(3)
  })

  it('finds the nearest name and none where nothing is near', () => {
    expect(nearestName('semihrd', ['semiHard', 'batchHard'])).toBe('semiHard')
    expect(nearestName('xyz', ['semiHard', 'batchHard'])).toBeNull()
  })

  it('takes names in any case and with hyphens', () => {
    expect(sameName('batch-hard', ['semiHard', 'batchHard'])).toBe('batchHard')
    expect(sameName('batch', ['semiHard', 'batchHard'])).toBeNull()
  })
})
