import { expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { createChatModel } from '../../../src/features/chat/answer';
import type { ChatMessage } from '../../../src/features/chat/chatFormat';
import { createChatFormat } from '../../../src/features/chat/chatFormat';
import { askFurther, explain } from '../../../src/features/explanation/explain';
import type { ExplanationEvent, ExplanationRequest } from '../../../src/features/explanation/types';
import { maxParsedCharacters } from '../../../src/syntax/parser';
import { byteTokenizer } from '../../support/byteTokenizer';
import { createScriptedEngine, type Script } from '../../support/scriptedEngine';

/** `«` and `»` enclose what is explained; the empty range stands at `«»`. */
function requestFor(languageId: string, marked: string): ExplanationRequest {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  const text = marked.replace(/[«»]/g, '');
  return { languageId, text, fileName: 'file.ts', range: { start, end }, facts: [], length: 'normal' };
}

function modelThatSays(reply: string, script: Partial<Script> = {}) {
  const engine = createScriptedEngine({ reply: () => reply, ...script });
  return { engine, model: createChatModel(engine, byteTokenizer, undefined) };
}

test('the name of a special token in user code stays text', () => {
  const format = createChatFormat(undefined, byteTokenizer);
  const end = byteTokenizer.specialId('<|im_end|>') ?? -1;
  const count = (content: string) =>
    format.encode([{ role: 'user', content }]).filter((id) => id === end).length;
  expect(count('print("<|im_end|>")')).toBe(count('print("")'));
  // A user's text cannot be a placeholder either.
  const odd = '\uE0FA0\uE0FB <|im_start|>';
  expect(byteTokenizer.decode(format.encode([{ role: 'user', content: odd }]))).toContain(odd);
});

test("the model file's own template is used, and one that drops messages is refused", () => {
  const template = '{% for m in messages %}<|im_start|>{{ m.role | upper }}: {{ m.content }}{% endfor %}';
  const ids = createChatFormat(template, byteTokenizer).encode([{ role: 'user', content: 'hi' }]);
  expect(ids[0]).toBe(byteTokenizer.specialId('<|im_start|>'));
  expect(byteTokenizer.decode(ids)).toBe('<|im_start|>USER: hi');
  const deaf = createChatFormat('nothing', byteTokenizer);
  expect(() => deaf.encode([{ role: 'user', content: 'hi' }])).toThrow('leaves messages out');
});

test('where the template knows no system message, it becomes part of the question', () => {
  const template =
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('not allowed') }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}";
  const format = createChatFormat(template, byteTokenizer);
  const question = { role: 'user', content: 'Why?' } as const;
  const ids = format.encode([{ role: 'system', content: 'Be brief.' }, question]);
  expect(byteTokenizer.decode(ids)).toBe('[user]Be brief.\n\nWhy?');
  expect(() => format.encode([{ role: 'system', content: 'Be brief.' }])).toThrow('not allowed');
});

test('a model that can think before it answers is told not to', () => {
  // How Qwen3's template decides.
  const template =
    '{% for m in messages %}{{ m.content }}{% endfor %}{% if enable_thinking is defined and enable_thinking is false %}<think></think>{% endif %}';
  const ids = createChatFormat(template, byteTokenizer).encode([{ role: 'user', content: 'hi' }]);
  expect(byteTokenizer.decode(ids)).toBe('hi<think></think>');
});

test('the symbol at the cursor is explained, grounded by its class, imports and what the editor knows', async () => {
  const { engine, model } = modelThatSays('It adds.');
  const events: ExplanationEvent[] = [];
  const request = requestFor(
    'python',
    'import math\nimport os\n\nclass Shape:\n    def area(self):\n        r«»eturn math.sqrt(side(2))\n',
  );
  const facts = [
    { name: 'side', text: '```python\n(function) def side(n: int) -> float\n```' },
    { name: 'unrelated', text: 'nothing' },
  ];
  const explanation = await explain(
    { ...request, facts },
    model,
    (event) => events.push(event),
    neverAborted,
  );
  expect(explanation.text).toBe('It adds.');
  expect(events.map((event) => (event.kind === 'text' ? event.text : '')).join('')).toBe('It adds.');
  const prompt = engine.prompts[0];
  expect(prompt).toContain('def area(self):\n    return math.sqrt(side(2))');
  expect(prompt).toContain('class Shape');
  expect(prompt).toContain('import math');
  expect(prompt).not.toContain('import os');
  expect(prompt).toContain('side: (function) def side(n: int) -> float');
  expect(prompt).not.toContain('unrelated');
});

test.each([
  [
    'typescript',
    "import {\n  load,\n  save,\n} from './io';\nimport { parseOptions } from './options';\n«save(options);»\n",
    ["import { load, save, } from './io';"],
  ],
  [
    'python',
    'from math import (\n    pi,\n)\nfrom a import b\nimport os.path\n«a(pi, os.path)»\n',
    ['from math import ( pi, )', 'import os.path'],
  ],
  [
    'go',
    'package a\n\nimport (\n\t"fmt"\n\t"net/http"\n\tl "log"\n)\n«var c = http.Get(net, l.f)»\n',
    ['"net/http"', 'l "log"'],
  ],
  ['php', '<?php\nuse a\\b\\Log;\nuse a\\b\\Net;\n«f(new Net(), a());»\n', ['use a\\b\\Net;']],
  ['cpp', '#include "base/list.h"\n#include <map>\n«base::map<int, int> a;»\n', ['#include <map>']],
])('%s: the imports that the code uses are told', async (languageId, marked, lines) => {
  const { engine, model } = modelThatSays('Fine.');
  await explain(requestFor(languageId, marked), model, () => {}, neverAborted);
  const told = /Imports:\n```\w+\n([^]*?)\n```/.exec(engine.prompts[0] ?? '')?.[1];
  expect(told?.split('\n')).toEqual(lines);
});

test('a variable is not the function of its name elsewhere in the file', async () => {
  const { engine, model } = modelThatSays('Fine.');
  const code =
    'def indent(text):\n    pass\n\ndef size(text):\n    pass\n\n«indent = size(1)\nprint(indent)»\n';
  await explain(requestFor('python', code), model, () => {}, neverAborted);
  expect(engine.prompts[0]).toContain('def size(text)');
  expect(engine.prompts[0]).not.toContain('def indent(text)');
});

test.each([
  ['one long function', `function f() {\n${'  step(1);\n'.repeat(800)}}\n`],
  ['a minified line', `f(${'x,'.repeat(4_000)}1)`],
])('%s is cut to what fits, exactly counted', async (_name, code) => {
  const { engine, model } = modelThatSays('Fine.');
  const { ending } = await explain(requestFor('typescript', `«${code}»`), model, () => {}, neverAborted);
  expect(ending).toBe('finished');
  const tokenCount = byteTokenizer.countTokens(engine.prompts[0] ?? '');
  expect(tokenCount).toBeLessThan(engine.contextCapacity);
  expect(tokenCount).toBeGreaterThan(engine.contextCapacity / 3);
});

test('a long selection of several symbols is read symbol by symbol first', async () => {
  let partCount = 0;
  const { engine, model } = modelThatSays('', {
    reply: (prompt) =>
      prompt.includes('one short sentence') ? `Part ${(partCount += 1)}. And more.` : 'As a whole.',
  });
  const code = ['one', 'two', 'three']
    .map((name) => `function ${name}() {\n${'  work();\n'.repeat(100)}}\n`)
    .join('\n');
  const events: ExplanationEvent[] = [];
  await explain(requestFor('typescript', `«${code}»`), model, (event) => events.push(event), neverAborted);
  expect(events.filter(({ kind }) => kind === 'part')).toHaveLength(3);
  const prompt = engine.prompts.at(-1);
  expect(prompt).toContain('- one: Part 1.\n- two: Part 2.\n- three: Part 3.');
  expect(prompt).not.toContain('work();');
});

test.each([
  [
    'typescript',
    (steps: string) =>
      `«  function order(customer) {\n    const log = (text) => {\n      write(text);\n    };\n${steps}  }»\n`,
    'function order(customer) {\n  const log = (text) => …;\n  step(1);\n  step(1);\n',
  ],
  [
    'python',
    (steps: string) =>
      `«  def order(customer):\n    def log(text):\n      write(text)\n\n${steps}»\n  x = 1\n`,
    'def order(customer):\n  def log(text):\n    …\n\n  step(1);\n  step(1);\n',
  ],
])(
  '%s: a long function keeps its own statements beside a function in it',
  async (languageId, write, kept) => {
    const { engine, model } = modelThatSays('It writes.');
    const code = write('    step(1);\n'.repeat(600));
    await explain(requestFor(languageId, code), model, () => {}, neverAborted);
    const prompt = engine.prompts.at(-1);
    expect(prompt).toContain(kept);
    expect(prompt).toContain('- log: It writes.');
    expect(prompt).not.toContain('write(text)');
  },
);

test('a follow-up question continues the conversation; what does not fit is forgotten from the oldest on', async () => {
  const { engine, model } = modelThatSays('Because.');
  let { messages } = await explain(
    requestFor('typescript', '«const answer = 42;»'),
    model,
    () => {},
    neverAborted,
  );
  for (let count = 1; count <= 20; count += 1) {
    const question = `Question ${count}: ${'why '.repeat(20)}?`;
    ({ messages } = await askFurther(messages, question, model, () => {}, neverAborted));
  }
  const prompt = engine.prompts.at(-1);
  expect(prompt).toContain('const answer = 42;');
  expect(prompt).toContain('Question 20:');
  expect(prompt).toContain('Question 19:');
  expect(prompt).not.toContain('Question 1:');
});

test('a question can follow an explanation that was stopped before its first word', async () => {
  const { engine, model } = modelThatSays('It is the answer.');
  const controller = new AbortController();
  let messages: readonly ChatMessage[] = [];
  const stopped = explain(
    requestFor('typescript', '«const answer = 42;»'),
    model,
    (event) => {
      messages = event.kind === 'prompt' ? event.messages : messages;
      controller.abort(new DOMException('stop', 'AbortError'));
    },
    controller.signal,
  );
  await expect(stopped).rejects.toThrow('stop');
  await askFurther(messages, 'Why 42?', model, () => {}, neverAborted);
  expect(engine.prompts.at(-1)).toMatch(
    /const answer = 42;\n```[^]*Why 42\?<\|im_end\|>\n<\|im_start\|>assistant/,
  );
});

test('a question may stand in place of the explanation', async () => {
  const { engine, model } = modelThatSays('Because.');
  const request = { ...requestFor('typescript', '«const answer = 42;»'), question: 'Why 42?' };
  await explain(request, model, () => {}, neverAborted);
  expect(engine.prompts[0]).toMatch(/const answer = 42;[^]*Why 42\?<\|im_end\|>/);
  expect(engine.prompts[0]).not.toContain('Explain this code');
});

test('an explanation that begins to repeat itself ends, without the repetition', async () => {
  const sentence = 'The method creates a string and a reference object from what it is given. ';
  const { engine, model } = modelThatSays(`It adds. ${sentence.repeat(20)}`);
  const { text, ending } = await explain(requestFor('typescript', '«f()»'), model, () => {}, neverAborted);
  expect(text).toBe(`It adds. ${sentence.trim()}`);
  expect(ending).toBe('cut');
  expect(engine.emittedTokenCounts[0]).toBeLessThan(3 * sentence.length);
});

test('a stop in the middle rejects and leaves the engine free', async () => {
  const controller = new AbortController();
  const { model } = modelThatSays('A long explanation.');
  const stopped = explain(
    requestFor('typescript', '«f()»'),
    model,
    () => controller.abort(new DOMException('stop', 'AbortError')),
    controller.signal,
  );
  await expect(stopped).rejects.toThrow('stop');
  const again = await explain(requestFor('typescript', '«f()»'), model, () => {}, neverAborted);
  expect(again.text).toBe('A long explanation.');
});

test.each([
  ['no symbol at the cursor', 'typescript', '\n«»\nconst a = 1;\n', 'no function, class or other symbol'],
  ['a blank selection', 'typescript', '«  \n »', 'no function, class or other symbol'],
  ['binary text', 'plaintext', `«${'\u0000\uFFFD\u0001'.repeat(50)}»`, 'not text'],
])('%s has a clear message', async (_name, languageId, marked, message) => {
  const { engine, model } = modelThatSays('Never.');
  await expect(explain(requestFor(languageId, marked), model, () => {}, neverAborted)).rejects.toThrow(
    message,
  );
  expect(engine.prompts).toEqual([]);
});

test('in a file of 20,000 lines a function, a selection and all of it are explained', async () => {
  const filler = 'export function filler(a: number) {\n  if (a) {\n    return a;\n  }\n}\n'.repeat(4_000);
  const text = `${filler}export function last(a: number) {}\n`;
  const request = { ...requestFor('typescript', '«»'), text };
  const ranges = [
    { start: text.length - 5, end: text.length - 5 },
    { start: text.length - 40, end: text.length },
    { start: 0, end: text.length },
  ];
  for (const range of ranges) {
    const { engine, model } = modelThatSays('Fine.');
    const { ending } = await explain({ ...request, range }, model, () => {}, neverAborted);
    expect(ending).toBe('finished');
    expect(engine.prompts.length).toBeLessThan(20);
    expect(byteTokenizer.countTokens(engine.prompts.at(-1) ?? '')).toBeLessThan(engine.contextCapacity);
  }
});

test.each([
  ['a file beyond the limit', 'typescript', 'x;\n'.repeat(maxParsedCharacters / 2), 'The file is too large'],
  ['a language without a grammar', 'haskell', 'main = print 1\n', 'files of the language “haskell”'],
])('with nothing selected in %s, what to do is said', async (_name, languageId, text, message) => {
  const request = { ...requestFor(languageId, '«»'), text };
  await expect(explain(request, modelThatSays('').model, () => {}, neverAborted)).rejects.toMatchObject({
    message: expect.stringContaining(message) as string,
    advice: 'Select the code to explain.',
  });
});

test('half-written code and languages without a grammar are explained as selected', async () => {
  const { model } = modelThatSays('Fine.');
  for (const [languageId, marked] of [
    ['python', '«def f(:\n  return [»'],
    ['haskell', '«main = print 1»'],
  ] as const) {
    expect((await explain(requestFor(languageId, marked), model, () => {}, neverAborted)).text).toBe('Fine.');
  }
});
