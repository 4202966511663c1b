import { expect, test } from 'vitest';
import { viewStatus, type StatusFacts } from '../../src/client/status/statusView';

const ready: StatusFacts = {
  enabled: true,
  process: 'running',
  model: {
    kind: 'ready',
    model: 'small',
    device: 'CPU',
    tokensPerSecond: 48.4,
    missing: null,
    limitation: null,
  },
  pauseReason: undefined,
  languageEnabled: true,
};

function check(change: Partial<StatusFacts>): string {
  const { text, tooltip, severity } = viewStatus({ ...ready, ...change });
  return `${severity === 'warning' ? '! ' : ''}${text} | ${tooltip}`;
}

test('each state of the model has its text', () => {
  const model = 'small';
  const states: readonly StatusFacts['model'][] = [
    undefined,
    { kind: 'absent', model },
    { kind: 'downloading', model, doneByteCount: 215_000_000, totalByteCount: 491_400_064 },
    { kind: 'downloading', model, doneByteCount: 215_000_000, totalByteCount: null },
    { kind: 'preparing', model, fraction: 0.5 },
    { kind: 'preparing', model, fraction: null },
    { kind: 'loading', model },
    ready.model,
    { kind: 'ready', model, device: 'CPU', tokensPerSecond: null, missing: null, limitation: null },
    { kind: 'unloaded', model },
    { kind: 'failed', model, reason: 'The disk is full.', advice: 'Free 1 GB.' },
  ];
  expect(states.map((state) => check({ model: state }))).toMatchInlineSnapshot(`
    [
      "$(sync~spin) Sotto | Starting.",
      "! $(cloud-download) Sotto: no model | small is not on this machine yet.",
      "$(sync~spin) Sotto: downloading 43 % | Downloading small.",
      "$(sync~spin) Sotto: downloading 215 MB | Downloading small.",
      "$(sync~spin) Sotto: preparing 50 % | Preparing small for this machine.",
      "$(sync~spin) Sotto: preparing | Preparing small for this machine.",
      "$(sync~spin) Sotto: loading | Loading small.",
      "$(sparkle) Sotto | Ready: small on CPU, 48 tok/s.",
      "$(sparkle) Sotto | Ready: small on CPU.",
      "$(sparkle) Sotto | small is asleep and wakes when you type.",
      "! $(warning) Sotto: failed | The disk is full. Free 1 GB.",
    ]
  `);
});

test('a device that the settings name and that is not used is told with the reason', () => {
  const kinds = ['failed', 'hung', 'crashed'] as const;
  const states = kinds.map((kind) => ({
    ...({ kind: 'ready', model: 'small', device: 'CPU', tokensPerSecond: null, limitation: null } as const),
    missing: { device: 'WebGPU', kind, reason: 'driver reset' },
  }));
  expect(states.map((state) => check({ model: state }))).toMatchInlineSnapshot(`
    [
      "$(sparkle) Sotto | Ready: small on CPU. WebGPU failed and is tried again within an hour.",
      "$(sparkle) Sotto | Ready: small on CPU. WebGPU did not answer and is not tried again before a restart.",
      "$(sparkle) Sotto | Ready: small on CPU. WebGPU ended the server; choose it again in "Sotto: Choose Device" to try it once more.",
    ]
  `);
});

test('what keeps suggestions away comes before the model', () => {
  expect([
    check({ enabled: false, process: 'stopped' }),
    check({ process: 'restarting', model: undefined }),
    check({ process: 'given-up', pauseReason: 'paused until resumed' }),
    check({ pauseReason: 'paused for 9 more min' }),
    check({ languageEnabled: false }),
    check({ languageEnabled: false, model: { kind: 'absent', model: 'small' } }),
  ]).toMatchInlineSnapshot(`
    [
      "$(circle-slash) Sotto | Sotto is off (sotto.enabled): nothing runs.",
      "$(sync~spin) Sotto | The server ended unexpectedly and is starting again.",
      "! $(error) Sotto: stopped | The server crashed too often. Choose Restart, or see the log.",
      "$(debug-pause) Sotto | Suggestions are paused for 9 more min.",
      "$(circle-slash) Sotto | Suggestions are off in this language (sotto.languages). Ready: small on CPU, 48 tok/s.",
      "! $(cloud-download) Sotto: no model | small is not on this machine yet.",
    ]
  `);
});
