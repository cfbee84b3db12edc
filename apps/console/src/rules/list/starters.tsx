import { Link } from 'wouter';
import { RuleText } from '#ui/parts/rule-text';
import { STARTERS } from './starter-rules';

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
