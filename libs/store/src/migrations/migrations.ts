import { rulesAndViolations } from './0001-rules-and-violations.js';
import { fragments } from './0002-fragments.js';
import { refusedExports } from './0003-refused-exports.js';
import { rulesOnError } from './0004-rules-on-error.js';
import { signatureKeys } from './0005-signature-keys.js';
import { snapshotsBySize } from './0006-snapshots-by-size.js';
import { filledTables } from './0007-filled-tables.js';
import { ruleAuthors } from './0008-rule-authors.js';
import { violationRevisions } from './0009-violation-revisions.js';
import { violationCounts } from './0010-violation-counts.js';
import { violationGroups } from './0011-violation-groups.js';
import { violationSequence } from './0012-violation-sequence.js';
import { marks } from './0013-marks.js';
import { rulesInShadow } from './0014-rules-in-shadow.js';
import { notifications } from './0015-notifications.js';
import { ruleControls } from './0016-rule-controls.js';
import { closedTraces } from './0017-closed-traces.js';
import { olderVersions } from './0018-older-versions.js';
import { violationListIndexes } from './0019-violation-list-indexes.js';
import { formerSignatureKeys } from './0020-former-signature-keys.js';
import { mutesUntilWorse } from './0021-mutes-until-worse.js';
import { rulesThatEmitEvidence } from './0022-rules-that-emit-evidence.js';
import { controlsOfVersions } from './0023-controls-of-versions.js';
import { fingerprintsOfGroups } from './0024-fingerprints-of-groups.js';
import { testsOfRules } from './0025-tests-of-rules.js';
import { rulesFromTheBeginning } from './0026-rules-from-the-beginning.js';
import type { Migration } from './migration.js';

/** In the order in which they run. */
export const MIGRATIONS: readonly Migration[] = [
  rulesAndViolations,
  fragments,
  refusedExports,
  rulesOnError,
  signatureKeys,
  snapshotsBySize,
  filledTables,
  ruleAuthors,
  violationRevisions,
  violationCounts,
  violationGroups,
  violationSequence,
  marks,
  rulesInShadow,
  notifications,
  ruleControls,
  closedTraces,
  olderVersions,
  violationListIndexes,
  formerSignatureKeys,
  mutesUntilWorse,
  rulesThatEmitEvidence,
  controlsOfVersions,
  fingerprintsOfGroups,
  testsOfRules,
  rulesFromTheBeginning,
];
