import { UserError } from '../../../base/errors';
import type { CompletionTokenizer } from './tokenizer';

/** Ids of the tokens that a fill-in-the-middle prompt is built from. */
export interface FimTokens {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
  /** No suggestion holds any of these, nor the model's own end tokens. */
  readonly stopIds: ReadonlySet<number>;
}

/**
 * Finds the fill-in-the-middle tokens in a model's vocabulary, by name.
 * @throws UserError `unsupported-model` when the model was not trained to fill in the middle.
 */
export function findFimTokens(tokenizer: CompletionTokenizer): FimTokens {
  for (const names of knownNames) {
    const prefix = tokenizer.specialId(names.prefix);
    const suffix = tokenizer.specialId(names.suffix);
    const middle = tokenizer.specialId(names.middle);
    if (prefix === undefined || suffix === undefined || middle === undefined) {
      continue;
    }
    const others = (names.others ?? []).flatMap((name) => tokenizer.specialId(name) ?? []);
    const stopIds = new Set([...tokenizer.endOfTextIds, prefix, suffix, middle, ...others]);
    return { prefix, suffix, middle, stopIds };
  }
  throw new UserError(
    'unsupported-model',
    'This model has no fill-in-the-middle tokens, so it cannot complete code inside a file.',
    'Choose a code model trained to fill in the middle, such as Qwen2.5-Coder.',
  );
}

interface FimTokenNames {
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: string;
  /** Separators of files and repositories in training: after one of them another file would begin. */
  readonly others?: readonly string[];
}

const knownNames: readonly FimTokenNames[] = [
  // Qwen2.5-Coder, technical report (arXiv 2409.12186), table 1; Qwen3 and Granite 4 have the same names.
  {
    prefix: '<|fim_prefix|>',
    suffix: '<|fim_suffix|>',
    middle: '<|fim_middle|>',
    others: ['<|repo_name|>', '<|file_sep|>'],
  },
  // StarCoder 1 and 2, SantaCoder's successors, Granite Code, Granite 3.
  {
    prefix: '<fim_prefix>',
    suffix: '<fim_suffix>',
    middle: '<fim_middle>',
    others: ['<repo_name>', '<file_sep>', '<reponame>', '<filename>'],
  },
  // DeepSeek-Coder: the "hole" stands where the suffix begins.
  { prefix: '<｜fim▁begin｜>', suffix: '<｜fim▁hole｜>', middle: '<｜fim▁end｜>' },
];
