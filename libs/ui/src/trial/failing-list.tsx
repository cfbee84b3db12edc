import { CircleX } from 'lucide-react';
import { UserText } from '../parts/user-text';

/** Failing test cases, each with its reason. */
export function FailingList({ tests }: { readonly tests: readonly string[] }) {
  return (
    <ul className="failing-tests">
      {tests.map((test) => (
        <li key={test}>
          <CircleX className="i is-bad" aria-hidden="true" />
          <span>
            <UserText length={1_000}>{test}</UserText>
          </span>
        </li>
      ))}
    </ul>
  );
}
