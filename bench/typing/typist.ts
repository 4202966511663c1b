import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/base/random';
import type { CompletionItem } from '../support/completionData';
import type { Editor, Shown } from './editor';

export interface Keystroke {
  /** What stood on the screen before the next keystroke. */
  readonly suggestion: Shown | undefined;
  /** From the keystroke to the answer, the host's 50 ms included; NaN without a suggestion. */
  readonly toSuggestionMs: number;
  /** From the request to the answer. */
  readonly answerMs: number;
  /** Whether the suggestion's first line begins with what the author wrote next, or the other way round. */
  readonly matches: boolean;
  /** Characters that were not typed because the suggestion was accepted, less the key that accepts. */
  readonly savedKeystrokes: number;
}

export interface TypistOptions {
  /** 1: about five characters a second; 2: twice as fast. */
  readonly pace: number;
  readonly accepts: boolean;
}

export interface Typist {
  /** Opens the item's file, looks at it for a moment, and types what its author wrote at the cursor. */
  typeItem(editor: Editor, item: CompletionItem): Promise<Keystroke[]>;
}

const medianGapMs = 190;
const lookMs = 1500;
/** Time to read a suggestion and press Tab. */
const readMs = 350;

/** A user whose keystrokes come at random but reproducible times: log-normal gaps, longer ones between words. */
export function createTypist({ pace, accepts }: TypistOptions): Typist {
  const random = createRandom(20_261_124);
  const gapMs = (previous: string) => {
    const wordBreak = /[\s.,;(){}[\]]/.test(previous) ? 1.5 : 1;
    return (medianGapMs * wordBreak * Math.exp(0.4 * normal(random))) / pace;
  };
  return {
    async typeItem(editor, item) {
      await editor.open(item);
      await delay(lookMs / pace);
      const keystrokes: Keystroke[] = [];
      let remaining = item.middle;
      while (remaining !== '') {
        const [character = ''] = remaining;
        remaining = remaining.slice(character.length);
        const keyTime = performance.now();
        const shown = await editor.typeAndWait(character, gapMs(character));
        const matches = shown !== undefined && agrees(shown.text, remaining);
        const acceptedText =
          accepts && shown !== undefined && remaining !== '' ? acceptableText(shown.text, remaining) : '';
        if (shown !== undefined && acceptedText !== '') {
          await delay(readMs / pace);
          await editor.accept(shown, acceptedText);
          remaining = remaining.slice(acceptedText.length);
        }
        keystrokes.push({
          suggestion: shown,
          toSuggestionMs: shown === undefined ? NaN : shown.time - keyTime,
          answerMs: shown === undefined ? NaN : shown.answerMs,
          matches,
          savedKeystrokes: Math.max(0, acceptedText.length - 1),
        });
      }
      return keystrokes;
    },
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function agrees(suggested: string, remaining: string): boolean {
  const line = firstLine(suggested);
  const wanted = firstLine(remaining);
  return line !== '' && (wanted.startsWith(line) || line.startsWith(wanted));
}

/** The whole suggestion when it is the beginning of what is to be typed; a user does not accept half-right text. */
function acceptableText(suggested: string, remaining: string): string {
  return suggested.length > 1 && remaining.startsWith(suggested) ? suggested : '';
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
