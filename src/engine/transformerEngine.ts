import { availableParallelism, cpus } from 'node:os';
import type { TransformerConfiguration } from '../model/configuration';
import type { HeadPart } from '../model/headParts';
import type { Precision } from '../model/precision';
import type { Decoder } from './decode';
import { generate, prefill } from './decode';
import type { Device } from './device';
import type { Engine } from './engine';
import type { CacheUse } from './kvCache';
import { KvCaches } from './kvCaches';
import { OrtApi } from './ortApi';
import { ortLibraryPath } from './ortLibrary';
import { score, scoreChoices } from './scoring';
import { Session } from './session';

export interface EngineOptions {
  /**
   * The prepared graph, with its external data beside it; for a device that has its own memory the one that
   * `ensureGraphVariant` made.
   */
  readonly graphPath: string;
  readonly configuration: TransformerConfiguration;
  readonly headParts: readonly HeadPart[];
  /** Positions each KV cache holds; memory grows with it (24.6 KB a position for the default model). */
  readonly contextCapacity: number;
  readonly threadCount?: number;
  /** ONNX Runtime's library; absent: the one that onnxruntime-node ships. */
  readonly libraryPath?: string;
  /** Absent: the CPU. */
  readonly device?: Device;
  /** The graph's. Absent: float32. */
  readonly precision?: Precision;
  /** Most tokens in one run; for devices that are wrong or slow in long ones. */
  readonly prefillChunkTokens?: number;
}

/** One for completions, one for what comes between. On the CPU, memory that was never used takes no room. */
const kvCacheCount = 2;

/** Shorter runs lose speed (128: 8 % slower), longer ones lose more work when a prefill is aborted. */
const defaultPrefillChunkTokens = 256;

/**
 * Loads a prepared graph into ONNX Runtime. `onRun` is called at the end of each run of it, of which a call makes one or
 * many. Throws `UserError`: `engine-library-missing`, `engine-library-too-old`, `unsupported-platform`,
 * `damaged-model`, `out-of-memory`, `device-unavailable`.
 */
export async function createEngine(
  options: EngineOptions,
  onRun: () => void = () => undefined,
): Promise<Engine> {
  const { configuration, headParts, contextCapacity } = options;
  const { device = 'cpu', prefillChunkTokens = defaultPrefillChunkTokens } = options;
  const session = await Session.open(OrtApi.load(options.libraryPath ?? ortLibraryPath()), {
    graphPath: options.graphPath,
    configuration,
    headParts,
    capacity: contextCapacity,
    memoryCount: kvCacheCount,
    threadCount: options.threadCount ?? defaultThreadCount(),
    device,
    precision: options.precision ?? 'float32',
    maxRunTokens: prefillChunkTokens,
  });
  const { vocabularySize } = configuration;
  const caches = new KvCaches(contextCapacity, kvCacheCount, device === 'cpu');
  const decoder = { session, vocabularySize, prefillChunkTokens, onRun };
  return new TransformerEngine(decoder, caches, contextCapacity);
}

/** Physical cores, minus one for the editor where there are more than four. */
export function defaultThreadCount(): number {
  const logicalCount = availableParallelism();
  // Node does not tell physical cores; two hardware threads a core is the rule on x86 desktops.
  const coreCount = process.arch === 'x64' && cpus().length > 4 ? Math.ceil(logicalCount / 2) : logicalCount;
  return Math.max(1, coreCount > 4 ? coreCount - 1 : coreCount);
}

class TransformerEngine implements Engine {
  readonly vocabularySize: number;
  private running: Promise<unknown> | undefined;
  private disposed = false;

  constructor(
    private readonly decoder: Omit<Decoder, 'cache'>,
    private readonly caches: KvCaches,
    readonly contextCapacity: number,
  ) {
    this.vocabularySize = decoder.vocabularySize;
  }

  generate(...[request, signal]: Parameters<Engine['generate']>): ReturnType<Engine['generate']> {
    return this.exclusively(request.promptIds, 'generate', (decoder) => generate(decoder, request, signal));
  }

  prefill(...[ids, signal]: Parameters<Engine['prefill']>): ReturnType<Engine['prefill']> {
    return this.exclusively(ids, 'generate', (decoder) => prefill(decoder, ids, signal));
  }

  score(...[promptIds, targetIds, signal]: Parameters<Engine['score']>): ReturnType<Engine['score']> {
    return this.exclusively(promptIds, 'score', (decoder) => score(decoder, promptIds, targetIds, signal));
  }

  scoreChoices(
    ...[promptIds, targetIds, choices, signal]: Parameters<Engine['scoreChoices']>
  ): ReturnType<Engine['scoreChoices']> {
    return this.exclusively(promptIds, 'score', (decoder) =>
      scoreChoices(decoder, promptIds, targetIds, choices, signal),
    );
  }

  cachedPrefixLength(ids: readonly number[]): number {
    return this.caches.commonPrefixLength(ids);
  }

  forget(): void {
    this.throwIfBusy();
    this.caches.forget();
  }

  async dispose(): Promise<void> {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    // Native memory must outlive a run that is using it; its result concerns only its caller.
    await Promise.allSettled([this.running]);
    this.decoder.session.dispose();
  }

  /** The session has one set of buffers: two calls at once would corrupt each other. */
  private async exclusively<T>(
    promptIds: readonly number[],
    use: CacheUse,
    call: (decoder: Decoder) => Promise<T>,
  ): Promise<T> {
    if (this.disposed) {
      throw new Error('the engine is disposed');
    }
    this.throwIfBusy();
    const cache = this.caches.take(promptIds, use);
    const running = call({ ...this.decoder, cache });
    this.running = running;
    try {
      return await running;
    } finally {
      cache.forgetUncopied();
      this.running = undefined;
    }
  }

  private throwIfBusy(): void {
    if (this.running !== undefined) {
      throw new Error('the engine is busy: one call at a time');
    }
  }
}
