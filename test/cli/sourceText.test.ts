import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { replaceText } from '../../src/cli/sourceText';

const folder = mkdtempSync(join(tmpdir(), 'sotto-text-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a text is replaced where it still stands; what somebody else saved meanwhile stays', async () => {
  const path = join(folder, 'shared.py');
  writeFileSync(path, '\uFEFFa = "ä"\n');
  await replaceText(path, '\uFEFFa = "ä"\n', '\uFEFF# ä\na = "ä"\n');
  expect(readFileSync(path, 'utf8')).toBe('\uFEFF# ä\na = "ä"\n');
  await expect(replaceText(path, '\uFEFFa = "ä"\n', 'b')).rejects.toMatchObject({ code: 'document-changed' });
  expect(readFileSync(path, 'utf8')).toBe('\uFEFF# ä\na = "ä"\n');
});
