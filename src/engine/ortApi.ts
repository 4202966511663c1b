/**
 * ONNX Runtime's C API, called through koffi from the shared library that onnxruntime-node ships. The only file
 * that imports koffi, and the only one that knows addresses.
 *
 * `OrtGetApiBase()->GetApi(version)` returns a table of function pointers whose order never changes: new functions
 * are appended (onnxruntime_c_api.h), so an index is as stable as a name.
 *
 * Memory: ONNX Runtime keeps the raw addresses it is given. Everything it reads or writes after a call returns
 * lives in a `PinnedBuffer`, whose backing store neither moves nor is collected while the buffer is referenced.
 */
import koffi, { type LibraryHandle } from 'koffi';
import { UserError, describeError } from '../base/errors';
import { OrtError } from './ortError';
import { elementTypeCodes, signatures, type ElementType, type Signature } from './ortSignatures';

/** Address of a native object; 0n is null. */
export type NativeAddress = bigint;

/** `GetApi` of this version has every function below; also the first with 8-bit MatMulNBits on every platform. */
const requiredApiVersion = 23;
const addressBytes = 8;
const callStackBytes = 8 * 1024 * 1024;
const maxDimensionCount = 4;

/**
 * What this process has loaded, by path. Held for good, for two reasons: koffi unloads a library whose handle is
 * collected, and with it the code that every function pointer of its table points to; and koffi never frees a
 * function's type, so that loading anew for each engine would leak.
 */
const loadedApis = new Map<string, OrtApi>();

type FunctionName = keyof typeof signatures;
type NativeFunction = ((...values: unknown[]) => unknown) & {
  async(...valuesAndCallback: unknown[]): void;
};

/** Memory that JavaScript and native code share: `view` for us, `address` for ONNX Runtime. */
export class PinnedBuffer<View extends Float32Array | Int32Array | BigInt64Array | BigUint64Array> {
  readonly address: NativeAddress;

  private constructor(readonly view: View) {
    this.address = koffi.address(view);
  }

  // An ArrayBuffer made by hand is always off the JavaScript heap; `new Int32Array(2)` would be on it, and move.
  static float32(length: number): PinnedBuffer<Float32Array> {
    return new PinnedBuffer(new Float32Array(new ArrayBuffer(length * 4)));
  }

  static int32(length: number): PinnedBuffer<Int32Array> {
    return new PinnedBuffer(new Int32Array(new ArrayBuffer(length * 4)));
  }

  static int64(length: number): PinnedBuffer<BigInt64Array> {
    return new PinnedBuffer(new BigInt64Array(new ArrayBuffer(length * 8)));
  }

  static addresses(length: number): PinnedBuffer<BigUint64Array> {
    return new PinnedBuffer(new BigUint64Array(new ArrayBuffer(length * addressBytes)));
  }

  static addressesOf(values: readonly NativeAddress[]): PinnedBuffer<BigUint64Array> {
    const buffer = PinnedBuffer.addresses(values.length);
    buffer.view.set(values);
    return buffer;
  }
}

/** NUL-terminated copies of `names` and the array of their addresses, as `Run` wants them. */
export class PinnedNames {
  readonly count: number;
  readonly address: NativeAddress;
  /** Referenced so that neither is collected while native code has the addresses. */
  readonly held: readonly unknown[];

  constructor(names: readonly string[]) {
    const bytes = names.map((name) => {
      const encoded = new TextEncoder().encode(`${name}\0`);
      const pinned = new Uint8Array(new ArrayBuffer(encoded.length));
      pinned.set(encoded);
      return pinned;
    });
    const table = PinnedBuffer.addressesOf(bytes.map((text) => koffi.address(text)));
    this.count = names.length;
    this.address = table.address;
    this.held = [bytes, table];
  }
}

/** The functions we use, each throwing `OrtError` on failure. Native objects are owned by the caller. */
export class OrtApi {
  private readonly functions = new Map<FunctionName, NativeFunction>();
  // Reused by every call: memory made for one call could be collected before the call reads it.
  private readonly result = PinnedBuffer.addresses(1);
  private readonly shape = PinnedBuffer.int64(maxDimensionCount);

  private constructor(
    private readonly table: NativeAddress,
    /** For example "1.30.0". */
    readonly version: string,
    /** Referenced so that it is not collected, and so not unloaded. */
    readonly library: LibraryHandle,
  ) {}

  /**
   * Loads the library, once in a process. Throws `UserError` `engine-library-missing` when it cannot be loaded
   * (absent, wrong platform, missing system libraries) and `engine-library-too-old` when it lacks the API version.
   */
  static load(libraryPath: string): OrtApi {
    const known = loadedApis.get(libraryPath);
    if (known !== undefined) {
      return known;
    }
    const { library, base } = openLibrary(libraryPath);
    const getApi = functionAt(base, 0, 'void *', ['uint32_t']);
    const getVersionString = functionAt(base, 1, 'str', []);
    const version = String(getVersionString());
    const minor = Number(version.split('.')[1]);
    // Asked for a version it does not know, GetApi prints to stderr: look at the version string first.
    const table = minor >= requiredApiVersion ? getApi(requiredApiVersion) : null;
    if (typeof table !== 'bigint') {
      throw new UserError(
        'engine-library-too-old',
        `ONNX Runtime ${version} is too old: version 1.${requiredApiVersion} or later is needed.`,
        'Reinstall Sotto, or remove the override of the library path.',
      );
    }
    const api = new OrtApi(table, version, library);
    loadedApis.set(libraryPath, api);
    return api;
  }

  createEnvironment(): NativeAddress {
    const errorsOnly = 3;
    return this.create('CreateEnv', errorsOnly, 'sotto');
  }

  /** Loads a graph on a worker thread: the caller's event loop stays free. */
  async createSession(
    environment: NativeAddress,
    graphPath: string,
    options: NativeAddress,
  ): Promise<NativeAddress> {
    const result = PinnedBuffer.addresses(1);
    await this.callAsync('CreateSession', environment, graphPath, options, result.address);
    return result.view[0] ?? 0n;
  }

  /** Session options with our thread count and `entries` of onnxruntime_session_options_config_keys.h. */
  createSessionOptions(threadCount: number, entries: Readonly<Record<string, string>>): NativeAddress {
    const options = this.create('CreateSessionOptions');
    this.call('SetIntraOpNumThreads', options, threadCount);
    this.call('SetInterOpNumThreads', options, 1);
    for (const [key, value] of Object.entries(entries)) {
      this.call('AddSessionConfigEntry', options, key, value);
    }
    return options;
  }

  /** Names of the execution providers that the library was built with. */
  availableProviders(): readonly string[] {
    const count = PinnedBuffer.int32(1);
    this.call('GetAvailableProviders', this.result.address, count.address);
    const names = this.result.view[0] ?? 0n;
    const length = count.view[0] ?? 0;
    const decoded: unknown = koffi.decode(names, 'str', length);
    this.call('ReleaseAvailableProviders', names, length);
    return Array.isArray(decoded) ? decoded.map(String) : [];
  }

  /** Adds an execution provider by the name that `SessionOptionsAppendExecutionProvider` takes. */
  appendProvider(
    sessionOptions: NativeAddress,
    name: string,
    entries: Readonly<Record<string, string>>,
  ): void {
    const keys = new PinnedNames(Object.keys(entries));
    const values = new PinnedNames(Object.values(entries));
    this.call(
      'SessionOptionsAppendExecutionProvider',
      sessionOptions,
      name,
      keys.address,
      values.address,
      keys.count,
    );
  }

  /** Adds the CUDA provider, which has a function of its own. */
  appendCuda(sessionOptions: NativeAddress): void {
    const cudaOptions = this.create('CreateCUDAProviderOptions');
    try {
      this.call('SessionOptionsAppendExecutionProvider_CUDA_V2', sessionOptions, cudaOptions);
    } finally {
      this.release('CUDAProviderOptions', cudaOptions);
    }
  }

  /** The allocator of a session for a device's memory, by the memory's name. */
  createAllocator(session: NativeAddress, memoryName: string): NativeAddress {
    const deviceAllocator = 0;
    const defaultMemory = 0;
    const memoryInfo = this.create('CreateMemoryInfo', memoryName, deviceAllocator, 0, defaultMemory);
    try {
      return this.create('CreateAllocator', session, memoryInfo);
    } finally {
      this.release('MemoryInfo', memoryInfo);
    }
  }

  createRunOptions(): NativeAddress {
    return this.create('CreateRunOptions');
  }

  /** Makes running and later runs with these options fail at the next node, until `clearTerminate`. */
  setTerminate(runOptions: NativeAddress): void {
    this.call('RunOptionsSetTerminate', runOptions);
  }

  clearTerminate(runOptions: NativeAddress): void {
    this.call('RunOptionsUnsetTerminate', runOptions);
  }

  createCpuMemoryInfo(): NativeAddress {
    const arenaAllocator = 1;
    const defaultMemory = 0;
    return this.create('CreateCpuMemoryInfo', arenaAllocator, defaultMemory);
  }

  /** A tensor over memory of ours from element `from` on; `buffer` must outlive it. */
  createTensorOver(
    memoryInfo: NativeAddress,
    buffer: PinnedBuffer<Float32Array | Int32Array | BigInt64Array>,
    elementType: ElementType,
    shape: readonly number[],
    from = 0,
  ): NativeAddress {
    const elementCount = shape.reduce((product, size) => product * size, 1);
    if (from + elementCount > buffer.view.length) {
      throw new Error(
        `a tensor of shape [${shape.join(', ')}] from ${from} over ${buffer.view.length} elements`,
      );
    }
    const { BYTES_PER_ELEMENT } = buffer.view;
    const byteCount = elementCount * BYTES_PER_ELEMENT;
    this.shape.view.set(shape.map(BigInt));
    return this.create(
      'CreateTensorWithDataAsOrtValue',
      memoryInfo,
      buffer.address + BigInt(from * BYTES_PER_ELEMENT),
      byteCount,
      this.shape.address,
      shape.length,
      elementTypeCodes[elementType],
    );
  }

  /** A tensor whose memory ONNX Runtime allocates, uninitialised; on the host when no allocator is given. */
  createTensor(
    elementType: ElementType,
    shape: readonly number[],
    allocator = this.create('GetAllocatorWithDefaultOptions'),
  ): NativeAddress {
    this.shape.view.set(shape.map(BigInt));
    return this.create(
      'CreateTensorAsOrtValue',
      allocator,
      this.shape.address,
      shape.length,
      elementTypeCodes[elementType],
    );
  }

  /**
   * Runs the graph on a worker thread; `inputs` and `outputs` are arrays of OrtValue addresses. Only the first
   * `outputCount` outputs are asked for.
   */
  run(
    session: NativeAddress,
    runOptions: NativeAddress,
    inputNames: PinnedNames,
    inputs: PinnedBuffer<BigUint64Array>,
    outputNames: PinnedNames,
    outputs: PinnedBuffer<BigUint64Array>,
    outputCount: number,
  ): Promise<void> {
    return this.callAsync(
      'Run',
      session,
      runOptions,
      inputNames.address,
      inputs.address,
      inputNames.count,
      outputNames.address,
      outputCount,
      outputs.address,
    );
  }

  release(
    kind:
      | 'Allocator'
      | 'CUDAProviderOptions'
      | 'Env'
      | 'MemoryInfo'
      | 'RunOptions'
      | 'Session'
      | 'SessionOptions'
      | 'Value',
    address: NativeAddress,
  ): void {
    if (address !== 0n) {
      this.nativeFunction(`Release${kind}`)(address);
    }
  }

  private create(name: FunctionName, ...values: unknown[]): NativeAddress {
    this.call(name, ...values, this.result.address);
    return this.result.view[0] ?? 0n;
  }

  private call(name: FunctionName, ...values: unknown[]): void {
    this.throwIfFailed(name, this.nativeFunction(name)(...values));
  }

  private callAsync(name: FunctionName, ...values: unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.nativeFunction(name).async(...values, (error: unknown, status: unknown) => {
        try {
          if (error != null) {
            throw new Error(`${name} could not be called`, { cause: error });
          }
          this.throwIfFailed(name, status);
          resolve();
        } catch (failure) {
          reject(failure instanceof Error ? failure : new Error(String(failure)));
        }
      });
    });
  }

  private throwIfFailed(name: FunctionName, status: unknown): void {
    if (typeof status !== 'bigint' || status === 0n) {
      return;
    }
    const code = Number(this.nativeFunction('GetErrorCode')(status));
    const message = String(this.nativeFunction('GetErrorMessage')(status));
    this.nativeFunction('ReleaseStatus')(status);
    throw new OrtError(name, code, message);
  }

  private nativeFunction(name: FunctionName): NativeFunction {
    let native = this.functions.get(name);
    if (native === undefined) {
      const [index, result, ...parameters]: Signature = signatures[name];
      native = functionAt(this.table, index, result, parameters);
      this.functions.set(name, native);
    }
    return native;
  }
}

function openLibrary(libraryPath: string): { library: LibraryHandle; base: NativeAddress } {
  try {
    // Asynchronous calls run on a stack of koffi's, of 128 KiB unless told otherwise: compiling a shader for a GPU takes
    // more, and overflowing it ends the process. Can be set only before the first library is loaded.
    if (koffi.config().async_stack_size !== callStackBytes) {
      koffi.config({ async_stack_size: callStackBytes, resident_async_pools: 1 });
    }
    const library = koffi.load(libraryPath);
    const getApiBase: NativeFunction = library.func('OrtGetApiBase', 'void *', []);
    const base = getApiBase();
    if (typeof base === 'bigint') {
      return { library, base };
    }
    throw new Error('OrtGetApiBase returned null');
  } catch (error) {
    throw new UserError(
      'engine-library-missing',
      `The ONNX Runtime library could not be loaded: ${describeError(error)}`,
      'Reinstall Sotto for this platform; on Windows also install the Visual C++ 2015-2022 runtime.',
      { cause: error },
    );
  }
}

function functionAt(
  table: NativeAddress,
  index: number,
  result: string,
  parameters: readonly string[],
): NativeFunction {
  const pointer: unknown = koffi.decode(table, index * addressBytes, 'void *');
  return koffi.decode(pointer, koffi.proto(result, [...parameters])) as NativeFunction;
}
