import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRuntimeLoader } from '../../src/server/runtimeLoader';
import { Scheduler } from '../../src/server/scheduler';
import { modelFileCheckRequest } from '../../src/shared/protocol';
import { createModelWorkspace, matching, type ModelWorkspace } from '../support/modelWorkspace';
import { encodeTinyModel } from '../support/tinyModel';
import { connect, type TestClient } from './testClient';

let workspace: ModelWorkspace;
let client: TestClient;
let path: string;

beforeEach(async () => {
  workspace = createModelWorkspace();
  path = `${workspace.folder}/own.gguf`;
  client = await connect(createRuntimeLoader(new Scheduler()));
});

afterEach(async () => {
  await client.close();
  workspace.dispose();
  vi.unstubAllEnvs();
});

function check(named: string) {
  return client.connection.sendRequest(modelFileCheckRequest, { path: named });
}

async function write(change: (model: Buffer) => Buffer = (model) => model): Promise<void> {
  writeFileSync(path, change(await encodeTinyModel({ seed: 1, architecture: 'qwen2' })));
}

test('a file that can be used is said to be so, and nothing is loaded', async () => {
  await write();
  expect(await check(path)).toEqual({ kind: 'done', value: null });
  expect(client.states.filter(({ kind }) => kind !== 'absent' && kind !== 'unloaded')).toEqual([]);
});

test('a model of another architecture is refused with its name', async () => {
  await write((model) => Buffer.from(model.toString('latin1').replaceAll('qwen2', 'gemma'), 'latin1'));
  expect(await check(path)).toMatchObject({
    kind: 'failed',
    code: 'unsupported-model',
    reason: matching('its architecture is "gemma"'),
  });
});

test('a file that was cut off is refused', async () => {
  await write((model) => model.subarray(0, model.length / 2));
  expect(await check(path)).toMatchObject({ kind: 'failed', code: 'damaged-model' });
});

test('a path may begin with the home folder', async () => {
  vi.stubEnv('HOME', workspace.folder);
  vi.stubEnv('USERPROFILE', workspace.folder);
  await write();
  expect(await check('~/own.gguf')).toEqual({ kind: 'done', value: null });
});

test('a relative path is refused, though a file lies there', async () => {
  await write();
  expect(await check(relative(process.cwd(), path))).toMatchObject({ kind: 'failed', code: 'bad-argument' });
});
