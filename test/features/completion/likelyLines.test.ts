import { expect, test } from 'vitest';
import type { GeneratedToken } from '../../../src/engine/engine';
import type { Attempt, Beginning } from '../../../src/features/completion/decode/attempt';
import { likelyLines } from '../../../src/features/completion/decode/likelyLines';

type Word = readonly [
  text: string,
  logProbability: number,
  runnerUp?: readonly [text: string, logProbability: number],
];

/** Lines by their beginnings: what a model that is given words goes on with. */
function setUp(lines: Readonly<Record<string, readonly Word[]>>) {
  const ids: string[] = [];
  const idOf = (text: string) => (ids.includes(text) ? ids.indexOf(text) : ids.push(text) - 1);
  const tokenOf = ([text, logProbability, runnerUp]: Word): GeneratedToken => ({
    id: idOf(text),
    logProbability,
    runnerUp: runnerUp && { id: idOf(runnerUp[0]), logProbability: runnerUp[1] },
  });
  const textOf = (tokens: readonly GeneratedToken[]) => tokens.map(({ id }) => ids[id]).join(' ');
  const asked: string[] = [];
  const write = ({ path, leastLogProbability }: Beginning): Promise<Attempt> => {
    const tokens = [...path];
    asked.push(textOf(path));
    let logProbability = path.reduce((sum, token) => sum + token.logProbability, 0);
    for (const token of (lines[textOf(path)] ?? []).map(tokenOf)) {
      if (logProbability > leastLogProbability) {
        tokens.push(token);
        logProbability += token.logProbability;
      }
    }
    return Promise.resolve({
      tokens,
      logProbability,
      produced: { kind: 'draft', draft: { text: textOf(tokens), tokens: [] } },
    });
  };
  const find = async (withinNats = 0) => {
    asked.length = 0;
    const first = await write({ path: [], leastLogProbability: -Infinity });
    const [best, ...rivals] = await likelyLines(first, write, withinNats);
    return {
      text: textOf(best?.tokens ?? []),
      logProbability: best?.logProbability,
      rivals: rivals.map(({ tokens }) => textOf(tokens)),
      asked: asked.slice(1),
    };
  };
  return { find };
}

test('a second choice that the rest follows from is better than a first one that leads nowhere', async () => {
  const { find } = setUp({
    '': [
      ['a', -0.4, ['b', -1.1]],
      ['x', -1.5, ['y', -1.6]],
      ['end', -0.9, ['x', -2]],
    ],
    b: [['end', -0.1]],
  });
  expect(await find()).toEqual({
    text: 'b end',
    logProbability: expect.closeTo(-1.2) as number,
    rivals: [],
    asked: ['b'],
  });
});

test('its rivals are whole lines that are not much less likely, the likeliest first', async () => {
  const { find } = setUp({
    '': [
      ['a', -0.8, ['b', -1.1]],
      ['end', -0.2, ['x', -1.5]],
    ],
    b: [['end', -0.9]],
    'a x': [
      ['y', -2],
      ['end', -9],
    ],
  });
  expect(await find(1)).toMatchObject({ text: 'a end', rivals: [], asked: ['b'] });
  expect(await find(2)).toMatchObject({ text: 'a end', rivals: ['b end'], asked: ['b', 'a x'] });
});

test('what cannot be likelier is not tried: a line that is likelier than not is never doubted', async () => {
  const { find } = setUp({
    '': [
      ['a', -0.3, ['b', -1.4]],
      ['end', -0.2, ['x', -1.8]],
    ],
  });
  expect(await find(2)).toMatchObject({ text: 'a end', rivals: [], asked: [] });
});

test('the likeliest beginning is tried first, also one within another', async () => {
  const { find } = setUp({
    '': [
      ['a', -0.5, ['b', -1.5]],
      ['c', -1, ['d', -1.2]],
      ['end', -2],
    ],
    b: [['end', -3]],
    'a d': [
      ['e', -1, ['f', -1.1]],
      ['end', -0.5],
    ],
    'a d f': [['end', 0]],
  });
  expect(await find()).toMatchObject({ text: 'a d f end', asked: ['b', 'a d', 'a d f'] });
});

test('a line that is given up is not the answer, and four are tried at most', async () => {
  const alternatives = ['b', 'c', 'd', 'e', 'f', 'g'];
  const { find } = setUp({
    '': [...alternatives.map((text): Word => ['a', -0.5, [text, -0.9]]), ['end', -9]],
    ...Object.fromEntries(
      alternatives.map((text, index) => [
        `${'a '.repeat(index)}${text}`,
        [
          ['unlikely', -20],
          ['end', 0],
        ],
      ]),
    ),
  });
  const found = await find();
  expect(found.text).toBe('a a a a a a end');
  expect(found.asked).toHaveLength(4);
});

test('a model that does not tell what else it thought of keeps its first line', async () => {
  const { find } = setUp({
    '': [
      ['a', -5],
      ['end', -5],
    ],
  });
  expect(await find()).toMatchObject({ text: 'a end', asked: [] });
});
