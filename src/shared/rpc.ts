import * as v from 'valibot'
import { AppError, type SerializedError, serializeError } from './errors'

/** A request with one input object, checked by `schema` before any handler sees it. */
export interface Call<Input, Output> {
  readonly kind: 'call'
  readonly schema: v.GenericSchema<unknown, Input>
  /** Never set: carries the type of the answer. */
  readonly output?: Output
}

/** State that main sends to the window; never a command. */
export interface Event<Payload> {
  readonly kind: 'event'
  /** Never set: carries the type of the payload. */
  readonly payload?: Payload
}

// The widest call and event: `never` and `unknown` where a concrete one has its own types.
type AnyCall = {
  readonly kind: 'call'
  readonly schema: v.GenericSchema
  readonly output?: unknown
}
type AnyEvent = { readonly kind: 'event'; readonly payload?: unknown }
type ServiceContract = Readonly<Record<string, AnyCall | AnyEvent>>
export type Contract = Readonly<Record<string, ServiceContract>>

export const call =
  <Output>() =>
  <Schema extends v.GenericSchema>(schema: Schema): Call<v.InferOutput<Schema>, Output> => ({
    kind: 'call',
    schema: schema,
  })

export const event = <Payload>(): Event<Payload> => ({ kind: 'event' })

/** Schema of a call that needs nothing. */
export const nothing = v.strictObject({})

type CallKeys<S extends ServiceContract> = {
  [K in keyof S]: S[K] extends { kind: 'call' } ? K : never
}[keyof S]
type EventKeys<S extends ServiceContract> = {
  [K in keyof S]: S[K] extends { kind: 'event' } ? K : never
}[keyof S]
type InputOf<C> = C extends Call<infer I, unknown> ? I : never
type OutputOf<C> = C extends { kind: 'call'; output?: infer O } ? Exclude<O, undefined> : never
type PayloadOf<E> = E extends { kind: 'event'; payload?: infer P } ? Exclude<P, undefined> : never

/** What main must implement for one service; a missing method does not compile. */
export type ServiceHandlers<S extends ServiceContract> = {
  readonly [K in CallKeys<S>]: (input: InputOf<S[K]>) => OutputOf<S[K]> | Promise<OutputOf<S[K]>>
}
export type Handlers<C extends Contract> = { readonly [S in keyof C]: ServiceHandlers<C[S]> }

/** What the window calls. */
type ServiceClient<S extends ServiceContract> = {
  readonly [K in CallKeys<S>]: (input: InputOf<S[K]>) => Promise<OutputOf<S[K]>>
} & {
  readonly [K in EventKeys<S> as `on${Capitalize<string & K>}`]: (
    listener: (payload: PayloadOf<S[K]>) => void,
  ) => () => void
}
export type Client<C extends Contract> = { readonly [S in keyof C]: ServiceClient<C[S]> }

/** How main sends events of one service. */
type ServiceEmitter<S extends ServiceContract> = {
  readonly [K in EventKeys<S>]: (payload: PayloadOf<S[K]>) => void
}
export type Emitter<C extends Contract> = { readonly [S in keyof C]: ServiceEmitter<C[S]> }

export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SerializedError }

/** The wire: Electron's IPC, or a loopback in tests. */
export interface Transport {
  invoke(channel: string, payload: unknown): Promise<Reply>
  on(channel: string, listener: (payload: unknown) => void): () => void
}

export const channelOf = (service: string, method: string): string => `${service}.${method}`

/** The channels of a contract, by kind: the preload lets nothing else through. */
export function channelsOf(contract: Contract, kind: 'call' | 'event'): ReadonlySet<string> {
  const channels = new Set<string>()
  for (const [service, methods] of Object.entries(contract))
    for (const [method, definition] of Object.entries(methods))
      if (definition.kind === kind) channels.add(channelOf(service, method))
  return channels
}

/** Answers one request: validates, runs, and turns any failure into data. Never throws. */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  onError: (channel: string, error: unknown) => void = () => {},
): (channel: string, payload: unknown) => Promise<Reply> {
  return async (channel, payload) => {
    try {
      const [service = '', method = ''] = channel.split('.')
      const definition = Object.hasOwn(contract, service) ? contract[service]?.[method] : undefined
      if (definition?.kind !== 'call') {
        throw new AppError('forbidden', `There is no call named ${channel}.`)
      }
      const parsed = v.safeParse(definition.schema, payload)
      if (!parsed.success) {
        const where = v.getDotPath(parsed.issues[0]) ?? 'input'
        throw new AppError('invalidInput', `${channel}: ${where}: ${parsed.issues[0].message}`)
      }
      const service_ = handlers[service] as unknown as Record<string, (input: unknown) => unknown>
      return { ok: true, value: await service_[method]?.(parsed.output) }
    } catch (error) {
      onError(channel, error)
      return { ok: false, error: serializeError(error) }
    }
  }
}

/** A typed client over a transport; failures arrive as {@link AppError}. */
export function connect<C extends Contract>(contract: C, transport: Transport): Client<C> {
  const client: Record<string, Record<string, unknown>> = {}
  for (const [service, methods] of Object.entries(contract)) {
    const built: Record<string, unknown> = {}
    for (const [method, definition] of Object.entries(methods)) {
      const channel = channelOf(service, method)
      if (definition.kind === 'call') {
        built[method] = async (input: unknown) => {
          const reply = await transport.invoke(channel, input)
          if (!reply.ok) throw AppError.from(reply.error)
          return reply.value
        }
      } else {
        const name = `on${method.charAt(0).toUpperCase()}${method.slice(1)}`
        built[name] = (listener: (payload: unknown) => void) => transport.on(channel, listener)
      }
    }
    client[service] = built
  }
  return client as unknown as Client<C>
}

/** Functions that send each event of the contract. */
export function emitterOf<C extends Contract>(
  contract: C,
  send: (channel: string, payload: unknown) => void,
): Emitter<C> {
  const emitter: Record<string, Record<string, unknown>> = {}
  for (const [service, methods] of Object.entries(contract)) {
    const built: Record<string, unknown> = {}
    for (const [method, definition] of Object.entries(methods)) {
      if (definition.kind !== 'event') continue
      built[method] = (payload: unknown) => send(channelOf(service, method), payload)
    }
    emitter[service] = built
  }
  return emitter as unknown as Emitter<C>
}
