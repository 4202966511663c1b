import { expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import type { CompletionOptions, CompletionRequest } from '../../src/features/completion/types';
import { withGhostComments } from '../../src/server/completion/ghostComments';
import { countingModel } from '../support/documentation';
import { createScriptedCompleter, createScriptedEngine } from './scriptedModel';

const code = 'def area(radius):\n    """█\n    return 3 * radius\n';

test('after a mark at an undocumented symbol the comment is suggested, as the text of the line and more', async () => {
  const outcome = await complete(code);
  expect(outcome).toMatchObject({ kind: 'suggestion', replace: { start: 22, end: 25 } });
  expect(outcome).toHaveProperty(
    'text',
    expect.stringMatching(/^"""Words number 1\.[^]*radius: Words[^]*"""$/),
  );
});

test.each([
  ['elsewhere', 'def area(radius):\n    return █\n', {}, {}],
  ['at a mark with no symbol', 'value = 1\n"""█\n', {}, {}],
  ['where the user wants no suggestions in comments', code, { inComments: false }, {}],
  ['where the user wants one line', code, { multiLine: 'never' }, {}],
  [
    'while the suggest widget shows something',
    code,
    {},
    { selectedCompletion: { text: '""', replace: { start: 0, end: 0 } } },
  ],
] as const)('%s the completer answers', async (_, marked, options, more) => {
  expect(await complete(marked, options, more)).toMatchObject({ kind: 'suggestion', text: '42;' });
});

test('a cancelled request waits for nothing and ends as cancelled', async () => {
  const outcome = await complete(code, {}, {}, AbortSignal.abort());
  expect(outcome).toMatchObject({ kind: 'none', reason: 'cancelled' });
});

function complete(
  marked: string,
  options: Partial<CompletionOptions> = {},
  more: Partial<CompletionRequest> = {},
  signal = neverAborted,
) {
  const offset = marked.indexOf('█');
  const text = marked.replace('█', '');
  const completer = createScriptedCompleter(createScriptedEngine('42;'));
  return withGhostComments(completer, countingModel(), silentLogger).complete(
    {
      document: { uri: 'file:///app.py', languageId: 'python', version: 1, text },
      offset,
      trigger: 'automatic',
      relatedFiles: [],
      options: {
        multiLine: 'automatic',
        inComments: true,
        inStrings: true,
        maxPromptTokens: 768,
        deadlineMs: 1000,
        ...options,
      },
      ...more,
    },
    signal,
  );
}
