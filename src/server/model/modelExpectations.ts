import type { GenerateTimings } from '../../engine/engine';
import { typicalSuggestion } from '../../runtime/deviceMeasurement';
import type { ModelDescription, ModelExpectation, ModelState } from '../../shared/modelState';

/**
 * The default model takes as long for a typical suggestion on two cores of a server, where typing with it was
 * measured: a larger one must not feel slower than that.
 */
const TYPING_BUDGET_MS = 300;
/** While somebody types, most requests read one to four tokens, which cost as much as one: they say nothing. */
const LEAST_READ_TOKENS = 8;
/** Before so many, one busy moment of the machine would decide. */
const LEAST_READS = 3;
const LEAST_WRITTEN_TOKENS = 100;

/** What the loader knows of a model; what is to be expected of it here depends on what was measured. */
export type ListedModel = Omit<ModelDescription, 'expectation'>;

export interface ExpectationsHost {
  readonly state: () => ModelState;
  readonly listModels: () => Promise<readonly ListedModel[]>;
  /** A larger model than the one in memory would keep up with typing: said once for each model and device. */
  readonly onFitting: (model: ModelDescription) => void;
}

/** Learns how fast this machine runs the model in memory, and from that how fast it would run the others. */
export class ModelExpectations {
  private speed = new MeasuredSpeed();
  private measuredOn = '';
  private hasLooked = false;

  constructor(private readonly host: ExpectationsHost) {}

  /** Takes the engine's times of one suggestion; looks for a larger model once enough is known. Never rejects. */
  async note(timings: GenerateTimings): Promise<void> {
    const state = this.host.state();
    if (state.kind !== 'ready') {
      return;
    }
    const place = `${state.model} on ${state.device}`;
    if (place !== this.measuredOn) {
      this.measuredOn = place;
      this.speed = new MeasuredSpeed();
      this.hasLooked = false;
    }
    this.speed.note(timings);
    if (this.hasLooked || this.speed.measured() === undefined) {
      return;
    }
    this.hasLooked = true;
    const models = await this.describe().catch(() => []); // The list is asked for again whenever somebody looks.
    const fitting = largestFitting(models, state.model);
    if (fitting !== undefined) {
      this.host.onFitting(fitting);
    }
  }

  /** The models with what is to be expected of each on this machine. */
  async describe(): Promise<readonly ModelDescription[]> {
    const models = await this.host.listModels();
    const state = this.host.state();
    const current = models.find(({ name }) => name === state.model);
    const isKnown = state.kind === 'ready' && `${state.model} on ${state.device}` === this.measuredOn;
    const measured = isKnown ? this.speed.measured() : undefined;
    return models.map((model) => ({
      ...model,
      expectation:
        measured === undefined || current === undefined
          ? null
          : expect(measured, model.parameterCount / current.parameterCount),
    }));
  }
}

interface Measured {
  readonly readMsPerToken: number;
  readonly writeMsPerToken: number;
}

class MeasuredSpeed {
  private readonly read = { tokenCount: 0, ms: 0, callCount: 0 };
  private readonly written = { tokenCount: 0, ms: 0 };

  note({ prefilledTokenCount, prefillMs, decodedTokenCount, decodeMs }: GenerateTimings): void {
    if (prefilledTokenCount >= LEAST_READ_TOKENS) {
      this.read.tokenCount += prefilledTokenCount;
      this.read.ms += prefillMs;
      this.read.callCount += 1;
    }
    this.written.tokenCount += decodedTokenCount;
    this.written.ms += decodeMs;
  }

  /** Undefined until enough was seen. */
  measured(): Measured | undefined {
    const { read, written } = this;
    if (read.callCount < LEAST_READS || written.tokenCount < LEAST_WRITTEN_TOKENS) {
      return undefined;
    }
    return { readMsPerToken: read.ms / read.tokenCount, writeMsPerToken: written.ms / written.tokenCount };
  }
}

/** Reading is multiplications and writing is memory: both grow with the number of weights. */
function expect({ readMsPerToken, writeMsPerToken }: Measured, sizeRatio: number): ModelExpectation {
  const suggestionMs =
    sizeRatio *
    (typicalSuggestion.readTokens * readMsPerToken + typicalSuggestion.writtenTokens * writeMsPerToken);
  return {
    tokensPerSecond: 1000 / (sizeRatio * writeMsPerToken),
    suggestionMs,
    keepsUpWithTyping: suggestionMs <= TYPING_BUDGET_MS,
  };
}

function largestFitting(
  models: readonly ModelDescription[],
  currentName: string,
): ModelDescription | undefined {
  const current = models.find(({ name }) => name === currentName);
  return models
    .filter(({ expectation, parameterCount }) => {
      return (
        expectation?.keepsUpWithTyping === true && parameterCount > (current?.parameterCount ?? Infinity)
      );
    })
    .sort((a, b) => b.parameterCount - a.parameterCount)[0];
}
