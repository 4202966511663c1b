import type { TextRange } from '../../base/textRange';
import type { Engine } from '../../engine/engine';

/** What documentation needs of the tokenizer. */
export interface SlotTokenizer {
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  specialId(name: string): number | undefined;
  readonly endOfTextIds: readonly number[];
}

/** A running model with fill-in-the-middle tokens. */
export interface DocumentationModel {
  readonly engine: Engine;
  readonly tokenizer: SlotTokenizer;
}

export interface DocumentationRequest {
  readonly languageId: string;
  readonly text: string;
  /** Without folders. Doxygen's comment on a file names it, and Java documents packages in files of one name. */
  readonly fileName?: string;
  readonly target: DocumentationTarget;
  /** Other files of the project in the same language, to find the comment style when the file shows none. */
  readonly projectTexts: readonly string[];
  /** Called before each symbol. */
  readonly onProgress?: (doneCount: number, totalCount: number, symbolName: string) => void;
}

export type DocumentationTarget =
  /** The innermost symbol that holds the offset; outside of all, the file. */
  | { readonly kind: 'symbol'; readonly offset: number }
  /** Every symbol that begins in the range, or else the one that holds it. */
  | { readonly kind: 'selection'; readonly range: TextRange }
  /** Every symbol of the file that has no comment, local functions left out. */
  | { readonly kind: 'file' };

/** One replacement in the original text; edits of a result are in document order and do not overlap. */
export interface DocumentationEdit {
  /** Empty for a new comment; the old comment's range for an improved one. */
  readonly range: TextRange;
  readonly newText: string;
  readonly symbolName: string;
  readonly words: readonly FilledSlot[];
}

/** What stands in one slot and where it comes from. */
export interface FilledSlot {
  readonly label: string;
  readonly words: string;
  /** `neutral`: the model was not sure enough, and the words are made from names and types. */
  readonly origin: 'model' | 'neutral' | 'existing';
  /** Mean log-probability of the model's words, natural logarithm; undefined where it wrote none. */
  readonly confidence: number | undefined;
}

export interface DocumentationResult {
  /** Empty when every symbol asked for has a complete comment already. */
  readonly edits: readonly DocumentationEdit[];
  readonly symbolCount: number;
  /** Of a file with very many symbols, those that were left for another time. */
  readonly leftCount: number;
}
