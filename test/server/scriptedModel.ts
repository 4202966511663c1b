import type { Progress } from '../../src/base/progress';
import type { Engine } from '../../src/engine/engine';
import type { CompletionRequest, Suggestion } from '../../src/features/completion/types';
import type { Completer } from '../../src/features/completion/completer';
import type { DeviceLost, DeviceReport } from '../../src/shared/modelState';
import { byteTokenizer } from '../support/byteTokenizer';
import type {
  CommandModel,
  LoadOptions,
  ModelChoice,
  ModelLoader,
  ResidentModel,
} from '../../src/server/model/modelLoader';
import type { BugFinder } from '../../src/server/bugs/bugFinder';
import type { ListedModel } from '../../src/server/model/modelExpectations';

/** A model that "generates" the text it is told to, over a real `Engine`: one token id per UTF-16 unit. */
export function createScriptedEngine(text: string): Engine & { readonly calls: string[] } {
  const calls: string[] = [];
  const timings = {
    reusedTokenCount: 0,
    prefilledTokenCount: 4,
    prefillMs: 10,
    decodedTokenCount: text.length,
    decodeMs: 20 * text.length,
    draftedTokenCount: 0,
    acceptedDraftTokenCount: 0,
  };
  return {
    calls,
    contextCapacity: 1024,
    vocabularySize: 65_536,
    generate: async (request, signal) => {
      calls.push('generate');
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      const tokens = [...text]
        .slice(0, request.maxTokens)
        .map((character) => ({ id: character.charCodeAt(0), logProbability: -0.1 }));
      return { tokens, stopReason: 'stop-token', timings };
    },
    prefill: async (_ids, signal) => {
      calls.push('prefill');
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      return { reusedTokenCount: 0, prefilledTokenCount: 1, durationMs: 1 };
    },
    score: (_promptIds, targetIds) => Promise.resolve(new Float32Array(targetIds.length)),
    scoreChoices: (_promptIds, targetIds, choices) =>
      Promise.resolve({
        targets: new Float32Array(targetIds.length),
        choices: choices.map((ids) => new Float32Array(ids.length)),
      }),
    cachedPrefixLength: () => 0,
    forget: () => undefined,
    dispose: () => {
      calls.push('dispose');
      return Promise.resolve();
    },
  };
}

/** The smallest pipeline over an engine: no cache, no filters; notes what the server tells it. */
export function createScriptedCompleter(engine: Engine): Completer & { readonly events: string[] } {
  const events: string[] = [];
  return {
    events,
    complete: async (request, signal, beforeEngine) => {
      await beforeEngine?.(signal);
      const result = await engine.generate(
        { promptIds: promptOf(request), maxTokens: 32, stopIds: new Set() },
        signal,
      );
      const text = String.fromCharCode(...result.tokens.map(({ id }) => id));
      return suggestionOf(request, text, { totalMs: 50, engine: result.timings });
    },
    alternatives: (request, shown) => {
      events.push(`alternatives to ${shown.text}`);
      return Promise.resolve([suggestionOf(request, 'another;'), suggestionOf(request, 'a third;')]);
    },
    warmUp: async (request, signal) => {
      events.push(`warm up at ${request.offset}`);
      await engine.prefill(promptOf(request), signal);
    },
    prepareNext: (_request, suggestion) => {
      events.push(`prepare after ${suggestion.text}`);
      return Promise.resolve();
    },
    beginningBefore: () => undefined,
    accepted: (_request, suggestion) => void events.push(`accepted ${suggestion.text}`),
    rejected: (_request, suggestion) => void events.push(`rejected ${suggestion.text}`),
    backOffDelayMs: () => 0,
    stop: () => undefined,
    dispose: () => Promise.resolve(),
  };
}

export function suggestionOf(
  request: CompletionRequest,
  text: string,
  timings: Suggestion['timings'] = { totalMs: 1 },
): Suggestion {
  return {
    kind: 'suggestion',
    text,
    replace: { start: request.offset, end: request.offset },
    source: 'model',
    confidence: -0.1,
    timings,
  };
}

function promptOf({ document, offset }: CompletionRequest): number[] {
  return [...document.text.slice(0, offset)].map((character) => character.charCodeAt(0));
}

export const catalogEntry: ListedModel = {
  name: 'qwen2.5-coder-0.5b',
  title: 'Qwen2.5-Coder 0.5B',
  byteCount: 491_400_064,
  parameterCount: 494_000_000,
  licence: 'Apache-2.0',
  origin: 'Hugging Face',
  advice: 'For every machine.',
  present: false,
};

/** A loader that a test steers: what is on disk, what progress there is, and how loading ends. */
export class ScriptedLoader implements ModelLoader {
  readonly contextCapacity = 2048;
  present = true;
  progress: readonly Progress[] = [];
  failure: Error | undefined;
  /** Set: loading waits for it (or for its signal). */
  gate: Promise<void> | undefined;
  /** What the setting names and the model has to run without. */
  missing: DeviceLost | undefined;
  readonly log: string[] = [];
  engine = createScriptedEngine('42;');
  completer = createScriptedCompleter(this.engine);
  bugs: BugFinder = { check: () => Promise.resolve([]), review: () => Promise.resolve([]) };
  commands: CommandModel = { engine: this.engine, tokenizer: byteTokenizer, chatTemplate: undefined };

  listModels(): Promise<readonly ListedModel[]> {
    return Promise.resolve([{ ...catalogEntry, present: this.present }]);
  }

  isModelPresent(): Promise<boolean> {
    return Promise.resolve(this.present);
  }

  checkFile(): Promise<void> {
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }

  /** The options of the last load, for what a model says later. */
  options: LoadOptions | undefined;

  deviceReport(choice: ModelChoice): Promise<DeviceReport> {
    const name = choice.kind === 'catalog' ? choice.name : choice.path;
    const detail = `suggestion 260 ms with ${name}`;
    return Promise.resolve({ current: null, lines: [{ name: 'cpu', title: 'CPU', detail }] });
  }

  forgetCrashes(device: string): Promise<void> {
    this.log.push(`forget crashes of ${device}`);
    return Promise.resolve();
  }

  async load(options: LoadOptions, signal: AbortSignal): Promise<ResidentModel> {
    const { choice, download, report } = options;
    this.options = options;
    const name = choice.kind === 'catalog' ? choice.name : choice.path;
    this.log.push(`load ${name}, download ${download}`);
    this.progress.forEach(report);
    if (this.gate !== undefined) {
      await Promise.race([this.gate, rejectionOf(signal)]);
    }
    signal.throwIfAborted();
    if (this.failure !== undefined) {
      throw this.failure;
    }
    this.present = true;
    return {
      completer: this.completer,
      commands: this.commands,
      bugs: this.bugs,
      device: 'CPU',
      missing: this.missing,
      tryDevice: (device) => void this.log.push(`try ${device}`),
      deviceReport: () =>
        Promise.resolve({
          current: 'CPU',
          lines: [{ name: 'cpu', title: 'CPU', detail: 'suggestion 250 ms' }],
        }),
      dispose: () => {
        this.log.push(`dispose ${name}`);
        return Promise.resolve();
      },
    };
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
