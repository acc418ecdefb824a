import { ValidationError } from '../base/error-classes.ts';
import type { Metadata } from '../spec/memory.ts';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_DEPTH = 32;

/**
 * A private copy of caller-supplied metadata.
 *
 * @throws ValidationError for anything that is not JSON, for keys that could reach a prototype, and for deep nesting.
 */
export function copyMetadata(value: unknown): Metadata | null {
  if (value === undefined || value === null) return null;
  if (!isPlainObject(value)) throw fail('metadata', 'is not a plain object');
  return copyJson(value, 'metadata', 0) as Metadata;
}

function copyJson(value: unknown, path: string, depth: number): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (depth >= MAX_DEPTH) throw fail(path, `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return value.map((item, i) => copyJson(item, `${path}[${i}]`, depth + 1));
  if (value instanceof Date && Number.isFinite(value.getTime())) return value.toISOString();
  if (!isPlainObject(value)) throw fail(path, `is not JSON (${typeof value})`);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (FORBIDDEN.has(key)) throw fail(`${path}.${key}`, 'uses a reserved key');
    if (item !== undefined) copy[key] = copyJson(item, `${path}.${key}`, depth + 1);
  }
  return copy;
}

/** True for object literals and objects without a prototype, from any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function fail(path: string, reason: string): ValidationError {
  return new ValidationError(`Cannot store the entry: '${path}' ${reason}`, { path });
}
