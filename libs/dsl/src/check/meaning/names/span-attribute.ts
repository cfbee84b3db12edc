import { formatExpression } from '../../../tree/format-expression.js';
import type { ResourceAttribute } from '../../../tree/resolved.js';
import { SPAN_FIELDS } from '../../../vocabulary/vocabulary.js';
import type { Findings } from '../../scope/scope.js';

/** Namespaces that the semantic conventions define for spans and not for resources. */
const OF_SPANS =
  /^(?:http|url|db|rpc|messaging|gen_ai|enduser|exception|network|code|graphql|feature_flag)\.|^(?:server|client)\.(?:address|port)$/;
const FIELDS: ReadonlySet<string> = new Set(SPAN_FIELDS.map(({ name }) => name));

/** `span.resource["http.route"]`, `span.resource["service"]`, `span.resource["resource.host.name"]`: no resource has such keys. */
export function spanAttribute({ key, syntax }: ResourceAttribute, findings: Findings): void {
  if (!key.startsWith('resource.') && !FIELDS.has(key) && !OF_SPANS.test(key)) return;
  const owner = ownerOf(formatExpression(syntax));
  if (owner === undefined) return;
  const [own, field] = intendedField(key, owner);
  if (field === undefined) return;
  const values = { key, owner: own };
  findings.report('BT_DSL_SPAN_ATTRIBUTE', syntax.range, values, { suggestion: field, fix: { range: syntax.range, text: field } });
}

function intendedField(key: string, span: string): readonly [string, string?] {
  if (key.startsWith('resource.'))
    return ['an attribute of that name here', `${span}.resource[${JSON.stringify(key.slice('resource.'.length))}]`];
  if (FIELDS.has(key)) return ['a field of the span', `${span}.${key}`];
  return OF_SPANS.test(key) ? ['an attribute of the span by the semantic conventions', `${span}.attributes[${JSON.stringify(key)}]`] : [''];
}

/** Returns `span` for `span.resource["x"]`. */
function ownerOf(text: string): string | undefined {
  return /^(.*?)\.resource[.[]/.exec(text)?.[1];
}
