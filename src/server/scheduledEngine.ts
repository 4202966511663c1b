import type { Engine, GeneratedToken, GenerateRequest, GenerateResult } from '../engine/engine';
import { PreemptedError, type Priority, type Scheduler } from './scheduler';

/**
 * The engine as one of its users sees it: each call waits for its turn by `priority`, so that no user has to know
 * of the others. A command's call that gives way to a completion goes on afterwards where it stopped. `onTurn` is
 * called when a turn begins.
 */
export function scheduleEngine(
  engine: Engine,
  scheduler: Scheduler,
  priority: Priority,
  onTurn: () => void = () => undefined,
): Engine {
  const runOnce = <T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => {
    const begin = (jobSignal: AbortSignal) => {
      onTurn();
      return call(jobSignal);
    };
    return scheduler.run(priority, begin, signal);
  };
  const inTurn = <T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) =>
    priority === 'command' ? repeatWhenPreempted(() => runOnce(call, signal)) : runOnce(call, signal);
  return {
    contextCapacity: engine.contextCapacity,
    vocabularySize: engine.vocabularySize,
    generate: (request, signal) =>
      priority === 'command'
        ? generateInParts(request, (part) => runOnce((jobSignal) => engine.generate(part, jobSignal), signal))
        : inTurn((jobSignal) => engine.generate(request, jobSignal), signal),
    prefill: (ids, signal) => inTurn((jobSignal) => engine.prefill(ids, jobSignal), signal),
    score: (promptIds, targetIds, signal) =>
      inTurn((jobSignal) => engine.score(promptIds, targetIds, jobSignal), signal),
    scoreChoices: (promptIds, targetIds, choices, signal) =>
      inTurn((jobSignal) => engine.scoreChoices(promptIds, targetIds, choices, jobSignal), signal),
    cachedPrefixLength: (ids) => engine.cachedPrefixLength(ids),
    forget: () => engine.forget(),
    // The engine belongs to who loaded it.
    dispose: () => Promise.resolve(),
  };
}

/** Generates what `request` asks for, each part continuing the prompt and all tokens of the parts before. */
async function generateInParts(
  request: GenerateRequest,
  generate: (part: GenerateRequest) => Promise<GenerateResult>,
): Promise<GenerateResult> {
  const tokens: GeneratedToken[] = [];
  const result = await repeatWhenPreempted(() =>
    generate({
      ...request,
      promptIds: [...request.promptIds, ...tokens.map(({ id }) => id)],
      maxTokens: request.maxTokens - tokens.length,
      onToken(token) {
        tokens.push(token);
        return request.onToken?.(token) ?? 'continue';
      },
    }),
  );
  return { ...result, tokens };
}

async function repeatWhenPreempted<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof PreemptedError)) {
        throw error;
      }
    }
  }
}
