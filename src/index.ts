/**
 * @module
 * Everything of the package in one import. Size-minded programs import the subpath of a room instead.
 */
export {
  AbortedError,
  SerializationError,
  StepError,
  TimeoutError,
  UnsupportedError,
  ValidationError,
  WorkflowError,
  WorkflowStalledError,
} from './base/error-classes.ts';
export { BlazenError, isBlazenError, type BlazenErrorOptions, type ErrorCode } from './base/errors.ts';
export { version } from './version.ts';
