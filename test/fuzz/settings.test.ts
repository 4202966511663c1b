// Settings as any hand or extension may have written them: each is one that the code can work with.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createExclusion } from '../../src/shared/excludedFiles';
import { parseConfiguration } from '../../src/server/editor/configuration';
import {
  isLanguageEnabled,
  parseSettings,
  parseTransferredSettings,
  settingDefinitions,
  settingKeys,
  type Settings,
} from '../../src/shared/settings';
import { mutationsOf } from '../support/jsonMutation';

const defaults = parseSettings(() => undefined);
const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });

function expectUsable(settings: Settings): void {
  for (const key of settingKeys()) {
    const value = settings[key];
    expect(settingDefinitions[key].parse(value)).toEqual(value);
    const { type, minimum, maximum, enum: choices } = settingDefinitions[key].schema;
    expect(Array.isArray(value) ? 'array' : typeof value).toBe(type);
    if (typeof minimum === 'number' && typeof maximum === 'number') {
      expect(value).toBeGreaterThanOrEqual(minimum);
      expect(value).toBeLessThanOrEqual(maximum);
    }
    if (Array.isArray(choices)) {
      expect(choices).toContain(value);
    }
  }
}

test('every value of every setting becomes one that its schema allows', () => {
  fc.assert(
    fc.property(fc.constantFrom(...settingKeys()), anything, (key, value) => {
      expectUsable(parseSettings((name) => (name === key ? value : undefined)));
    }),
    { numRuns: 2000, seed: 41 },
  );
});

test('whatever crosses from the other process becomes settings, and trust is never assumed', () => {
  const sent = fc.oneof(anything, mutationsOf([{ settings: defaults, workspaceTrusted: true }]));
  fc.assert(
    fc.property(sent, (value) => {
      expectUsable(parseTransferredSettings(value));
      const { settings, workspaceTrusted } = parseConfiguration(value);
      expectUsable(settings);
      expect(workspaceTrusted).toBe(
        (value as { workspaceTrusted?: unknown } | null)?.workspaceTrusted === true,
      );
    }),
    { numRuns: 1000, seed: 42 },
  );
});

test('a language of any name is on or off', () => {
  const names = fc.oneof(fc.string(), fc.constantFrom('constructor', '__proto__', 'toString', '*', 'rust'));
  const languages = fc.dictionary(names, fc.oneof(fc.boolean(), anything));
  fc.assert(
    fc.property(languages, names, (wished, languageId) => {
      const settings = parseSettings((key) => (key === 'languages' ? wished : undefined));
      expect(isLanguageEnabled(settings, languageId)).toBeTypeOf('boolean');
    }),
    { numRuns: 1000, seed: 43 },
  );
});

test('any globs decide about any address', () => {
  const globs = fc.array(
    fc.oneof(
      fc.string(),
      fc
        .array(
          fc.constantFrom('*', '**', '/', 'a', '.', '[', ']', '{', '}', '(', ')', '!', '+', '?', '|', ','),
          {
            maxLength: 12,
          },
        )
        .map((parts) => parts.join('')),
    ),
  );
  const addresses = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webPath().map((path) => `file://${path}`),
  );
  fc.assert(
    fc.property(globs, addresses, (list, address) => {
      expect(createExclusion(list)(address)).toBeTypeOf('boolean');
      // Whatever else is listed: what the default names stays excluded.
      expect(createExclusion([...list, '**/.env'])('file:///work/.env')).toBe(true);
    }),
    { numRuns: 1000, seed: 44 },
  );
});
