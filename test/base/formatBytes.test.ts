import { expect, test } from 'vitest';
import { formatBytes } from '../../src/base/formatBytes';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [14_632, '15 KB'],
  [52_428_800, '52.4 MB'],
  [491_400_064, '491 MB'],
  [1_117_320_768, '1.1 GB'],
])('%d bytes are shown as %s', (byteCount, text) => {
  expect(formatBytes(byteCount)).toBe(text);
});
