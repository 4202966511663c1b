import { writeSync } from 'node:fs';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { locateCache } from '../../src/model/cache';
import type { TinyEngine } from './tinyEngine';
import { openOnDevice, type DeviceOptions } from '../../src/runtime/deviceControl';

// A whole process that opens a model on a device: `DEVICE_OPTIONS` holds the plain part of the options as JSON. Prints
// what it is told of lost devices and what it runs on, generates, and says so, or ends with its first token.
const plain = JSON.parse(process.env['DEVICE_OPTIONS'] ?? '') as Pick<
  DeviceOptions,
  'setting' | 'engine' | 'modelSha256' | 'promptIds'
> & { readonly deviceGraphPaths: TinyEngine['deviceGraphPaths'] };
const print = (line: string) => writeSync(1, `${line}\n`); // At once: the next line may be the process's last.
const control = await openOnDevice({
  ...plain,
  deviceGraphs: {
    ensure: (form) => Promise.resolve(plain.deviceGraphPaths[form]),
    remove: () => Promise.resolve(),
  },
  cache: locateCache(process.env),
  logger: silentLogger,
  onMoved: () => {},
  onLost: (device, { kind }) => print(`lost ${device}: ${kind}`),
});
print(`runs on ${control.engine.device}`);
const onToken = () => {
  const ending = process.env['END_AT_FIRST_TOKEN'];
  if (ending === 'killed') {
    process.kill(process.pid, 'SIGKILL');
  }
  if (ending === 'after a minute') {
    const beginMs = performance.now();
    performance.now = () => beginMs + 60_000;
  }
  if (ending !== undefined) {
    process.exit(0);
  }
  return 'continue' as const;
};
const request = { promptIds: [3, 4, 5], maxTokens: 3, stopIds: new Set<number>(), onToken };
const { tokens } = await control.engine.generate(request, neverAborted);
print(`generated ${tokens.length}`);
await control.dispose();
