import { CircleX } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { EmptyState } from '#ui/parts/empty-state';
import { PageTitle } from './page-title';

interface BrokenPageProps {
  /** The page's address: another page is tried again. */
  readonly at: string;
  readonly children: ReactNode;
}

interface Broken {
  readonly error: unknown;
}

/** In place of a page that fails, or whose code does not load: why, and what to do. Without it, the whole window would be empty. */
export class BrokenPage extends Component<BrokenPageProps, { readonly broken?: Broken | undefined }> {
  override state: { readonly broken?: Broken | undefined } = {};

  static getDerivedStateFromError(error: unknown): { readonly broken: Broken } {
    return { broken: { error } };
  }

  override componentDidUpdate({ at }: BrokenPageProps): void {
    if (at !== this.props.at && this.state.broken !== undefined) this.setState({ broken: undefined });
  }

  override render(): ReactNode {
    const { broken } = this.state;
    if (broken === undefined) return this.props.children;
    const { error } = broken;
    const missing = isMissingCode(error);
    return (
      <>
        <PageTitle>This page can't be shown</PageTitle>
        <section className="panel" role="alert">
          <EmptyState
            icon={CircleX}
            title={missing ? 'Its code did not load' : 'It failed'}
            actions={
              <>
                <button type="button" className="btn primary" onClick={() => location.reload()}>
                  Load again
                </button>
                <a className="btn" href="/ui/violations">
                  Violations
                </a>
              </>
            }
          >
            {missing
              ? 'The server may be stopped, or it was upgraded since this window was opened.'
              : error instanceof Error
                ? error.message
                : String(error)}
          </EmptyState>
        </section>
      </>
    );
  }
}

/** The words of Chromium, Firefox and Safari for code that does not load, and of Vite for its style sheet. */
const isMissingCode = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|Importing a module script failed|Unable to preload/.test(error.message);
