import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cudaSupportRequest, getCudaRequest } from '../../src/shared/protocol';
import { ScriptedLoader } from './scriptedModel';
import { connect, testSettings } from './testClient';

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  "CUDA's part of ONNX Runtime is offered with size, hash and licence, and taken from a folder",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sotto-cuda-'));
    const settings = { ...testSettings, cacheFolder: join(folder, 'cache') };
    const client = await connect(new ScriptedLoader(), { settings });
    const { connection } = client;
    const found = await connection.sendRequest(cudaSupportRequest);
    expect(found).toMatchObject({ kind: 'done', value: { hasProvider: false } });
    const offer = found.kind === 'done' ? found.value.offer : undefined;
    const files = offer?.files ?? [];
    expect(offer?.licence).toContain('MIT');
    expect(files.filter(({ byteCount, sha256 }) => byteCount > 0 && sha256.length === 64)).toHaveLength(2);

    const take = () => connection.sendRequest(getCudaRequest, { folder });
    expect(await take()).toMatchObject({
      kind: 'failed',
      advice: expect.stringMatching(/^Choose the folder/) as string,
    });
    files.forEach(({ name }) => writeFileSync(join(folder, name), 'not a library'));
    expect(await take()).toMatchObject({
      kind: 'done',
      value: { hasProvider: true, problem: expect.stringMatching(/cannot be loaded/) as string },
    });
    await client.close();
    rmSync(folder, { recursive: true });
  },
);
