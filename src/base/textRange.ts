/** A half-open range of UTF-16 offsets in a document's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}
