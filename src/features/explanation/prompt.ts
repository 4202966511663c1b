import { MAX_CHARACTERS_PER_TOKEN } from '../chat/answer';
import type { ChatMessage } from '../chat/chatFormat';
import { noGrounding, type Grounding } from './grounding';
import type { ExplanationLength } from './types';

/** Short, so that little of it is echoed. */
const systemText =
  'You explain source code to a programmer, briefly and exactly. Use only what is shown; do not guess.';

/** What is asked for, for an explanation of each length. */
export const wishes: Readonly<Record<ExplanationLength, string>> = {
  short: 'Explain this code in one or two sentences.',
  normal:
    'Explain this code: one sentence on what it is for, then the steps as a short list, using the names in the code. Do not quote the code.',
  long: 'Explain this code in detail: what it is for, each step in order, what goes in and comes out, and which special cases it handles.',
};

/** Tokens of an answer at most. */
export const answerTokens: Readonly<Record<ExplanationLength, number>> = {
  short: 100,
  normal: 320,
  long: 560,
};

export interface PromptParts {
  readonly fileName: string;
  readonly languageId: string;
  /** What is explained, in words: a symbol's name, or nothing for a selection. */
  readonly name: string | undefined;
  readonly code: string;
  /** One line for each part of a long piece of code; then `code` lacks the parts' bodies. */
  readonly partSummaries: readonly string[];
  readonly grounding: Grounding;
  /** What is asked about the code. */
  readonly wish: string;
}

/**
 * The conversation that asks for an explanation, of at most `tokenBudget` tokens as `countTokens` says. What is told
 * besides the code is left out first, the least useful part first, then the middle of the code.
 */
export function explanationPrompt(
  parts: PromptParts,
  tokenBudget: number,
  countTokens: (messages: readonly ChatMessage[]) => number,
): ChatMessage[] {
  // What is far too long need not be counted, again and again with a little less: it may be megabytes.
  const fits = (messages: readonly ChatMessage[]) =>
    messages.every(({ content }) => content.length <= MAX_CHARACTERS_PER_TOKEN * tokenBudget) &&
    countTokens(messages) <= tokenBudget;
  for (const grounding of everLess(parts.grounding)) {
    const messages = writeMessages({ ...parts, grounding });
    if (fits(messages)) {
      return messages;
    }
  }
  const bare = { ...parts, grounding: noGrounding };
  let keptShare = 0.9;
  for (;;) {
    const messages = writeMessages({ ...bare, code: withoutMiddle(parts.code, keptShare) });
    if (fits(messages) || keptShare < 0.01) {
      return messages;
    }
    keptShare *= 0.85;
  }
}

/** The question after the conversation so far; of earlier questions and answers the oldest are left out to fit. */
export function followUpPrompt(
  messages: readonly ChatMessage[],
  question: string,
  tokenBudget: number,
  countTokens: (messages: readonly ChatMessage[]) => number,
): ChatMessage[] {
  const asked: ChatMessage = { role: 'user', content: question };
  const headCount = messages.findIndex(({ role }) => role === 'user') + 1;
  const head = messages.slice(0, headCount);
  // After the code come pairs: an answer and the next question. The last answer has none yet.
  for (let from = headCount; from < messages.length; from += 2) {
    const kept = [...head, ...messages.slice(from), asked];
    if (countTokens(kept) <= tokenBudget) {
      return kept;
    }
  }
  const [system, code] = [head.slice(0, -1), head.at(-1)];
  let keptShare = 1;
  for (;;) {
    const content = `${withoutMiddle(code?.content ?? '', keptShare)}\n\n${question}`;
    const kept: ChatMessage[] = [...system, { role: 'user', content }];
    if (countTokens(kept) <= tokenBudget || keptShare < 0.01) {
      return kept;
    }
    keptShare *= 0.85;
  }
}

/** The question about one part of a long piece of code. */
export function partPrompt(languageId: string, code: string): ChatMessage[] {
  return [
    { role: 'system', content: systemText },
    { role: 'user', content: `${fence(languageId, code)}\n\nSay in one short sentence what this code does.` },
  ];
}

function writeMessages(parts: PromptParts): ChatMessage[] {
  const { enclosing, imports, definitions } = parts.grounding;
  const of = parts.name === undefined ? '' : ` \`${parts.name}\``;
  const context = [
    enclosing.length > 0 ? `It is inside:\n${fence(parts.languageId, enclosing.join('\n'))}` : '',
    imports.length > 0 ? `Imports:\n${fence(parts.languageId, imports.join('\n'))}` : '',
    definitions.length > 0 ? `What it uses:\n${definitions.map((line) => `- ${line}`).join('\n')}` : '',
    parts.partSummaries.length > 0
      ? `Its parts:\n${parts.partSummaries.map((line) => `- ${line}`).join('\n')}`
      : '',
  ];
  const content = [
    `Code${of} from ${parts.fileName}:\n${fence(parts.languageId, parts.code)}`,
    ...context.filter((part) => part !== ''),
    parts.wish,
  ].join('\n\n');
  return [
    { role: 'system', content: systemText },
    { role: 'user', content },
  ];
}

/** The grounding, then ever less of it: definitions go one by one from the last, then imports, then the rest. */
function* everLess(grounding: Grounding): Generator<Grounding> {
  for (let count = grounding.definitions.length; count > 0; count -= 1) {
    yield { ...grounding, definitions: grounding.definitions.slice(0, count) };
  }
  yield { ...grounding, definitions: [] };
  yield { ...grounding, definitions: [], imports: [] };
  yield noGrounding;
}

/** A fence longer than any in the code, so that the code cannot end it. */
function fence(languageId: string, code: string): string {
  const longest = Math.max(2, ...(code.match(/`{3,}/g) ?? []).map((run) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}${languageId}\n${code}\n${marks}`;
}

/** The first and the last lines, with a mark between them; all of it for a share of 1. */
function withoutMiddle(code: string, keptShare: number): string {
  if (keptShare === 1) {
    return code;
  }
  const keptLength = Math.floor(code.length * keptShare);
  const headEnd = code.lastIndexOf('\n', Math.floor(keptLength * 0.7));
  const tailStart = code.indexOf('\n', code.length - Math.floor(keptLength * 0.3));
  // Without line breaks (minified code) the cut is in the middle of a line.
  const head = code.slice(0, headEnd > 0 ? headEnd : Math.floor(keptLength * 0.7));
  const tail = tailStart < 0 ? '' : code.slice(tailStart);
  return `${head}\n…${tail}`;
}
