import { CircleX } from 'lucide-react';

/** Failing test cases, each with its reason. */
export function FailingList({ tests }: { readonly tests: readonly string[] }) {
  return (
    <ul className="failing-tests">
      {tests.map((test) => (
        <li key={test}>
          <CircleX className="i is-bad" aria-hidden="true" />
          <span>{test}</span>
        </li>
      ))}
    </ul>
  );
}
