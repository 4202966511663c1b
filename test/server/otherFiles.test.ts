// What the model sees besides the document that is worked on.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CompletionRequest } from '../../src/features/completion/types';
import * as protocol from '../../src/shared/protocol';
import { ScriptedLoader } from './scriptedModel';
import { connect, testSettings, type ConnectOptions, type TestClient } from './testClient';

const text = [
  "import { Circle } from './shapes';",
  "import { password } from './link';",
  "import { missing } from './missing';",
  'const c = █',
].join('\n');

let folder: string;
let outside: string;
let client: TestClient;
let seen: CompletionRequest[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-server-'));
  outside = mkdtempSync(join(tmpdir(), 'sotto-outside-'));
  writeFileSync(join(folder, 'shapes.ts'), 'export class Circle {}');
  writeFileSync(join(outside, 'private.ts'), 'export const password = 1;');
  symlinkSync(join(outside, 'private.ts'), join(folder, 'link.ts'));
});

afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true });
  rmSync(outside, { recursive: true });
});

/** Opens the document with the imports, another one and one that is excluded. */
async function start(options: ConnectOptions): Promise<void> {
  const loader = new ScriptedLoader();
  seen = [];
  loader.completer.warmUp = (request) => {
    seen.push(request);
    return Promise.resolve();
  };
  client = await connect(loader, options);
  await client.connection.sendRequest(protocol.fetchModelRequest);
  await client.open(uriOf('.env'), 'plaintext', 'PASSWORD=█');
  await client.open(uriOf('other.ts'), 'typescript', 'export const other = 1;█');
  await client.open(uriOf('main.ts'), 'typescript', text);
}

function uriOf(name: string): string {
  return pathToFileURL(join(folder, name)).href;
}

/** Names of the files that are shown to the model beside `main.ts`. */
async function related(): Promise<readonly string[] | undefined> {
  seen.splice(0);
  const place = { uri: uriOf('main.ts'), position: { line: 0, character: 0 } };
  await client.connection.sendNotification(protocol.activeEditorNotification, place);
  await vi.waitFor(() => expect(seen).toHaveLength(1));
  return seen[0]?.relatedFiles.map(({ uri }) => basename(uri));
}

test('open documents and imported files of the workspace, without excluded ones and links out of it', async () => {
  await start({ workspaceTrusted: true, folder: pathToFileURL(folder).href });
  expect(await related()).toEqual(['other.ts', 'shapes.ts']);
});

test('nothing in a workspace that is not trusted', async () => {
  await start({ workspaceTrusted: false, folder: pathToFileURL(folder).href });
  expect(await related()).toEqual([]);
});

test.each(['shapes.ts', '/shapes.ts', './shapes.*', 'secret/**', '/**/secret'])(
  'nothing of what %s excludes, from the disk or by way of a link',
  async (glob) => {
    mkdirSync(join(folder, 'secret'));
    renameSync(join(folder, 'shapes.ts'), join(folder, 'secret/shapes.ts'));
    symlinkSync(join(folder, 'secret/shapes.ts'), join(folder, 'shapes.ts'));
    const settings = { ...testSettings, excludedFiles: [glob] };
    await start({ folder: pathToFileURL(folder).href, settings });
    expect(await related()).toEqual(['other.ts', '.env']);
  },
);

test('imported files of the folders of now', async () => {
  await start({ workspaceTrusted: true });
  expect(await related()).toEqual(['other.ts']);
  const workspaceFolder = { uri: pathToFileURL(folder).href, name: 'app' };
  const change = async (added: readonly object[], removed: readonly object[]) =>
    client.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added, removed } });
  await change([workspaceFolder], []);
  expect(await related()).toEqual(['other.ts', 'shapes.ts']);
  await change([], [workspaceFolder]);
  expect(await related()).toEqual(['other.ts']);
});
