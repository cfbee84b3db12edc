import { SearchX } from 'lucide-react';
import { Link } from 'wouter';
import { EmptyState } from '#ui/parts/empty-state';
import { PageTitle } from './page-title';

export function NotFound() {
  return (
    <>
      <PageTitle>Nothing here</PageTitle>
      <section className="panel">
        <EmptyState
          icon={SearchX}
          title="There is no such page"
          actions={
            <Link className="btn primary" href="/violations">
              Violations
            </Link>
          }
        >
          The address may have been cut when it was copied.
        </EmptyState>
      </section>
    </>
  );
}
