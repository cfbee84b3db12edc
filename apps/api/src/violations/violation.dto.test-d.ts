// Checked by tsc: the error names the members of a violation record that the API does not describe.
import type { ViolationRecord } from '#records';
import type { ViolationDetail } from './violation.dto.js';

type Nothing<Missing extends never> = Missing;

export type Described = Nothing<Exclude<keyof ViolationRecord, keyof ViolationDetail>>;
