import { setTimeout as delay } from 'node:timers/promises';
import { isAbortError } from '../../base/abort';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type {
  CompletionOutcome,
  CompletionRequest,
  NoSuggestionReason,
  Suggestion,
} from '../../features/completion/types';
import { isLanguageEnabled, type Settings } from '../../shared/settings';
import type { Scheduler } from '../scheduler';
import type { Completer } from '../../features/completion/completer';
import { likelyConfidence } from '../../features/completion/filters/confidence';
import { BackgroundWork } from './backgroundWork';
import { formatOutcome, OutcomeLog, type OutcomeEntry } from './outcomeLog';
import type { TypingRhythm } from './typingRhythm';

const REMEMBERED_SUGGESTION_COUNT = 50;
/**
 * The suggestion after the next is prepared only when the shown one has stood so long and is likely to be accepted:
 * preparing moves the KV cache to the next line, and a user who types on here pays for moving it back.
 */
const READING_MS = 400;
/** After an acceptance the editor asks at its end first, within this time if at all. */
const AFTER_ACCEPTANCE_MS = 250;

/** What one request needs of its surroundings; the server makes it anew for each. */
export interface CompletionSituation {
  readonly settings: Settings;
  readonly isExcluded: (uri: string) => boolean;
  /** Undefined: the model is not in memory, and `modelDetail` says why. */
  readonly completer: Completer | undefined;
  /** Brings the model into memory, which may take seconds; undefined where it cannot be had without a download. */
  readonly load: (signal: AbortSignal) => Promise<Completer | undefined>;
  readonly modelDetail: () => string;
  readonly place: string;
  /** Whether the document is still as the request saw it. */
  readonly isCurrent: () => boolean;
}

/** A suggestion under the number by which the editor refers to it later. */
export interface OfferedSuggestion {
  readonly suggestionId: number;
  readonly suggestion: Suggestion;
}

/** From a request to a suggestion: rules, cache, wait, engine; every way out is logged with its reason. */
export class CompletionService {
  readonly outcomes = new OutcomeLog();
  private lastSuggestionId = 0;
  private readonly offered = new Map<number, Offer>();
  private readonly background: BackgroundWork;
  private newestRequest: CompletionRequest | undefined;
  /** The last request, when it came unasked and in vain because the model was not in memory. */
  private waiting: Pick<CompletionSituation, 'isCurrent'> | undefined;
  private seen: { readonly request: CompletionRequest; readonly text: string } | undefined;
  /** Accepted a moment ago, and no request has come since: what follows it is to be prepared. */
  private justAccepted: Offer | undefined;
  /** The suggestion whose successor is prepared, or was last. */
  private preparedFor: Offer | undefined;

  constructor(
    scheduler: Scheduler,
    private readonly rhythm: TypingRhythm,
    private readonly logger: Logger,
    /**
     * What a deadline cut short is there in full now, or the model for which it waited, and nothing else was asked
     * meanwhile.
     */
    private readonly onReady: (request: CompletionRequest, isPartShown: boolean) => void,
  ) {
    this.background = new BackgroundWork(scheduler, logger);
  }

  /**
   * The suggestion for `request`, if any. Who sees it already and asks by key wants to know what else there is: then
   * others follow it. Never rejects.
   */
  async complete(
    request: CompletionRequest,
    situation: CompletionSituation,
    signal: AbortSignal,
  ): Promise<readonly OfferedSuggestion[]> {
    const startMs = performance.now();
    this.background.giveWay();
    const accepted = this.justAccepted;
    this.justAccepted = undefined;
    this.newestRequest = request;
    this.waiting = undefined;
    const { outcome, waitedMs, completer } = await this.findOutcome(request, situation, signal).catch(
      (error: unknown) => ({
        outcome: this.outcomeOfError(error, performance.now() - startMs),
        waitedMs: 0,
        completer: undefined,
      }),
    );
    const others =
      outcome.kind === 'suggestion' && this.isSeen(request, outcome)
        ? await completer?.alternatives(request, outcome, signal)
        : undefined;
    const final = outcome.kind === 'none' || situation.isCurrent() ? outcome : outdated(outcome);
    this.record({
      time: new Date(),
      place: situation.place,
      languageId: request.document.languageId,
      trigger: request.trigger,
      waitedMs,
      outcome: final,
      otherCount: others?.length,
    });
    void final.fuller?.then(() => this.announce(request, situation, final.kind === 'suggestion'));
    if (final.kind === 'suggestion' && completer !== undefined) {
      this.seen = { request, text: final.text };
      return [final, ...(others ?? [])].map((suggestion) => this.offer({ request, suggestion, completer }));
    }
    if (accepted !== undefined && isWhereAcceptanceLeft(request, accepted)) {
      this.prepareNext(accepted, 0);
    }
    return [];
  }

  /** The model is in memory: who asked in vain for it by typing, and has done nothing since, gets a suggestion now. */
  noteModelReady(): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined && this.newestRequest !== undefined) {
      this.announce(this.newestRequest, waiting, false);
    }
  }

  /** Adds an outcome that came about without a request: the client did not pass the question on. */
  record(entry: OutcomeEntry): void {
    this.outcomes.add(entry);
    this.logger.debug(`completion: ${formatOutcome(entry)}`);
  }

  /**
   * Reads ahead to where the cursor stands; gives way at once. Never rejects. Where an acceptance has put the cursor,
   * there is better to do: preparing what comes next.
   */
  async warmUp(request: CompletionRequest, completer: Completer): Promise<void> {
    if (this.preparedFor !== undefined && isWhereAcceptanceLeft(request, this.preparedFor)) {
      return;
    }
    await this.background.run('warm-up', (signal) => completer.warmUp(request, signal));
  }

  shown(suggestionId: number): void {
    const offer = this.offered.get(suggestionId);
    if (offer !== undefined && offer.suggestion.confidence >= likelyConfidence) {
      this.prepareNext(offer, READING_MS);
    }
  }

  accepted(suggestionId: number): void {
    const offer = this.take(suggestionId);
    if (offer !== undefined) {
      offer.completer.accepted(offer.request, offer.suggestion);
      this.justAccepted = offer;
      this.prepareNext(offer, AFTER_ACCEPTANCE_MS);
    }
  }

  rejected(suggestionId: number): void {
    const offer = this.take(suggestionId);
    offer?.completer.rejected(offer.request, offer.suggestion);
  }

  /** The user paused: what he asked for by key goes on, and all else ends and is not announced. */
  pause(isPaused: (languageId: string) => boolean, completer: Completer | undefined): void {
    this.stopBackgroundWork();
    const { newestRequest } = this;
    if (newestRequest?.trigger === 'automatic' && isPaused(newestRequest.document.languageId)) {
      this.newestRequest = undefined;
      this.waiting = undefined;
      completer?.stop();
    }
  }

  /** Ends what was done ahead of time: the user paused, or the model is about to go. */
  stopBackgroundWork(): void {
    this.background.stop();
  }

  /** Forgets suggestions of a model that is gone. */
  forgetSuggestions(): void {
    this.stopBackgroundWork();
    this.offered.clear();
    this.seen = undefined;
    this.justAccepted = undefined;
    this.preparedFor = undefined;
  }

  private announce(
    request: CompletionRequest,
    { isCurrent }: Pick<CompletionSituation, 'isCurrent'>,
    isPartShown: boolean,
  ): void {
    if (this.newestRequest === request && isCurrent()) {
      this.onReady(request, isPartShown);
    }
  }

  private async findOutcome(
    request: CompletionRequest,
    situation: CompletionSituation,
    signal: AbortSignal,
  ): Promise<Found> {
    const { settings } = situation;
    const ruledOut = findRule(request, situation);
    if (ruledOut !== undefined) {
      return { outcome: ruledOut, waitedMs: 0, completer: undefined };
    }
    const manual = request.trigger === 'manual';
    const completer = situation.completer ?? (manual ? await situation.load(signal) : undefined);
    if (completer === undefined) {
      this.waiting = manual ? undefined : situation;
      return { outcome: none('no-model', situation.modelDetail()), waitedMs: 0, completer };
    }
    const waitMs = manual
      ? 0
      : this.rhythm.delayMs(settings['completion.maximumDelayMs']) + Math.round(completer.backOffDelayMs());
    let waitedMs = 0;
    const beforeEngine = async (waitSignal: AbortSignal) => {
      if (waitMs > 0) {
        await delay(waitMs, undefined, { signal: waitSignal });
        waitedMs = waitMs;
      }
    };
    // The pipeline keeps its own deadline and queues each call of the engine: a cache hit waits for nobody.
    const outcome = await completer.complete(request, signal, beforeEngine);
    if (outcome.kind === 'suggestion' && outcome.source === 'model') {
      this.rhythm.noteLatency(outcome.timings.totalMs - waitedMs);
    }
    return { outcome, waitedMs, completer };
  }

  /** Whether the editor asks by key for what it shows already, having been given it for the same place and text. */
  private isSeen(request: CompletionRequest, { text }: Suggestion): boolean {
    return (
      request.trigger === 'manual' && this.seen?.text === text && isSamePlace(request, this.seen.request)
    );
  }

  private offer(offer: Offer): OfferedSuggestion {
    this.lastSuggestionId += 1;
    const suggestionId = this.lastSuggestionId;
    this.offered.set(suggestionId, offer);
    this.offered.delete(suggestionId - REMEMBERED_SUGGESTION_COUNT);
    return { suggestionId, suggestion: offer.suggestion };
  }

  private prepareNext(offer: Offer, delayMs: number): void {
    const { completer, request, suggestion } = offer;
    this.preparedFor = offer;
    this.background.runAfter(delayMs, 'next suggestion', (signal) =>
      completer.prepareNext(request, suggestion, signal),
    );
  }

  private take(suggestionId: number): Offer | undefined {
    const offer = this.offered.get(suggestionId);
    this.offered.delete(suggestionId);
    return offer;
  }

  private outcomeOfError(error: unknown, totalMs: number): CompletionOutcome {
    if (isAbortError(error)) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return none('cancelled', describeError(cause), totalMs);
    }
    this.logger.error(`completion: ${describeError(error)}`);
    return none('failed', describeError(error), totalMs);
  }
}

/** Where and in what text a request was made, as far as its answer depends on it. */
function isSamePlace(left: CompletionRequest, right: CompletionRequest): boolean {
  return (
    left.document.uri === right.document.uri &&
    left.offset === right.offset &&
    left.selectedCompletion?.text === right.selectedCompletion?.text &&
    left.document.text === right.document.text
  );
}

interface Found {
  readonly outcome: CompletionOutcome;
  readonly waitedMs: number;
  /** What made it, if it came to that. */
  readonly completer: Completer | undefined;
}

interface Offer {
  readonly request: CompletionRequest;
  readonly suggestion: Suggestion;
  readonly completer: Completer;
}

function isWhereAcceptanceLeft({ document, offset }: CompletionRequest, accepted: Offer): boolean {
  const { text, replace } = accepted.suggestion;
  const before = accepted.request.document;
  return (
    document.uri === before.uri &&
    offset === replace.start + text.length &&
    document.text === before.text.slice(0, replace.start) + text + before.text.slice(replace.end)
  );
}

/** Rules that need neither the model nor the text; a manual request passes those that are the user's wishes. */
function findRule(
  { document, trigger }: CompletionRequest,
  { settings, isExcluded }: CompletionSituation,
): CompletionOutcome | undefined {
  if (isExcluded(document.uri)) {
    return none('excluded-file', 'the file matches sotto.excludedFiles');
  }
  if (trigger === 'manual') {
    return undefined;
  }
  if (!settings['completion.automatic']) {
    return none('paused', 'suggestions are given only when asked for (sotto.completion.automatic)');
  }
  return isLanguageEnabled(settings, document.languageId)
    ? undefined
    : none('language-off', `sotto.languages switches ${document.languageId} off`);
}

function none(reason: NoSuggestionReason, detail: string, totalMs = 0): CompletionOutcome {
  return { kind: 'none', reason, detail, timings: { totalMs } };
}

function outdated({ timings }: Suggestion): CompletionOutcome {
  return { kind: 'none', reason: 'cancelled', detail: 'the document changed meanwhile', timings };
}
