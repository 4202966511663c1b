import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { withEditorProxy } from '../../src/model/download/editorProxy';
import { downloadFromHuggingFace } from '../../src/model/download/huggingface';
import { PartialFile } from '../../src/model/download/partialFile';
import { ensureModelFile, modelFilePath, modelFileState } from '../../src/model/modelFile';
import { sendFile, startProxy, startServer, type TestServer } from '../support/modelServer';
import {
  createModelWorkspace,
  entryFor,
  matching,
  pseudoRandomBytes,
  type ModelWorkspace,
} from '../support/modelWorkspace';

const content = pseudoRandomBytes(400_000);
const source = { kind: 'huggingface', repository: 'maker/tiny-GGUF' } as const;
const entry = entryFor(content, [source]);

let workspace: ModelWorkspace;
const servers: TestServer[] = [];

beforeEach(() => {
  workspace = createModelWorkspace();
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  workspace.dispose();
});

test('fetches through a redirect, verifies, and leaves nothing but the model', async () => {
  const hub = await serve((request, response) => {
    if (request.url === '/maker/tiny-GGUF/resolve/main/tiny.gguf') {
      response.writeHead(302, { location: '/storage/blob' }).end();
    } else {
      sendFile(request, response, content);
    }
  });
  await fetchFrom(hub.url);
  expectFetched();
  expect(workspace.progress.at(-1)).toEqual({
    stage: 'download',
    unit: 'bytes',
    doneCount: content.length,
    totalCount: content.length,
  });
  await fetchFrom('http://127.0.0.1:1'); // Present and remembered: no source is asked.
});

test('goes on where a cut connection stopped', async () => {
  const hub = await serve((request, response, number) =>
    sendFile(request, response, content, number === 1 ? { cutAt: 150_000 } : {}),
  );
  await fetchFrom(hub.url);
  expectFetched();
  expect(hub.requests.map(({ headers }) => [headers.range, headers['if-range']])).toEqual([
    [undefined, undefined],
    ['bytes=150000-', '"v1"'],
  ]);
});

test('an aborted download resumes in the next run', async () => {
  const hub = await serve((request, response, number) => {
    if (number === 1) {
      response.writeHead(200, { etag: '"v1"', 'content-length': content.length });
      response.write(content.subarray(0, 100_000));
    } else {
      sendFile(request, response, content);
    }
  });
  const reason = new Error('enough');
  const controller = new AbortController();
  const options = workspace.optionsWith({ HF_ENDPOINT: hub.url });
  const report = (step: { doneCount: number }) => {
    if (step.doneCount === 100_000) {
      controller.abort(reason);
    }
  };
  await expect(ensureModelFile(entry, { ...options, report }, controller.signal)).rejects.toBe(reason);
  expect(await modelFileState(entry, workspace.cache)).toEqual({ state: 'partial', byteCount: 100_000 });

  await fetchFrom(hub.url);
  expectFetched();
  expect(hub.requests[1]?.headers.range).toBe('bytes=100000-');
});

test.each([
  ['ignores Range', { ignoreRange: true }],
  ['has another version of the file by now', { etag: '"v2"' }],
])('starts again when the server %s', async (_, secondAnswer) => {
  const hub = await serve((request, response, number) =>
    sendFile(request, response, content, number === 1 ? { cutAt: 150_000 } : secondAnswer),
  );
  await fetchFrom(hub.url);
  expectFetched();
});

test('a damaged beginning from an earlier run is thrown away', async () => {
  const hub = await serve((request, response) => sendFile(request, response, content));
  mkdirSync(workspace.cache.modelsFolder, { recursive: true });
  writeFileSync(`${modelFilePath(entry, workspace.cache)}.partial`, pseudoRandomBytes(50_000, 7));
  await fetchFrom(hub.url);
  expectFetched();
  expect(hub.requests.map(({ headers }) => headers.range)).toEqual(['bytes=50000-', undefined]);
});

test('a complete but unnamed file needs no request', async () => {
  mkdirSync(workspace.cache.modelsFolder, { recursive: true });
  writeFileSync(`${modelFilePath(entry, workspace.cache)}.partial`, content);
  await fetchFrom('http://127.0.0.1:1');
  expectFetched();
});

test('wrong bytes are deleted and named', async () => {
  const hub = await serve((request, response) =>
    sendFile(request, response, pseudoRandomBytes(content.length, 9)),
  );
  await expect(fetchFrom(hub.url)).rejects.toMatchObject({
    code: 'download-failed',
    message: matching(/huggingface maker\/tiny-GGUF: the SHA-256 is [0-9a-f]{64} in place of/),
    advice: matching('put it into .*models'),
  });
  expect(workspace.modelFileNames()).toEqual([]);
});

test('stops at the first byte too many', async () => {
  const hub = await serve((_, response) => {
    response.writeHead(200); // No length announced: chunked.
    response.write(content);
    response.end('x');
  });
  await expect(fetchFrom(hub.url)).rejects.toThrow('more than the expected 400000 bytes arrived');
  expect(workspace.modelFileNames()).toEqual([]);
});

test.each<[string, (number: number) => [number, Record<string, string | number>]]>([
  ['the server answered 404', () => [404, {}]],
  ['the server offers 12 bytes in place of 400000', () => [200, { 'content-length': 12 }]],
  ['Redirect loop', () => [302, { location: '/again' }]],
  ['the server answered 302', (number) => [302, { location: `/again/${number}` }]],
])('gives up at once when %s', async (message, answer) => {
  const hub = await serve((_, response, number) => {
    response.writeHead(...answer(number)).end('not found..');
  });
  await expect(fetchFrom(hub.url)).rejects.toThrow(message);
});

test('an address that is not one is a reason like any other', async () => {
  await expect(fetchFrom('hub.local')).rejects.toThrow('HF_ENDPOINT is not an http(s) address: hub.local');
});

test('a closed port is named', async () => {
  await expect(fetchFrom('http://127.0.0.1:1')).rejects.toThrow('ECONNREFUSED');
});

test.each([
  ['no answer', 'no answer within 200 ms', false],
  ['a body that stops', 'no bytes arrived for 200 ms', true],
])('%s is not waited for', async (_, message, answers) => {
  const hub = await serve((_, response) => {
    if (answers) {
      response.writeHead(200, { 'content-length': content.length }).flushHeaders();
    }
  });
  mkdirSync(workspace.cache.modelsFolder, { recursive: true });
  const partial = await PartialFile.open(`${modelFilePath(entry, workspace.cache)}.partial`, entry);
  const context = { ...workspace.optionsWith({ HF_ENDPOINT: hub.url }), partial, fileName: entry.fileName };
  const timeouts = { connectMs: 200, answerMs: 200, stallMs: 200 };
  await expect(
    downloadFromHuggingFace(
      source,
      { ...context, environment: { HF_ENDPOINT: hub.url } },
      neverAborted,
      timeouts,
    ),
  ).rejects.toThrow(message);
  await partial.close();
});

test('asks the proxy of the environment, and not for hosts in NO_PROXY', async () => {
  const hub = await serve((request, response) => sendFile(request, response, content));
  const proxy = await startProxy(hub.url);
  servers.push(proxy);
  // A host that no name server knows: only the proxy can lead there.
  const environment = { HF_ENDPOINT: 'http://hub.invalid', HTTP_PROXY: proxy.url };
  await expect(
    ensureModelFile(entry, workspace.optionsWith({ ...environment, NO_PROXY: 'hub.invalid' }), neverAborted),
  ).rejects.toThrow('hub.invalid');
  expect(proxy.requests).toHaveLength(0);

  await ensureModelFile(entry, workspace.optionsWith(environment), neverAborted);
  expectFetched();
  expect(proxy.requests.map(({ url }) => url)).toEqual(['hub.invalid:80']);
});

test("asks the editor's proxy where the environment names none", async () => {
  const hub = await serve((request, response) => sendFile(request, response, content));
  const proxy = await startProxy(hub.url);
  servers.push(proxy);
  const environment = { HF_ENDPOINT: 'http://hub.invalid' };
  const fetchWith = (named: Record<string, string>, noProxy: readonly string[]) =>
    ensureModelFile(
      entry,
      workspace.optionsWith(withEditorProxy({ ...environment, ...named }, { url: proxy.url, noProxy })),
      neverAborted,
    );
  await expect(fetchWith({}, ['other.invalid', 'hub.invalid'])).rejects.toThrow('hub.invalid');
  await expect(fetchWith({ HTTPS_PROXY: 'http://127.0.0.1:1' }, [])).rejects.toThrow('hub.invalid');
  await expect(fetchWith({ HTTP_PROXY: 'http://127.0.0.1:1' }, [])).rejects.toThrow('ECONNREFUSED');
  await expect(fetchWith({ no_proxy: 'hub.invalid' }, [])).rejects.toThrow('hub.invalid');
  expect(proxy.requests).toHaveLength(0);

  await fetchWith({}, ['other.invalid']);
  expectFetched();
  expect(proxy.requests).toHaveLength(1);
});

async function serve(listener: Parameters<typeof startServer>[0]): Promise<TestServer> {
  const server = await startServer(listener);
  servers.push(server);
  return server;
}

function fetchFrom(endpoint: string): Promise<string> {
  return ensureModelFile(entry, workspace.optionsWith({ HF_ENDPOINT: endpoint }), neverAborted);
}

function expectFetched(): void {
  expect(workspace.modelFileNames()).toEqual(['tiny.gguf', 'tiny.gguf.verified.json']);
  expect(readFileSync(modelFilePath(entry, workspace.cache)).equals(content)).toBe(true);
}
