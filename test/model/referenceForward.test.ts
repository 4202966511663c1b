import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ArchitectureName } from '../../src/model/configuration';
import { loadReferenceModel } from '../support/referenceForward';
import { writeTinyModel } from '../support/tinyModel';

const folder = mkdtempSync(join(tmpdir(), 'sotto-reference-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const promptIds = [40, 7, 261, 250, 12, 255, 99, 265, 40, 7, 261, 18, 33, 44];

/**
 * What llama.cpp (node-llama-cpp 3.22, CPU) continued the prompt with, greedily, on the same files: the plain forward
 * pass that the graphs are compared with means the same by each architecture as those who wrote the format.
 */
const continuations: Readonly<Record<ArchitectureName, readonly number[]>> = {
  qwen2: [20, 50, 152, 119, 271, 0, 60, 92, 141, 178, 218, 67, 164, 16, 178, 218],
  qwen3: [151, 60, 184, 62, 74, 184, 184, 184, 184, 44, 58, 275, 80, 275, 80, 216],
  llama: [75, 147, 177, 49, 10, 304, 4, 24, 6, 15, 235, 207, 99, 239, 220, 200],
  granite: [182, 24, 172, 173, 289, 64, 167, 21, 87, 32, 20, 36, 27, 235, 31, 232],
  starcoder2: [102, 259, 106, 97, 141, 130, 106, 138, 211, 132, 242, 292, 138, 138, 138, 269],
};

test.each(Object.entries(continuations) as [ArchitectureName, readonly number[]][])(
  'the plain forward pass of %s continues as llama.cpp does',
  async (architecture, expected) => {
    const path = join(folder, `${architecture}.gguf`);
    const sizes = {
      hiddenSize: 64,
      feedForwardSize: 96,
      ...(architecture === 'qwen3' && { headDimension: 32 }),
    };
    await writeTinyModel({ architecture, seed: 63, tensorType: 'F32', ...sizes }, path);
    const reference = await loadReferenceModel(path);
    const ids = [...promptIds];
    for (let count = 0; count < expected.length; count++) {
      const logits = reference.forward(ids).at(-1)!;
      ids.push(logits.indexOf(Math.max(...logits)));
    }
    expect(ids.slice(promptIds.length)).toEqual(expected);
  },
);
