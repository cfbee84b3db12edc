import type { components } from './openapi.generated';

type Schemas = components['schemas'];

export type Severity = Schemas['Severity'];
export type Violation = Schemas['ViolationDetail'];
export type ViolationList = Omit<Schemas['ViolationList'], 'violations'> & { readonly violations: readonly Violation[] };
export type ViolationStats = Schemas['ViolationStats'];
export type ViolationGroup = Schemas['ViolationGroupView'];
export type GroupDifferences = Schemas['GroupDifferencesView'];
export type Difference = Schemas['DifferenceView'];
export type Mark = Schemas['MarkView'];
export type Revisions = Schemas['ViolationRevisionList'];
export type Verification = Schemas['Verification'];
export type Explanation = Schemas['ExplanationView'];
export type ExplanationNode = Schemas['ExplanationNodeView'];
export type WholeExplanation = Schemas['WholeExplanation'];
export type Trace = Schemas['TraceView'];
export type RecentTrace = Schemas['RecentTraceView'];
export type Span = Schemas['SpanView'];
export type Rule = Schemas['RuleView'];
export type RuleControl = Schemas['RuleControlView'];
export type RuleHealth = Schemas['RuleHealthView'];
export type RuleMode = Schemas['RuleMode'];
export type OnError = Schemas['OnError'];
export type RuleTest = Schemas['RuleTestView'];
export type TestCaseResult = Schemas['TestCaseResult'];
export type RuleSamples = Schemas['RuleSamples'];
export type RuleVersion = Schemas['RuleVersionView'];
export type Validation = Schemas['ValidationResult'];
export type TestResult = Schemas['TestResult'];
export type Accounting = Schemas['AccountingView'];
export type EvaluationProgress = Schemas['EvaluationProgressView'];
export type ComplianceReport = Schemas['ComplianceReport'];
export type ControlReport = Schemas['ControlReportView'];
export type ComplianceOutcome = Schemas['ComplianceOutcome'];
export type ImportBody = Schemas['ImportBody'];
export type ImportResult = Schemas['ImportResult'];
export type Preview = Schemas['PreviewView'];
export type PreviewResult = Schemas['PreviewResultView'];
export type PreviewBody = Schemas['PreviewBody'];
export type SeenAttributes = Schemas['AttributesView'];
export type SeenAttribute = Schemas['AttributeView'];
export type Diagnostic = Schemas['ProblemDetailView'];

/** Worst first. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const satisfies readonly Severity[];
