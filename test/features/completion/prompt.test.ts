import { describe, expect, test } from 'vitest';
import {
  chooseContext,
  type ContextRequest,
  type PromptContext,
} from '../../../src/features/completion/prompt/context';
import { chooseFileWindow } from '../../../src/features/completion/prompt/fileWindow';
import { findFimTokens } from '../../../src/features/completion/prompt/fimTokens';
import { buildPrompt } from '../../../src/features/completion/prompt/prompt';
import type { TextDocument } from '../../../src/features/completion/types';
import { byteTokenizer } from '../../support/byteTokenizer';
import { placeAt } from '../../support/completionRequest';

const fim = findFimTokens(byteTokenizer);

function contextAt(
  marked: string,
  relatedFiles: TextDocument[] = [],
  previous?: PromptContext,
  limits: Partial<Pick<ContextRequest, 'maxPromptTokens' | 'coldTokens' | 'mayGrow'>> = {},
) {
  return chooseContext(
    {
      place: placeAt(marked),
      relatedFiles,
      maxPromptTokens: 2048,
      coldTokens: Infinity,
      mayGrow: false,
      ...limits,
    },
    previous,
    byteTokenizer,
  );
}

function promptAt(marked: string, relatedFiles: TextDocument[] = []) {
  const { linePrefix } = placeAt(marked);
  const prompt = buildPrompt(contextAt(marked, relatedFiles), linePrefix, fim, byteTokenizer);
  return {
    text: byteTokenizer.decode(prompt.promptIds),
    head: byteTokenizer.decode(prompt.headIds),
    healed: new TextDecoder().decode(prompt.remainingBytes),
  };
}

function file(uri: string, text: string): TextDocument {
  return { uri, languageId: 'typescript', version: 1, text };
}

test('the prefix ends at the start of the line, and the typed part follows the middle token', () => {
  const { text, healed } = promptAt('a = 1\nb = fo█)\nc = 3\n');
  expect(text).toBe('<|fim_prefix|>a = 1\n<|fim_suffix|>)\nc = 3\n<|fim_middle|>b = f');
  expect(healed).toBe('o');
});

test('typing on a line leaves the head of the prompt alone', () => {
  const heads = ['█', 'b█', 'b = █', 'b = foo█'].map((typed) => promptAt(`a = 1\n${typed}\nc = 3`).head);
  expect(new Set(heads).size).toBe(1);
});

test('CRLF documents are shown to the model with LF', () => {
  expect(promptAt('a = 1\r\nb█\r\nc = 3\r\n').text).toBe(
    '<|fim_prefix|>a = 1\n<|fim_suffix|>\nc = 3\n<|fim_middle|>',
  );
});

test('related files stand above the file under their paths, without lines the file has itself', () => {
  const related = file(
    'file:///home/me/project/src/util.ts',
    'export function addOne(value) {\nshared line\n}\n',
  );
  expect(promptAt('shared line\naddOne(█value)\n', [related]).text).toBe(
    [
      '<|fim_prefix|>// project/src/util.ts',
      'export function addOne(value) {',
      '}',
      '',
      '// project/src/main.ts',
      'shared line',
      '<|fim_suffix|>value)',
      '<|fim_middle|>addOne',
    ].join('\n'),
  );
});

test.each([
  ['html', '<!-- project/src/main.ts -->'],
  ['vue', '<!-- project/src/main.ts -->'],
  ['css', '/* project/src/main.ts */'],
  ['fsharp', '// project/src/main.ts'],
  ['ocaml', '(* project/src/main.ts *)'],
])('a path is a comment in %s too', (languageId, heading) => {
  const related = file('file:///home/me/project/src/util.ts', 'function addOne(value) {\n');
  const place = placeAt('addOne(█value)\n', { languageId });
  const context = chooseContext(
    { place, relatedFiles: [related], maxPromptTokens: 2048, coldTokens: Infinity, mayGrow: false },
    undefined,
    byteTokenizer,
  );
  const { promptIds } = buildPrompt(context, place.linePrefix, fim, byteTokenizer);
  expect(byteTokenizer.decode(promptIds)).toContain(`function addOne(value) {\n\n${heading}\n`);
});

test('special tokens in the document stay text', () => {
  const ids = buildPrompt(contextAt('<|endoftext|>\n█'), '', fim, byteTokenizer).promptIds;
  expect(ids.filter((id) => id >= 256)).toEqual([fim.prefix, fim.suffix, fim.middle]);
});

describe('the file window', () => {
  const lines = Array.from({ length: 200 }, (_, index) => `line number ${index};`);
  const budget = { prefixTokens: 400, suffixTokens: 100 };
  const windowAt = (line: number, previous?: ReturnType<typeof chooseFileWindow>) => {
    const marked = [...lines.slice(0, line), '█', ...lines.slice(line)].join('\n');
    return chooseFileWindow(placeAt(marked), previous, budget, byteTokenizer);
  };

  test('is whole lines within its budget', () => {
    const { prefix, suffix } = windowAt(100);
    expect(prefix).toMatch(/^line number \d+;\n[^]*line number 99;\n$/);
    expect(suffix).toMatch(/^\nline number 100;\n[^]*;$/);
    expect(prefix.length).toBeLessThanOrEqual(400);
    expect(suffix.length).toBeLessThanOrEqual(100);
  });

  test('starts at the same line while the cursor moves on, and moves in one big step', () => {
    let window = windowAt(100);
    const starts: string[] = [];
    for (let line = 101; line < 120; line++) {
      window = windowAt(line, window);
      starts.push(window.anchor);
    }
    expect(new Set(starts).size).toBe(2);
  });

  test('finds its start again when lines are inserted above it', () => {
    const before = windowAt(100);
    const marked = ['new first line', ...lines.slice(0, 100), '█', ...lines.slice(100)].join('\n');
    const after = chooseFileWindow(placeAt(marked), before, budget, byteTokenizer);
    expect(after.prefix).toBe(before.prefix);
  });

  test('is chosen anew after a jump', () => {
    const window = windowAt(20, windowAt(100));
    expect(window.prefix).toContain('line number 19;');
    expect(window.prefix).not.toContain('line number 100;');
  });

  test('the suffix does not move while a long line is typed', () => {
    const marked = (typed: string) => `a\n${typed}█)\n${lines.join('\n')}`;
    const [first, second] = ['f', 'f'.repeat(60)].map(
      (typed) => chooseFileWindow(placeAt(marked(typed)), undefined, budget, byteTokenizer).suffix,
    );
    expect(second).toBe(first);
  });
});

test('the snippets stay while the window stays, whatever other files do', () => {
  const marked = 'addOne(█value)\n';
  const first = contextAt(marked, [file('file:///a/b.ts', 'addOne(value, first)')]);
  const second = contextAt(marked, [file('file:///a/b.ts', 'addOne(value, second)')], first);
  expect(second.snippets).toEqual(first.snippets);
});

test('a prompt fits its budget, whatever the document holds', () => {
  const long = 'x'.repeat(600);
  const marked = `${'some line;\n'.repeat(200)}${long}█${long}\n${'some line;\n'.repeat(200)}`;
  const related = [1, 2, 3, 4].map((index) =>
    file(`file:///a/${index}.ts`, `line some ${index}\n`.repeat(300)),
  );
  for (const maxPromptTokens of [400, 768, 1024, 2048]) {
    const context = contextAt(marked, related, undefined, { maxPromptTokens });
    const { promptIds } = buildPrompt(context, placeAt(marked).linePrefix, fim, byteTokenizer);
    expect(promptIds.length).toBeLessThanOrEqual(maxPromptTokens);
  }
});

describe('on a machine that reads slowly', () => {
  const lines = Array.from({ length: 300 }, (_, index) => `line number ${index};`);
  const markedAt = (line: number) => [...lines.slice(0, line), 'addOne(█', ...lines.slice(line)].join('\n');
  const related = [file('file:///a/b.ts', 'addOne(number, line);\n'.repeat(30))];
  const headLength = (context: PromptContext) =>
    buildPrompt(context, 'addOne(', fim, byteTokenizer).headIds.length;

  test('a new context is as large as may be read at first, and no larger', () => {
    for (const coldTokens of [130, 250, 500, 700]) {
      const length = headLength(contextAt(markedAt(150), related, undefined, { coldTokens }));
      expect(length).toBeLessThanOrEqual(coldTokens + 64);
      expect(length).toBeGreaterThan(coldTokens * 0.75);
    }
  });

  test('however slow, the lines around the cursor are read', () => {
    const context = contextAt(markedAt(150), related, undefined, { coldTokens: 1 });
    expect(context.window.prefix).toContain('line number 149;');
    expect(context.window.suffix).toContain('line number 150;');
  });

  test('its size stays while somebody types, and grows when it may, if that is worth it', () => {
    const small = contextAt(markedAt(150), related, undefined, { coldTokens: 200 });
    const at = (coldTokens: number, mayGrow: boolean) =>
      contextAt(markedAt(151), related, small, { coldTokens, mayGrow }).window.anchor;
    expect(at(700, false)).toBe(small.window.anchor);
    expect(at(220, true)).toBe(small.window.anchor);
    expect(at(700, true)).not.toBe(small.window.anchor);
    expect(at(130, true)).toBe(small.window.anchor);
  });

  test('a lowered setting takes effect at once', () => {
    const before = contextAt(markedAt(150));
    const after = contextAt(markedAt(150), [], before, { maxPromptTokens: 400 });
    expect(headLength(after)).toBeLessThan(400);
    expect(headLength(before)).toBeGreaterThan(400);
  });
});

test('a model without fill-in-the-middle tokens is refused', () => {
  expect(() => findFimTokens({ ...byteTokenizer, specialId: () => undefined })).toThrow(
    expect.objectContaining({ code: 'unsupported-model' }) as Error,
  );
});
