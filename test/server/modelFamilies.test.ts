import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { createChatModel } from '../../src/features/chat/answer';
import { createChatFormat } from '../../src/features/chat/chatFormat';
import type { CompletionRequest } from '../../src/features/completion/types';
import type { ResidentModel } from '../../src/server/model/modelLoader';
import { createRuntimeLoader } from '../../src/server/runtimeLoader';
import { Scheduler } from '../../src/server/scheduler';
import { writeTinyModel, type TinyModelOptions } from '../support/tinyModel';
import { withoutProxy } from './testClient';

const folder = mkdtempSync(join(tmpdir(), 'sotto-families-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const request: CompletionRequest = {
  document: { uri: 'file:///a.ts', languageId: 'typescript', version: 1, text: 'const answer = ' },
  offset: 15,
  trigger: 'manual',
  relatedFiles: [],
  options: {
    multiLine: 'never',
    inComments: true,
    inStrings: true,
    maxPromptTokens: 200,
    deadlineMs: 60_000,
  },
};

/** StarCoder's and Granite's names of what Qwen calls `<|fim_prefix|>`. */
const asStarcoder = (name: string) => name.replace(/^<\|((fim|repo|file)_.*)\|>$/, '<$1>');

test.each<[string, TinyModelOptions]>([
  ['qwen3', { architecture: 'qwen3', seed: 1 }],
  ['granite', { architecture: 'granite', seed: 1, specialName: asStarcoder }],
  ['starcoder2', { architecture: 'starcoder2', seed: 1, specialName: asStarcoder }],
])(
  'a file of the user of the family %s completes, by the names of its own tokens',
  async (_name, options) => {
    await withModel(options, async ({ completer, limitation, commands }) => {
      expect(limitation).toBeUndefined();
      const outcome = await completer.complete(request, neverAborted);
      // What an untrained model writes is chance; that the engine was asked is not.
      expect(outcome.timings.engine?.prefilledTokenCount).toBeGreaterThan(10);
      const middle = options.specialName === undefined ? '<|fim_middle|>' : '<fim_middle>';
      expect(commands.tokenizer.specialId(middle)).toBeDefined();
    });
  },
);

test('a check for bugs begins with what completions in the same document read', async () => {
  await withModel({ architecture: 'qwen3', seed: 1 }, async ({ completer, bugs }) => {
    const text = 'const answer = 1;\nfunction twice(value) {\n  return value + value + value;\n}\n';
    const { uri } = request.document;
    const offset = text.indexOf('return');
    const document = { ...request.document, text };
    const options = { ...request.options, maxPromptTokens: 1_000 };
    await completer.complete({ ...request, document, offset, options }, neverAborted);
    const beginningBefore = vi.spyOn(completer, 'beginningBefore');
    const range = { start: offset, end: offset };
    const bugRequest = { languageId: 'typescript', fileName: 'a.ts', text, ranges: [range] };
    await bugs.check(uri, { ...bugRequest, linesToSkip: new Set() }, neverAborted);
    const lineStart = text.indexOf('function');
    expect(beginningBefore.mock.calls).toEqual([[{ uri, text }, lineStart]]);
    expect(beginningBefore.mock.results).toMatchObject([{ value: { text: 'const answer = 1;\n' } }]);
  });
});

test('a model for chat alone answers questions, and says why it does not complete', async () => {
  const withoutFim = (name: string) => name.replace('fim_', 'other_');
  await withModel({ architecture: 'qwen3', seed: 2, specialName: withoutFim }, async (model) => {
    expect(model.limitation).toContain('no fill-in-the-middle tokens');
    expect(await model.completer.complete(request, neverAborted)).toMatchObject({
      kind: 'none',
      reason: 'model-cannot-complete',
      detail: model.limitation,
    });
    const bugRequest = {
      languageId: 'typescript',
      fileName: 'a.ts',
      text: '',
      ranges: [],
      linesToSkip: new Set<number>(),
    };
    expect(await model.bugs.check('file:///a.ts', bugRequest, neverAborted)).toEqual([]);
    await expect(model.bugs.review(bugRequest, () => {}, neverAborted)).rejects.toThrow('fill-in-the-middle');
    const { engine, tokenizer, chatTemplate } = model.commands;
    const { format } = createChatModel(engine, tokenizer, chatTemplate);
    const promptIds = format.encode([{ role: 'user', content: 'hi' }]);
    const { tokens } = await engine.generate({ promptIds, maxTokens: 3, stopIds: new Set() }, neverAborted);
    expect(tokens).toHaveLength(3);
  });
});

test('a base model completes, and says why it cannot be asked', async () => {
  const base = {
    architecture: 'starcoder2',
    seed: 3,
    chatTemplate: null,
    specialName: (name: string) => asStarcoder(name).replace('<|im_', '<|other_'),
  } as const;
  await withModel(base, async ({ completer, commands }) => {
    const outcome = await completer.complete(request, neverAborted);
    expect(outcome.timings.engine?.prefilledTokenCount).toBeGreaterThan(10);
    expect(() => createChatFormat(commands.chatTemplate, commands.tokenizer)).toThrow(
      'it has no chat template',
    );
  });
});

async function withModel(
  options: TinyModelOptions,
  use: (model: ResidentModel) => Promise<void>,
): Promise<void> {
  const path = join(folder, `model-${options.architecture}-${options.seed}.gguf`);
  await writeTinyModel(options, path);
  const scheduler = new Scheduler();
  const model = await createRuntimeLoader(scheduler).load(
    {
      choice: { kind: 'file', path },
      cacheFolder: join(folder, 'cache'),
      download: 'forbidden',
      report: () => {},
      logger: silentLogger,
      device: 'cpu',
      proxy: withoutProxy,
      onDeviceMoved: () => {},
      onDeviceLost: () => {},
    },
    neverAborted,
  );
  try {
    await use(model);
  } finally {
    await model.dispose();
    scheduler.dispose();
  }
}
