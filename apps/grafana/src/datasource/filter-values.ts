import type { ScopedVars } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { plural } from '#ui/format/count';
import type { BeTraceQuery } from './query';

/** One request to the API, which takes a single rule and a single service. */
export interface Filter {
  readonly rule_id: string | undefined;
  readonly service: string | undefined;
  /** With commas. */
  readonly severity: string | undefined;
}

/** The maximum number of requests for one query. */
const MAX_FILTERS = 20;
const ALL = '$__all';
/** Stand for a variable within a text while it is split at commas. No text that people write has them. */
const BEFORE = '\u{f0000}';
const AFTER = '\u{f0001}';
const MARK = new RegExp(`${BEFORE}(\\d+)${AFTER}`, 'u');

/**
 * The filters of a query, one for each rule with each service. @throws Error when they would take too many requests
 */
export function filtersOf({ ruleId, service, severity }: BeTraceQuery, vars: ScopedVars): readonly Filter[] {
  const rules = valuesOf(ruleId, vars);
  const services = valuesOf(service, vars);
  const severities = valuesOf(severity, vars);
  const number = Math.max(1, rules.values.length) * Math.max(1, services.values.length);
  if (number > MAX_FILTERS || severities.isCut) {
    const named = [
      ...(rules.values.length === 0 ? [] : [counted(rules, 'rule')]),
      ...(services.values.length === 0 ? [] : [counted(services, 'service')]),
      ...(severities.isCut ? [counted(severities, 'severity', 'severities')] : []),
    ];
    throw new Error(
      `The filters name ${named.join(' and ')}. Each rule with each service is a request to BeTrace, and one query makes at most ${MAX_FILTERS}: choose fewer, or All.`,
    );
  }
  const orAny = (values: readonly string[]): readonly (string | undefined)[] => (values.length === 0 ? [undefined] : values);
  const severityList = severities.values.length === 0 ? undefined : severities.values.join(',');
  return orAny(rules.values).flatMap((rule_id) => orAny(services.values).map((one) => ({ rule_id, service: one, severity: severityList })));
}

/** The values of a filter, each once. */
export interface FilterValues {
  readonly values: readonly string[];
  /** Variables that are combined in one text give more values than a query may name. */
  readonly isCut: boolean;
}

/** `more than 20 rules` */
export function counted({ values, isCut }: FilterValues, one: string, many?: string): string {
  return isCut ? `more than ${plural(MAX_FILTERS, one, many)}` : plural(values.length, one, many);
}

/** The values of a variable in a text. */
interface Chosen {
  readonly values: readonly string[];
  /** At `All`: `values` are those that the dashboard lists. */
  readonly isAll: boolean;
}

/**
 * The values of a filter; none: everything. Commas in the text separate values, and those within the value of a variable do not.
 * A variable at `All` selects everything, so that a dashboard also shows what is newer than its list of values. Within a text it stands for each value of the list.
 */
export function valuesOf(text: string | undefined, vars: ScopedVars): FilterValues {
  const chosen: Chosen[] = [];
  const marked = getTemplateSrv().replace(text ?? '', vars, (value: unknown, variable: { readonly name?: string }) => {
    const values = [value].flat().map(String);
    return `${BEFORE}${chosen.push({ values, isAll: isAll(variable.name, vars) }) - 1}${AFTER}`;
  });
  const pieces = marked.split(',').map((piece) => withValues(piece.trim(), chosen));
  const values = pieces.flatMap((piece) => piece.values);
  if (values.includes(ALL)) return { values: [], isCut: false };
  return { values: [...new Set(values.filter((value) => value !== ''))], isCut: pieces.some(({ isCut }) => isCut) };
}

/**
 * The values of a variable that stands alone; or each text that a piece gives with each value of each of its variables. All of them may be more than memory has
 * room for, so more than a query may name are cut.
 */
function withValues(piece: string, chosen: readonly Chosen[]): FilterValues {
  // Texts, and between them the numbers of variables.
  const parts = piece.split(MARK);
  const { values: alone, isAll } = chosen[Number(parts[1])] ?? { values: [], isAll: false };
  if (parts.length === 3 && parts[0] === '' && parts[2] === '') return { values: isAll ? [ALL] : alone, isCut: false };
  let texts: readonly string[] = [''];
  for (const [at, part] of parts.entries()) {
    texts = combined(texts, at % 2 === 0 ? [part] : (chosen[Number(part)]?.values ?? []));
  }
  return { values: texts, isCut: texts.length > MAX_FILTERS };
}

/** Each text followed by each end, as many as tell that there are too many: none of them becomes equal to another by what follows. */
function combined(texts: readonly string[], ends: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const text of texts) {
    for (const end of ends) {
      found.add(text + end);
      if (found.size > MAX_FILTERS) return [...found];
    }
  }
  return [...found];
}

/** Whether a variable is at `All`. A panel repeated for a value has this value in `vars`. */
function isAll(name: string | undefined, vars: ScopedVars): boolean {
  if (name === undefined || vars[name] !== undefined) return false;
  const variable = getTemplateSrv()
    .getVariables()
    .find((each) => each.name === name);
  const current = variable !== undefined && 'current' in variable ? (variable.current as { readonly value?: unknown }) : {};
  return [current.value].flat().includes(ALL);
}
