import { expect, test } from 'vitest';
import { conversationAfterStop } from '../../src/client/assist/conversation';
import type { ConversationMessage } from '../../src/shared/protocol';

const code: ConversationMessage = { role: 'user', content: 'code' };
const explanation: ConversationMessage = { role: 'assistant', content: 'It adds.' };
const question: ConversationMessage = { role: 'user', content: 'Why?' };

/** The conversation in short: `code | It adds. | Why?`. */
const after = (...answer: Parameters<typeof conversationAfterStop>) =>
  conversationAfterStop(...answer)
    .map(({ content }) => content)
    .join(' | ');

test('a question continues the part of an explanation that was read before the stop', () => {
  expect(after({ before: [], prompt: [code], text: 'It ad' })).toBe('code | It ad');
});

test('of an explanation that was stopped before its first word the code remains', () => {
  expect(after({ before: [], prompt: [code], text: ' ' })).toBe('code');
  expect(after({ before: [], prompt: undefined, text: '' })).toBe('');
});

test('a question whose answer had not begun is as if it had not been asked', () => {
  const before = [code, explanation];
  const prompt = [...before, question];
  expect(after({ before, prompt, text: '' })).toBe('code | It adds.');
  expect(after({ before, prompt: undefined, text: '' })).toBe('code | It adds.');
  expect(after({ before, prompt, text: 'Bec' })).toBe('code | It adds. | Why? | Bec');
});
