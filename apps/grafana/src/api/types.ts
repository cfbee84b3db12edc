/** The types of the console's client, which are made of the API's description. */
export type {
  Diagnostic,
  ExplanationNode,
  Rule,
  Severity,
  Trace,
  Validation,
  Violation,
  ViolationList,
  ViolationStats,
  WholeExplanation,
} from '#ui/api/types';
