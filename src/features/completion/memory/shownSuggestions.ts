import type { Place } from '../place';
import type { Produced } from './suggestionCache';

/** What the user could see last at one place: the suggestion, and what else was offered there. */
export class ShownSuggestions {
  private uri = '';
  /** The file up to the end of each of them. */
  private texts: readonly string[] = [];

  replaceBy(place: Place, produced: Produced): void {
    this.uri = place.uri;
    this.texts = [textUntilEnd(place, produced)];
  }

  /** `produced`, made for the same place, can be seen too. */
  add(place: Place, produced: Produced): void {
    this.texts = [...(this.uri === place.uri ? this.texts : []), textUntilEnd(place, produced)];
    this.uri = place.uri;
  }

  /** Whether the user is typing through one of them and has not come to its end: it stays, however short it gets. */
  isContinuedBy(place: Place, produced: Produced): boolean {
    const text = textUntilEnd(place, produced);
    const isLeft = (shown: string) => shown.length > place.prefix.length && text.startsWith(shown);
    return this.uri === place.uri && this.texts.some(isLeft);
  }
}

function textUntilEnd({ prefix }: Place, produced: Produced): string {
  return prefix + (produced.kind === 'draft' ? produced.draft.text : '');
}
