import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { LanguageModel } from '../../src/runtime/languageModel';
import { loadDefaultModel } from '../support/defaultModel';

let model: LanguageModel;
beforeAll(async () => {
  model = await loadDefaultModel();
});
afterAll(() => model.dispose());

/** Greedy text after `parts`; a part that is a special token's name stands for that token. */
async function generateText(parts: readonly string[], maxTokens: number, speculate = true): Promise<string> {
  const { engine, tokenizer } = model;
  const promptIds = parts.flatMap((part) => tokenizer.specialId(part) ?? tokenizer.encode(part));
  const stopIds = new Set(tokenizer.endOfTextIds);
  const { tokens } = await engine.generate({ promptIds, maxTokens, stopIds, speculate }, neverAborted);
  return tokenizer.decode(tokens.map((token) => token.id));
}

test('continues code', async () => {
  expect(await generateText(['def fibonacci(n):\n'], 24)).toMatchInlineSnapshot(`
    "    if n <= 0:
            return "Invalid input"
        elif n == 1:
            return 0"
  `);
});

test('fills in the middle', async () => {
  const prefix = 'function add(a: number, b: number): number {\n  return ';
  expect(await generateText(['<|fim_prefix|>', prefix, '<|fim_suffix|>', ';\n}\n', '<|fim_middle|>'], 12))
    .toMatchInlineSnapshot(`
    "a + b;
    }

    function subtract(a: number, b"
  `);
});

test('prompt lookup gives the same text on code that repeats', async () => {
  const text = [
    'class Point:',
    '    def __init__(self, x, y):',
    '        self.x = x',
    '        self.y = y',
    '',
    '    def scale(self, factor):',
    '        return Point(self.x * factor, self.y * factor)',
    '',
    'class Point3:',
    '    def __init__(self, x, y, z):',
    '',
  ].join('\n');
  const plain = await generateText([text], 64, false);
  expect(await generateText([text], 64)).toBe(plain);
  expect(plain).toMatchInlineSnapshot(`
    "        self.x = x
            self.y = y
            self.z = z

        def scale(self, factor):
            return Point3(self.x * factor, self.y * factor, self.z * factor)

    # Example usage
    point1 = Point(1, 2)
    point2 = Point3("
  `);
});
