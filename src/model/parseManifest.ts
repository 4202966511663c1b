import {
  architectureNames,
  maxSizes,
  type Multipliers,
  type TransformerConfiguration,
} from './configuration';
import type { HeadPart } from './headParts';
import type { ManifestFile, ModelManifest } from './manifest';

/**
 * The manifest that a JSON value is, or undefined when it is none: it was written by us, but what has lain on a disk
 * may have been damaged or edited since. Whether the files are those that it names is not looked at.
 */
export function parseManifest(value: unknown): ModelManifest | undefined {
  return isManifest(value) ? value : undefined;
}

function isManifest(value: unknown): value is ModelManifest {
  if (!isRecord(value) || !isRecord(value['files'])) {
    return false;
  }
  const { graph, weights, tokenizer } = value['files'];
  const { configuration } = value;
  return (
    isCount(value['graphVersion'], Number.MAX_SAFE_INTEGER) &&
    typeof value['sourceName'] === 'string' &&
    isCount(value['sourceByteCount'], Number.MAX_SAFE_INTEGER) &&
    isHash(value['sourceSha256']) &&
    isConfiguration(configuration) &&
    isCut(value['headParts'], configuration.vocabularySize) &&
    isCount(value['positionLimit'], configuration.contextLength) &&
    ['string', 'undefined'].includes(typeof value['chatTemplate']) &&
    [graph, weights, tokenizer].every(isFile)
  );
}

function isConfiguration(value: unknown): value is TransformerConfiguration {
  return (
    isRecord(value) &&
    architectureNames.some((name) => name === value['architecture']) &&
    Object.entries(maxSizes).every(([name, maximum]) => isCount(value[name], maximum)) &&
    [value['normEpsilon'], value['ropeFrequencyBase']].every(Number.isFinite) &&
    (value['multipliers'] === undefined || areMultipliers(value['multipliers']))
  );
}

function areMultipliers(value: unknown): value is Multipliers {
  return (
    isRecord(value) &&
    [value['embedding'], value['attention'], value['residual'], value['logits']].every(Number.isFinite)
  );
}

/** Whether the parts follow each other and are the whole vocabulary. */
function isCut(value: unknown, vocabularySize: number): value is readonly HeadPart[] {
  if (!Array.isArray(value)) {
    return false;
  }
  const parts: readonly unknown[] = value;
  let nextId = 0;
  for (const part of parts) {
    if (!isRecord(part) || part['firstId'] !== nextId || typeof part['isRare'] !== 'boolean') {
      return false;
    }
    const { idCount } = part;
    if (!isCount(idCount, vocabularySize)) {
      return false;
    }
    nextId += idCount;
  }
  return nextId === vocabularySize;
}

function isFile(value: unknown): value is ManifestFile {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    /^\w[\w.-]*$/.test(value['name']) &&
    isCount(value['byteCount'], Number.MAX_SAFE_INTEGER) &&
    isHash(value['sha256']) &&
    typeof value['modifiedTimeMs'] === 'number'
  );
}

function isCount(value: unknown, maximum: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maximum;
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
