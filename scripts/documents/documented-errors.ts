// The error catalogues of all parts, in the form of docs/errors.md.
import { API_PROBLEMS } from '../../apps/api/src/problems.js';
import { CLI_PROBLEMS } from '../../apps/cli/src/problems.js';
import { INGEST_PROBLEMS } from '../../apps/ingest/src/problems.js';
import { PROBLEMS as DSL_PROBLEMS } from '../../libs/dsl/src/text/problems.js';
import { ENGINE_PROBLEMS } from '../../libs/engine/src/problems.js';
import { LOG_PROBLEMS } from '../../libs/messaging/src/problems.js';
import { OTLP_PROBLEMS } from '../../libs/otlp/src/wire/problems.js';
import { CONFIGURATION_PROBLEMS } from '../../libs/platform/src/configuration/problems.js';
import { type ErrorSection, HTTP_ERROR_SECTION } from '../../libs/platform/src/problem-details/document.js';
import { SIGNING_PROBLEMS } from '../../libs/signing/src/problems.js';
import { STORE_PROBLEMS } from '../../libs/store/src/problems.js';

interface CatalogueEntry {
  readonly status?: number;
  readonly sentence?: string;
  readonly message?: string;
  readonly doc?: string;
}

const section = (title: string, catalogue: Readonly<Record<string, CatalogueEntry>>): ErrorSection => ({
  title,
  errors: Object.entries(catalogue).map(([code, { status, sentence, message, doc }]) => ({
    code,
    message: sentence ?? message ?? '',
    ...(status === undefined ? {} : { status }),
    ...(doc === undefined ? {} : { doc }),
  })),
});

export const DOCUMENTED_ERRORS: readonly ErrorSection[] = [
  HTTP_ERROR_SECTION,
  section('Rules and violations', API_PROBLEMS),
  section('Ingest', INGEST_PROBLEMS),
  section('OTLP and spans', OTLP_PROBLEMS),
  section('Expressions', DSL_PROBLEMS),
  section('Evaluation', ENGINE_PROBLEMS),
  section('Log', LOG_PROBLEMS),
  section('Store', STORE_PROBLEMS),
  section('Signatures', SIGNING_PROBLEMS),
  section('Configuration', CONFIGURATION_PROBLEMS),
  section('Command line', CLI_PROBLEMS),
];
