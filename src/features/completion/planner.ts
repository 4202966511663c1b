import { MAX_MULTI_LINE_TOKENS, decideShape } from './decode/shape';
import type { GenerationPlan } from './decode/attempt';
import { withLineFeeds, type Place } from './place';
import { chooseContext, shownBefore, type PromptContext } from './prompt/context';
import type { FimTokens } from './prompt/fimTokens';
import { buildPrompt, encodeBeginning } from './prompt/prompt';
import type { CompletionTokenizer } from './prompt/tokenizer';
import type { CompletionRequest, PromptBeginning, TextDocument } from './types';

/**
 * How long reading a new context may take before the first suggestion in a file: a slow machine gets a smaller
 * prompt, since somebody who types there would never see what a large one leads to.
 */
const COLD_READ_MS = 2_000;

interface PlannerDependencies {
  readonly tokenizer: CompletionTokenizer;
  readonly fim: FimTokens;
  /** Tokens that prompt and output may have together. */
  readonly contextCapacity: number;
  /** How many tokens this machine reads in so many milliseconds. */
  readonly tokensReadWithin: (durationMs: number) => number;
}

/** Decides what the model reads at a place and how much it may write there. Keeps the context from request to request. */
export class Planner {
  private context: PromptContext | undefined;

  constructor(private readonly dependencies: PlannerDependencies) {}

  /** `mayGrow`: nobody waits, so that a context that was kept small may become larger. */
  plan(place: Place, request: CompletionRequest, { mayGrow } = { mayGrow: false }): GenerationPlan {
    const { tokenizer, fim, contextCapacity, tokensReadWithin } = this.dependencies;
    const isPatient = request.trigger === 'manual';
    this.context = chooseContext(
      {
        place,
        relatedFiles: request.relatedFiles,
        maxPromptTokens: Math.min(request.options.maxPromptTokens, contextCapacity - MAX_MULTI_LINE_TOKENS),
        coldTokens: isPatient ? Infinity : tokensReadWithin(COLD_READ_MS),
        mayGrow,
      },
      this.context,
      tokenizer,
    );
    return {
      place,
      prompt: buildPrompt(this.context, place.linePrefix, fim, tokenizer),
      shape: decideShape(place, request.options),
      stopIds: fim.stopIds,
      isThorough: isPatient,
    };
  }

  /** See `Completer.beginningBefore`. */
  beginningBefore(
    { uri, text }: Pick<TextDocument, 'uri' | 'text'>,
    lineStart: number,
  ): PromptBeginning | undefined {
    const { context } = this;
    const { tokenizer } = this.dependencies;
    const shown =
      context?.uri === uri
        ? shownBefore(context, withLineFeeds(text.slice(0, lineStart)), tokenizer)
        : undefined;
    return context === undefined || shown === undefined
      ? undefined
      : { text: shown, ids: encodeBeginning(context, shown, tokenizer) };
  }
}
