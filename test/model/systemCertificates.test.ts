import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modelFilePath } from '../../src/model/modelFile';
import { sendFile } from '../support/modelServer';
import {
  createModelWorkspace,
  entryFor,
  matching,
  pseudoRandomBytes,
  type ModelWorkspace,
} from '../support/modelWorkspace';

const content = pseudoRandomBytes(100_000);
const entry = entryFor(content, [{ kind: 'huggingface', repository: 'maker/tiny-GGUF' }]);
const script = join(import.meta.dirname, '../support/fetchModelProcess.ts');

let workspace: ModelWorkspace;
let certificatePath: string;
let close: () => void;
let endpoint: string;

/** OpenSSL's variables say on Linux alone what the system trusts. */
const canTest =
  process.platform === 'linux' &&
  'getCACertificates' in tls &&
  spawnSync('openssl', ['version']).status === 0;

beforeEach(async () => {
  workspace = createModelWorkspace();
  certificatePath = join(workspace.folder, 'certificate.pem');
  const keyPath = join(workspace.folder, 'key.pem');
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', ...kind, ...name, '-keyout', keyPath, '-out', certificatePath], {
    stdio: 'pipe',
  });
  const server = createServer(
    { key: readFileSync(keyPath), cert: readFileSync(certificatePath) },
    (request, response) => sendFile(request, response, content),
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
});

afterEach(() => {
  close();
  workspace.dispose();
});

async function fetchTrusting(system: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
    env: {
      ...process.env,
      ENTRY: JSON.stringify(entry),
      HF_ENDPOINT: endpoint,
      NO_PROXY: '*',
      SOTTO_CACHE: workspace.cache.folder,
      ...system,
    },
  });
  return stdout;
}

test.skipIf(!canTest)(
  'a certificate of the system is trusted, and one that it does not know is not',
  async () => {
    await expect(fetchTrusting({ SSL_CERT_FILE: '/dev/null' })).rejects.toMatchObject({
      stderr: matching('self-signed certificate'),
    });
    expect(await fetchTrusting({ SSL_CERT_FILE: certificatePath })).toBe(
      modelFilePath(entry, workspace.cache),
    );
  },
);
