import { expect, test } from 'vitest';
import { repeatsBlock, repeatsProse, withoutRepetition } from '../../../src/features/chat/loops';

const assertion = '  expect(run()).toEqual([]);\n';

test('prose: a long sentence that stands there again is one too many, a short one may come back', () => {
  const sentence = 'The method `parse` creates a node and a reference object from it.';
  expect(repeatsProse(`${sentence} Then it stops. ${sentence.slice(0, -1)}`)).toBe(false);
  expect(repeatsProse(`It runs. ${sentence} Then it stops. ${sentence}`)).toBe(true);
  expect(repeatsProse('It returns the node. And then?\n- It returns the node.')).toBe(false);
});

test('what is repeated at the end is left out', () => {
  const [first, second, third] = ['It reads a file.', 'It keeps `a.b`.', 'It ends.'];
  expect(withoutRepetition(`${first} ${second}\n\n${third} ${second} ${third}`)).toBe(
    `${first} ${second}\n\n${third}`,
  );
  expect(withoutRepetition(`${first}\n${second}\n${first}\n${third}\n`)).toBe(
    `${first}\n${second}\n${first}\n${third}\n`,
  );
});

test('prose goes round in circles when a long line stands there for the third time', () => {
  const line = 'It adds the two numbers.\n';
  expect(repeatsProse(`${line}Then it stops.\n${line}`)).toBe(false);
  expect(repeatsProse(`${line}Then it stops.\n${line}And again:\n${line}`)).toBe(true);
});

test('code may repeat a line, even thrice in a row', () => {
  expect(repeatsBlock(`a();\n${assertion}b();\n${assertion}c();\n${assertion}d();\n${assertion}`)).toBe(
    false,
  );
  expect(repeatsBlock(assertion.repeat(3))).toBe(false);
  expect(repeatsBlock('  }\n'.repeat(6))).toBe(false);
});

test('code goes round in circles when the same lines stand there four times in a row', () => {
  expect(repeatsBlock(assertion.repeat(4))).toBe(true);
  const block = `test('it works', () => {\n${assertion}});\n\n`;
  expect(repeatsBlock(`import { run } from './run';\n\n${block.repeat(4)}`)).toBe(true);
  expect(repeatsBlock(`${block.repeat(4)}test(`)).toBe(true);
  expect(repeatsBlock(`${block.repeat(3)}${block.replace('[]', '[1]')}`)).toBe(false);
});
