import { expect, test } from 'vitest';
import { repeatsBlock, repeatsLine } from '../../../src/features/chat/loops';

const assertion = '  expect(run()).toEqual([]);\n';

test('prose goes round in circles when a long line stands there for the third time', () => {
  const line = 'It adds the two numbers.\n';
  expect(repeatsLine(`${line}Then it stops.\n${line}`)).toBe(false);
  expect(repeatsLine(`${line}Then it stops.\n${line}And again:\n${line}`)).toBe(true);
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
