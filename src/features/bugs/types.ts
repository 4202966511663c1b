import type { TextRange } from '../../base/textRange';
import type { Engine } from '../../engine/engine';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { PromptBeginning } from '../completion/types';

/** What kind of single edit separates what stands there from what the model expects. */
export type SlipKind =
  | 'operator'
  | 'off-by-one'
  | 'boolean'
  | 'negation'
  | 'number'
  | 'swapped-arguments'
  | 'await'
  | 'variable'
  | 'member';

/** True for an edit that puts one name in the place of another. */
export function isNameKind(kind: SlipKind): boolean {
  return kind === 'variable' || kind === 'member';
}

export interface BugModel {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
}

export interface BugRequest {
  readonly languageId: string;
  readonly fileName: string;
  readonly text: string;
  /** Only lines of functions in or near one of these are judged; offsets in `text`. */
  readonly ranges: readonly TextRange[];
  /** Zero-based lines on which nothing is reported, because a compiler or linter says something there already. */
  readonly linesToSkip: ReadonlySet<number>;
  /** Kinds of which the user said more than once that there is no bug; they have to be more certain. */
  readonly strictKinds?: ReadonlySet<string>;
  /** What is read before judged lines that begin at `lineStart`; undefined: lines are chosen for that. */
  readonly readBefore?: (lineStart: number) => PromptBeginning | undefined;
}

export interface BugFinding {
  /** `risk`: nothing likelier was found for a line of the sort that fixes change. Only reviews have it. */
  readonly kind: SlipKind | 'risk';
  /** `strong`: worth an underline; `weak`: a faint hint, or an answer to an explicit review. */
  readonly strength: 'strong' | 'weak';
  /** What the edit replaces, or the code of the line, in `text`. */
  readonly range: TextRange;
  /** Undefined for `risk`. */
  readonly edit: LikelierEdit | undefined;
  /** The name of the function that holds it; undefined for an anonymous one. */
  readonly functionName: string | undefined;
}

export interface LikelierEdit {
  /** What stands there, and what the model expects in its place. */
  readonly found: string;
  readonly expected: string;
  /** ln of how much more likely the expected text is than the found one, with the text after it taken into account. */
  readonly logRatioNats: number;
  /** How often flags this strong were right on real code; from the evaluation, never from the model. */
  readonly record: TrackRecord;
}

/** A finding that says what the model expects. */
export type SlipFinding = BugFinding & { readonly edit: LikelierEdit };

export interface TrackRecord {
  /** Of `slipCount` slips of this kind, injected into real functions, those that got a flag this strong. */
  readonly foundCount: number;
  readonly slipCount: number;
  /** Flags this strong on `cleanLineCount` lines of good code. */
  readonly falseCount: number;
  readonly cleanLineCount: number;
}
