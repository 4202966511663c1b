import type { MetadataValue } from '@huggingface/gguf';
import { damagedModel } from './errors';

type Metadata = ReadonlyMap<string, MetadataValue>;

/** Typed reads of metadata; each throws `damaged-model` when the value is there with another type. */
export function stringAt(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key);
  if (value !== undefined && typeof value !== 'string') {
    throw wrongType(key, 'a string');
  }
  return value;
}

export function numberAt(metadata: Metadata, key: string): number | undefined {
  const value = metadata.get(key);
  if (value !== undefined && typeof value !== 'number' && typeof value !== 'bigint') {
    throw wrongType(key, 'a number');
  }
  return value === undefined ? undefined : Number(value);
}

export function stringsAt(metadata: Metadata, key: string): readonly string[] | undefined {
  const value = metadata.get(key);
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value)) {
    throw wrongType(key, 'a list of strings');
  }
  return value.map((element) => {
    if (typeof element !== 'string') {
      throw wrongType(key, 'a list of strings');
    }
    return element;
  });
}

export function numbersAt(metadata: Metadata, key: string): readonly number[] | undefined {
  const value = metadata.get(key);
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value)) {
    throw wrongType(key, 'a list of numbers');
  }
  return value.map((element) => {
    if (typeof element !== 'number') {
      throw wrongType(key, 'a list of numbers');
    }
    return element;
  });
}

/** A whole number within bounds; `fallback` where the key may be missing. */
export function countAt(metadata: Metadata, key: string, maximum: number, fallback?: number): number {
  const value = numberAt(metadata, key) ?? fallback;
  if (value === undefined) {
    throw damagedModel(`its metadata lacks ${key}`);
  }
  if (!Number.isInteger(value) || value < 1 || value > maximum) {
    throw damagedModel(`${key} is ${value}, which is not a count from 1 to ${maximum}`);
  }
  return value;
}

function wrongType(key: string, expected: string): Error {
  return damagedModel(`${key} is not ${expected}`);
}
