import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { AppError } from '../../../shared/errors'
import { valueOfAnswer } from '../../processes/answerCalls'
import { frameOf } from '../../processes/frames'
import { tokenVariable } from '../../processes/greeting'
import { socketPlace } from '../../processes/socketPlace'
import { nativeEnvironment } from '../environment'
import type { InputOf, NativeCallName, NativeRequest, ResultOf } from './calls'
import type { StartProcess } from '../../processes/startProcess'
import { type RelayAnswer, type RelayEvent, stateWords } from './wire'

/** Larger arrays go in pieces, so that no second whole of them is in memory. */
const pieceBytes = 4 * 1024 * 1024
const mostPiecesOnTheWay = 4

/** Calls of the process that the native library runs in; each waits for its answer. */
export interface NativeCaller {
  /** @throws AppError `backendLost` where the process has ended; what the call itself throws */
  call<Name extends NativeCallName>(name: Name, input: InputOf<Name>): ResultOf<Name>
  /** The same without holding up this thread; until it is answered there is no other call. */
  callLater<Name extends NativeCallName>(name: Name, input: InputOf<Name>): Promise<ResultOf<Name>>
  /** Resolves with how the process ended. */
  readonly ended: Promise<string>
  close(): void
}

/**
 * Starts the process and a thread that relays to it.
 * @param options.workersFolder holds the built `nativeRelay.js` and `native.js`
 * @throws Error where the process ended before it answered
 */
export async function startNativeCaller(options: {
  readonly workersFolder: string
  readonly startProcess: StartProcess
}): Promise<NativeCaller> {
  const { workersFolder, startProcess } = options
  const place = socketPlace('native')
  const token = randomUUID()
  const state = new Int32Array(new SharedArrayBuffer(4 * stateWords.total))
  const { port1: port, port2 } = new MessageChannel()
  const relay = new Worker(join(workersFolder, 'nativeRelay.js'), {
    workerData: { address: place.address, token, state, port: port2 },
    transferList: [port2],
  })
  const heard = (kind: RelayEvent['kind']) =>
    new Promise<void>((resolve, reject) => {
      relay.on('message', (event: RelayEvent) => event.kind === kind && resolve())
      relay.once('error', reject)
    })
  const connected = heard('connected')
  connected.catch(() => {})
  // Where this thread is ended meanwhile.
  process.once('exit', place.remove)
  const close = () => {
    // Its end closes the connection, and with it the process ends.
    void relay.terminate()
    port.close()
    place.remove()
  }
  try {
    await heard('listening')
    const process_ = startProcess({
      name: 'TensorFlow',
      file: join(workersFolder, 'native.js'),
      arguments: [place.address],
      environment: { ...nativeEnvironment(process.env), [tokenVariable]: token },
    })
    const early = process_.ended.then((how) => {
      throw new Error(`its process ended (${how})`)
    })
    await Promise.race([connected, early])
    early.catch(() => {})
    return { ...callerOn(port, state), ended: process_.ended, close }
  } catch (error) {
    close()
    throw error
  } finally {
    place.remove()
    process.removeListener('exit', place.remove)
  }
}

function callerOn(
  port: MessageChannel['port1'],
  state: Int32Array,
): Pick<NativeCaller, 'call' | 'callLater'> {
  let isLost = false
  let isWaiting = false
  const send = (bytes: Uint8Array): void => {
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      const piece = bytes.slice(from, from + pieceBytes)
      Atomics.add(state, stateWords.piecesOnTheWay, 1)
      port.postMessage(piece, [piece.buffer])
      const onTheWay = () => Atomics.load(state, stateWords.piecesOnTheWay)
      for (let count = onTheWay(); count > mostPiecesOnTheWay; count = onTheWay()) {
        Atomics.wait(state, stateWords.piecesOnTheWay, count)
      }
    }
  }
  const ask = (request: NativeRequest): void => {
    if (isWaiting) throw new Error(`A call to ${request.name} before the last was answered.`)
    if (isLost) throw backendLost()
    const { head, arrays } = frameOf(request)
    send(head)
    arrays.forEach(send)
  }
  const received = () =>
    (receiveMessageOnPort(port) as { message: RelayAnswer } | undefined)?.message
  const receive = (): RelayAnswer => {
    for (;;) {
      const answers = Atomics.load(state, stateWords.answers)
      const answer = received()
      if (answer !== undefined) return answer
      Atomics.wait(state, stateWords.answers, answers)
    }
  }
  const receiveLater = async (): Promise<RelayAnswer> => {
    for (;;) {
      const answers = Atomics.load(state, stateWords.answers)
      const answer = received()
      if (answer !== undefined) return answer
      await Atomics.waitAsync(state, stateWords.answers, answers).value
    }
  }
  const valueOf = (answer: RelayAnswer): unknown => {
    if ('lost' in answer) {
      isLost = true
      throw backendLost()
    }
    return valueOfAnswer(answer)
  }
  return {
    call<Name extends NativeCallName>(name: Name, input: InputOf<Name>) {
      ask({ name, input })
      return valueOf(receive()) as ResultOf<Name>
    },
    async callLater<Name extends NativeCallName>(name: Name, input: InputOf<Name>) {
      ask({ name, input })
      isWaiting = true
      const answer = await receiveLater()
      isWaiting = false
      return valueOf(answer) as ResultOf<Name>
    },
  }
}

/** @param how the process ended, where that is known */
export const backendLost = (how?: string): AppError =>
  new AppError(
    'backendLost',
    `The process of the TensorFlow library ended in the middle of its work${how === undefined ? '' : ` (${how})`}. It may be a fault of the library, or memory was short.`,
    { how: how ?? '' },
  )
