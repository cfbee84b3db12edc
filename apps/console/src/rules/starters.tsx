import { Link } from 'wouter';
import { RuleText } from '../parts/rule-text';

const STARTERS = [
  { name: 'Slow requests', expression: 'span.kind == "server" and span.duration > 1s' },
  { name: 'Errors in payment', expression: 'span.service == "payment" and span.status == "error"' },
  {
    name: 'Personal data without audit',
    expression: 'trace.has(span.attributes["pii.accessed"] == true) and not trace.has(span.name == "audit.log")',
  },
] as const;

/** Rules to begin with. */
export function Starters() {
  return (
    <ul className="starters">
      {STARTERS.map(({ name, expression }) => (
        <li key={name}>
          <Link href={`/rules/new?${new URLSearchParams({ name, expression })}`}>
            <b>{name}</b>
            <RuleText text={expression} />
          </Link>
        </li>
      ))}
    </ul>
  );
}
