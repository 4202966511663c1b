/**
 * Drafts for speculative decoding by prompt lookup: when the last tokens occurred before (in the document, or in
 * what was generated), the tokens that followed them there are a good guess, and checking a few costs little more
 * than decoding one (Saxena 2023, "Prompt Lookup Decoding"; Leviathan et al., arXiv 2211.17192).
 */
export class PromptLookup {
  private readonly ids: number[] = [];
  /** Position after the latest earlier occurrence of an n-gram, by the n-gram packed into one number. */
  private readonly afterTriple = new Map<number, number>();
  private readonly afterPair = new Map<number, number>();

  constructor(private readonly vocabularySize: number) {}

  /** Adds tokens to what is looked in; drafts continue the last one added. */
  append(ids: readonly number[]): void {
    for (const id of ids) {
      // The n-gram before this token is entered only now that something follows it.
      const position = this.ids.length;
      if (position >= 2) {
        this.afterPair.set(this.pair(position), position);
      }
      if (position >= 3) {
        this.afterTriple.set(this.triple(position), position);
      }
      this.ids.push(id);
    }
  }

  /** Up to `maxCount` tokens that followed the latest occurrence of the last three (or else two) tokens. */
  draft(maxCount: number): readonly number[] {
    const end = this.ids.length;
    const start =
      (end >= 3 ? this.afterTriple.get(this.triple(end)) : undefined) ??
      (end >= 2 ? this.afterPair.get(this.pair(end)) : undefined);
    return start === undefined ? [] : this.ids.slice(start, start + maxCount);
  }

  private pair(end: number): number {
    return this.id(end - 2) * this.vocabularySize + this.id(end - 1);
  }

  private triple(end: number): number {
    // A vocabulary of up to 208,000 tokens keeps this below 2^53, where numbers are still exact.
    return this.pair(end - 1) * this.vocabularySize + this.id(end - 1);
  }

  private id(position: number): number {
    return this.ids[position] ?? 0;
  }
}
