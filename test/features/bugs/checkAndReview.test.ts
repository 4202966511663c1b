import { describe, expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { checkForSlips } from '../../../src/features/bugs/check';
import { reviewCode } from '../../../src/features/bugs/review';
import type { BugFinding, BugRequest } from '../../../src/features/bugs/types';
import { byteTokenizer } from '../../support/byteTokenizer';
import { createRecallingEngine } from '../../support/recallingEngine';

const original = `function first(items, limit) {
  let total = 0;
  for (let index = 0; index < limit; index += 1) {
    total += items[index] * 2;
  }
  return total;
}

function second(start, end) {
  if (!end || start >= end) {
    return null;
  }
  return range(start, end);
}
`;

/** The text with a slip, and a request to read all of it, of a model that knows it without the slip. */
function slipped(slips: Readonly<Record<string, string>>, options: Partial<BugRequest> = {}) {
  const text = Object.entries(slips).reduce((before, [from, to]) => before.replace(from, to), original);
  const request: BugRequest = {
    languageId: 'javascript',
    fileName: 'src/sums.js',
    text,
    ranges: [{ start: 0, end: text.length }],
    linesToSkip: new Set(),
    ...options,
  };
  const engine = createRecallingEngine(original);
  return { request, engine, model: { engine, tokenizer: byteTokenizer } };
}

/** Findings as `function: line of the text with [found → expected]`. */
function show(text: string, findings: readonly BugFinding[]): string[] {
  return findings.map(({ range, edit, functionName }) => {
    const lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
    const lineEnd = text.indexOf('\n', range.end);
    const line = `${text.slice(lineStart, range.start)}[${edit === undefined ? text.slice(range.start, range.end) : `${edit.found} → ${edit.expected}`}]${text.slice(range.end, lineEnd)}`;
    return `${functionName}: ${line.trim()}`;
  });
}

async function check(...[slips, options]: Parameters<typeof slipped>): Promise<string[]> {
  const { request, model } = slipped(slips, options);
  return show(request.text, await checkForSlips(request, model, neverAborted));
}

describe('checkForSlips', () => {
  test('finds nothing in code that the model expects', async () => {
    expect(await check({})).toEqual([]);
  });

  test.each([
    ['operator', { 'index < limit': 'index <= limit' }],
    ['negation', { '!end ||': 'end ||' }],
    ['off by one', { 'items[index]': 'items[index + 1]' }],
    ['arguments', { 'range(start, end)': 'range(end, start)' }],
    ['variable', { 'items[index]': 'items[total]' }],
    ['number', { 'total = 0': 'total = 1' }],
  ])('finds what the model would rather read: %s', async (_, slips) => {
    expect(await check(slips)).toMatchSnapshot();
  });

  test('says one thing about a function, the most certain', async () => {
    expect(await check({ 'index < limit': 'index <= limit', 'total = 0': 'total = 1' })).toHaveLength(1);
    expect(await check({ 'index < limit': 'index <= limit', '!end ||': 'end ||' })).toHaveLength(2);
  });

  test('says nothing on a line where a compiler or linter speaks already', async () => {
    const slips = { 'index < limit': 'index <= limit' };
    expect(await check(slips, { linesToSkip: new Set([2]) })).toEqual([]);
    expect(await check(slips, { linesToSkip: new Set([1, 3]) })).toHaveLength(1);
  });

  test('a kind that the user has dismissed more than once has to be surer', async () => {
    const { request } = slipped({ 'total = 0': 'total = 1' });
    const countWith = async (surprisingNats: number, strictKinds: ReadonlySet<string>) => {
      const model = { engine: createRecallingEngine(original, surprisingNats), tokenizer: byteTokenizer };
      return (await checkForSlips({ ...request, strictKinds }, model, neverAborted)).length;
    };
    // Three bytes are surprising: 6.5 nats, then 12, where 5 are asked of numbers.
    expect(await countWith(-2.2, new Set(['operator']))).toBe(1);
    expect(await countWith(-2.2, new Set(['number']))).toBe(0);
    expect(await countWith(-4, new Set(['number']))).toBe(1);
  });

  test('reads only functions that the ranges touch', async () => {
    const slips = { 'index < limit': 'index <= limit' };
    const at = original.indexOf('return range');
    expect(await check(slips, { ranges: [{ start: at, end: at + 5 }] })).toEqual([]);
    expect(await check(slips, { ranges: [{ start: 40, end: 40 }] })).toHaveLength(1);
  });

  test.each([
    { languageId: 'go', fileName: 'a.go' },
    { languageId: 'plaintext', fileName: 'a.txt' },
    { languageId: 'javascript', fileName: 'src/sums.test.js' },
  ])('does not ask the model about $fileName', async (options) => {
    const { request, engine, model } = slipped({ 'index < limit': 'index <= limit' }, options);
    expect(await checkForSlips(request, model, neverAborted)).toEqual([]);
    expect(engine.calls).toEqual([]);
  });

  test('stops when nobody wants the answer any more', async () => {
    const { request, engine, model } = slipped({ 'index < limit': 'index <= limit' });
    const controller = new AbortController();
    const checking = checkForSlips(request, model, controller.signal);
    const reason = new Error('the user typed');
    controller.abort(reason);
    await expect(checking).rejects.toBe(reason);
    expect(engine.calls.length).toBeLessThanOrEqual(1);
  });
});

describe('reviewCode', () => {
  test('ranks at most three places, one on a line, and says where it is', async () => {
    const { request, model } = slipped({ 'index < limit': 'index <= limit', '!end ||': 'end ||' });
    const progress: string[] = [];
    const report = (done: number, total: number, name: string) =>
      void progress.push(`${done} of ${total}: ${name}`);
    const findings = await reviewCode(request, model, report, neverAborted);
    expect(progress).toEqual(['0 of 2: first', '1 of 2: second']);
    expect(findings.length).toBeLessThanOrEqual(3);
    expect(findings.slice(0, 2).map(({ strength }) => strength)).toEqual(['strong', 'strong']);
    expect(show(request.text, findings.slice(0, 2)).sort()).toMatchInlineSnapshot(`
      [
        "first: for (let index = 0; index [<= → <] limit; index += 1) {",
        "second: if ([end → !end] || start >= end) {",
      ]
    `);
  });

  test('reads all of a function in which the cursor stands', async () => {
    const { request, model } = slipped(
      { 'return total': 'return limit' },
      { ranges: [{ start: 9, end: 9 }] },
    );
    const [first] = await reviewCode(request, model, () => {}, neverAborted);
    expect(show(request.text, first === undefined ? [] : [first])).toEqual([
      'first: return [limit → total];',
    ]);
  });

  test('where the model doubts nothing it names the lines that are likeliest to hold a bug, and no edit', async () => {
    const { request, model } = slipped({});
    const findings = await reviewCode(request, model, () => {}, neverAborted);
    expect(findings.map(({ kind, strength, edit }) => [kind, strength, edit])).toEqual(
      Array.from({ length: 3 }, () => ['risk', 'weak', undefined]),
    );
    expect(show(request.text, findings)).toMatchInlineSnapshot(`
      [
        "first: [for (let index = 0; index < limit; index += 1) {]",
        "second: [if (!end || start >= end) {]",
        "first: [total += items[index] * 2;]",
      ]
    `);
    const skipped = { ...request, linesToSkip: new Set([2]) };
    expect(show(request.text, await reviewCode(skipped, model, () => {}, neverAborted))).not.toContain(
      show(request.text, findings)[0],
    );
  });

  test('reads a test file when asked to', async () => {
    const { request, model } = slipped(
      { 'index < limit': 'index <= limit' },
      { fileName: 'src/sums.test.js' },
    );
    expect(await reviewCode(request, model, () => {}, neverAborted)).not.toEqual([]);
  });
});
