import { dirname } from 'node:path';
import type { TransformerConfiguration } from '../model/configuration';
import { DisposableStore } from '../base/disposables';
import { UserError } from '../base/errors';
import type { HeadPart } from '../model/headParts';
import type { Precision } from '../model/precision';
import { appendDevice, deviceMemoryName, deviceUnavailable, type Device } from './device';
import { DeviceLogits } from './deviceLogits';
import { HostLogits } from './hostLogits';
import type { KvCache } from './kvCache';
import type { Logits, WantedLogits } from './logits';
import type { NativeAddress, OrtApi } from './ortApi';
import { PinnedBuffer, PinnedNames } from './ortApi';
import { isOutOfMemory, OrtError } from './ortError';

export interface SessionOptions {
  /** Its logits are read by the graph where the device has a memory of its own, else by the engine. */
  readonly graphPath: string;
  readonly configuration: TransformerConfiguration;
  readonly headParts: readonly HeadPart[];
  /** Positions a key/value memory holds, and how many of them there are. */
  readonly capacity: number;
  readonly memoryCount: number;
  readonly threadCount: number;
  readonly device: Device;
  /** The graph's, and so that of its key/value memory. */
  readonly precision: Precision;
  /** Most tokens in one run. */
  readonly maxRunTokens: number;
}

/**
 * One loaded graph with its key/value memories and its input and output buffers, all allocated once.
 * `run` updates a key/value memory in place: the same OrtValue is bound as past and as present. Where they differ, the
 * graph copies the past first.
 */
export class Session {
  readonly logits: Logits;
  private readonly inputIds: PinnedBuffer<BigInt64Array>; // [maxRunTokens]
  private readonly lastPosition = PinnedBuffer.int32(1);
  private readonly totalLength = PinnedBuffer.int32(1);
  private readonly logitsFrom = PinnedBuffer.int64(1);
  private readonly rareFrom = PinnedBuffer.int64(1);
  private readonly inputNames: PinnedNames;
  private readonly outputNames: PinnedNames;
  private readonly inputs: PinnedBuffer<BigUint64Array>;
  private readonly outputs: PinnedBuffer<BigUint64Array>;
  private readonly memories: readonly (readonly NativeAddress[])[]; // each [2 x layerCount]
  private readonly memoryInputsFrom: number;
  private readonly logitsInputsFrom: number;
  private readonly logitsOutputsFrom: number;

  private constructor(
    private readonly api: OrtApi,
    options: SessionOptions,
    private readonly natives: NativeStore,
    private readonly session: NativeAddress,
    private readonly runOptions: NativeAddress,
    private readonly memoryInfo: NativeAddress,
  ) {
    const { configuration, headParts, capacity, maxRunTokens } = options;
    this.inputIds = PinnedBuffer.int64(maxRunTokens);
    const hasRarePart = headParts.some(({ isRare }) => isRare);

    const layers = Array.from({ length: configuration.layerCount }, (_, layerIndex) => layerIndex);
    const cacheNames = layers.flatMap((layer) => [`${layer}.k`, `${layer}.v`]);
    const cacheShape = [1, configuration.keyValueHeadCount, capacity, configuration.headDimension];
    const keep = (value: NativeAddress) => natives.own('Value', value);
    const deviceMemory = deviceMemoryName(options.device);
    this.logits = deviceMemory === undefined ? new HostLogits(headParts) : new DeviceLogits(headParts);
    const allocator =
      deviceMemory === undefined
        ? undefined
        : natives.own('Allocator', api.createAllocator(session, deviceMemory));
    this.memories = Array.from({ length: options.memoryCount }, () =>
      cacheNames.map(() => keep(api.createTensor(options.precision, cacheShape, allocator))),
    );

    this.inputNames = new PinnedNames([
      'input_ids',
      'seqlens_k',
      'total_len',
      'logits_from',
      ...(hasRarePart ? ['rare_from'] : []),
      ...cacheNames.map((name) => `past.${name}`),
      ...this.logits.inputNames,
    ]);
    this.outputNames = new PinnedNames([
      ...cacheNames.map((name) => `present.${name}`),
      ...this.logits.outputNames,
    ]);
    const perRun = (names: readonly string[]) => names.map(() => 0n);
    const fixedInputs = [
      0n, // input_ids, per run
      keep(api.createTensorOver(memoryInfo, this.lastPosition, 'int32', [1])),
      keep(api.createTensorOver(memoryInfo, this.totalLength, 'int32', [])),
      keep(api.createTensorOver(memoryInfo, this.logitsFrom, 'int64', [1])),
      ...(hasRarePart ? [keep(api.createTensorOver(memoryInfo, this.rareFrom, 'int64', [1]))] : []),
    ];
    this.memoryInputsFrom = fixedInputs.length;
    this.logitsInputsFrom = fixedInputs.length + cacheNames.length;
    this.logitsOutputsFrom = cacheNames.length;
    this.inputs = PinnedBuffer.addressesOf([
      ...fixedInputs,
      ...perRun([...cacheNames, ...this.logits.inputNames]),
    ]);
    this.outputs = PinnedBuffer.addressesOf(perRun([...cacheNames, ...this.logits.outputNames]));
  }

  /** Loads the graph. Throws `UserError` `out-of-memory` or `damaged-model`. */
  static async open(api: OrtApi, options: SessionOptions): Promise<Session> {
    const natives = new NativeStore(api);
    try {
      const environment = natives.own('Env', api.createEnvironment());
      const sessionOptions = natives.own(
        'SessionOptions',
        api.createSessionOptions(options.threadCount, {
          // Workers spin between the nodes of a run, where it pays, and sleep as soon as the run is over.
          'session.force_spinning_stop': '1',
        }),
      );
      appendDevice(api, sessionOptions, options.device);
      const session = natives.own(
        'Session',
        await api.createSession(environment, options.graphPath, sessionOptions),
      );
      const runOptions = natives.own('RunOptions', api.createRunOptions());
      const memoryInfo = natives.own('MemoryInfo', api.createCpuMemoryInfo());
      return new Session(api, options, natives, session, runOptions, memoryInfo);
    } catch (error) {
      natives.dispose();
      throw explainLoadFailure(error, options);
    }
  }

  /**
   * Runs `ids` [seq] after what `past` holds, and leaves logits for the last `wanted.rowCount` of them (1 to
   * `maxLogitRows`). Rejects with the signal's reason when aborted: the run stops at the next node, and what
   * the key/value memory holds beyond `past.length` is then undefined (all of it, where the past is in another one).
   */
  async run(
    ids: readonly number[],
    past: Pick<KvCache, 'memoryIndex' | 'pastMemoryIndex' | 'length'>,
    wanted: WantedLogits,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { api, memoryInfo } = this;
    ids.forEach((id, index) => (this.inputIds.view[index] = BigInt(id)));
    const total = past.length + ids.length;
    this.lastPosition.view[0] = total - 1;
    this.totalLength.view[0] = total;
    const logitsFrom = ids.length - wanted.rowCount;
    this.logitsFrom.view[0] = BigInt(logitsFrom);
    this.rareFrom.view[0] = BigInt(wanted.vocabulary === 'whole' ? logitsFrom : ids.length);

    const idsTensor = api.createTensorOver(memoryInfo, this.inputIds, 'int64', [1, ids.length]);
    const logits = this.logits.bind(api, memoryInfo, wanted);
    this.inputs.view[0] = idsTensor;
    this.inputs.view.set(this.memories[past.pastMemoryIndex] ?? [], this.memoryInputsFrom);
    this.outputs.view.set(this.memories[past.memoryIndex] ?? []);
    this.inputs.view.set(logits.inputs, this.logitsInputsFrom);
    this.outputs.view.set(logits.outputs, this.logitsOutputsFrom);

    const terminate = () => api.setTerminate(this.runOptions);
    signal.addEventListener('abort', terminate, { once: true });
    try {
      await api.run(
        this.session,
        this.runOptions,
        this.inputNames,
        this.inputs,
        this.outputNames,
        this.outputs,
        this.logitsOutputsFrom + logits.outputs.length,
      );
      // Aborted too late to stop the run: nobody wants its result all the same.
      signal.throwIfAborted();
    } catch (error) {
      signal.throwIfAborted();
      throw explainRunFailure(error);
    } finally {
      signal.removeEventListener('abort', terminate);
      api.clearTerminate(this.runOptions);
      [idsTensor, ...logits.inputs, ...logits.outputs].forEach((value) => api.release('Value', value));
    }
  }

  /** Releases every native object. The caller makes sure that no run is in flight. */
  dispose(): void {
    this.natives.dispose();
  }
}

/** Releases native objects in reverse order of creation, as ONNX Runtime wants it. */
class NativeStore extends DisposableStore {
  constructor(private readonly api: OrtApi) {
    super();
  }

  own(kind: Parameters<OrtApi['release']>[0], address: NativeAddress): NativeAddress {
    this.add({ dispose: () => this.api.release(kind, address) });
    return address;
  }
}

function explainLoadFailure(error: unknown, { device, graphPath }: SessionOptions): unknown {
  if (!(error instanceof OrtError)) {
    return error;
  }
  if (device !== 'cpu') {
    return deviceUnavailable(device, error.message, error);
  }
  return (
    outOfMemory(error) ??
    new UserError(
      'damaged-model',
      `ONNX Runtime could not load the prepared model: ${error.message}`,
      `Delete the folder ${dirname(graphPath)}: the model is prepared again when it is loaded next.`,
      { cause: error },
    )
  );
}

function explainRunFailure(error: unknown): unknown {
  if (!(error instanceof OrtError)) {
    return error;
  }
  return (
    outOfMemory(error) ??
    new UserError(
      'engine-failed',
      `The model could not be run: ${error.message}`,
      'Restart Sotto; if it happens again, please report it with the log.',
      { cause: error },
    )
  );
}

function outOfMemory(error: OrtError): UserError | undefined {
  return isOutOfMemory(error)
    ? new UserError(
        'out-of-memory',
        'There is not enough free memory to run this model.',
        'Close other programs, or choose a smaller model.',
        { cause: error },
      )
    : undefined;
}
