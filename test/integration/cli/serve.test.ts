import { readdirSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('serve', { labels: 6 })
const place = (name: string) => join(cli.folder, name)
const model = () => place('run/model')

interface Reply {
  readonly status: number
  readonly body: Record<string, unknown> & { readonly error?: { code: string; message: string } }
  readonly headers: Headers
}
type Result = Record<string, unknown> & { readonly embedding?: number[] }

let server: ReturnType<typeof cli.start> | undefined
let url = ''
let token = ''

/** The line that says it is ready. */
function readyLine(started: NonNullable<typeof server>): Promise<{ url: string; token?: string }> {
  return new Promise((resolve, reject) => {
    let text = ''
    started.child.stdout.on('data', (data) => {
      text += String(data)
      const [line, rest] = text.split('\n')
      if (rest !== undefined) resolve(JSON.parse(line!) as { url: string })
    })
    void started.ended.then(({ error }) => reject(new Error(`It ended first: ${error}`)))
  })
}

async function ask(path: string, options: RequestInit & { token?: string | null } = {}) {
  const { token: given = token, headers, ...rest } = options
  const answer = await fetch(`${url}${path}`, {
    ...rest,
    headers: {
      ...(given === null ? {} : { authorization: `Bearer ${given}` }),
      ...(headers as Record<string, string>),
    },
  })
  const body = (await answer.json()) as Reply['body']
  return { status: answer.status, body, headers: answer.headers } satisfies Reply
}

const askJson = (path: string, body: unknown) =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const pictures = (): string[] =>
  readdirSync(cli.images, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.png'))
    .sort()
const bytesOf = (name: string) => readFileSync(join(cli.images, name))
const sent = (name: string) => ({ name, base64: bytesOf(name).toString('base64') })

function rowsOf(file: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(place(file), 'utf8').trimEnd().split('\r\n')
  const names = header!.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']))
  })
}

/** What the server answers to bytes that no client of HTTP would send. */
const rawAnswer = (text: string, isWhole = true): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => {
      if (isWhole) socket.end(text)
      else socket.write(text)
    })
    let answer = ''
    socket.on('data', (data) => (answer += String(data)))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })

beforeAll(async () => {
  const { code, error } = await cli.run(
    ...['train', cli.images, '--out', place('run'), '--backend', 'wasm', '--steps', '4'],
  )
  expect(code, error).toBe(0)
  server = cli.start(
    ['serve', '--model', model(), '--port', '0', '--backend', 'wasm'].concat(
      ...['--body-limit', '1', '--body-seconds', '3', '--queue', '2'],
    ),
  )
  const ready = await readyLine(server)
  url = ready.url
  token = ready.token!
})

afterAll(() => void server?.child.kill('SIGKILL'))

describe('serve', () => {
  it('says where it is, on this machine alone, with a token of its own', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(token.length).toBeGreaterThan(40)
    expect((await ask('/health', { token: null })).body).toEqual({ status: 'ok' })
    const { status, body } = await ask('/v1/info')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      labels: readdirSync(cli.images)
        .filter((name) => !name.includes('.'))
        .sort(),
    })
  })

  it('gives the numbers of the commands', async () => {
    const args = ['--model', model(), '--backend', 'wasm']
    const [one, other, third] = [pictures()[0]!, pictures()[9]!, pictures()[20]!]
    for (const command of [
      ['embed', cli.images, ...args, '--out', place('embeddings.csv')],
      ['predict', cli.images, ...args, '--out', place('answers.csv')],
      [
        ...['search', cli.images, ...args, '--out', place('found.csv'), '--top', '7'],
        ...['--like', join(cli.images, one), '--unlike', join(cli.images, other)],
      ],
    ]) {
      const { code, error } = await cli.run(...command)
      expect(code, error).toBe(0)
    }

    const embedded = await askJson('/v1/embed', { pictures: [sent(one), sent(third)] })
    const results = embedded.body['results'] as Result[]
    for (const { name, embedding } of results) {
      const row = rowsOf('embeddings.csv').find(({ image }) => image === name)!
      const numbers = Object.entries(row).filter(([key]) => /^e\d+$/.test(key))
      expect(embedding).toHaveLength(numbers.length)
      numbers.forEach(([, text], i) => expect(embedding![i]).toBeCloseTo(Number(text), 5))
    }

    const predicted = await askJson('/v1/predict', { pictures: [sent(one), sent(third)] })
    expect(predicted.status).toBe(200)
    for (const answer of predicted.body['results'] as Result[]) {
      const row = rowsOf('answers.csv').find(({ image }) => image === answer['name'])!
      expect(answer['label']).toBe(row['label'])
      expect(answer['known']).toBe(row['known'] === '1')
      expect(answer['confidence']).toBeCloseTo(Number(row['confidence']), 5)
      expect(answer['distance']).toBeCloseTo(Number(row['distance']), 5)
      const [nearest] = answer['neighbours'] as Record<string, unknown>[]
      expect(nearest!['image']).toBe(row['n1'])
    }

    const found = await askJson('/v1/search', { like: [sent(one)], unlike: [sent(other)], top: 7 })
    const expected = rowsOf('found.csv')
    expect(found.body['examples']).toBe(2)
    const scores = (found.body['found'] as { image: string; score: number }[]).map(
      ({ score }) => score,
    )
    expect(scores).toHaveLength(7)
    expected.forEach(({ score }, i) => expect(scores[i]).toBeCloseTo(Number(score), 5))
  })

  it('takes one picture as it is, and says which of several cannot be read', async () => {
    const [one] = pictures()
    const bare = (path: string, body: Buffer) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'image/png' },
        body: new Uint8Array(body),
      })
    const alone = await bare('/v1/predict?falseAccept=1', bytesOf(one!))
    expect(alone.status).toBe(200)
    expect(alone.body).toMatchObject({ falseAccept: 1, results: [{ known: true }] })
    expect((await bare('/v1/predict', Buffer.from('no picture'))).status).toBe(422)

    const damaged = bytesOf(one!).subarray(0, 60).toString('base64')
    const mixed = await askJson('/v1/embed', {
      pictures: [sent(one!), { base64: damaged }, sent(pictures()[3]!)],
    })
    expect(mixed.status).toBe(200)
    const [first, broken, last] = mixed.body['results'] as Result[]
    expect(broken!['error']).toMatchObject({ code: 'corrupt' })
    expect(broken!['embedding']).toBeUndefined()
    expect(first!.embedding).toHaveLength(last!.embedding!.length)
  })

  it('answers requests side by side as it answers them alone', async () => {
    const names = pictures().slice(0, 2)
    const alone = await askJson('/v1/embed', { pictures: [sent(names[0]!)] })
    const both = await Promise.all(
      names.map((name) => askJson('/v1/embed', { pictures: [sent(name), sent(names[0]!)] })),
    )
    const rows = both.map(({ body }) => (body['results'] as Result[]).map((one) => one.embedding))
    expect(rows[0]![0]).toEqual((alone.body['results'] as Result[])[0]!.embedding)
    expect(rows[1]![1]).toEqual(rows[0]![0])
    expect(rows[1]![0]).not.toEqual(rows[0]![0])
  })

  it('refuses what it does not know, and says what to do', async () => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const png = { method: 'POST', headers: { 'content-type': 'image/png' } }
    const cases: [number, string, Promise<Reply>][] = [
      [401, 'tokenMissing', ask('/v1/info', { token: null })],
      [401, 'tokenWrong', ask('/v1/info', { token: `${token.slice(0, -1)}!` })],
      [404, 'notFound', ask('/v1/nothing')],
      [405, 'wrongMethod', ask('/v1/embed')],
      [415, 'unknownContentType', ask('/v1/embed', { method: 'POST', body: 'a' })],
      [400, 'notJson', ask('/v1/embed', { ...post, body: '{' })],
      [400, 'notUnderstood', askJson('/v1/embed', { pictures: [] })],
      [400, 'notUnderstood', askJson('/v1/embed', { picture: 'x' })],
      [400, 'notBase64', askJson('/v1/embed', { pictures: [{ base64: '???' }] })],
      [400, 'notUnderstood', ask('/v1/predict?falseAccept=2', { ...png, body: 'x' })],
      [400, 'notUnderstood', ask('/v1/search?top=0', { ...png, body: 'x' })],
      [400, 'bodyEmpty', ask('/v1/embed', png)],
      [
        413,
        'tooManyPictures',
        askJson('/v1/embed', { pictures: Array.from({ length: 65 }, () => ({ base64: 'AAAA' })) }),
      ],
    ]
    for (const [status, code, asking] of cases) {
      const { status: given, body, headers } = await asking
      expect([given, body.error?.code]).toEqual([status, code])
      expect(body.error!.message.length).toBeGreaterThan(10)
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
    expect((await ask('/v1/embed', { method: 'OPTIONS' })).status).toBe(405)
  })

  it('refuses names of other machines, and what is no HTTP', async () => {
    const named = await new Promise<number>((resolve, reject) => {
      const headers = { host: 'attacker.example', authorization: `Bearer ${token}` }
      httpRequest(`${url}/v1/info`, { headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode!)
      })
        .on('error', reject)
        .end()
    })
    expect(named).toBe(403)
    expect(await rawAnswer('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"malformed"/s)
    expect(await rawAnswer('GET /health HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
  })

  it('takes no body that is too long, too slow, or one too many', async () => {
    const head = (length: number) =>
      `POST /v1/embed HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer ${token}\r\nContent-Type: image/png\r\nContent-Length: ${length}\r\n\r\n`
    expect(await rawAnswer(head(2 ** 21), false)).toMatch(/^HTTP\/1\.1 413 .*bodyTooLarge/s)
    const chunked = head(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked')
    expect(
      await rawAnswer(`${chunked}200000\r\n${'x'.repeat(0x200000)}\r\n0\r\n\r\n`, false),
    ).toMatch(/^HTTP\/1\.1 413/)
    // Two that send nothing more hold both places until their time is over.
    const slow = [1, 2].map(() => rawAnswer(`${head(100)}abc`, false))
    let busy: Reply | null = null
    let isOver = false
    const bothOver = Promise.all(slow).then(() => (isOver = true))
    while (busy === null && !isOver) {
      const reply = await askJson('/v1/embed', { pictures: [] })
      if (reply.status === 503) busy = reply
    }
    expect(busy?.headers.get('retry-after')).toBe('1')
    expect(busy?.body.error?.code).toBe('tooBusy')
    await bothOver
    for (const answer of await Promise.all(slow)) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 .*bodyTooSlow/s)
    }
  })

  it('never says its token, answers what is on, and ends', async () => {
    const picture = bytesOf(pictures()[0]!)
    const { hostname, port, host } = new URL(url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    const whenSaid = (part: string) =>
      new Promise<void>((resolve) => {
        socket.on('data', () => {
          if (answer.includes(part)) resolve()
        })
      })
    socket.on('data', (data) => (answer += String(data)))
    const taken = whenSaid('100 Continue')
    socket.write(
      `POST /v1/predict HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\nContent-Type: image/png\r\nContent-Length: ${picture.length}\r\n\r\n`,
    )
    await taken
    const told = server!.whenSaid('Cancelling')
    server!.child.kill('SIGINT')
    await told
    const answered = whenSaid('"results"')
    socket.write(picture)
    await answered
    expect(answer).toContain('HTTP/1.1 200')
    const { code, out, error } = await server!.ended
    expect(code, error).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    expect(error).not.toContain(token)
    await expect(ask('/health')).rejects.toThrow()
  })
})

describe('serve refuses at the start', () => {
  it('what cannot be', async () => {
    const short = cli.start(['serve', '--model', model()], { SEMBLANCE_SERVE_TOKEN: 'short' })
    const { code, error } = await short.ended
    expect(code).toBe(2)
    expect(error).toContain('SEMBLANCE_SERVE_TOKEN')
  })
})
