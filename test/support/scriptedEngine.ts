import type {
  Engine,
  GeneratedToken,
  GenerateRequest,
  GenerateResult,
  StopReason,
} from '../../src/engine/engine';
import { byteTokenizer } from './byteTokenizer';

export interface Script {
  /** What the model writes after a prompt, up to its end token. */
  reply(prompt: string): string;
  /** Awaited before each prefill and each token: tests hold the engine here. */
  beforeStep?(step: {
    readonly kind: 'prefill' | 'token' | 'score';
    readonly tokenIndex: number;
  }): Promise<void>;
  logProbability?(tokenIndex: number, prompt: string): number;
  /** What the model would have written in place of a token. */
  runnerUp?(
    tokenIndex: number,
    prompt: string,
  ): { readonly character: string; readonly logProbability: number } | undefined;
  /** ln p of a text, read from left to right after a prompt; all of it is told of its first token. Absent: certain. */
  score?(text: string, prompt: string): number;
  /** What the engine says that a prefill took; no time passes. */
  prefillMsPerToken?(): number;
}

export interface ScriptedEngine extends Engine {
  /** Prompts of all `generate` calls, readable. */
  readonly prompts: string[];
  readonly prefills: string[];
  /** Texts of all `score` calls. */
  readonly scored: string[];
  readonly emittedTokenCounts: number[];
  readonly abortedCount: () => number;
}

/**
 * An engine of bytes that writes what a script says, with the contract of the real one: one call at a time, abort
 * between steps, constraint, callback, KV cache of the last prompt.
 */
export function createScriptedEngine(script: Script): ScriptedEngine {
  const prompts: string[] = [];
  const prefills: string[] = [];
  const scored: string[] = [];
  const emittedTokenCounts: number[] = [];
  let cachedIds: readonly number[] = [];
  let busy = false;
  let abortedCount = 0;

  async function exclusively<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (busy) {
      throw new Error('the engine was called while a call runs');
    }
    busy = true;
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      abortedCount += signal.aborted ? 1 : 0;
      throw error;
    } finally {
      busy = false;
    }
  }

  async function step(
    kind: 'prefill' | 'token' | 'score',
    tokenIndex: number,
    signal: AbortSignal,
  ): Promise<void> {
    await script.beforeStep?.({ kind, tokenIndex });
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }

  async function decode(
    request: GenerateRequest,
    signal: AbortSignal,
  ): Promise<{ tokens: GeneratedToken[]; stopReason: StopReason }> {
    const prompt = byteTokenizer.decode(request.promptIds);
    const replyIds = byteTokenizer.encode(script.reply(prompt));
    const tokens: GeneratedToken[] = [];
    let replyIndex = 0;
    while (tokens.length < request.maxTokens) {
      await step('token', tokens.length, signal);
      const allowed = request.constraint?.allowedIds();
      const forced = allowed === undefined ? undefined : [...allowed][0];
      const id = forced ?? replyIds[replyIndex++] ?? byteTokenizer.endOfTextIds[0] ?? 0;
      if (request.stopIds.has(id)) {
        return { tokens, stopReason: 'stop-token' };
      }
      request.constraint?.accept(id);
      const other = request.runnersUp === true ? script.runnerUp?.(tokens.length, prompt) : undefined;
      const token = {
        id,
        logProbability: script.logProbability?.(tokens.length, prompt) ?? -0.02,
        runnerUp: other && {
          id: byteTokenizer.encode(other.character)[0] ?? 0,
          logProbability: other.logProbability,
        },
      };
      tokens.push(token);
      if (request.onToken?.(token) === 'stop') {
        return { tokens, stopReason: 'callback' };
      }
    }
    return { tokens, stopReason: 'max-tokens' };
  }

  function cachedPrefixLength(ids: readonly number[]): number {
    const different = ids.findIndex((id, index) => id !== cachedIds[index]);
    return different < 0 ? ids.length : different;
  }

  return {
    prompts,
    prefills,
    scored,
    emittedTokenCounts,
    abortedCount: () => abortedCount,
    contextCapacity: 2048,
    vocabularySize: byteTokenizer.vocabularySize,
    cachedPrefixLength,
    forget() {
      cachedIds = [];
    },
    prefill: (ids, signal) =>
      exclusively(signal, async () => {
        prefills.push(byteTokenizer.decode(ids));
        await step('prefill', 0, signal);
        const reusedTokenCount = cachedPrefixLength(ids);
        cachedIds = ids;
        const prefilledTokenCount = ids.length - reusedTokenCount;
        const durationMs = prefilledTokenCount * (script.prefillMsPerToken?.() ?? 0);
        return { reusedTokenCount, prefilledTokenCount, durationMs };
      }),
    generate: (request, signal) =>
      exclusively(signal, async (): Promise<GenerateResult> => {
        prompts.push(byteTokenizer.decode(request.promptIds));
        const reusedTokenCount = cachedPrefixLength(request.promptIds);
        cachedIds = request.promptIds;
        const { tokens, stopReason } = await decode(request, signal);
        emittedTokenCounts.push(tokens.length);
        return {
          tokens,
          stopReason,
          timings: {
            reusedTokenCount,
            prefilledTokenCount: request.promptIds.length - reusedTokenCount,
            prefillMs: 0,
            decodedTokenCount: tokens.length,
            decodeMs: 0,
            draftedTokenCount: 0,
            acceptedDraftTokenCount: 0,
          },
        };
      }),
    score: (promptIds, targetIds, signal) =>
      exclusively(signal, async () => {
        const [prompt, text] = [promptIds, targetIds].map((ids) => byteTokenizer.decode(ids)) as [
          string,
          string,
        ];
        scored.push(text);
        await step('score', 0, signal);
        return new Float32Array(targetIds.length).fill(script.score?.(text, prompt) ?? 0, 0, 1);
      }),
    scoreChoices: () => Promise.reject(new Error('the scripted engine scores no choices')),
    dispose: () => Promise.resolve(),
  };
}
