/**
 * @module Helpers for the tests of programs built with this package: a clock that only moves when told. Subpath export
 * `blazen-ts/testing`.
 */
export { FakeClock } from './fake-clock.ts';
