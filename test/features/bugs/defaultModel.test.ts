import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { silentLogger } from '../../../src/base/logger';
import { checkForSlips } from '../../../src/features/bugs/check';
import { reviewCode } from '../../../src/features/bugs/review';
import { createCompleter } from '../../../src/features/completion/engineCompleter';
import type { Engine } from '../../../src/engine/engine';
import type { BugFinding, BugRequest } from '../../../src/features/bugs/types';
import type { LanguageModel } from '../../../src/runtime/languageModel';
import { requestAt } from '../../support/completionRequest';
import { loadDefaultModel } from '../../support/defaultModel';

let model: LanguageModel;
beforeAll(async () => {
  model = await loadDefaultModel();
});
afterAll(() => model.dispose());

const good = {
  python: `def average(values):
    total = 0
    for value in values:
        total += value
    return total / len(values)


def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value
`,
  typescript: `export function indexOfMax(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i] > values[best]) {
      best = i;
    }
  }
  return best;
}

export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  return JSON.parse(text);
}
`,
  java: `class Box {
  private final int[] items = new int[16];
  private int size;

  int get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("Index: " + index + ", Size: " + size);
    }
    return items[index];
  }
}
`,
} as const;

function request(
  languageId: keyof typeof good,
  [from, to]: readonly [string, string] = ['', ''],
): BugRequest {
  const text = good[languageId].replace(from, to);
  const ranges = [{ start: 0, end: text.length }];
  return { languageId, fileName: 'file', text, ranges, linesToSkip: new Set() };
}

function show(findings: readonly BugFinding[]): string[] {
  return findings.map(({ kind, edit }) => `${kind}: ${edit?.found} → ${edit?.expected}`);
}

test.each(['python', 'typescript', 'java'] as const)('has nothing to say of good %s', async (languageId) => {
  expect(await checkForSlips(request(languageId), model, neverAborted)).toEqual([]);
});

// What is certain enough for a line differs by a tenth with the form of the weights, which each processor chooses for
// itself: these slips are a fifth more certain than they must be.
test.each([
  ['python', 'value > high', 'value < high', 'operator: < → >'],
  ['python', 'total += value', 'total -= value', 'operator: -= → +='],
  ['typescript', 'i < values.length', 'i > values.length', 'operator: > → <'],
  ['typescript', 'best = i', 'best = values', 'variable: values → i'],
  ['typescript', 'JSON.parse(text)', 'JSON.parse(path)', 'variable: path → text'],
  ['typescript', 'await readFile', 'readFile', 'await: readFile → await readFile'],
  ['java', 'index < 0', 'index > 0', 'operator: > → <'],
  ['java', 'items[index]', 'items[size]', 'variable: size → index'],
] as const)('%s: a line is underlined where %s became %s', async (languageId, from, to, edit) => {
  const findings = await checkForSlips(request(languageId, [from, to]), model, neverAborted);
  expect(show(findings)).toEqual([edit]);
});

test.each([
  ['python', 'len(values)', 'len(value)', 'variable: value → values'],
  ['typescript', 'i < values.length', 'i <= values.length', 'operator: <= → <'],
  ['typescript', 'JSON.parse(text)', 'JSON.parse(path)', 'variable: path → text'],
  ['java', 'index < 0 ||', 'index < 0 &&', 'operator: && → ||'],
] as const)('%s: a review ranks first that %s became %s', async (languageId, from, to, edit) => {
  const findings = await reviewCode(request(languageId, [from, to]), model, () => {}, neverAborted);
  expect(show(findings)[0]).toBe(edit);
});

test('after a completion no more is read anew than the judged lines, and they are judged the same', async () => {
  const { engine, tokenizer } = model;
  const { text, ...rest } = request('typescript', ['JSON.parse(text)', 'JSON.parse(path)']);
  const uri = 'file:///values.ts';
  const cursor = text.indexOf('path);');
  const edited = { ...rest, text, ranges: [{ start: cursor, end: cursor }] };
  const alone = await checkForSlips(edited, model, neverAborted);

  const completer = createCompleter({ engine, tokenizer, logger: silentLogger });
  const line = `${text.slice(0, cursor)}█${text.slice(cursor)}`;
  engine.forget();
  await completer.warmUp(requestAt(line, { uri }), neverAborted);
  const newTokenCounts: number[] = [];
  const watched = {
    ...engine,
    score: engine.score.bind(engine),
    scoreChoices: ((promptIds, ...others) => {
      newTokenCounts.push(promptIds.length - engine.cachedPrefixLength(promptIds));
      return engine.scoreChoices(promptIds, ...others);
    }) satisfies Engine['scoreChoices'],
  };
  const readBefore = (lineStart: number) => completer.beginningBefore({ uri, text }, lineStart);
  const shared = await checkForSlips({ ...edited, readBefore }, { engine: watched, tokenizer }, neverAborted);
  expect(newTokenCounts).toEqual([0]);
  expect(show(shared)).toEqual(show(alone));
  expect(show(shared)).toEqual(['variable: path → text']);
  // The completion's prompt is still there.
  expect(await completer.complete(requestAt(line, { uri, trigger: 'manual' }), neverAborted)).toMatchObject({
    timings: { engine: { prefilledTokenCount: expect.toSatisfy((count: number) => count < 16) as number } },
  });
  await completer.dispose();
});
