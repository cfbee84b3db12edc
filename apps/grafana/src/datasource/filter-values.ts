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
  const number = Math.max(1, rules.length) * Math.max(1, services.length);
  if (number > MAX_FILTERS) {
    const named = [
      ...(rules.length === 0 ? [] : [plural(rules.length, 'rule')]),
      ...(services.length === 0 ? [] : [plural(services.length, 'service')]),
    ];
    throw new Error(
      `The filters name ${named.join(' and ')}. Each rule with each service is a request to BeTrace, and one query makes at most ${MAX_FILTERS}: choose fewer, or All.`,
    );
  }
  const orAny = (values: readonly string[]): readonly (string | undefined)[] => (values.length === 0 ? [undefined] : values);
  return orAny(rules).flatMap((rule_id) =>
    orAny(services).map((one) => ({ rule_id, service: one, severity: severities.length === 0 ? undefined : severities.join(',') })),
  );
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
export function valuesOf(text: string | undefined, vars: ScopedVars): readonly string[] {
  const chosen: Chosen[] = [];
  const marked = getTemplateSrv().replace(text ?? '', vars, (value: unknown, variable: { readonly name?: string }) => {
    const values = [value].flat().map(String);
    return `${BEFORE}${chosen.push({ values, isAll: isAll(variable.name, vars) }) - 1}${AFTER}`;
  });
  const values = marked.split(',').flatMap((piece) => withValues(piece.trim(), chosen));
  return values.includes(ALL) ? [] : [...new Set(values.filter((value) => value !== ''))];
}

function withValues(piece: string, chosen: readonly Chosen[]): readonly string[] {
  const [mark, at] = MARK.exec(piece) ?? [];
  if (mark === undefined) return [piece];
  const { values, isAll } = chosen[Number(at)] ?? { values: [], isAll: false };
  if (piece === mark) return isAll ? [ALL] : values;
  return values.flatMap((value) =>
    withValues(
      piece.replace(mark, () => value),
      chosen,
    ),
  );
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
