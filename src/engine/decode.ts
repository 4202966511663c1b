import { UserError } from '../base/errors';
import type { GenerateRequest, GenerateResult, GeneratedToken, PrefillResult, StopReason } from './engine';
import type { KvCache } from './kvCache';
import type { Logits, WantedLogits } from './logits';
import { PromptLookup } from './promptLookup';
import type { Sampler } from './sampling';
import { createSampler } from './sampling';
import type { Session } from './session';

/** A session and what one of its key/value memories holds: always changed together. */
export interface Decoder {
  readonly session: Session;
  readonly cache: KvCache;
  readonly vocabularySize: number;
  /** Tokens prefilled in one run: an aborted prefill loses at most one run's work. */
  readonly prefillChunkTokens: number;
  /** Called when a run has ended. */
  readonly onRun: () => void;
}

/** Draft lengths: verifying 8 tokens costs about two single decodes, so a longer guess must be a good one. */
const shortestDraft = 2;
const longestDraft = 8;

/** See `Engine.prefill`. */
export async function prefill(
  decoder: Decoder,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<PrefillResult> {
  return prefillFor(decoder, ids, { vocabulary: 'common' }, signal);
}

/** As `prefill`; `wanted` are the logits which the last position leaves. */
async function prefillFor(
  decoder: Decoder,
  ids: readonly number[],
  wanted: Omit<WantedLogits, 'rowCount'>,
  signal: AbortSignal,
): Promise<PrefillResult> {
  const start = performance.now();
  const reusedTokenCount = reuseCache(decoder, ids);
  await advance(decoder, ids.slice(reusedTokenCount), { ...wanted, rowCount: 1 }, signal);
  return {
    reusedTokenCount,
    prefilledTokenCount: ids.length - reusedTokenCount,
    durationMs: performance.now() - start,
  };
}

/** See `Engine.generate`. */
export async function generate(
  decoder: Decoder,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const { session, cache } = decoder;
  const { promptIds, constraint } = request;
  const vocabulary = vocabularyFor(session, request);
  const toSample = request.sampling === undefined ? undefined : 'all';
  let allowedIds = constraint?.allowedIds();
  const { reusedTokenCount, prefilledTokenCount, durationMs } = await prefillFor(
    decoder,
    promptIds,
    { vocabulary, ids: allowedIds ?? toSample },
    signal,
  );

  const decodeStart = performance.now();
  const choose = createChooser(session.logits, request);
  const lookup = createLookup(decoder, request);
  const tokens: GeneratedToken[] = [];
  let stopLogProbability: number | undefined;
  let draftLimit = 4;
  let draftedTokenCount = 0;
  let acceptedDraftTokenCount = 0;

  /** Emits the token that `row` of the last run chooses; a stop reason ends generation. */
  const emit = (row: number): StopReason | GeneratedToken => {
    const token = choose(row, allowedIds);
    const { id } = token;
    if (request.stopIds.has(id)) {
      stopLogProbability = token.logProbability;
      return 'stop-token';
    }
    tokens.push(token);
    constraint?.accept(id);
    allowedIds = constraint?.allowedIds();
    lookup?.append([id]);
    if (request.onToken?.(token) === 'stop') {
      return 'callback';
    }
    return tokens.length >= request.maxTokens ? 'max-tokens' : token;
  };

  const finish = (stopReason: StopReason): GenerateResult => ({
    tokens,
    stopReason,
    stopLogProbability,
    timings: {
      reusedTokenCount,
      prefilledTokenCount,
      prefillMs: durationMs,
      decodedTokenCount: tokens.length,
      decodeMs: performance.now() - decodeStart,
      draftedTokenCount,
      acceptedDraftTokenCount,
    },
  });

  if (request.maxTokens <= 0) {
    return finish('max-tokens');
  }
  let outcome = emit(0);
  while (typeof outcome !== 'string') {
    const room = cache.capacity - cache.length - 1;
    if (room < 0) {
      return finish('context-full');
    }
    const pending = outcome;
    const wanted = Math.min(draftLimit, room, request.maxTokens - tokens.length - 1);
    // What a constraint allows after a drafted token is not known beforehand.
    const draft = (allowedIds === undefined ? lookup?.draft(wanted) : undefined) ?? [];
    const base = cache.length;
    await advance(
      decoder,
      [pending.id, ...draft],
      { rowCount: draft.length + 1, vocabulary, ids: allowedIds ?? toSample },
      signal,
    );

    // Row i predicts the token after draft[i - 1]; go on while the draft agrees with what the model chooses.
    let acceptedCount = 0;
    outcome = emit(0);
    while (
      typeof outcome !== 'string' &&
      acceptedCount < draft.length &&
      outcome.id === draft[acceptedCount]
    ) {
      acceptedCount += 1;
      outcome = emit(acceptedCount);
    }
    cache.truncate(base + 1 + acceptedCount);
    draftedTokenCount += draft.length;
    acceptedDraftTokenCount += acceptedCount;
    draftLimit = nextDraftLimit(draftLimit, draft.length, acceptedCount);
  }
  return finish(outcome);
}

/**
 * Keeps what the cache shares with `ids` and returns how many positions that is: at least one token is left to
 * run, since only a run gives logits.
 */
export function reuseCache({ cache }: Decoder, ids: readonly number[]): number {
  if (ids.length === 0) {
    throw new Error('a prompt needs at least one token');
  }
  if (ids.length > cache.capacity) {
    throw new UserError(
      'context-full',
      `The prompt has ${ids.length} tokens; the model's context holds ${cache.capacity}.`,
      'Select less text.',
    );
  }
  const reused = Math.min(cache.commonPrefixLength(ids), ids.length - 1);
  cache.truncate(reused);
  return reused;
}

/** Runs `ids` after what the cache holds, in chunks, leaving logits for the last `wanted.rowCount` of them. */
export async function advance(
  { session, cache, prefillChunkTokens, onRun }: Decoder,
  ids: readonly number[],
  wanted: WantedLogits,
  signal: AbortSignal,
): Promise<void> {
  if (cache.length + ids.length > cache.capacity) {
    throw new UserError(
      'context-full',
      `The text has ${cache.length + ids.length} tokens; the model's context holds ${cache.capacity}.`,
      'Select less text.',
    );
  }
  for (let start = 0; start < ids.length; start += prefillChunkTokens) {
    const chunk = ids.slice(start, start + prefillChunkTokens);
    const rowCount = Math.min(wanted.rowCount, chunk.length);
    await session.run(chunk, cache, { ...wanted, rowCount }, signal);
    cache.append(chunk);
    onRun();
  }
}

/**
 * A sampler looks at every token. A text that holds a rare token will want more of them: then, too, all are computed.
 */
function vocabularyFor(
  { logits }: Session,
  { vocabulary = 'whole', sampling, promptIds }: GenerateRequest,
): WantedLogits['vocabulary'] {
  const needsAll = sampling !== undefined || promptIds.some((id) => logits.isRare(id));
  return needsAll ? 'whole' : vocabulary;
}

/** How the next token is taken from a row of logits. */
function createChooser(
  logits: Logits,
  { sampling, runnersUp = false }: Pick<GenerateRequest, 'sampling' | 'runnersUp'>,
): (row: number, allowedIds: Iterable<number> | undefined) => GeneratedToken {
  const sample: Sampler | undefined = sampling === undefined ? undefined : createSampler(sampling);
  return (row, allowedIds) => {
    if (allowedIds !== undefined) {
      return mostLikelyOf(logits, row, allowedIds, runnersUp);
    }
    const logSumExp = logits.logSumExp(row);
    if (sample !== undefined) {
      const id = sample(logits.only());
      return { id, logProbability: logits.at(row, id) - logSumExp };
    }
    const likeliest = logits.mostLikely(row);
    const { id, logit } = likeliest;
    const other = runnersUp ? logits.runnerUp(row, likeliest) : undefined;
    return {
      id,
      logProbability: logit - logSumExp,
      runnerUp: other && { id: other.id, logProbability: other.logit - logSumExp },
    };
  };
}

function mostLikelyOf(
  logits: Logits,
  row: number,
  allowedIds: Iterable<number>,
  runnersUp: boolean,
): GeneratedToken {
  let best = { id: -1, logit: -Infinity };
  let second = best;
  // Sum of exp(logit - best.logit) over the allowed tokens, scaled anew whenever a better one is found.
  let scaledSum = 0;
  for (const id of allowedIds) {
    const logit = logits.at(row, id);
    if (logit > best.logit) {
      scaledSum = scaledSum * Math.exp(best.logit - logit) + 1;
      second = best;
      best = { id, logit };
    } else if (logit > -Infinity) {
      scaledSum += Math.exp(logit - best.logit);
      second = logit > second.logit ? { id, logit } : second;
    }
  }
  if (best.id < 0) {
    throw new Error('the constraint allows no token');
  }
  const logProbability = -Math.log(scaledSum);
  const hasSecond = runnersUp && second.id >= 0;
  return {
    id: best.id,
    logProbability,
    ...(hasSecond && {
      runnerUp: { id: second.id, logProbability: logProbability + second.logit - best.logit },
    }),
  };
}

/** Sampled output is not drafted: agreeing with a draft by chance would bias it. */
function createLookup(decoder: Decoder, request: GenerateRequest): PromptLookup | undefined {
  if (request.sampling !== undefined || request.speculate === false) {
    return undefined;
  }
  const lookup = new PromptLookup(decoder.vocabularySize);
  lookup.append(request.draftIds ?? []);
  lookup.append(request.promptIds);
  return lookup;
}

function nextDraftLimit(limit: number, draftLength: number, acceptedCount: number): number {
  if (draftLength === 0) {
    return limit;
  }
  return acceptedCount === draftLength
    ? Math.min(longestDraft, limit * 2)
    : Math.max(shortestDraft, Math.ceil(limit / 2));
}
