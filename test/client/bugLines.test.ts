import { expect, test } from 'vitest';
import { describeAsFact, describeBugLine, describeFix } from '../../src/client/bugs/describe';
import { Dismissals, type Memory } from '../../src/client/bugs/dismissals';
import type { BugLine, LikelierEdit } from '../../src/shared/protocol';

const line: BugLine = {
  kind: 'operator',
  strength: 'strong',
  range: { start: { line: 11, character: 4 }, end: { line: 11, character: 5 } },
  edit: {
    found: '<',
    expected: '<=',
    logRatioNats: Math.log(41.6),
    record: { foundCount: 18, slipCount: 40, falseCount: 1, cleanLineCount: 2_788 },
  },
  functionName: 'clamp',
  review: null,
  dismissalKey: '0123456789abcdef',
};
const reviewed = (rank: number) => ({ rank, record: { foundCount: 40, functionCount: 72 } });

function withEdit(changes: Partial<LikelierEdit>): BugLine & { readonly edit: LikelierEdit } {
  const { edit } = line;
  if (edit === null) {
    throw new Error('the line has an edit');
  }
  return { ...line, edit: { ...edit, ...changes } };
}

test('a finding is told in three lines: what, how much likelier, and the record', () => {
  expect(describeBugLine(line)).toMatchInlineSnapshot(`
    "Possible slip: expected \`<=\`, found \`<\`.
    With the lines after it, the local model finds that 42 times as likely.
    Such flags met 18 of 40 planted slips and 1 of 2,788 good lines."
  `);
});

test('a line of a review says its place in the order, and a weak one the record of reviews only', () => {
  const strong = describeBugLine({ ...line, review: reviewed(2) });
  expect(strong).toMatch(/^Doubtful line 2: expected/);
  expect(strong).toContain('18 of 40 planted slips');
  const weak = describeBugLine({ ...line, review: reviewed(3), strength: 'weak' });
  expect(weak).toContain('in 40 of 72 functions');
  expect(weak).not.toContain('planted');
});

test('a line for which the model has nothing better says why it was chosen, and has no fix', () => {
  const risk: BugLine = { ...line, kind: 'risk', strength: 'weak', edit: null, review: reviewed(1) };
  expect(describeBugLine(risk)).toMatchInlineSnapshot(`
    "Doubtful line 1: the model has nothing likelier for it.
    Long lines, conditions and the end of a function are what fixes change most.
    Reviews named a changed line in 40 of 72 functions that a fix mended."
  `);
  expect(describeAsFact(risk)).toBe('line 12 is among those that are likeliest to hold a bug');
});

test.each([
  [-3, 'no likelier'],
  [0, 'no likelier'],
  [Math.log(1.26), '1.3 times as likely'],
  [Math.log(2_345), '2,300 times as likely'],
  [12, 'over 10,000 times as likely'],
  [900, 'over 10,000 times as likely'],
])('a log ratio of %f is told with the digits it deserves', (logRatioNats, text) => {
  expect(describeBugLine(withEdit({ logRatioNats }))).toContain(`finds that ${text}.`);
});

test('long code is cut, and breaks no line of the message', () => {
  const swapped = withEdit({ expected: `first(\n    ${'x'.repeat(60)})` });
  expect(describeFix(swapped.edit)).toBe(`Replace with \`first( ${'x'.repeat(32)}…\``);
  expect(describeBugLine(swapped).split('\n')).toHaveLength(3);
});

test('the explanation is told the alternative', () => {
  expect(describeAsFact(line)).toBe('line 12 may hold a slip: expected `<=`, found `<`');
});

/** Keeps what a workspace keeps: plain JSON. */
function createMemory(stored: Record<string, unknown> = {}): Memory {
  return {
    get: <Value>(key: string) => stored[key] as Value | undefined,
    update: (key, value) => {
      stored[key] = JSON.parse(JSON.stringify(value));
      return Promise.resolve();
    },
  };
}

test('dismissals survive a reload, are kept once, and a damaged memory counts as none', async () => {
  const memory = createMemory();
  await new Dismissals(memory).add('one', 'await');
  await new Dismissals(memory).add('two', 'number');
  await new Dismissals(memory).add('one', 'await');
  const reloaded = new Dismissals(memory);
  expect(reloaded.keys).toEqual(['one', 'two']);
  expect(reloaded.has('two')).toBe(true);
  expect(reloaded.has('three')).toBe(false);
  expect(reloaded.strictKinds).toEqual([]);
  expect(new Dismissals(createMemory({ 'sotto.dismissedBugLines': 'one' })).keys).toEqual([]);
});

test('a kind of which two lines were dismissed has to be surer, for good', async () => {
  const memory = createMemory();
  await new Dismissals(memory).add('one', 'await');
  await new Dismissals(memory).add('two', 'number');
  await new Dismissals(memory).add('three', 'await');
  expect(new Dismissals(memory).strictKinds).toEqual(['await']);
  const damaged = createMemory({ 'sotto.dismissedBugKinds': { await: 'often', number: null } });
  expect(new Dismissals(damaged).strictKinds).toEqual([]);
  await new Dismissals(damaged).add('one', 'await');
  expect(new Dismissals(damaged).strictKinds).toEqual([]);
});
