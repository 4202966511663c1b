import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isLanguageEnabled,
  parseSettings,
  parseTransferredSettings,
  type SettingKey,
} from '../../src/shared/settings';

const defaults = parseSettings(() => undefined);

function parseOne(key: SettingKey, value: unknown): unknown {
  return parseSettings((name) => (name === key ? value : undefined))[key];
}

test('a value that makes no sense becomes the default, a number out of range the nearest bound', () => {
  expect(parseOne('enabled', 'yes')).toBe(true);
  expect(parseOne('enabled', false)).toBe(false);
  expect(parseOne('completion.multiLine', 'sometimes')).toBe('automatic');
  expect(parseOne('completion.maximumDelayMs', -5)).toBe(0);
  expect(parseOne('completion.maximumDelayMs', 1e9)).toBe(2000);
  expect(parseOne('completion.maximumDelayMs', Number.NaN)).toBe(300);
  expect(parseOne('languages', { python: false, rust: 'no' })).toEqual({ python: false });
  expect(parseOne('languages', ['python'])).toEqual(defaults.languages);
  expect(parseOne('excludedFiles', ['*.key', 3])).toEqual(['*.key']);
  expect(parseOne('modelPath', ' /models/a.gguf ')).toBe('/models/a.gguf');
});

test('parsing never throws, and parsing what it gave changes nothing', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const settings = parseSettings(() => value);
      expect(parseTransferredSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
      parseTransferredSettings(value);
    }),
    { numRuns: 200 },
  );
});

test('a language follows its own entry, then the star, then yes', () => {
  const enabled = (languages: Record<string, boolean>, languageId: string) =>
    isLanguageEnabled({ ...defaults, languages }, languageId);
  expect(enabled({ '*': false, python: true }, 'python')).toBe(true);
  expect(enabled({ '*': false, python: true }, 'rust')).toBe(false);
  expect(enabled({}, 'rust')).toBe(true);
  expect(isLanguageEnabled(defaults, 'markdown')).toBe(false);
});
