import { answer, MAX_CHARACTERS_PER_TOKEN, promptBudget, type ChatModel } from '../chat/answer';
import type { ChatMessage } from '../chat/chatFormat';
import { withoutRepetition } from '../chat/loops';
import type { CodeSymbol } from '../../syntax/symbol';
import { groundSubject, noGrounding } from './grounding';
import {
  answerTokens,
  explanationPrompt,
  followUpPrompt,
  partPrompt,
  wishes,
  type PromptParts,
} from './prompt';
import { codeWithoutBodies, findSubject, type Subject } from './subject';
import type { Explanation, ExplanationEvent, ExplanationRequest } from './types';

/** Parts of a long piece of code that are read one by one; of the rest only the signatures are told. */
const maxPartCount = 16;
const partTokens = 40;
const followUpTokens = 400;

/**
 * Explains code, streaming the text. Rejects with the signal's reason when aborted; throws a `UserError`:
 * `no-symbol`, `bad-argument` (not text), `unsupported-model`.
 */
export async function explain(
  request: ExplanationRequest,
  model: ChatModel,
  onEvent: (event: ExplanationEvent) => void,
  signal: AbortSignal,
): Promise<Explanation> {
  const subject = await findSubject(request.languageId, request.text, request.range);
  const parts: PromptParts = {
    fileName: request.fileName,
    languageId: request.languageId,
    name: subject.symbol?.name,
    code: subject.code,
    partSummaries: [],
    grounding: groundSubject(request.text, subject, request.facts),
    wish: request.question ?? wishes[request.length],
  };
  const maxTokens = answerTokens[request.length];
  const budget = promptBudget(model, maxTokens);
  const inner = innerSymbols(subject);
  const fitted =
    inner.length > 0 && !fitsWhole(model, parts, budget)
      ? {
          ...parts,
          code: codeWithoutBodies(request.text, subject.range, inner),
          partSummaries: await readParts(request, inner, model, onEvent, signal),
        }
      : parts;
  const messages = explanationPrompt(fitted, budget, tokenCounter(model));
  return converse(model, messages, maxTokens, onEvent, signal);
}

/** Answers a question about what was explained; `messages` are those of the `Explanation` before. */
export async function askFurther(
  messages: readonly ChatMessage[],
  question: string,
  model: ChatModel,
  onEvent: (event: ExplanationEvent) => void,
  signal: AbortSignal,
): Promise<Explanation> {
  const budget = promptBudget(model, followUpTokens);
  const asked = followUpPrompt(messages, question.trim(), budget, tokenCounter(model));
  return converse(model, asked, followUpTokens, onEvent, signal);
}

async function converse(
  model: ChatModel,
  messages: readonly ChatMessage[],
  maxTokens: number,
  onEvent: (event: ExplanationEvent) => void,
  signal: AbortSignal,
): Promise<Explanation> {
  onEvent({ kind: 'prompt', messages });
  const onText = (text: string) => onEvent({ kind: 'text', text });
  const written = await answer(model, messages, { maxTokens, onText }, signal);
  const { ending } = written;
  const text = ending === 'cut' ? withoutRepetition(written.text) : written.text;
  return { text, ending, messages: [...messages, { role: 'assistant', content: text }] };
}

function tokenCounter({ format }: ChatModel): (messages: readonly ChatMessage[]) => number {
  return (messages) => format.encode(messages).length;
}

/** Without counting what is far too long. */
function fitsWhole(model: ChatModel, parts: PromptParts, budget: number): boolean {
  return (
    parts.code.length < MAX_CHARACTERS_PER_TOKEN * budget &&
    tokenCounter(model)(explanationPromptWhole(parts)) <= budget
  );
}

function explanationPromptWhole(parts: PromptParts): ChatMessage[] {
  return explanationPrompt({ ...parts, grounding: noGrounding }, Infinity, () => 0);
}

/** The outermost symbols that lie in the code and are not all of it. */
function innerSymbols({ symbols, symbol, range }: Subject): CodeSymbol[] {
  const inside = symbols.filter(
    (other) => other !== symbol && range.start <= other.range.start && other.range.end <= range.end,
  );
  return inside.filter(
    (one) =>
      !inside.some(
        (other) => other !== one && other.range.start <= one.range.start && one.range.end <= other.range.end,
      ),
  );
}

/** Each part in a sentence of the model's. */
async function readParts(
  { languageId, text }: ExplanationRequest,
  symbols: readonly CodeSymbol[],
  model: ChatModel,
  onEvent: (event: ExplanationEvent) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const read = symbols.slice(0, maxPartCount);
  const partSummaries: string[] = [];
  for (const [partIndex, { name, range }] of read.entries()) {
    onEvent({ kind: 'part', name, partIndex, partCount: read.length });
    const code = text.slice(range.start, range.end);
    const prompt = shortenedPart(languageId, code, model);
    const { text: summary } = await answer(model, prompt, { maxTokens: partTokens }, signal);
    partSummaries.push(`${name}: ${firstSentence(summary)}`);
  }
  return partSummaries;
}

function shortenedPart(languageId: string, code: string, model: ChatModel): ChatMessage[] {
  const budget = Math.min(700, promptBudget(model, partTokens));
  const count = tokenCounter(model);
  let kept = code.slice(0, 8 * budget);
  while (kept.length > 0 && count(partPrompt(languageId, kept)) > budget) {
    kept = kept.slice(0, Math.floor(kept.length * 0.8));
  }
  return partPrompt(languageId, kept);
}

function firstSentence(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return /^.*?[.!?](?=\s|$)/.exec(line)?.[0] ?? line;
}
