import { confidenceOf, defaultMinimumConfidence, likelyConfidence } from './filters/confidence';
import type { Dropped } from './filters/filter';
import { present, type Presentation } from './filters/postprocess';
import { RejectionMemory } from './memory/rejection';
import { ShownSuggestions } from './memory/shownSuggestions';
import type { Produced } from './memory/suggestionCache';
import { placeOf, type Place } from './place';
import type { CompletionRequest, Suggestion } from './types';

/** Decides what the user sees of what was produced, by the text, the model's confidence and what he did before. */
export class Presenter {
  private readonly shown = new ShownSuggestions();
  private readonly rejections: RejectionMemory;

  constructor(
    nowMs: () => number,
    private readonly minimumConfidence = defaultMinimumConfidence,
  ) {
    this.rejections = new RejectionMemory(nowMs);
  }

  /** What the editor would be given for `produced`, or why it would be given nothing. */
  present(produced: Produced, place: Place, request: CompletionRequest): Presentation | Dropped {
    const manual = request.trigger === 'manual';
    const presented = present(produced, place, {
      singleLine: request.options.multiLine === 'never',
      wanted: manual || this.shown.isContinuedBy(place, produced),
      minimumConfidence: this.minimumConfidence,
    });
    const isRejected =
      !manual &&
      'text' in presented &&
      this.rejections.isRejected(place, presented.text.slice(place.lead.length));
    return isRejected
      ? { reason: 'recently-rejected', detail: 'this suggestion was dismissed here' }
      : presented;
  }

  /** Whether something better than `produced` is worth a wait of one who asks: he does not see it yet, and it is unlikely. */
  isDoubtful(produced: Produced, place: Place): boolean {
    const isLikely = produced.kind === 'draft' && confidenceOf(produced.draft) >= likelyConfidence;
    return !isLikely && !this.shown.isContinuedBy(place, produced);
  }

  /** `produced` is what the user sees at `place` from now on. */
  noteShown(place: Place, produced: Produced): void {
    this.shown.replaceBy(place, produced);
  }

  /** The user can go to `produced` from what he sees at `place`. */
  noteAlternative(place: Place, produced: Produced): void {
    this.shown.add(place, produced);
  }

  accepted(request: CompletionRequest, suggestion: Suggestion): void {
    const place = placeOf(request);
    this.rejections.accept(place, suggestion.text.slice(place.lead.length));
  }

  rejected(request: CompletionRequest, suggestion: Suggestion): void {
    const place = placeOf(request);
    this.rejections.reject(place, suggestion.text.slice(place.lead.length));
  }

  /** See `Completer.backOffDelayMs`. */
  backOffDelayMs(): number {
    return this.rejections.currentDelayMs();
  }
}
