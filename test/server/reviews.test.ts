import { afterEach, beforeEach, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import * as protocol from '../../src/shared/protocol';
import { BugScene, uri } from './bugScene';

let scene: BugScene;

beforeEach(async () => {
  scene = await BugScene.create();
});
afterEach(() => scene.dispose());

const inFirst = { start: { line: 1, character: 4 }, end: { line: 1, character: 4 } };

test('a review reads what was not edited, tells its progress and ranks the lines', async () => {
  const steps: unknown[] = [];
  scene.loader.bugs.review = (request, onProgress) => {
    onProgress(0, 2, 'first');
    onProgress(1, 2, 'second');
    return Promise.resolve(scene.findWrong(request).map((found) => ({ ...found, strength: 'weak' })));
  };
  await scene.start();
  scene.client.connection.onNotification(
    protocol.reviewProgressNotification,
    (step) => void steps.push(step),
  );
  const answer = await scene.client.connection.sendRequest(protocol.reviewRequest, {
    uri,
    range: inFirst,
    requestId: 5,
    scope: 'function',
  });
  expect(answer).toMatchObject({
    kind: 'done',
    value: {
      version: 1,
      functionName: 'first',
      lines: [{ review: { rank: 1 }, strength: 'weak', functionName: 'first' }],
    },
  });
  expect(steps).toEqual([
    { requestId: 5, doneCount: 0, totalCount: 2, functionName: 'first' },
    { requestId: 5, doneCount: 1, totalCount: 2, functionName: 'second' },
  ]);
  expect(scene.shown()).toEqual(['2:wrong']);
  const file = { uri, range: inFirst, requestId: 6, scope: 'file' } as const;
  expect(await scene.client.connection.sendRequest(protocol.reviewRequest, file)).toMatchObject({
    kind: 'done',
    value: { functionName: null, lines: [{ review: { rank: 1 } }, { review: { rank: 2 } }] },
  });
  expect(scene.shown()).toEqual(['2:wrong', '6:wrong']);
});

test('a cursor before `export` is at the function that follows', async () => {
  await scene.start();
  const range = { start: { line: 4, character: 0 }, end: { line: 4, character: 0 } };
  const parameters = { uri, range, requestId: 7, scope: 'function' } as const;
  expect(await scene.client.connection.sendRequest(protocol.reviewRequest, parameters)).toMatchObject({
    value: { functionName: 'second' },
  });
  expect(scene.shown()).toEqual(['6:wrong']);
});

test('what is typed during a review moves its lines, and takes those away that it changes', async () => {
  scene.loader.bugs.review = async (request) => {
    scene.client.moveTo(uri, { line: 0, character: 0 });
    await scene.client.type(uri, '// a comment\n');
    scene.client.moveTo(uri, { line: 6, character: 0 });
    await scene.client.type(uri, ' ');
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    return scene.findWrong(request);
  };
  await scene.start();
  const file = { uri, range: inFirst, requestId: 6, scope: 'file' } as const;
  await scene.client.connection.sendRequest(protocol.reviewRequest, file);
  expect(scene.published.at(-1)?.version).toBe(3);
  expect(scene.shown()).toEqual(['3:wrong']);
});

test('no check runs beside a review', async () => {
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  scene.loader.bugs.review = () => held.then(() => []);
  await scene.start();
  await scene.client.type(uri, ' ');
  const review = scene.client.connection.sendRequest(protocol.reviewRequest, {
    uri,
    range: inFirst,
    requestId: 1,
    scope: 'file',
  });
  await scene.settle();
  await scene.client.connection.sendNotification(protocol.cursorRestNotification, {
    uri,
    position: inFirst.start,
  });
  await scene.rest();
  expect(scene.readTexts).toEqual([]);
  finish();
  await review;
  await scene.rest();
  expect(scene.readTexts).toHaveLength(1);
});

test('a review can be cancelled, and says what is missing', async () => {
  scene.loader.bugs.review = (_request, _onProgress, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  await scene.start();
  const source = new CancellationTokenSource();
  const review = scene.client.connection.sendRequest(
    protocol.reviewRequest,
    { uri, range: inFirst, requestId: 1, scope: 'file' },
    source.token,
  );
  await scene.settle();
  source.cancel();
  expect(await review).toEqual({ kind: 'cancelled' });
  const outside = { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } };
  expect(
    await scene.client.connection.sendRequest(protocol.reviewRequest, {
      uri,
      range: outside,
      requestId: 2,
      scope: 'function',
    }),
  ).toMatchObject({ kind: 'failed', code: 'no-symbol' });
});
